"""How many statements each page and each step costs. A number that changes is changed here, on purpose."""

import pytest

from tests.support.inspection.statements import recorded
from tests.support.pages.walking import Walker, newest_code
from tests.support.rows.build import create_citizen, next_workday
from turnero.core.extensions import db
from turnero.core.shared_values import shelf_of

# For whoever looks first, and for everybody else a moment later.
PAGES = {
    "/": (14, 0),
    "/agencias": (2, 0),
    "/agencias?provincia=17": (16, 0),
    "/tramites": (1, 1),
    "/turno": (0, 0),
    "lugar?provincia=17": (6, 1),
    "horario": (10, 1),
    "horario?dia={day}": (9, 1),
}
# On PostgreSQL, which takes locks by statements of their own. The cédula's step begins with the page before it.
STEPS = {
    "cédula": 2,
    "contacto": 16,
    "verificar": 25,
    "lugar": 15,
    "horario": 12,
    "sí": 23,
    "GET confirmar": 6,
    "confirmar": 15,
    "turno": 8,
}


def cost(act, *arguments, **named):
    """The statements of one request."""
    db.session.rollback()
    with recorded() as said:
        act(*arguments, **named)
    return len(said)


def test_pages_read_little_and_less_when_somebody_has_just_looked(app, client, desk, procedure, moments):
    shelf_of(app).most_seconds = 60
    journey = Walker.at_hours(client, desk, procedure).address("")
    day = next_workday()
    found = {}
    for page in PAGES:
        address = page.format(day=day) if page.startswith("/") else journey + page.format(day=day)
        found[page] = (cost(client.get, address), cost(client.get, address))
        assert client.response.status_code == 200
    assert found == PAGES


@pytest.mark.engines("postgresql")
def test_each_step_of_a_journey_costs_what_it_must(client, desk, procedure):
    create_citizen("1700000001")
    place = {"provincia": "17", "tramite": procedure.slug, "agencia": desk.agency.slug}
    hour = f"{next_workday()}T10:00"
    begun = []
    found = {"cédula": cost(lambda: begun.append(Walker.begin(client)))}
    walker = begun[0]
    found["contacto"] = cost(walker.post, "contacto", correo="ana.demo@example.ec", celular="0991234567")
    code = newest_code(walker.key)
    found["verificar"] = cost(walker.post, "verificar", codigo=code)
    found["lugar"] = cost(walker.post, "lugar", **place)
    found["horario"] = cost(walker.post, "horario", hora=hour)
    found["sí"] = cost(walker.post, "horario", hora=hour, acepta="si")
    found["GET confirmar"] = cost(walker.get, "confirmar")
    found["confirmar"] = cost(walker.post, "confirmar")
    found["turno"] = cost(walker.follow)
    assert client.response.status_code == 200
    assert found == STEPS

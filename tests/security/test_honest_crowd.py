"""Three hundred honest journeys behind one address all end in a turn: limits are for floods, not for a neighbourhood.

Here ten people stand for them and the limits are as much smaller; ``make race`` walks all three hundred.
"""

import os

import pytest

from tests.support.pages.walking import Walker, newest_code
from tests.support.rows.build import create_citizen, create_desk, create_procedure, next_workday
from tests.support.rows.journeys import cedula
from tests.support.scenes.world import ask
from turnero.web import setup

HONEST = 300
PEOPLE = int(os.environ.get("TURNERO_RACE_CROWD", "10"))
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def app(make_app, monkeypatch):
    """The product with the share of its limits that falls to so many of the three hundred."""
    for name in ("_ALL_REQUESTS", "_POSTS_OF_ONE_PAGE"):
        count, _, span = getattr(setup, name).partition(" ")
        monkeypatch.setattr(setup, name, f"{int(count) * PEOPLE // HONEST} {span}")
    with make_app("sqlite") as made:
        yield made


def walk(app, number, desk, procedure):
    """One person, who also looks where a careful one looks; the last page."""
    client, place = app.test_client(), {"provincia": desk.agency.province_code, "tramite": procedure.slug}
    client.get("/")
    walker = Walker.begin(client, cedula(number))
    for step, fields in (
        ("contacto", {"correo": f"persona{number}@example.ec", "celular": f"0991{number:06d}"}),
        ("verificar", {"codigo": None}),
        ("lugar", place),
        ("lugar", place | {"agencia": desk.agency.slug}),
        ("horario", {"hora": f"{next_workday()}T{9 + number % 7:02d}:00", "acepta": "si"}),
        ("confirmar", {}),
    ):
        walker.get(step)
        walker.post(step, **{name: value or newest_code(walker.key) for name, value in fields.items()})
        assert client.response.status_code < 400, (step, client.response.status_code)
    walker.follow()
    title = client.page.h1
    client.get("/ayuda")
    return title


@pytest.mark.timeout(900)
def test_every_one_of_them_gets_their_turn(app):
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=-(-PEOPLE // 7))
    for number in range(PEOPLE):
        create_citizen(cedula(number))
    assert {walk(app, number, desk, procedure) for number in range(PEOPLE)} == {"Confirmación del Turno en Línea"}


def test_control_a_flood_of_the_same_size_is_stopped(app):
    client = app.test_client()
    answers = {ask(client, "GET", "/ayuda").status_code for _ in range(70 * PEOPLE)}
    assert answers == {200, 429}

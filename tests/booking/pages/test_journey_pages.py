"""The whole journey: the contract's fields complete it, in order, only in the browser that began it."""

import pytest
from sqlalchemy import select

from tests.support.pages.walking import Walker, browser_of, newest_code
from tests.support.rows.build import create_citizen, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.turn.models import Booking, Journey
from turnero.core.extensions import db
from turnero.operations.audit import audit

MAX_BYTES = 14 * 1024
NINE = 540
# What is posted at each step, in the contract's names; the code is never right.
POSTS = {
    "contacto": {"correo": "otra.demo@example.ec", "celular": "0991234567"},
    "verificar": {"codigo": "000000"},
    "reenviar": {},
    "lugar": {"provincia": "17", "tramite": "notificacion-de-glosas", "agencia": "centro"},
    "horario": {"hora": "2026-11-11T10:00", "acepta": "si"},
    "prorrogar": {},
    "confirmar": {},
}
# Which of them each step takes; all others lead to the step where the journey is.
TAKEN = {
    "contacto": {"contacto"},
    "verificar": {"contacto", "verificar", "reenviar"},
    "lugar": {"contacto", "lugar"},
    "horario": {"contacto", "lugar", "horario"},
}
PAGES = ("contacto", "verificar", "lugar", "horario", "confirmar")

pytestmark = [
    pytest.mark.engines("sqlite"),
    pytest.mark.procedure(slug="notificacion-de-glosas", name="Notificación de glosas"),
    pytest.mark.desk(agency={"slug": "centro"}, windows=3),
]


@pytest.fixture
def journey_at(client, desk, procedure):
    """Makes a journey of the client's at a step."""
    lacking = {
        "contacto": {"email": None, "mailbox": None, "mobile": None, "verified_at": None, "registered": None},
        "verificar": {"verified_at": None, "registered": None},
        "lugar": {},
        "horario": {},
    }
    no_place = {"province_code": None, "procedure_id": None, "agency_id": None}

    def make(step):
        values = lacking[step] | ({} if step == "horario" else no_place)
        return Walker(client, at_hour_step(desk.agency, procedure, browser=browser_of(client), **values).key)

    return make


def everything():
    """All that a journey may change."""
    db.session.rollback()
    return [
        [tuple(row) for row in db.session.execute(select(table.__table__).order_by(*table.__table__.primary_key))]
        for table in (Journey, Booking)
    ]


def test_posting_the_fields_of_the_contract_completes_the_journey(client, desk):
    create_citizen()
    walker = Walker.begin(client)
    for step, fields in (
        ("contacto", {"correo": "ana.demo@example.ec", "celular": "+593 99 123 4567"}),
        ("verificar", {"codigo": None}),
        ("lugar", POSTS["lugar"]),
        ("horario", {"hora": f"{next_workday()}T09:00", "acepta": "si"}),
        ("confirmar", {}),
    ):
        posted = {name: value or newest_code(walker.key) for name, value in fields.items()}
        assert walker.post(step, **posted).status_code == 303
    walker.follow()
    assert client.page.h1 == "Confirmación del Turno en Línea"
    assert [str(violation) for violation in audit()] == []


@pytest.mark.parametrize("step", TAKEN)
def test_a_step_posted_too_early_or_too_late_changes_nothing_and_leads_to_the_right_one(journey_at, step):
    walker = journey_at(step)
    for posted, fields in POSTS.items():
        if posted not in TAKEN[step]:
            before = everything()
            walker.post(posted, **fields)
            assert walker.is_at(step), posted
            assert everything() == before, posted


@pytest.mark.parametrize("step", TAKEN)
def test_a_page_beyond_the_journeys_step_leads_back_to_it(journey_at, step):
    walker = journey_at(step)
    for page in PAGES[PAGES.index(step) + 1 :]:
        walker.get(page)
        assert walker.is_at(step), page
    assert walker.get(step).status_code == 200


@pytest.mark.parametrize("step", TAKEN)
def test_looking_changes_nothing(journey_at, step):
    walker = journey_at(step)
    before = everything()
    for page in PAGES:
        walker.get(page)
    assert everything() == before


def test_a_journey_of_another_browser_is_not_found_and_neither_is_one_that_never_was(app, journey_at):
    key = journey_at("horario").key
    stranger = app.test_client()
    for unknown in (Walker(stranger, key), Walker(stranger, "x" * 22), Walker(stranger, "ñ")):
        for page in PAGES:
            assert unknown.get(page).status_code == 404
            assert stranger.page.links["Genere su turno"] == "/turno"
        for step, fields in POSTS.items():
            assert unknown.post(step, **fields).status_code == 404


def test_two_journeys_of_one_browser_do_not_mix(client, desk, procedure):
    one = Walker.at_hours(client, desk, procedure, number=1)
    other = Walker.at_hours(client, desk, procedure, number=2)
    one.hold(next_workday(), NINE)
    other.get("confirmar")
    assert other.is_at("horario")
    other.hold(next_workday(), NINE + 20)
    one.get("confirmar")
    assert "09:00" in client.page.text


def test_another_mailbox_on_the_way_back_must_be_proven_before_confirming(client, desk, procedure):
    walker = Walker.at_hours(client, desk, procedure)
    walker.hold(next_workday(), NINE)
    walker.post("contacto", correo="otra.demo@example.ec", celular="0991234567")
    walker.post("confirmar")
    assert walker.is_at("verificar")
    walker.post("verificar", codigo=newest_code(walker.key))
    walker.post("confirmar")
    assert client.response.location.startswith("/mi-turno/")
    assert db.session.scalars(select(Booking)).one().email == "otra.demo@example.ec"


def test_every_page_is_light(client, desk, procedure):
    walker = Walker.at_hours(client, desk, procedure)
    walker.hold(next_workday(), NINE)
    for page, query in (
        ("contacto", {}),
        ("lugar", {}),
        ("horario", {}),
        ("horario", {"dia": next_workday().isoformat()}),
        ("confirmar", {}),
    ):
        answer = walker.get(page, **query)
        assert answer.status_code == 200
        assert len(answer.data) <= MAX_BYTES, page

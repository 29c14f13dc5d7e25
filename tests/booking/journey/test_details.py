from datetime import date

import pytest
from sqlalchemy import select

from tests.support.pages.walking import Walker
from tests.support.rows.build import create_citizen, create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.journey import change, confirm, holds, steps
from turnero.booking.turn import queries
from turnero.booking.turn.errors import WrongStep
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db

SOMEBODY = {"para": "tercero", "tercero_cedula": "0900000001", "tercero_nombre": "Ñusta  Güiracocha"}

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def walker(app, client):
    procedure = create_procedure(minutes=20)
    walker = Walker.at_hours(client, create_desk(procedure.line), procedure)
    walker.hold(next_workday(), 540)
    return walker


def confirmed(walker):
    walker.post("confirmar")
    db.session.rollback()
    return db.session.scalars(select(Booking)).one()


def test_the_defaults_are_the_holder_without_priority(walker):
    walker.get("confirmar")
    assert "El titular" in walker.client.page.text
    booking = confirmed(walker)
    assert (booking.third_party_cedula, booking.third_party_name, booking.priority) == (None, None, False)


def test_a_third_partys_fields_do_not_count_for_the_holder(walker):
    answer = walker.post("detalles", para="titular", tercero_cedula="12", tercero_nombre="", prioridad="no")
    assert answer.status_code == 303
    booking = confirmed(walker)
    assert (booking.third_party_cedula, booking.third_party_name) == (None, None)


def test_an_authorised_person_and_priority_are_kept_with_the_turn(walker):
    assert walker.post("detalles", **SOMEBODY, prioridad="si").status_code == 303
    walker.follow()
    assert "Ñusta Güiracocha" in walker.client.page.text
    booking = confirmed(walker)
    assert (booking.third_party_cedula, booking.third_party_name) == ("0900000001", "Ñusta Güiracocha")
    assert booking.priority
    assert booking.cedula != "0900000001"


def test_going_back_to_the_holder_forgets_the_other_person(walker):
    walker.post("detalles", **SOMEBODY, prioridad="no")
    walker.post("detalles", para="titular", tercero_cedula="0900000001", tercero_nombre="x", prioridad="no")
    assert confirmed(walker).third_party_name is None


@pytest.mark.parametrize(
    ("field", "value"), [("tercero_cedula", "1700000002"), ("tercero_cedula", ""), ("tercero_nombre", "  ")]
)
def test_errors_of_the_third_party_are_shown_beside_their_fields(walker, field, value):
    answer = walker.post("detalles", **(SOMEBODY | {field: value}), prioridad="si")
    assert answer.status_code == 422
    assert set(walker.client.page.errors) == {field}
    assert walker.client.page.one("input", name="para", value="tercero").get("checked", "no") == ""


@pytest.mark.parametrize(("born", "priority"), [(date(1950, 1, 1), True), (date(1961, 11, 10), False), (None, False)])
def test_priority_by_age_is_known_from_the_local_registry_and_never_shown(walker, born, priority):
    cedula = db.session.scalars(select(Booking.cedula)).one()
    create_citizen(cedula=cedula, born=born)
    walker.get("confirmar")
    row = walker.client.page.text.partition("Atención prioritaria")[2]
    assert row.strip().startswith("No")
    assert confirmed(walker).priority is priority


def test_a_change_shows_and_takes_no_details(app):
    procedure = create_procedure(minutes=20)
    traveller = at_hour_step((desk := create_desk(procedure.line)).agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), 540)
    token = confirm.confirm_turn(traveller.key, traveller.browser)
    key = change.begin_change(token, "phone")
    with pytest.raises(WrongStep):
        steps.give_details(key, "phone", steps.Details("0900000001", "x", True))
    assert queries.booking_by_token(token).third_party_name is None
    assert desk.id

"""Closing hours does not move people who are or were present; walk-ins have no place."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_desk_day, today
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.rows.turns import close
from turnero.attention.day import attendance, calling
from turnero.attention.day.checkin import open_visit
from turnero.attention.day.models import Visit
from turnero.attention.window import turns
from turnero.booking.closures import displacement, sweep
from turnero.booking.counter import walk_ins
from turnero.booking.journey import confirm, holds
from turnero.booking.person import retention
from turnero.booking.person.privacy import everything_about
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking, Claim, Event
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.operations.audit import audit
from turnero.staff.actor import Actor

ELEVEN = 660

pytestmark = [pytest.mark.desk(windows=2), pytest.mark.breaks_invariants]


def book(desk, procedure, number=1):
    """The id of a turn of today at eleven."""
    traveller = at_hour_step(desk.agency, procedure, number)
    holds.place(traveller.key, traveller.browser, today(), ELEVEN)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser)).id


@database.transaction
def walk_in(procedure, desk, number=9):
    made = walk_ins.create(cedula(number), procedure, desk, channel="kiosk", actor=Actor.kiosk(1), now=clock.now())
    open_visit(made, now=clock.now())
    return made.id


def status(booking_id):
    db.session.rollback()
    return db.session.get_one(Booking, booking_id).status


def attend(booking_id, by):
    attendance.arrive(booking_id, by)
    calling.call(booking_id, by)
    attendance.attended(booking_id, by)


def test_a_closing_displaces_who_is_to_come_and_nobody_who_is_there(desk, procedure, by):
    there, to_come = book(desk, procedure, 1), book(desk, procedure, 2)
    attendance.arrive(there, by)
    close(desk, today())
    assert (status(there), status(to_come)) == ("arrived", "displaced")
    assert db.session.scalars(select(Claim.booking_id)).all() == [there]
    assert list(audit()) == []


@pytest.mark.parametrize("how_far", [attendance.arrive, attend])
def test_the_sweep_finds_nothing_to_move_where_only_people_there_do_not_fit(desk, procedure, by, how_far):
    booking_id = book(desk, procedure)
    how_far(booking_id, by)
    before = status(booking_id)
    close(desk, today())
    assert not displacement.has_misfits(desk.id)
    sweep.sweep()
    assert status(booking_id) == before
    assert list(audit()) == []


def test_control_who_is_to_come_does_not_fit_closed_hours(desk, procedure):
    book(desk, procedure)
    create_desk_day(desk, today(), windows=0)
    assert displacement.has_misfits(desk.id)


def test_a_window_that_goes_away_leaves_who_is_there_at_its_seat(desk, procedure, by):
    ids = [book(desk, procedure, number) for number in (1, 2)]
    for booking_id in ids:
        attendance.arrive(booking_id, by)
    create_desk_day(desk, today(), windows=1)
    assert displacement.clear_desk(desk.id).displaced == 0
    assert [status(booking_id) for booking_id in ids] == ["arrived", "arrived"]
    assert list(audit()) == []


def test_a_walk_in_takes_no_place_and_the_audit_says_so_if_it_does(desk, procedure):
    made = walk_in(procedure, desk)
    assert db.session.scalars(select(Claim)).all() == []
    assert list(audit()) == []
    sweep.sweep()
    assert status(made) == "arrived"
    start = db.session.get_one(Booking, made)
    db.session.add(
        Claim(
            desk_id=desk.id, day=today(), minute=600, seat=0, starts_at=start.starts_at, booking_id=made, purpose="turn"
        )
    )
    db.session.commit()
    assert [violation.invariant for violation in audit()] == ["I11"]


def test_a_walk_in_at_night_or_on_a_closed_day_is_still_a_person(desk, procedure, clock_shift):
    clock_shift(timedelta(days=5, hours=12))  # Saturday, ten at night
    made = walk_in(procedure, desk)
    assert status(made) == "arrived"
    assert list(audit()) == []


def test_everything_about_a_person_tells_of_their_walk_in(desk, procedure):
    walk_in(procedure, desk)
    [told] = everything_about(cedula(9))["turnos"]
    assert (told["estado"], told["canal"]) == ("presente", "kiosco")
    assert [event["a"] for event in told["eventos"]] == ["presente"]


def test_a_walk_in_is_forgotten_in_time_and_its_visit_stays(desk, procedure, by, clock_shift):
    made = walk_in(procedure, desk)
    calling.call(made, by)
    attendance.attended(made, by)
    clock_shift(timedelta(days=61))
    assert retention.retain().turns == 1
    row = db.session.get_one(Booking, made)
    assert (row.cedula != cedula(9), row.forgotten_at is not None) == (True, True)
    assert db.session.get(Visit, made).ticket == "A-001"
    assert list(audit()) == []


def test_what_the_staff_wrote_is_forgotten_with_the_person(desk, procedure, by, clock_shift):
    booking_id = book(desk, procedure)
    turns.cancel_at_window(booking_id, by, "Ana Prueba ya no viene")
    clock_shift(timedelta(days=61))
    retention.retain()
    details = db.session.scalars(select(Event.details).filter_by(booking_id=booking_id, after="cancelled")).one()
    assert "why" not in details
    assert details["seat"] in (0, 1)

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_desk, create_procedure, next_workday
from tests.support.rows.visits import arrived, booked, turn, visit
from turnero.attention.day import attendance, calling
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.errors import NotToday, TooEarlyToMiss, WrongState
from turnero.attention.day.queries import waiting_before
from turnero.booking.turn.models import Event
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.staff.actor import Actor

ELEVEN = 660


def test_checking_in_gives_a_ticket_and_is_idempotent(desk, procedure, by):
    first, second = booked(desk, procedure, ELEVEN), booked(desk, procedure, ELEVEN, 2)
    assert attendance.arrive(first, by).ticket == "A-001"
    assert attendance.arrive(second, by).ticket == "A-002"
    assert attendance.arrive(first, by).ticket == "A-001"
    assert turn(first).status == "arrived"
    event = db.session.scalars(select(Event).where(Event.booking_id == first).order_by(Event.id.desc())).first()
    assert (event.actor, event.before, event.after) == (Actor.staff(1), "confirmed", "arrived")


def test_each_desk_and_each_day_has_its_own_series(desk, procedure, by, clock_shift):
    other = create_procedure(minutes=20)
    second_desk = create_desk(other.line, agency=desk.agency)
    tomorrow = booked(desk, procedure, ELEVEN, 3, day=next_workday())
    assert attendance.arrive(booked(desk, procedure, ELEVEN), by).ticket == "A-001"
    assert attendance.arrive(booked(second_desk, other, ELEVEN, 2), by).ticket == "B-001"
    clock_shift(timedelta(days=1))
    assert attendance.arrive(tomorrow, by).ticket == "A-001"


def moment(booking_id, clock_shift, seconds):
    """Go to ``seconds`` after a turn's hour and its tolerance of ten minutes."""
    clock_shift(turn(booking_id).starts_at + timedelta(minutes=10, seconds=seconds) - clock.now())


def test_within_the_tolerance_one_is_in_time(desk, procedure, by, clock_shift):
    booking_id = booked(desk, procedure, ELEVEN)
    moment(booking_id, clock_shift, -30)
    assert not attendance.arrive(booking_id, by).late


def test_after_the_tolerance_one_is_late(desk, procedure, by, clock_shift):
    booking_id = booked(desk, procedure, ELEVEN)
    moment(booking_id, clock_shift, 1)
    assert attendance.arrive(booking_id, by).late


def test_the_turn_of_another_day_does_not_arrive_today(desk, procedure, by):
    booking_id = booked(desk, procedure, ELEVEN, day=next_workday())
    with pytest.raises(NotToday):
        attendance.arrive(booking_id, by)
    assert (turn(booking_id).status, visit(booking_id)) == ("confirmed", None)


@pytest.mark.parametrize("use_case", [attendance.arrive, attendance.attended, attendance.absent])
def test_another_agencys_turn_does_not_exist(desk, procedure, use_case):
    booking_id = booked(desk, procedure, ELEVEN)
    with pytest.raises(NotFound):
        use_case(booking_id, Clerk(Actor.staff(1), create_agency().id, window=1))


def test_attended_ends_the_visit_and_tells_how_long_it_took(desk, procedure, by, clock_shift):
    booking_id = arrived(desk, procedure, ELEVEN)
    calling.call_next(by)
    clock_shift(timedelta(minutes=7))
    attendance.attended(booking_id, by)
    attendance.attended(booking_id, by)
    ended = db.session.scalars(select(Event).where(Event.booking_id == booking_id, Event.after == "attended")).all()
    assert [event.details["seconds"] // 60 for event in ended] == [7]
    assert visit(booking_id).ended_at is not None


def test_only_somebody_called_is_attended(desk, procedure, by):
    with pytest.raises(WrongState):
        attendance.attended(arrived(desk, procedure, ELEVEN), by)


def test_nobody_is_absent_before_their_hour(desk, procedure, by, clock_shift):
    booking_id = booked(desk, procedure, ELEVEN)
    with pytest.raises(TooEarlyToMiss):
        attendance.absent(booking_id, by)
    clock_shift(timedelta(hours=1, minutes=1))
    attendance.absent(booking_id, by)
    assert turn(booking_id).status == "no_show"
    assert booked(desk, procedure, ELEVEN, day=next_workday())  # their place for the trámite is free again


def test_a_person_who_left_without_answering_is_absent(desk, procedure, by):
    booking_id = arrived(desk, procedure, ELEVEN)
    attendance.absent(booking_id, by)
    assert turn(booking_id).status == "no_show"


def test_how_many_are_called_before(desk, procedure, by):
    last, first, between = (
        arrived(desk, procedure, minute, number) for number, minute in enumerate((700, ELEVEN, 680), 1)
    )
    assert [waiting_before(visit(one)) for one in (first, between, last)] == [0, 1, 2]

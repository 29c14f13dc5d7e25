from collections import Counter
from functools import partial

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_desk, create_procedure
from tests.support.rows.visits import arrived, booked, turn, visit
from tests.support.scenes.crowd import all_at_once
from turnero.attention.day import attendance, calling, queries
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.errors import NoWindow, WindowBusy, WrongState
from turnero.attention.day.models import Call
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff.actor import Actor

ELEVEN, WINDOWS = 660, 40

pytestmark = pytest.mark.desk(windows=WINDOWS)


def at(by, window):
    return Clerk(by.actor, by.agency_id, window)


def calls(by):
    db.session.rollback()
    return [(call.ticket, call.window) for call in queries.last_calls(by.agency_id, day_of(by))]


def day_of(by):
    return queries.today_at(by.agency_id, clock.now())


def test_the_next_is_called_by_the_published_order(desk, procedure, by):
    later, sooner = arrived(desk, procedure, 700), arrived(desk, procedure, ELEVEN, 2)
    priority = arrived(desk, procedure, 720, 3, priority=True)
    assert [calling.call_next(at(by, window)) for window in (1, 2, 3, 4)] == [priority, sooner, later, None]
    assert calls(by) == [("A-001", 3), ("A-002", 2), ("A-003", 1)]


def test_only_who_has_arrived_is_called(desk, procedure, by):
    booked(desk, procedure, ELEVEN)
    assert calling.call_next(by) is None


def test_a_line_calls_its_own(desk, procedure, by):
    other = create_procedure(minutes=20)
    second_desk = create_desk(other.line, agency=desk.agency)
    arrived(desk, procedure, ELEVEN)
    there = arrived(second_desk, other, 700, 2)
    assert calling.call_next(by, second_desk.id) == there


def test_a_window_calls_one_person_at_a_time(desk, procedure, by):
    first = arrived(desk, procedure, ELEVEN)
    second = arrived(desk, procedure, 700, 2)
    calling.call_next(by)
    with pytest.raises(WindowBusy):
        calling.call_next(by)
    with pytest.raises(WindowBusy):
        calling.call(second, by)
    calling.call(first, by)  # a double click
    attendance.attended(first, by)
    assert calling.call_next(by) == second


def test_without_a_window_nobody_is_called(desk, procedure, by):
    arrived(desk, procedure, ELEVEN)
    with pytest.raises(NoWindow):
        calling.call_next(at(by, None))


def test_a_repeated_call_is_on_the_board_again(desk, procedure, by):
    booking_id = arrived(desk, procedure, ELEVEN)
    calling.call_next(by)
    calling.recall(booking_id, at(by, 5))
    assert calls(by) == [("A-001", 1), ("A-001", 1)]
    assert visit(booking_id).calls == 2


def test_a_parked_person_goes_to_the_end_of_the_queue(desk, procedure, by):
    away, other = arrived(desk, procedure, ELEVEN), arrived(desk, procedure, 700, 2)
    calling.call_next(by)
    calling.park(away, by)
    assert [calling.call_next(by), calling.call_next(at(by, 2))] == [other, away]


def test_sent_to_another_window_they_are_its_next(desk, procedure, by):
    sent, other = arrived(desk, procedure, 700), arrived(desk, procedure, ELEVEN, 2)
    calling.transfer(sent, by, 7)
    assert calling.call_next(by) == other
    assert calling.call_next(at(by, 2)) is None
    assert calling.call_next(at(by, 7)) == sent


def test_only_somebody_present_can_be_called(desk, procedure, by):
    with pytest.raises(WrongState):
        calling.call(booked(desk, procedure, ELEVEN), by)


def windows_at_once(app, agency_id, number):
    """So many windows that all press at the same moment: how often each person was called."""
    return Counter(
        all_at_once(
            app,
            [partial(calling.call_next, Clerk(Actor.staff(1), agency_id, window)) for window in range(1, number + 1)],
        )
    )


@pytest.mark.slow
@pytest.mark.engines("postgresql")
def test_forty_windows_at_once_call_forty_people(app, desk, procedure):
    people = [arrived(desk, procedure, ELEVEN, number, priority=number % 7 == 0) for number in range(WINDOWS)]
    assert windows_at_once(app, desk.agency_id, WINDOWS) == Counter(people)
    assert {turn(one).status for one in people} == {"called"}
    windows = db.session.scalars(select(Call.window)).all()
    assert sorted(windows) == list(range(1, WINDOWS + 1))


@pytest.mark.slow
@pytest.mark.engines("postgresql")
def test_without_lock_and_guard_the_same_race_calls_somebody_twice(app, desk, procedure, monkeypatch):
    def unguarded(booking, after, **_):
        db.session.execute(Booking.__table__.update().where(Booking.id == booking.id).values(status=after))
        return True

    monkeypatch.setattr(calling, "lock_calls", lambda _: None)
    people = [arrived(desk, procedure, ELEVEN, number) for number in range(8)]
    agency_id = desk.agency_id
    with monkeypatch.context() as patch:
        patch.setattr(calling.history, "move", unguarded)
        called = windows_at_once(app, agency_id, 8)
    assert max(called.values()) > 1
    for one in people:  # leave a clean house for the audit
        db.session.execute(Booking.__table__.update().where(Booking.id == one).values(status="arrived"))
    db.session.commit()

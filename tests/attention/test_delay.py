"""The delay of the day: the rule, and where people read it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.build import create_desk, create_procedure
from tests.support.visits import arrived, booked, turn
from turnero import clock
from turnero.attention import attendance, calling, delay
from turnero.attention.attendance import By
from turnero.attention.board import delay_of
from turnero.attention.queries import today_at
from turnero.booking import queries

HOUR = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
ELEVEN = 660


def called(waited, number=0, arrived_late=0):
    starts_at = HOUR + timedelta(minutes=20 * number)
    arrived_at = starts_at + timedelta(minutes=arrived_late)
    return delay.FirstCall(starts_at, arrived_at, max(starts_at, arrived_at) + timedelta(minutes=waited))


@pytest.mark.parametrize(
    ("waits", "minutes"),
    [
        ([], 0),
        ([40], 0),
        ([10, 20], 15),
        ([10, 90, 12], 12),
        ([-30, -5], 0),
        ([60, 60, 60, 5, 5, 5, 5, 5], 5),
    ],
)
def test_the_delay_is_the_median_of_the_last_five(waits, minutes):
    assert delay.minutes(called(waited, number) for number, waited in enumerate(waits)) == minutes


def test_who_came_after_their_hour_waits_from_their_arrival():
    assert delay.minutes([called(10, number, arrived_late=8) for number in range(3)]) == 10


@pytest.mark.parametrize(("exact", "told"), [(0, 0), (4, 0), (5, 5), (7, 5), (8, 10), (17, 15), (18, 20)])
def test_it_is_told_in_steps_of_five_minutes(exact, told):
    assert delay.told(exact) == told


@pytest.fixture
def procedure(app):
    return create_procedure(minutes=20)


@pytest.fixture
def desk(procedure):
    return create_desk(procedure.line, windows=9)


@pytest.fixture
def by(desk):
    return By("staff:1", desk.agency_id, window=1)


def delay_now(desk):
    now = clock.now()
    return delay_of(desk.agency_id, today_at(desk.agency_id, now), now)


def attend(desk, by, *booking_ids):
    for booking_id in booking_ids:
        assert calling.call(booking_id, by) is None
        attendance.attended(booking_id, by)


def test_a_day_that_runs_late_is_told_on_the_page_of_its_turns_only(client, desk, procedure, by, clock_shift):
    waiting = [arrived(desk, procedure, ELEVEN, number) for number in (1, 2, 3)]
    coming = queries.token_of(turn(booked(desk, procedure, 900, 4)))
    day = today_at(desk.agency_id, clock.now()) + timedelta(days=1)
    tomorrow = queries.token_of(turn(booked(desk, procedure, ELEVEN, 5, day=day)))
    clock_shift(timedelta(minutes=77))  # 11:17
    attend(desk, by, *waiting)
    assert delay_now(desk) == 15
    client.get(f"/mi-turno/{coming}")
    assert "Hoy la agencia atiende con unos 15 minutos de demora" in client.page.text
    client.get(f"/mi-turno/{tomorrow}")
    assert "demora" not in client.page.text
    clock_shift(timedelta(minutes=61))
    assert delay_now(desk) == 0  # nobody knows any more


def test_priority_late_ones_and_repeated_calls_do_not_count(desk, procedure, by, clock_shift):
    ordinary = [arrived(desk, procedure, ELEVEN, number) for number in (1, 2)]
    others = [arrived(desk, procedure, ELEVEN, number, priority=True) for number in (3, 4, 5)]
    clock_shift(timedelta(minutes=70))  # 11:10
    attend(desk, by, ordinary[0])
    calling.call(ordinary[1], by)
    clock_shift(timedelta(minutes=30))
    calling.recall(ordinary[1], by)
    attendance.attended(ordinary[1], by)
    attend(desk, by, *others)
    assert delay_now(desk) == 10

"""The delay of the day: who counts, and where it is shown."""

from datetime import timedelta

import pytest

from tests.support.rows.visits import arrived, booked, turn
from turnero.attention.board.queries import delay_of
from turnero.attention.day import attendance, calling
from turnero.attention.day.queries import today_at
from turnero.booking.turn import queries
from turnero.core import clock

ELEVEN = 660

pytestmark = pytest.mark.desk(windows=9)


def delay_now(desk):
    now = clock.now()
    return delay_of(desk.agency_id, today_at(desk.agency_id, now), now)


def attend(desk, by, *booking_ids):
    for booking_id in booking_ids:
        assert calling.call(booking_id, by) is None
        attendance.attended(booking_id, by)


def test_a_delay_is_shown_only_on_the_pages_of_that_days_turns(client, desk, procedure, by, clock_shift):
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
    assert "Hoy la agencia atiende" not in client.page.text
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

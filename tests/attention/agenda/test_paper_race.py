"""Concurrent posts of the paper list while people arrive: each turn is entered once, without errors."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import today
from tests.support.rows.visits import booked, turn
from tests.support.scenes.crowd import all_at_once
from turnero.attention.agenda import paper_day
from turnero.attention.agenda.paper_day import Entry
from turnero.attention.day import attendance
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.errors import WrongState
from turnero.attention.day.models import Visit
from turnero.core.extensions import db
from turnero.operations.audit import audit
from turnero.staff.actor import Actor

CROWD, TURNS, ELEVEN = 8, 6, 660

pytestmark = pytest.mark.desk(windows=TURNS)


@pytest.fixture
def afternoon(desk, procedure, clock_shift):
    """The day's turns, whose hour has gone by."""
    found = [booked(desk, procedure, ELEVEN, number) for number in range(TURNS)]
    clock_shift(timedelta(hours=4))
    db.session.rollback()
    return found


def test_a_list_sent_many_times_is_entered_once(app, desk, afternoon):
    day, by = today(), Clerk(Actor.staff(1), desk.agency_id, 1)
    entries = [Entry(booking_id, ELEVEN) for booking_id in afternoon]
    counts = all_at_once(app, [lambda: paper_day.enter_paper_day(day, entries, by)] * CROWD)
    assert sorted(counts) == [0] * (CROWD - 1) + [TURNS]
    assert db.session.scalar(select(func.count()).select_from(Visit)) == TURNS
    assert list(audit()) == []


def test_closing_the_day_spares_a_concurrent_arrival(app, desk, afternoon):
    day, by = today(), Clerk(Actor.staff(1), desk.agency_id, 1)

    def come():
        gone = 0
        for booking_id in reversed(afternoon):
            try:
                attendance.arrive(booking_id, by)
            except WrongState:
                gone += 1
        return TURNS - gone

    entries = [Entry(each, None) for each in afternoon]
    came, absent = all_at_once(app, [come, lambda: paper_day.enter_paper_day(day, entries, by)])
    assert came + absent == TURNS
    assert sorted(turn(each).status for each in afternoon) == ["arrived"] * came + ["no_show"] * absent
    assert list(audit()) == []

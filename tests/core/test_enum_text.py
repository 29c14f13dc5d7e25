"""Columns of a closed set of words give members of its enum, and the table names the same words."""

import re

import pytest
from sqlalchemy import CheckConstraint, select

from tests.support.rows.build import next_workday
from tests.support.rows.turns import book
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Event
from turnero.core.db import EnumText
from turnero.core.extensions import Base, db


@pytest.mark.parametrize("column", [Booking.status, Event.after])
def test_a_state_is_read_as_a_member(desk, procedure, column):
    book(desk, procedure, next_workday())
    assert {type(found) for found in db.session.scalars(select(column))} == {Status}


def test_the_event_that_begins_a_booking_has_no_state_before(desk, procedure):
    book(desk, procedure, next_workday())
    assert db.session.scalars(select(Event.before).order_by(Event.id)).all() == [None, Status.HELD]


def test_a_state_that_is_written_is_a_member_at_once(desk, procedure):
    book(desk, procedure, next_workday())
    booking = db.session.scalars(select(Booking)).one()
    assert booking.status is Status.CONFIRMED


CHECKED = [
    (table, column)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, EnumText) and table.name != "events"  # append-only: what they say is in bookings too
]


@pytest.mark.parametrize(("table", "column"), CHECKED, ids=lambda value: value.name)
def test_the_table_names_the_same_words_as_the_enum(table, column):
    checks = [str(each.sqltext) for each in table.constraints if isinstance(each, CheckConstraint)]
    (words,) = (check for check in checks if check.startswith(f"{column.name} IN"))
    assert set(re.findall(r"'(\w+)'", words)) == set(column.type.kind)


def test_six_tables_keep_such_words():
    assert {table.name for table, _ in CHECKED} == {
        "bookings",
        "claims",
        "displacements",
        "seat_requests",
        "seat_offers",
        "notices",
    }

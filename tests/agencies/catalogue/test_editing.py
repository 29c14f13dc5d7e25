"""Edits of an agency's hours, windows and special days: cases and properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.agencies.calendar import opening_hours
from turnero.agencies.calendar.opening_hours import WeeklyHours
from turnero.agencies.catalogue import editing
from turnero.agencies.catalogue.editing import NOWHERE
from turnero.agencies.catalogue.entries import AgencyEntry, DayEntry, DeskEntry, HoursEntry
from turnero.core.interval import Interval

WORK = (0, 1, 2, 3, 4)
D1, D10, D20, D30 = (date(2026, 12, day) for day in (1, 10, 20, 30))
DAY = timedelta(days=1)


def hours(opens, closes, first=None, last=None, days=WORK):
    return HoursEntry(days, opens, closes, first, last, NOWHERE)


def agency(*hours, desks=(), days=()):
    return AgencyEntry("a", "A", "agency", "17", "Quito", "", False, {}, hours, desks, days)


def week(*intervals, days=WORK):
    return [[Interval(*interval) for interval in intervals] if day in days else [] for day in range(7)]


USUAL = hours(480, 1020)
SHORT = week((480, 720))


@pytest.mark.parametrize(
    ("before", "first", "last", "after"),
    [
        ((USUAL,), D10, None, (hours(480, 1020, None, D10 - DAY), hours(480, 720, D10))),
        (
            (USUAL,),
            D10,
            D20,
            (hours(480, 1020, None, D10 - DAY), hours(480, 1020, D20 + DAY, None), hours(480, 720, D10, D20)),
        ),
        ((hours(480, 1020, D10, D20),), D1, D30, (hours(480, 720, D1, D30),)),
        ((hours(480, 1020, D10, D20),), D10, D10, (hours(480, 1020, D10 + DAY, D20), hours(480, 720, D10, D10))),
        ((hours(480, 1020, D20, D30),), D1, D10, (hours(480, 1020, D20, D30), hours(480, 720, D1, D10))),
        ((), D1, None, (hours(480, 720, D1),)),
    ],
    ids=["for good", "for a while", "over all of it", "one day", "before it begins", "where there was none"],
)
def test_another_week(before, first, last, after):
    assert editing.with_week(agency(*before), SHORT, first, last).hours == after


def test_a_week_without_hours_closes_and_other_intervals_of_a_day_stay_apart():
    assert editing.with_week(agency(USUAL), week(), D10, None).hours == (hours(480, 1020, None, D10 - DAY),)
    split = editing.with_week(agency(), week((480, 720), (780, 1020)), D1, None).hours
    assert split == (hours(480, 720, D1), hours(780, 1020, D1))


dates = st.dates(date(2026, 11, 1), date(2027, 2, 1))


def in_force(entry, day):
    rows = [
        WeeklyHours(weekday, each.opens, each.closes, each.valid_from, each.valid_to)
        for each in entry.hours
        for weekday in each.weekdays
    ]
    return opening_hours.week(rows, day)


@given(first=dates, length=st.integers(0, 60) | st.none(), begins=dates | st.none(), ends=dates | st.none(), day=dates)
def test_the_week_is_in_force_between_its_days_and_nothing_else_changes(first, length, begins, ends, day):
    if begins and ends and ends < begins:
        begins, ends = ends, begins
    before = agency(hours(480, 1020, begins, ends))
    last = None if length is None else first + timedelta(days=length)
    after = editing.with_week(before, SHORT, first, last)
    inside = first <= day and (last is None or day <= last)
    assert in_force(after, day) == (tuple(map(tuple, SHORT)) if inside else in_force(before, day))
    assert not any(one.crosses(other) for n, one in enumerate(after.hours) for other in after.hours[n + 1 :])


def desk(windows, since, line="cartera"):
    return DeskEntry(line, windows, 20, since, NOWHERE)


def test_windows_from_a_day_on_leave_the_others():
    before = agency(desks=(desk(3, D1), desk(4, D20), desk(9, D10, "otra")))
    assert editing.entry_with_windows(before, desk(2, D10)).desks == (*before.desks, desk(2, D10))
    assert editing.entry_with_windows(before, desk(2, D20)).desks == (desk(3, D1), desk(9, D10, "otra"), desk(2, D20))


def test_special_days_are_set_and_taken_back():
    before = agency(days=(DayEntry(D10, "otra", 1, NOWHERE), DayEntry(D10, "cartera", 1, NOWHERE)))
    after = editing.with_days(before, "cartera", {D10, D20}, 5)
    assert [(each.day, each.line, each.windows) for each in after.days] == [
        (D10, "otra", 1),
        (D10, "cartera", 5),
        (D20, "cartera", 5),
    ]
    assert editing.with_days(after, "cartera", {D10, D20}, None).days == before.days[:1]

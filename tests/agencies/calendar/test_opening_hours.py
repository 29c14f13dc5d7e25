"""From weekly intervals with validity dates to the hours of a day."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.agencies.calendar.opening_hours import Period, WeeklyHours, intervals, periods, week
from turnero.core.interval import Interval

MONDAY = date(2026, 6, 1)


def test_a_lunch_pause_leaves_two_intervals_in_order() -> None:
    hours = [WeeklyHours(0, 840, 1080), WeeklyHours(0, 480, 720)]
    assert intervals(hours, MONDAY) == (Interval(480, 720), Interval(840, 1080))


@pytest.mark.parametrize("second", [(600, 1020), (720, 1020), (500, 1020), (480, 1020)])
def test_intervals_that_overlap_or_touch_are_one(second: tuple[int, int]) -> None:
    hours = [WeeklyHours(0, 480, 720), WeeklyHours(0, *second)]
    assert intervals(hours, MONDAY) == (Interval(480, 1020),)


def test_an_interval_inside_another_adds_nothing() -> None:
    assert intervals([WeeklyHours(0, 480, 1020), WeeklyHours(0, 600, 660)], MONDAY) == (Interval(480, 1020),)


def test_other_weekdays_are_closed() -> None:
    assert intervals([WeeklyHours(5, 600, 1080)], MONDAY) == ()


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "open_then"),
    [
        (None, None, True),
        (MONDAY, MONDAY, True),  # both ends are inside
        (date(2026, 6, 2), None, False),
        (None, date(2026, 5, 31), False),
        (date(2026, 1, 1), date(2026, 12, 31), True),
    ],
)
def test_hours_count_only_while_valid(valid_from: date | None, valid_to: date | None, open_then: bool) -> None:
    assert bool(intervals([WeeklyHours(0, 480, 1020, valid_from, valid_to)], MONDAY)) is open_then


def test_a_week_has_seven_days_from_monday() -> None:
    hours = [WeeklyHours(0, 480, 1020), WeeklyHours(5, 600, 840), WeeklyHours(6, 600, 840, MONDAY.replace(year=2027))]
    assert week(hours, MONDAY) == ((Interval(480, 1020),), (), (), (), (), (Interval(600, 840),), ())


@given(
    st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1]), max_size=8)
)
def test_the_hours_of_a_day_are_exactly_the_minutes_of_its_intervals(parts: list[tuple[int, int]]) -> None:
    found = intervals([WeeklyHours(0, opens, closes) for opens, closes in parts], MONDAY)
    assert {m for part in found for m in range(part.start, part.end)} == {m for a, b in parts for m in range(a, b)}
    assert all(before.end < after.start for before, after in pairwise(found))


def test_periods_follow_one_another_and_those_that_are_alike_are_one() -> None:
    first, second, third = (date(2026, 6, day) for day in (1, 8, 15))
    hours = [
        WeeklyHours(0, 480, 720, None, date(2026, 6, 7)),
        WeeklyHours(0, 480, 720, second, date(2026, 6, 14)),
        WeeklyHours(0, 540, 720, third, date(2026, 6, 21)),
    ]
    alike, other, closed = (week(hours, day) for day in (first, third, date(2026, 6, 22)))
    assert periods(hours, first) == [
        Period(first, date(2026, 6, 14), alike),
        Period(third, date(2026, 6, 21), other),
        Period(date(2026, 6, 22), None, closed),
    ]
    assert periods(hours, second, third) == [Period(second, date(2026, 6, 14), alike), Period(third, third, other)]

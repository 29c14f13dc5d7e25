"""Terms in working days (COA art. 158 and 159)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.agencies.calendar.deadline import last_day, whole_days
from turnero.agencies.calendar.holidays import national
from turnero.core.interval import Interval

DECREE = date(2026, 1, 2)
QUITO = date(2026, 12, 7)


def resting(*more: date) -> Callable[[date], bool]:
    return lambda day: day in more or any(rest.day == day for rest in national(day.year))


@pytest.mark.parametrize(
    ("notified", "days", "more", "expected"),
    [
        ("2026-02-11", 8, (), "2026-02-25"),  # over Carnival
        ("2026-11-23", 8, (), "2026-12-03"),
        ("2026-11-30", 8, (), "2026-12-10"),
        ("2026-11-30", 8, (QUITO,), "2026-12-11"),
        ("2027-08-04", 8, (), "2027-08-17"),  # 9 August rests, the 10th is worked
        ("2025-12-31", 1, (DECREE,), "2026-01-05"),  # New Year, decree, weekend
        ("2027-12-30", 1, (), "2028-01-03"),  # New Year rests in the year before
        ("2026-06-05", 1, (), "2026-06-08"),  # a Friday: counting begins on Monday
        ("2026-06-06", 1, (), "2026-06-08"),  # notified on a Saturday
    ],
)
def test_the_last_day_of_a_term(notified: str, days: int, more: tuple[date, ...], expected: str) -> None:
    assert last_day(date.fromisoformat(notified), days, resting(*more)).isoformat() == expected


def test_a_term_of_no_days_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        last_day(date(2026, 6, 1), 0, resting())


@given(st.dates(date(2017, 1, 1), date(2100, 1, 1)), st.integers(min_value=1, max_value=60))
def test_a_term_holds_exactly_its_working_days_and_ends_on_one(notified: date, days: int) -> None:
    is_rest = resting()
    end = last_day(notified, days, is_rest)
    term = [notified + timedelta(days=n) for n in range(1, (end - notified).days + 1)]
    working = [day for day in term if day.weekday() < 5 and not is_rest(day)]
    assert len(working) == days
    assert working[-1] == end


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-01-02 00:00", "2026-01-03 00:00", ["2026-01-02"]),
        ("2026-01-02 08:00", "2026-01-02 17:00", []),  # office hours only: a part of the day
        ("2026-01-02 12:00", "2026-01-04 12:00", ["2026-01-03"]),
        ("2024-04-18 00:00", "2024-04-20 00:00", ["2024-04-18", "2024-04-19"]),
    ],
)
def test_the_whole_days_of_a_closure(start: str, end: str, expected: list[str]) -> None:
    span = Interval(datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert [day.isoformat() for day in whole_days(span)] == expected

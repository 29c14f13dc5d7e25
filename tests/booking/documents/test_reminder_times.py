from datetime import date, datetime

import pytest

from turnero.booking.documents.reminder_times import days_to_announce, last_due

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (datetime(2026, 11, 18, 8, 59), None),
        (datetime(2026, 11, 18, 9, 0), "two_days"),
        (datetime(2026, 11, 19, 17, 59), "two_days"),
        (datetime(2026, 11, 19, 18, 0), "evening"),
        (datetime(2026, 11, 20, 7, 0), "evening"),  # the jobs stood still all night
    ],
)
def test_a_turn_on_friday_is_announced_on_wednesday_morning_and_on_thursday_evening(now, name):
    reminder = last_due(FRIDAY, now)
    assert (reminder.name if reminder else None) == name


def test_a_reminder_of_a_monday_comes_at_the_weekend():
    assert last_due(date(2026, 11, 23), datetime(2026, 11, 22, 18, 0)).at(date(2026, 11, 23)).weekday() == 6


def test_only_the_days_that_may_be_due_are_looked_at():
    assert days_to_announce(FRIDAY) == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]

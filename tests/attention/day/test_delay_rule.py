from datetime import UTC, datetime, timedelta

import pytest

from turnero.attention.day.delay import Served, minutes_late

NINE = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def served(arrived, called, hour=0):
    """Somebody for nine (``hour`` minutes later), who came and was called so many minutes after nine."""
    return Served(*(NINE + timedelta(minutes=minutes) for minutes in (hour, arrived, called)))


@pytest.mark.parametrize(
    ("people", "minutes"),
    [
        ([], 0),
        ([served(-10, 30)], 0),
        ([served(-10, 14), served(-5, 16)], 15),
        ([served(-30, -20), served(-5, -1)], 0),
        ([served(8, 20), served(9, 21)], 10),
        ([served(-5, 2), served(-5, 2), served(-5, 90)], 0),
        ([served(-5, 60), *[served(-5, minute) for minute in (70, 70, 70, 71, 72)]], 70),
        ([served(-5, 13), served(-5, 12)], 10),
    ],
)
def test_the_delay_is_the_middle_wait_of_the_last_five(people, minutes):
    assert minutes_late(people) == minutes
    assert minutes_late(reversed(people)) == minutes

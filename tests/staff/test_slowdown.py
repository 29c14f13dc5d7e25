from datetime import UTC, datetime, timedelta

import pytest

from turnero.staff.slowdown import Failure, wait

EIGHT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
HALF_A_MINUTE, A_MINUTE, MOST = timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=15)


def failures(count, *, account=True, source=True, browser=True, ago=timedelta()):
    return [Failure(EIGHT - ago, account, source, browser) for _ in range(count)]


@pytest.mark.parametrize(
    ("past", "known", "expected"),
    [
        ([], False, timedelta()),
        (failures(4), False, timedelta()),
        (failures(5), False, HALF_A_MINUTE),
        (failures(6), False, A_MINUTE),
        (failures(30), False, MOST),
        (failures(5, ago=timedelta(seconds=31)), False, timedelta()),
        (failures(5), True, HALF_A_MINUTE),
        (failures(50, ago=timedelta(minutes=61)), False, timedelta()),
        # A stranger elsewhere tries one account all night: new browsers wait, the person's own does not.
        (failures(200, source=False, browser=False), False, MOST),
        (failures(200, source=False, browser=False), True, timedelta()),
        (failures(19, source=False, browser=False), False, timedelta()),
        # One address tries many accounts; an agency's staff share theirs and mistype now and then.
        (failures(59, account=False, browser=False), False, timedelta()),
        (failures(60, account=False, browser=False), False, HALF_A_MINUTE),
        (failures(200, account=False, browser=False), False, MOST),
        # A stranger on the agency's own network: the person's machine does not wait for what it did not do.
        (failures(200, account=False, browser=False), True, timedelta()),
        (failures(200, browser=False), True, timedelta()),
        (
            failures(
                4,
            )
            + failures(9, browser=False),
            True,
            timedelta(),
        ),
    ],
)
def test_how_long_the_next_try_waits(past, known, expected):
    assert wait(past, EIGHT, known_browser=known) == expected

"""Until when an offered place waits for its answer. Pure rules; times are the agency's wall clock (naive).

Nobody loses a place in their sleep: only the hours from 07:00 to 21:00 count.
"""

from datetime import datetime, timedelta

# The place is kept so much longer than was told; meanwhile only the next of the list may have it.
GRACE = timedelta(minutes=15)
# What is freed later than this goes to those who are at the agency without a turn.
LATEST_RELEASE = timedelta(hours=2)
# Who is drawn has so long to confirm.
DRAWN_FOR = timedelta(hours=24)
_AWAKE, _ASLEEP = 7, 21
_LEAST_MINUTES = 30


def answer_by(now: datetime, starts: datetime, minutes: int) -> datetime | None:
    """The deadline of an offer made ``now`` with so many waking ``minutes`` to answer; None where it is too late."""
    return _fitting(now, starts, _awake(now, minutes))


def drawn_answer_by(now: datetime, starts: datetime) -> datetime | None:
    """The same for a place that was drawn: a whole day."""
    return _fitting(now, starts, now + DRAWN_FOR)


def _fitting(now: datetime, starts: datetime, wanted: datetime) -> datetime | None:
    end = min(wanted, starts - LATEST_RELEASE - GRACE)
    return end if _awake(now, _LEAST_MINUTES) <= end else None


def _awake(start: datetime, minutes: int) -> datetime:
    """When so many waking minutes from ``start`` have passed."""
    left = timedelta(minutes=minutes)
    at = start
    while True:
        morning = at.replace(hour=_AWAKE, minute=0, second=0, microsecond=0)
        night = morning.replace(hour=_ASLEEP)
        begin = max(at, morning)
        if begin < night:
            if left <= night - begin:
                return begin + left
            left -= night - begin
        at = morning + timedelta(days=1)

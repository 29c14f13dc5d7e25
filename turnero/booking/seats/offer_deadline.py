"""Deadlines of offers. Pure rules; times are the agency's wall clock (naive).

Only waking hours, 07:00 to 21:00, count.
"""

from datetime import datetime, timedelta

# The place stays reserved this much past the stated deadline, for the next on the list only.
GRACE = timedelta(minutes=15)
# Places freed later than this go to people at the agency without a turn.
LATEST_RELEASE = timedelta(hours=2)
# Time to confirm a drawn place.
DRAWN_FOR = timedelta(hours=24)
_AWAKE, _ASLEEP = 7, 21
_LEAST_MINUTES = 30


def answer_by(now: datetime, starts: datetime, minutes: int) -> datetime | None:
    """The deadline of an offer made ``now`` with ``minutes`` waking minutes to answer; None if it is too late."""
    return _fitting(now, starts, _awake(now, minutes))


def drawn_answer_by(now: datetime, starts: datetime) -> datetime | None:
    """The deadline of a drawn place: a whole day."""
    return _fitting(now, starts, now + DRAWN_FOR)


def _fitting(now: datetime, starts: datetime, wanted: datetime) -> datetime | None:
    end = min(wanted, starts - LATEST_RELEASE - GRACE)
    return end if _awake(now, _LEAST_MINUTES) <= end else None


def _awake(start: datetime, minutes: int) -> datetime:
    """The moment after this many waking minutes from ``start``."""
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

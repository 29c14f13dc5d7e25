"""Legal terms in working days (COA art. 158 and 159)."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from turnero.core.interval import Interval

_DAY = timedelta(days=1)
_SATURDAY = 5


def last_day(notified: date, days: int, is_rest: Callable[[date], bool]) -> date:
    """The last day of a term of ``days`` working days, the first being the working day after ``notified``.

    Excludes Saturdays, Sundays and days for which ``is_rest`` is true. A holiday of the person's or the office's place
    counts (art. 159), so ``is_rest`` must know both.
    """
    if days < 1:
        raise ValueError("a term has at least one day")
    day = notified
    while days:
        day += _DAY
        if day.weekday() < _SATURDAY and not is_rest(day):
            days -= 1
    return day


def whole_days(span: Interval[datetime]) -> Iterator[date]:
    """Local days a closure covers from midnight to midnight; part of a day does not stop a term."""
    day = span.start.date()
    while (midnight := datetime.combine(day, time())) < span.end:
        if span.covers(Interval(midnight, midnight + _DAY)):
            yield day
        day += _DAY

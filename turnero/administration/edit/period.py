"""The period of a search or statistics page: fields ``desde`` and ``hasta``."""

from datetime import date, timedelta

from turnero.administration.edit import parsing
from turnero.administration.edit.errors import DaysReversed, DaysTooMany
from turnero.core import clock
from turnero.transparency.figures import MAINLAND
from turnero.web.fields import Fields

_MAX_PERIOD = timedelta(days=366)


def period(fields: Fields, usual: timedelta) -> tuple[date, date]:
    """``desde`` and ``hasta``, defaulting to the last days until today; errors are kept in ``fields``."""
    today = clock.local(clock.now(), MAINLAND).date()
    last = fields.parsed("hasta", parsing.day_or_none) or today
    first = fields.parsed("desde", parsing.day_or_none) or last - usual
    if fields.faults.keys() & {"desde", "hasta"}:
        return first, last
    if first > last:
        fields.faults["hasta"] = DaysReversed()
    elif last - first >= _MAX_PERIOD:
        fields.faults["desde"] = DaysTooMany(most=_MAX_PERIOD.days)
    return first, last

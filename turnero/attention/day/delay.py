"""The delay of an agency: a pure rule over punctual people who were called."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

_LAST = 5
_FEWEST = 2
_STEP = 5


@dataclass(frozen=True)
class Served:
    """A punctual person: hour, arrival and first call (all UTC)."""

    starts_at: datetime
    arrived_at: datetime
    called_at: datetime

    @property
    def waited(self) -> timedelta:
        """The wait from the hour, or from a later arrival; never negative."""
        return max(self.called_at - max(self.starts_at, self.arrived_at), timedelta())


def minutes_late(served: Iterable[Served]) -> int:
    """The median wait of the last five people called, in minutes rounded to five; 0 with fewer than two."""
    last = sorted(served, key=lambda one: one.called_at)[-_LAST:]
    if len(last) < _FEWEST:
        return 0
    minutes = median(one.waited.total_seconds() for one in last) / 60
    return _STEP * round(minutes / _STEP)

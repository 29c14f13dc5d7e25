"""How late an agency is: a pure rule over people who came in time and were called."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

_LAST = 5
_FEWEST = 2
_STEP = 5


@dataclass(frozen=True)
class Served:
    """Somebody in time: their hour, when they came and when they were first called (all UTC)."""

    starts_at: datetime
    arrived_at: datetime
    called_at: datetime

    @property
    def waited(self) -> timedelta:
        """From the hour, or from the arrival where that was later; nobody called early waited less than nothing."""
        return max(self.called_at - max(self.starts_at, self.arrived_at), timedelta())


def minutes_late(served: Iterable[Served]) -> int:
    """The middle wait of the last five people called, in minutes rounded to five; 0 with fewer than two."""
    last = sorted(served, key=lambda one: one.called_at)[-_LAST:]
    if len(last) < _FEWEST:
        return 0
    minutes = median(one.waited.total_seconds() for one in last) / 60
    return _STEP * round(minutes / _STEP)

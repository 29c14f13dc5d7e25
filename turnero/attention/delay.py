"""How far behind its hours an agency runs today: a rule without database or clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

# One slow case is no delay of the day, and what was an hour ago says little about now.
FEWEST, LATEST, REMEMBERED_MINUTES = 2, 5, 60
_STEP = 5


@dataclass(frozen=True)
class FirstCall:
    """When somebody who came in time was called for the first time."""

    starts_at: datetime
    arrived_at: datetime
    called_at: datetime

    @property
    def waited(self) -> float:
        """Minutes beyond the hour, or beyond the arrival of who came after it; nobody's wait is negative."""
        return max(0.0, (self.called_at - max(self.starts_at, self.arrived_at)).total_seconds() / 60)


def minutes(calls: Iterable[FirstCall]) -> int:
    """The median wait of the last five, 0 where fewer than two say anything."""
    last = sorted(calls, key=lambda call: call.called_at)[-LATEST:]
    return int(median(call.waited for call in last)) if len(last) >= FEWEST else 0


def told(exact: int) -> int:
    """As people are told: in steps of five minutes, nothing under five."""
    return _STEP * ((exact + _STEP // 2) // _STEP) if exact >= _STEP else 0

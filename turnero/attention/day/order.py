"""The calling order: one published pure rule (docs/decisions: calling-order)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """A waiting person. ``minute``: local minute of their turn's hour."""

    booking_id: int
    minute: int
    arrived_at: datetime
    priority: bool = False
    late: bool = False
    walk_in: bool = False
    parked_at: datetime | None = None
    for_window: int | None = None


def queue(waiting: Iterable[Waiting], window: int | None = None) -> list[Waiting]:
    """The people ``window`` calls, in order; without a window everybody.

    First people sent to this window; then priority by arrival; then punctual people by their hour; then late people
    and walk-ins by arrival. Called people who did not come are last.
    """
    mine = [one for one in waiting if window is None or one.for_window in (None, window)]
    return sorted(mine, key=_place)


def _place(one: Waiting) -> tuple[int, float, float, int]:
    arrived = one.arrived_at.timestamp()
    if one.for_window is not None:
        return 0, arrived, 0, one.booking_id
    if one.parked_at is not None:
        return 4, one.parked_at.timestamp(), arrived, one.booking_id
    if one.priority:
        return 1, arrived, 0, one.booking_id
    if one.late or one.walk_in:
        return 3, arrived, 0, one.booking_id
    return 2, one.minute, arrived, one.booking_id

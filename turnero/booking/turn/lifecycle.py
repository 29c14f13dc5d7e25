"""The life of a booking: one table of transitions; nothing else changes a status (DESIGN §7)."""

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    HELD = "held"
    LAPSED = "lapsed"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    CALLED = "called"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    DISPLACED = "displaced"


# A live turn uses up its cédula's one place per trámite.
LIVE = frozenset({Status.CONFIRMED, Status.ARRIVED, Status.CALLED, Status.DISPLACED})
# These keep undated claims; a displaced turn is live and has lost its place.
SEATED = frozenset({Status.CONFIRMED, Status.ARRIVED, Status.CALLED})

TRANSITIONS: dict[Status | None, frozenset[Status]] = {
    None: frozenset({Status.HELD, Status.ARRIVED}),  # a walk-in starts at arrived
    Status.HELD: frozenset({Status.CONFIRMED, Status.LAPSED}),
    Status.CONFIRMED: frozenset({Status.ARRIVED, Status.CANCELLED, Status.DISPLACED, Status.NO_SHOW}),
    Status.ARRIVED: frozenset({Status.CALLED, Status.NO_SHOW}),
    Status.CALLED: frozenset({Status.ATTENDED, Status.ARRIVED, Status.NO_SHOW}),
    Status.DISPLACED: frozenset({Status.CONFIRMED, Status.CANCELLED}),
}

# What staff may take back within ten minutes, beyond what the table above allows anyway.
UNDONE: dict[Status, frozenset[Status]] = {
    Status.ARRIVED: frozenset({Status.CONFIRMED}),
    Status.ATTENDED: frozenset({Status.CALLED}),
    Status.NO_SHOW: frozenset({Status.CONFIRMED, Status.ARRIVED, Status.CALLED}),
    Status.CANCELLED: frozenset({Status.CONFIRMED}),
}


def may(before: Status | None, after: Status) -> bool:
    """Whether a booking may go from ``before`` (None: not there yet) to ``after``."""
    return after in TRANSITIONS.get(before, frozenset())


def may_undo(before: Status, after: Status) -> bool:
    """Whether staff may take the step from ``after`` to ``before`` back."""
    return may(before, after) or after in UNDONE.get(before, frozenset())


def replay(steps: Iterable[tuple[str | None, str]]) -> Status | None:
    """The status that a booking's events lead to. Raises ValueError on a step the table does not allow.

    A step that stays where it is records another change of the turn, such as a new hour.
    """
    status: Status | None = None
    for before, after in steps:
        stays = before == after == status
        if not stays and ((Status(before) if before else None) != status or not _may_follow(status, Status(after))):
            raise ValueError(f"an event from {before} to {after} cannot follow {status}")
        status = Status(after)
    return status


def _may_follow(before: Status | None, after: Status) -> bool:
    return may(before, after) or (before is not None and may_undo(before, after))

"""The life of a booking: one table of transitions; nothing else changes a status (DESIGN §7)."""

from collections.abc import Iterable
from enum import Enum, StrEnum
from typing import assert_never


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


class Phase(Enum):
    """What a status means outside the lifecycle. A new status is classified once, in ``phase_of``."""

    HOLD = 1  # not a turn yet, or never became one
    TO_COME = 2
    PRESENT = 3
    DISPLACED = 4  # live, and has lost its place
    ENDED = 5


def phase_of(status: Status) -> Phase:
    """The phase of a booking with this status."""
    match status:
        case Status.HELD | Status.LAPSED:
            return Phase.HOLD
        case Status.CONFIRMED:
            return Phase.TO_COME
        case Status.ARRIVED | Status.CALLED:
            return Phase.PRESENT
        case Status.DISPLACED:
            return Phase.DISPLACED
        case Status.ATTENDED | Status.NO_SHOW | Status.CANCELLED:
            return Phase.ENDED
        case _ as never:
            assert_never(never)


def _in(*phases: Phase) -> frozenset[Status]:
    return frozenset(status for status in Status if phase_of(status) in phases)


HOLDS = _in(Phase.HOLD)
# The person is at the agency.
PRESENT = _in(Phase.PRESENT)
ENDED = _in(Phase.ENDED)
# A live turn uses up its cédula's one place per trámite.
LIVE = _in(Phase.TO_COME, Phase.PRESENT, Phase.DISPLACED)
# Bookings that keep undated claims.
SEATED = _in(Phase.TO_COME, Phase.PRESENT)

TRANSITIONS: dict[Status | None, frozenset[Status]] = {
    None: frozenset({Status.HELD, Status.ARRIVED}),  # a walk-in starts at arrived
    Status.HELD: frozenset({Status.CONFIRMED, Status.LAPSED}),
    Status.CONFIRMED: frozenset({Status.ARRIVED, Status.CANCELLED, Status.DISPLACED, Status.NO_SHOW}),
    Status.ARRIVED: frozenset({Status.CALLED, Status.NO_SHOW}),
    Status.CALLED: frozenset({Status.ATTENDED, Status.ARRIVED, Status.NO_SHOW}),
    Status.DISPLACED: frozenset({Status.CONFIRMED, Status.CANCELLED}),
}

# Steps staff may undo within ten minutes, in addition to the transitions above.
UNDONE: dict[Status, frozenset[Status]] = {
    Status.ARRIVED: frozenset({Status.CONFIRMED}),
    Status.ATTENDED: frozenset({Status.CALLED}),
    Status.NO_SHOW: frozenset({Status.CONFIRMED, Status.ARRIVED, Status.CALLED}),
    Status.CANCELLED: frozenset({Status.CONFIRMED}),
}


def may(before: Status | None, after: Status) -> bool:
    """Whether a booking may go from ``before`` (None: it does not exist yet) to ``after``."""
    return after in TRANSITIONS.get(before, frozenset())


def may_undo(before: Status, after: Status) -> bool:
    """Whether staff may undo the step from ``after`` to ``before``."""
    return may(before, after) or after in UNDONE.get(before, frozenset())


def replay(steps: Iterable[tuple[str | None, str]]) -> Status | None:
    """The status that results from a booking's events. Raises ValueError on a transition the table does not allow.

    An event that keeps the status records another change of the turn, such as a new hour.
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

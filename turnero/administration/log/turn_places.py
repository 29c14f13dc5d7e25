"""A turn's places over time, from its events: a moved turn was in the agendas of two days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any


@dataclass(frozen=True)
class TurnPlace:
    """An agency (slug) and a local day and minute."""

    agency: str
    day: date
    minute: int

    @property
    def when(self) -> datetime:
        """The local wall time."""
        return datetime.combine(self.day, time(self.minute // 60, self.minute % 60))


@dataclass(frozen=True)
class Move:
    """A change of a turn's place."""

    at: datetime
    before: TurnPlace
    after: TurnPlace


@dataclass(frozen=True)
class Stay:
    """The turn was in the agenda of an agency's day from ``since`` until before ``until`` (None: still)."""

    agency: str
    day: date
    since: datetime
    until: datetime | None

    def holds(self, agency: str, day: date | None, at: datetime) -> bool:
        """Whether the turn was in that agenda at that instant."""
        return (agency, day) == (self.agency, self.day) and self.since <= at and (self.until is None or at < self.until)


def move_of(at: datetime, details: Mapping[str, Any]) -> Move | None:
    """The move recorded in an event's details, if any."""
    before, after = _place(details.get("before")), _place(details.get("after"))
    return Move(at, before, after) if before and after else None


def _place(said: Any) -> TurnPlace | None:
    """Parse a place written by ``relocation.recorded_place``."""
    if not isinstance(said, dict) or "day" not in said:
        return None
    return TurnPlace(said["agency"], date.fromisoformat(said["day"]), said["minute"])


def place_at(moves: Sequence[Move], at: datetime, present: TurnPlace) -> TurnPlace:
    """The turn's place at an instant; ``moves`` in order."""
    return next((move.before for move in moves if move.at > at), present)


def stays(moves: Sequence[Move], present: TurnPlace, since: datetime, until: datetime | None) -> list[Stay]:
    """The agendas the turn was in; ``until``: when it was erased."""
    places = [*(move.before for move in moves), present]
    begins = [since, *(move.at for move in moves)]
    ends = [*(move.at for move in moves), until]
    return [Stay(place.agency, place.day, begin, end) for place, begin, end in zip(places, begins, ends, strict=True)]

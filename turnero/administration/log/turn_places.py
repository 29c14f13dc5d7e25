"""Where a turn stood and when, as its events tell: one that got another hour was in the agendas of two days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any


@dataclass(frozen=True)
class TurnPlace:
    """An agency, by its slug, and a local day and minute there."""

    agency: str
    day: date
    minute: int

    @property
    def when(self) -> datetime:
        """Local wall time."""
        return datetime.combine(self.day, time(self.minute // 60, self.minute % 60))


@dataclass(frozen=True)
class Move:
    """A turn got another place."""

    at: datetime
    before: TurnPlace
    after: TurnPlace


@dataclass(frozen=True)
class Stay:
    """From ``since`` until before ``until`` (None: still) a turn stood in the agenda of an agency's day."""

    agency: str
    day: date
    since: datetime
    until: datetime | None

    def holds(self, agency: str, day: date | None, at: datetime) -> bool:
        """Whether it stood in that agenda at that instant."""
        return (agency, day) == (self.agency, self.day) and self.since <= at and (self.until is None or at < self.until)


def move_of(at: datetime, details: Mapping[str, Any]) -> Move | None:
    """The move that an event's details tell, if it was one."""
    before, after = _place(details.get("before")), _place(details.get("after"))
    return Move(at, before, after) if before and after else None


def _place(said: Any) -> TurnPlace | None:
    """As ``relocation.recorded_place`` wrote it."""
    if not isinstance(said, dict) or "day" not in said:
        return None
    return TurnPlace(said["agency"], date.fromisoformat(said["day"]), said["minute"])


def place_at(moves: Sequence[Move], at: datetime, present: TurnPlace) -> TurnPlace:
    """Where a turn stood at an instant; ``moves`` in their order."""
    return next((move.before for move in moves if move.at > at), present)


def stays(moves: Sequence[Move], present: TurnPlace, since: datetime, until: datetime | None) -> list[Stay]:
    """In which agendas it stood, from its first day there on; ``until``: when it was forgotten."""
    places = [*(move.before for move in moves), present]
    begins = [since, *(move.at for move in moves)]
    ends = [*(move.at for move in moves), until]
    return [Stay(place.agency, place.day, begin, end) for place, begin, end in zip(places, begins, ends, strict=True)]

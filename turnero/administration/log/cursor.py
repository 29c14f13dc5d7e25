"""Keyset-pagination cursor of the audit log: lines come from several tables, and many share an instant."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_

from turnero.booking.turn.models import Event
from turnero.staff.models import AdminChange, DataView

_MAX_CHARACTERS = 60
_MAX_DIGITS = 18


@dataclass(frozen=True, order=True)
class Mark:
    """Position of a line: instant, rank of its table, row id."""

    at: datetime
    rank: int
    row: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{self.rank}-{self.row}"

    def older(self, table: type[AdminChange | Event | DataView], rank: int) -> ColumnElement[bool]:
        """Whether a row of a table comes after this line, where the newest comes first."""
        if rank < self.rank:
            return table.at <= self.at
        if rank > self.rank:
            return table.at < self.at
        return or_(table.at < self.at, and_(table.at == self.at, table.id < self.row))


def parse_cursor(text: str) -> Mark | None:
    """What ``str`` made of a mark; None for anything else."""
    at, *numbers = text[:_MAX_CHARACTERS].split("-")
    if len(numbers) != len(("rank", "row")) or not all(n.isascii() and n.isdecimal() for n in numbers):
        return None
    try:
        return Mark(datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), *map(int, numbers))
    except ValueError:
        return None

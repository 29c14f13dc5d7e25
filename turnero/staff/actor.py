"""The actor of an event: a kind and, for accounts and devices, an id. Stored as text, parsed only here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import String, TypeDecorator
from sqlalchemy.engine import Dialect


class ActorKind(StrEnum):
    CITIZEN = "citizen"
    OWNER = "owner"  # the owner of the cédula, by the address on file
    STAFF = "staff"
    KIOSK = "kiosk"
    COMMAND_LINE = "command line"
    # Jobs.
    SWEEP = "sweep"
    CLOSE_DAY = "close_day"
    DISPLACEMENT = "displacement"
    WAITING_LIST = "waiting list"
    DRAW = "draw"
    RESTORE = "restore"


BY_HAND = frozenset({ActorKind.STAFF, ActorKind.KIOSK})
# Written by earlier versions.
_FORMER = {"waiting": ActorKind.WAITING_LIST}


@dataclass(frozen=True)
class Actor:
    """``id``: the account of STAFF or the device of a KIOSK; None for other kinds."""

    kind: ActorKind
    id: int | None = None

    def __post_init__(self) -> None:
        if (self.id is not None) != (self.kind in BY_HAND):
            raise ValueError(f"{self.kind} with id {self.id}")

    def __str__(self) -> str:
        return str(self.kind) if self.id is None else f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a row's text. Raises ValueError for unknown forms."""
        kind, _, number = text.partition(":")
        return cls(_FORMER.get(kind) or ActorKind(kind), int(number) if number else None)

    @classmethod
    def staff(cls, account_id: int) -> Self:
        return cls(ActorKind.STAFF, account_id)

    @classmethod
    def kiosk(cls, device_id: int) -> Self:
        return cls(ActorKind.KIOSK, device_id)


CITIZEN = Actor(ActorKind.CITIZEN)
COMMAND_LINE = Actor(ActorKind.COMMAND_LINE)
SWEEP = Actor(ActorKind.SWEEP)


class ActorText(TypeDecorator[Actor]):
    """Column type: an ``Actor`` in Python, its text in the database."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Actor | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Actor | None:
        return None if value is None else Actor.parse(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Compare prefixes (``startswith``) as text."""
        return String() if isinstance(value, str) else self

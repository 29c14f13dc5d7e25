"""The kiosk's answer about a turn: a pure rule that never sees whose turn it is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from turnero.booking.turn.lifecycle import LIVE, Status

# People who come earlier than this are asked to come back: the room has few chairs.
EARLIEST = timedelta(minutes=60)


class Result(StrEnum):
    """``data-resultado`` of the kiosk's answer (CONTRACT §5)."""

    CONFIRMED = "confirmado"
    EARLY = "temprano"
    LATE = "tarde"
    ELSEWHERE = "otra-agencia"
    OTHER_DAY = "otro-dia"
    DISPLACED = "desplazado"
    UNKNOWN = "no-reconocido"


@dataclass(frozen=True)
class Known:
    """The facts the rule needs; ``starts_at`` in UTC, ``day`` local."""

    status: Status
    here: bool
    day: date
    starts_at: datetime


def recognise(turn: Known | None, today: date, now: datetime, tolerance: timedelta) -> Result:
    """The result for a reference. Ended turns count as unknown."""
    if turn is None or turn.status not in LIVE:
        return Result.UNKNOWN
    if turn.status == Status.DISPLACED:
        return Result.DISPLACED
    if not turn.here:
        return Result.ELSEWHERE
    return _today_here(turn, now, tolerance) if turn.day == today else Result.OTHER_DAY


def _today_here(turn: Known, now: datetime, tolerance: timedelta) -> Result:
    if turn.status == Status.CONFIRMED and now < turn.starts_at - EARLIEST:
        return Result.EARLY
    late = turn.status == Status.CONFIRMED and now > turn.starts_at + tolerance
    return Result.LATE if late else Result.CONFIRMED


def recognise_by_cedula(turn: Known | None, today: date, now: datetime, tolerance: timedelta) -> Result:
    """The result for a cédula, which anybody can type: today's turn here, or one neutral answer."""
    found = recognise(turn, today, now, tolerance)
    return found if found in (Result.CONFIRMED, Result.EARLY, Result.LATE) else Result.UNKNOWN

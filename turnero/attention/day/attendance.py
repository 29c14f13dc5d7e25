"""Use cases of a turn on its day: arrival, attention, absence."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from turnero.attention.day.checkin import check_in
from turnero.attention.day.errors import NotToday, TooEarlyToMiss, wrong_state
from turnero.attention.day.models import Visit
from turnero.attention.day.queries import booking_here, today_at, visit_of
from turnero.booking.turn import history
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core import db as database
from turnero.staff.actor import Actor


@dataclass(frozen=True)
class Clerk:
    """The acting clerk, with agency and window."""

    actor: Actor
    agency_id: int
    window: int | None = None


@database.transaction
def arrive(booking_id: int, by: Clerk) -> Visit:
    """Check the person in and return the visit with its ticket. Idempotent.

    Raises NotFound, NotToday, WrongState.
    """
    booking = booking_here(booking_id, by.agency_id, lock=True)
    now = clock.now()
    visit = visit_of(booking_id)
    if booking.status == Status.ARRIVED and visit is not None:
        return visit
    require_status(booking, Status.CONFIRMED)
    if booking.day != today_at(by.agency_id, now):
        raise NotToday
    return check_in(booking, now=now, actor=by.actor)


@database.transaction
def attended(booking_id: int, by: Clerk) -> None:
    """End the attention of a called person. Idempotent. Raises NotFound, WrongState."""
    booking = booking_here(booking_id, by.agency_id, lock=True)
    if booking.status == Status.ATTENDED:
        return
    require_status(booking, Status.CALLED)
    _end(booking, Status.ATTENDED, by)


@database.transaction
def absent(booking_id: int, by: Clerk) -> None:
    """Mark a person absent who did not come or no longer answers. Idempotent.

    Raises NotFound, WrongState, and TooEarlyToMiss before the turn's hour.
    """
    booking = booking_here(booking_id, by.agency_id, lock=True)
    if booking.status == Status.NO_SHOW:
        return
    require_status(booking, Status.CONFIRMED, Status.ARRIVED, Status.CALLED)
    if booking.status == Status.CONFIRMED and booking.starts_at > clock.now():
        raise TooEarlyToMiss
    _end(booking, Status.NO_SHOW, by)


def _end(booking: Booking, after: Status, by: Clerk) -> None:
    now = clock.now()
    visit = visit_of(booking.id)
    details: dict[str, Any] = {"visit": visit_state(visit)}
    if visit is not None and visit.called_at is not None:
        details |= {"window": visit.window, "seconds": round((now - visit.called_at).total_seconds())}
    if not history.move(booking, after, actor=by.actor, now=now, details=details):
        raise wrong_state(booking)
    if visit is not None:
        visit.ended_at = now


def require_status(booking: Booking, *statuses: Status) -> None:
    """Raises WrongState unless the turn is in one of ``statuses``."""
    if booking.status not in statuses:
        raise wrong_state(booking)


def visit_state(visit: Visit | None) -> dict[str, Any] | None:
    """Fields of a visit that calling changes, stored in the event for undo."""
    if visit is None:
        return None
    return {
        "parked_at": _told(visit.parked_at),
        "for_window": visit.for_window,
        "window": visit.window,
        "called_at": _told(visit.called_at),
        "calls": visit.calls,
        "ended_at": _told(visit.ended_at),
    }


def _told(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None

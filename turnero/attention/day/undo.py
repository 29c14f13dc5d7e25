"""Undoes the last step of a turn, for ten minutes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from turnero.attention.day.attendance import Clerk
from turnero.attention.day.calling import lock_calls, require_free
from turnero.attention.day.errors import CannotUndo, UndoPlaceTaken, UndoTooLate, WindowBusy
from turnero.attention.day.models import Call, Visit
from turnero.attention.day.queries import booking_here, visit_of
from turnero.booking.documents.notices import tell
from turnero.booking.seats import claims, limits
from turnero.booking.turn import history
from turnero.booking.turn.errors import AlreadyHasTurn, OverlappingTurn
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status, may_undo
from turnero.booking.turn.models import Booking, Claim, Event
from turnero.booking.turn.place import Place
from turnero.booking.turn.states import Purpose
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff.actor import BY_HAND

UNDO_LIFE = timedelta(minutes=10)


def undo(booking_id: int, by: Clerk) -> None:
    """Undo the last step that staff or a kiosk made with a turn.

    Raises NotFound, CannotUndo, UndoTooLate after ten minutes, and UndoPlaceTaken if the seat is taken or the cédula
    has another live turn for the trámite by now.
    """
    try:
        _undo(booking_id, by)
    except IntegrityError as error:  # another turn was booked: one live turn per cédula and trámite
        raise UndoPlaceTaken from error
    except (AlreadyHasTurn, OverlappingTurn) as error:
        raise UndoPlaceTaken from error


@database.transaction
def _undo(booking_id: int, by: Clerk) -> None:
    seen = booking_here(booking_id, by.agency_id)
    database.lock(f"cedula:{seen.cedula}")
    lock_calls(by.agency_id)
    database.lock_shared(f"desk:{seen.desk_id}")  # before the turn's row, in the same order as closing hours
    booking = booking_here(booking_id, by.agency_id, lock=True)
    now = clock.now()
    event = last_step(booking)
    if event is None:
        raise CannotUndo
    if event.at <= now - UNDO_LIFE:
        raise UndoTooLate
    assert event.before is not None
    before = event.before
    if before == Status.CALLED:
        _require_window(by.agency_id, event, now)
    if booking.status == Status.CANCELLED:
        _retake_place(booking, event, now)
        tell(booking, "restored", now, occasion=f"undo:{event.id}")
    details = {"undone": event.id}
    if not history.move(booking, before, What.UNDONE, actor=by.actor, now=now, details=details, undo=True):
        raise CannotUndo
    _restore_visit(booking, event)


def last_step(booking: Booking) -> Event | None:
    """The event of a turn's present status, if a person made it and it can be undone."""
    event = db.session.scalars(
        select(Event)
        .where(Event.booking_id == booking.id, Event.before.is_distinct_from(Event.after))
        .order_by(Event.id.desc())
        .limit(1)
    ).first()
    return event if event is not None and _by_hand(event, booking) else None


def may_take_back(event: Event, booking: Booking, now: datetime) -> bool:
    """Whether ``event``, the turn's last status change, can be undone at ``now``."""
    return _by_hand(event, booking) and event.at > now - UNDO_LIFE


def _by_hand(event: Event, booking: Booking) -> bool:
    if event.before is None or event.what in (What.UNDONE, What.PAPER) or event.after != booking.status:
        return False
    return event.actor.kind in BY_HAND and may_undo(event.after, event.before)


def _require_window(agency_id: int, event: Event, now: datetime) -> None:
    """Raises WindowBusy unless the window to return to is free."""
    window = (event.details.get("visit") or {}).get("window")
    if window is None:
        raise CannotUndo
    try:
        require_free(agency_id, window, now)
    except WindowBusy as busy:
        raise UndoPlaceTaken from busy


def _retake_place(booking: Booking, event: Event, now: datetime) -> None:
    """Retake the cancelled turn's own seat, still unreleased, or another one of the same hour."""
    place = Place.of(booking)
    seat = event.details.get("seat")
    if seat is None:
        raise UndoPlaceTaken
    key = (Claim.desk_id == place.desk_id, Claim.day == place.day, Claim.seat == seat, Claim.minute.in_(place.minutes))
    db.session.execute(
        delete(Claim).where(*key, Claim.purpose == Purpose.DELAY).execution_options(synchronize_session=False)
    )
    if claims.take_one_of(place, [seat], claims.Terms(booking.id, Purpose.TURN, None), now) is None:
        raise UndoPlaceTaken
    limits.check_overlap(booking)


def _restore_visit(booking: Booking, event: Event) -> None:
    """Restore the visit to its state before the step; delete it if the step was the check-in."""
    visit = visit_of(booking.id)
    if visit is None:
        return
    if event.after == Status.ARRIVED and event.before == Status.CONFIRMED:
        db.session.delete(visit)
        return
    if event.after == Status.CALLED:
        _take_call_back(visit)
    state: dict[str, Any] | None = event.details.get("visit")
    if state is None:
        return
    visit.for_window, visit.window, visit.calls = state["for_window"], state["window"], state["calls"]
    visit.parked_at, visit.called_at, visit.ended_at = (
        datetime.fromisoformat(state[field]) if state[field] else None
        for field in ("parked_at", "called_at", "ended_at")
    )


def _take_call_back(visit: Visit) -> None:
    """Remove a mistaken call from the board."""
    last = select(Call).where(Call.booking_id == visit.booking_id, Call.window == visit.window).order_by(Call.id.desc())
    call = db.session.scalars(last.limit(1)).first()
    if call is not None:
        db.session.delete(call)

"""Calls people to windows. Each public function is one use case; calls of an agency are serialised."""

from datetime import datetime

from turnero.attention.day.attendance import Clerk, require_status, visit_state
from turnero.attention.day.errors import NotToday, NoWindow, WindowBusy, wrong_state
from turnero.attention.day.models import Call, Visit
from turnero.attention.day.order import queue
from turnero.attention.day.queries import booking_here, called_to, today_at, visit_of, waiting_visits
from turnero.booking.turn import history
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db


@database.transaction
def call_next(by: Clerk, desk_id: int | None = None) -> int | None:
    """Call the next person to the member's window. Returns the turn's id, or None if nobody waits.

    ``desk_id`` limits it to one line. Raises NoWindow, WindowBusy.
    """
    window = _window(by)
    lock_calls(by.agency_id)
    now = clock.now()
    day = today_at(by.agency_id, now)
    require_free(by.agency_id, window, now)
    for candidate in queue(waiting_visits(by.agency_id, day, desk_id), window):
        visit = db.session.get_one(Visit, candidate.booking_id)
        if _call(visit, window, by, now):
            return candidate.booking_id
    return None


@database.transaction
def call(booking_id: int, by: Clerk) -> None:
    """Call this person out of order. Idempotent at the same window.

    Raises NotFound, NotToday, WrongState, NoWindow, WindowBusy.
    """
    window = _window(by)
    lock_calls(by.agency_id)
    booking = booking_here(booking_id, by.agency_id, lock=True)
    now = clock.now()
    visit = visit_of(booking_id)
    if booking.status == Status.CALLED and visit is not None and visit.window == window:
        return
    require_status(booking, Status.ARRIVED)
    assert visit is not None
    if visit.day != today_at(by.agency_id, now):
        raise NotToday
    require_free(by.agency_id, window, now)
    if not _call(visit, window, by, now):
        raise wrong_state(booking)


@database.transaction
def recall(booking_id: int, by: Clerk) -> None:
    """Repeat a call to the same window. Raises NotFound, WrongState."""
    booking = booking_here(booking_id, by.agency_id, lock=True)
    require_status(booking, Status.CALLED)
    visit = visit_of(booking_id)
    assert visit is not None and visit.window is not None
    now = clock.now()
    visit.calls += 1
    history.note(booking, What.RECALLED, actor=by.actor, now=now, details={"window": visit.window})
    _show(visit, visit.window, now)


@database.transaction
def park(booking_id: int, by: Clerk) -> None:
    """Return a called person who did not come to the end of the queue. Raises NotFound, WrongState."""
    _back(booking_id, by, What.PARKED)


@database.transaction
def transfer(booking_id: int, by: Clerk, window: int) -> None:
    """Send a present or called person to ``window``, which calls them first. Raises NotFound, WrongState."""
    _back(booking_id, by, What.TRANSFERRED, for_window=window)


def _back(booking_id: int, by: Clerk, what: What, *, for_window: int | None = None) -> None:
    booking = booking_here(booking_id, by.agency_id, lock=True)
    require_status(booking, Status.CALLED, *([Status.ARRIVED] if for_window else []))
    visit = visit_of(booking_id)
    assert visit is not None
    now = clock.now()
    details = {"visit": visit_state(visit), "window": for_window or visit.window}
    if booking.status == Status.ARRIVED:
        history.note(booking, what, actor=by.actor, now=now, details=details)
    elif not history.move(booking, Status.ARRIVED, what, actor=by.actor, now=now, details=details):
        raise wrong_state(booking)
    visit.for_window = for_window
    visit.parked_at = None if for_window else now
    visit.window = visit.called_at = None


def lock_calls(agency_id: int) -> None:
    """Serialise the calls of an agency, so that the published order holds. The turn's row decides races."""
    database.lock(f"calls:{agency_id}")


def require_free(agency_id: int, window: int, now: datetime) -> None:
    """Raises WindowBusy while a person called today is still at the window."""
    there = called_to(agency_id, today_at(agency_id, now), window)
    if there is not None:
        raise WindowBusy(ticket=there.ticket, window=window)


def _window(by: Clerk) -> int:
    if by.window is None:
        raise NoWindow
    return by.window


def _call(visit: Visit, window: int, by: Clerk, now: datetime) -> bool:
    """Whether this call won; the turn's row decides."""
    details = {"visit": visit_state(visit), "window": window}
    if not history.move(visit.booking, Status.CALLED, actor=by.actor, now=now, details=details):
        return False
    visit.window, visit.called_at = window, now
    visit.parked_at = visit.for_window = None
    visit.calls += 1
    _show(visit, window, now)
    return True


def _show(visit: Visit, window: int, now: datetime) -> None:
    call = Call(agency_id=visit.agency_id, day=visit.day, at=now, booking_id=visit.booking_id)
    call.ticket, call.window = visit.ticket, window
    db.session.add(call)

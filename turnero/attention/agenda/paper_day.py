"""Enters a day run on paper during a power cut, from the clerks' list, in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from turnero.attention.day.attendance import Clerk
from turnero.attention.day.checkin import check_in
from turnero.attention.day.closing_day import ACTOR as CLOSE_DAY
from turnero.attention.day.queries import today_at
from turnero.booking.turn import history
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Event
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db

_OLDEST = timedelta(days=7)


@dataclass(frozen=True)
class Entry:
    """The list's entry for a turn: arrival at local ``minute``, or None for absent."""

    booking_id: int
    minute: int | None


def open_turns(agency_id: int, day: date) -> list[Booking]:
    """Turns of a day without an outcome: still confirmed, or marked absent by the closing job."""
    if not _enterable(agency_id, day):
        raise NotFound
    rows = db.session.scalars(
        select(Booking)
        .where(Booking.agency_id == agency_id, Booking.day == day, Booking.forgotten_at.is_(None))
        .where(Booking.status.in_((Status.CONFIRMED, Status.NO_SHOW)))
        .order_by(Booking.minute, Booking.id)
    ).all()
    closed = _closed_by_the_job([booking.id for booking in rows])
    return [booking for booking in rows if booking.status == Status.CONFIRMED or booking.id in closed]


def open_ids(agency_id: int, day: date) -> set[int]:
    """Ids of ``open_turns``; empty for a day that cannot be entered."""
    return {booking.id for booking in open_turns(agency_id, day)} if _enterable(agency_id, day) else set()


def _enterable(agency_id: int, day: date) -> bool:
    today = today_at(agency_id, clock.now())
    return today - _OLDEST <= day <= today


def _closed_by_the_job(booking_ids: Sequence[int]) -> set[int]:
    """Turns whose last event is the closing job's."""
    rows = db.session.scalars(
        select(Event)
        .where(Event.booking_id.in_(booking_ids), Event.before.is_distinct_from(Event.after))
        .order_by(Event.id)
    )
    last = {event.booking_id: event.actor for event in rows}
    return {booking_id for booking_id, actor in last.items() if actor == CLOSE_DAY}


@database.transaction
def enter_paper_day(day: date, entries: Sequence[Entry], by: Clerk) -> int:
    """Enter the list. Returns the number of turns changed; turns no longer open are left unchanged.

    Raises NotFound for a future day or one that is too old.
    """
    wanted = {entry.booking_id: entry for entry in entries}
    _lock(by.agency_id, day, list(wanted))
    now = clock.now()
    # Read under the locks: the list may be sent twice, and people may still arrive.
    still_open = [booking for booking in open_turns(by.agency_id, day) if booking.id in wanted]
    return sum(_enter(booking, wanted[booking.id], by, now) for booking in still_open)


def _lock(agency_id: int, day: date, booking_ids: Sequence[int]) -> None:
    rows = select(Booking).where(Booking.id.in_(booking_ids), Booking.agency_id == agency_id, Booking.day == day)
    by_id = rows.order_by(Booking.id).with_for_update(of=Booking)
    db.session.scalars(by_id.execution_options(populate_existing=True)).all()


def _enter(booking: Booking, entry: Entry, by: Clerk, now: datetime) -> bool:
    if entry.minute is None:
        return _absent(booking, by, now)
    if booking.status == Status.NO_SHOW and not history.move(
        booking, Status.CONFIRMED, What.PAPER, actor=by.actor, now=now, undo=True
    ):
        return False
    came = min(clock.instant(booking.day, entry.minute, booking.agency.zone), now)
    visit = check_in(booking, What.PAPER, now=came, actor=by.actor)
    visit.window, visit.called_at, visit.ended_at, visit.calls = by.window, came, came, 1
    history.move(booking, Status.CALLED, What.PAPER, actor=by.actor, now=now)
    history.move(booking, Status.ATTENDED, What.PAPER, actor=by.actor, now=now)
    return True


def _absent(booking: Booking, by: Clerk, now: datetime) -> bool:
    """Mark a turn absent unless it already is."""
    if booking.status == Status.NO_SHOW or booking.starts_at > now:
        return False
    return history.move(booking, Status.NO_SHOW, What.PAPER, actor=by.actor, now=now)

"""Closes past days: confirmed turns nobody came to become absent. Staff decide on people who were there."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.models import Agency, Desk
from turnero.attention.day.models import Visit
from turnero.booking.turn import history
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff.actor import Actor, ActorKind

ACTOR = Actor(ActorKind.CLOSE_DAY)
_BATCH = 200
_AFTER_CLOSING = timedelta(minutes=30)
# A day without check-ins was run on paper or not at all; its list is entered the next day.
_FOR_PAPER = timedelta(hours=24)


def close_days(goes_on: Callable[[], bool] = lambda: True) -> int:
    """Mark every past confirmed turn absent, by agency and day. Returns how many."""
    absent = 0
    for agency_id, day in _unclosed():
        while goes_on() and (batch := _close(agency_id, day)):
            absent += batch
    return absent


def _unclosed() -> list[tuple[int, date]]:
    """Past agency days that still have confirmed turns."""
    now = clock.now()
    rows = db.session.execute(
        select(Booking.agency_id, Booking.day)
        .where(Booking.status == Status.CONFIRMED, Booking.starts_at < now)
        .distinct()
        .order_by(Booking.day, Booking.agency_id)
    )
    return [(agency_id, day) for agency_id, day in rows if now >= _over_at(agency_id, day)]


def _over_at(agency_id: int, day: date) -> datetime:
    """The instant from which a day may be closed (UTC)."""
    agency = db.session.get_one(Agency, agency_id)
    closes_at = clock.instant(day, _last_minute(agency_id, day), agency.zone)
    came = select(Visit.booking_id).where(Visit.agency_id == agency_id, Visit.day == day).limit(1)
    return closes_at + (_FOR_PAPER if db.session.scalar(came) is None else _AFTER_CLOSING)


def _last_minute(agency_id: int, day: date) -> int:
    """The local minute the last desk closes, at least the end of the day's last turn."""
    desks = db.session.scalars(select(Desk).where(Desk.agency_id == agency_id)).all()
    calendars = agencies.desk_calendars(desks, day, day + timedelta(days=1))
    grids = [grid(calendar, day) for calendar in calendars.values()]
    closings = [each.cells[-1] + each.slot_minutes for each in grids if each.cells]
    ends = select(Booking.minute + Booking.cells * Booking.slot_minutes).where(
        Booking.agency_id == agency_id, Booking.day == day, Booking.status == Status.CONFIRMED
    )
    return min(max([*closings, *db.session.scalars(ends)], default=1440), 1440)


@database.transaction
def _close(agency_id: int, day: date) -> int:
    """Close one batch; a turn arriving at the same moment keeps its arrival, as each row decides."""
    now = clock.now()
    missing = db.session.scalars(
        select(Booking)
        .where(Booking.agency_id == agency_id, Booking.day == day)
        .where(Booking.status == Status.CONFIRMED, Booking.starts_at < now)
        .order_by(Booking.id)
        .limit(_BATCH)
        .with_for_update(of=Booking, skip_locked=True)
    ).all()
    for booking in missing:
        history.move(booking, Status.NO_SHOW, What.NOT_ARRIVED, actor=ACTOR, now=now)
    return len(missing)

"""Reads of the day of the visit. Nothing here commits."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from turnero.agencies.models import Agency
from turnero.attention.day.models import Call, Visit
from turnero.attention.day.order import Waiting, queue
from turnero.booking.turn.lifecycle import HOLDS, Status
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db


def today_at(agency_id: int, now: datetime) -> date:
    """The agency's local day."""
    return clock.local(now, db.session.get_one(Agency, agency_id).zone).date()


def booking_here(booking_id: int, agency_id: int, *, lock: bool = False) -> Booking:
    """A turn of this agency that was confirmed or is a walk-in. Raises NotFound for any other.

    ``lock``: lock and refresh the row for a use case.
    """
    wanted = select(Booking).where(
        Booking.id == booking_id,
        Booking.agency_id == agency_id,
        Booking.status.not_in(HOLDS),
        Booking.forgotten_at.is_(None),
    )
    if lock:
        wanted = wanted.with_for_update(of=Booking).execution_options(populate_existing=True)
    booking = db.session.scalar(wanted)
    if booking is None:
        raise NotFound
    return booking


def visit_of(booking_id: int) -> Visit | None:
    """The visit of a turn, if it has checked in."""
    return db.session.get(Visit, booking_id, populate_existing=True)


def visits(agency_id: int, day: date) -> dict[int, Visit]:
    """The visits of an agency's day, by turn id."""
    rows = db.session.scalars(select(Visit).where(Visit.agency_id == agency_id, Visit.day == day))
    return {visit.booking_id: visit for visit in rows}


def visits_with(agency_id: int, day: date, status: Status) -> Sequence[Visit]:
    """The visits of a day whose turns are in ``status``, refreshed."""
    return db.session.scalars(
        select(Visit)
        .join(Booking, Booking.id == Visit.booking_id)
        .where(Visit.agency_id == agency_id, Visit.day == day, Booking.status == status)
        .order_by(Visit.booking_id)
        .execution_options(populate_existing=True)
    ).all()


def waiting_visits(agency_id: int, day: date, desk_id: int | None = None) -> list[Waiting]:
    """People waiting at one desk or the whole agency, unordered."""
    return [
        Waiting(
            booking_id=visit.booking_id,
            minute=visit.booking.minute,
            arrived_at=visit.arrived_at,
            priority=visit.booking.priority,
            late=visit.late,
            walk_in=visit.booking.walk_in,
            parked_at=visit.parked_at,
            for_window=visit.for_window,
        )
        for visit in visits_with(agency_id, day, Status.ARRIVED)
        if desk_id is None or visit.booking.desk_id == desk_id
    ]


def waiting_before(visit: Visit) -> int:
    """Number of people of the same desk called before this one."""
    ahead = queue(waiting_visits(visit.agency_id, visit.day, visit.booking.desk_id))
    ids = [one.booking_id for one in ahead]
    return ids.index(visit.booking_id) if visit.booking_id in ids else 0


def called_to(agency_id: int, day: date, window: int) -> Visit | None:
    """The person called to a window whose attention has not ended."""
    called = (visit for visit in visits_with(agency_id, day, Status.CALLED) if visit.window == window)
    return next(called, None)


def last_calls(agency_id: int, day: date, limit: int = 5) -> Sequence[Call]:
    """The last calls of a day, newest first, including repeated ones."""
    return db.session.scalars(
        select(Call).where(Call.agency_id == agency_id, Call.day == day).order_by(Call.id.desc()).limit(limit)
    ).all()

"""Registers walk-ins: bookings that start as arrived and take no cell, in the caller's transaction."""

from datetime import datetime

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.models import Desk, Procedure
from turnero.booking.seats import limits
from turnero.booking.turn import history
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.new_booking import NOBODY, NOTHING, Extras, Reachable, begun_by, new_booking
from turnero.booking.turn.place import Place
from turnero.booking.turn.priority import has_priority_by_age
from turnero.booking.turn.queries import policy_of
from turnero.core import clock
from turnero.core import db as database
from turnero.staff.actor import Actor

# Used when a desk without staffing has no grid.
_USUAL_STEP = 20


def create(
    cedula: str,
    procedure: Procedure,
    desk: Desk,
    *,
    channel: str,
    actor: Actor,
    now: datetime,
    priority: bool = False,
    contact: Reachable | None = None,
    extras: Extras = NOTHING,
) -> Booking:
    """Make an arrived turn for a person who is present; ``attention`` creates its visit.

    Raises AlreadyHasTurn and OpenTurnsSpent. The caller may have taken the cédula's lock already.
    """
    database.lock(f"cedula:{cedula}")
    limits.check_cedula(cedula, procedure, policy_of(desk.agency))
    local = clock.local(now, desk.agency.zone)
    calendar = agencies.desk_calendars([desk], local.date(), local.date())[desk.id]
    minute, step = local.hour * 60 + local.minute, grid(calendar, local.date()).slot_minutes or _USUAL_STEP
    booking = new_booking(
        cedula,
        procedure,
        Place(desk.id, local.date(), minute, 1, step, desk.agency.zone),
        contact=contact or NOBODY,
        extras=extras,
        status=Status.ARRIVED,
        channel=channel,
        priority=priority or has_priority_by_age(cedula, now),
        walk_in=True,
        created_at=now,
    )
    history.record_begin(booking, actor=actor, now=now, details=begun_by(extras))
    return booking

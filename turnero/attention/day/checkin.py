"""Checks turns in and gives tickets, in the caller's transaction."""

from datetime import datetime, timedelta

from turnero.attention.day.errors import wrong_state
from turnero.attention.day.models import Visit
from turnero.attention.day.tickets import next_ticket, series_of
from turnero.booking.turn import history
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import policy_of
from turnero.core.extensions import db
from turnero.staff.actor import Actor


def check_in(
    booking: Booking, what: What = What.ARRIVED, *, now: datetime, actor: Actor, ticket: str | None = None
) -> Visit:
    """Move a confirmed turn (row locked) to arrived and open its visit; ``now`` is the arrival.

    ``ticket``: one that an offline kiosk gave. Raises WrongState if another transaction was first.
    """
    details = {"ticket": ticket} if ticket else {}
    if not history.move(booking, Status.ARRIVED, what, actor=actor, now=now, details=details):
        raise wrong_state(booking)
    tolerance = timedelta(minutes=policy_of(booking.agency).tolerance_minutes)
    return open_visit(booking, now=now, late=now > booking.starts_at + tolerance, ticket=ticket)


def open_visit(booking: Booking, *, now: datetime, late: bool = False, ticket: str | None = None) -> Visit:
    """Open the visit of an arrived turn or a walk-in."""
    if ticket is None:
        ticket = next_ticket(booking.agency_id, booking.day, series_of(booking.desk_id, booking.agency_id))
    visit = Visit(
        booking_id=booking.id,
        agency_id=booking.agency_id,
        day=booking.day,
        ticket=ticket,
        arrived_at=now,
        late=late,
        calls=0,
    )
    db.session.add(visit)
    db.session.flush()
    return visit

"""People with a turn of today, as the day of the visit needs them."""

from datetime import date

from tests.support.rows.build import today
from tests.support.rows.journeys import at_hour_step
from turnero.agencies.models import Desk, Procedure
from turnero.attention.day import attendance, calling
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.models import Visit
from turnero.booking.journey import confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking
from turnero.booking.turn.token import rating_mac_of
from turnero.core.extensions import db
from turnero.core.keys import code_key
from turnero.staff.actor import Actor


def booked(desk: Desk, procedure: Procedure, minute: int, number: int = 1, **values: object) -> int:
    """The id of a confirmed turn of person ``number`` at local ``minute`` of today, or of ``day``.

    The tests begin at 10:00, and a place is taken half an hour ahead.
    """
    day = values.pop("day", None) or today(desk.agency.zone)
    assert isinstance(day, date)
    traveller = at_hour_step(desk.agency, procedure, number, **values)
    holds.place(traveller.key, traveller.browser, day, minute)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser)).id


_CLERK = Actor.staff(9)


def arrived(
    desk: Desk, procedure: Procedure, minute: int, number: int = 1, *, by: Actor = _CLERK, **values: object
) -> int:
    """The same, and they are there, says ``by``."""
    booking_id = booked(desk, procedure, minute, number, **values)
    attendance.arrive(booking_id, Clerk(by, desk.agency_id))
    return booking_id


def attended(desk: Desk, procedure: Procedure, minute: int, number: int = 1) -> int:
    """The id of a turn attended at window ``number``."""
    by = Clerk(Actor.staff(9), desk.agency_id, number)
    booking_id = arrived(desk, procedure, minute, number)
    calling.call(booking_id, by)
    attendance.attended(booking_id, by)
    return booking_id


def rating_path(booking_id: int) -> str:
    """Where the mail after the visit leads."""
    booking = turn(booking_id)
    return f"/opinion/{booking.reference}/{rating_mac_of(code_key(), booking.token_nonce)}"


def turn(booking_id: int) -> Booking:
    """The turn as it is now."""
    db.session.rollback()
    return db.session.get_one(Booking, booking_id)


def visit(booking_id: int) -> Visit | None:
    """Its visit as it is now."""
    db.session.rollback()
    return db.session.get(Visit, booking_id)

"""The present supply of a trámite, computed by the same rules as citizens' offers."""

from datetime import date, timedelta

from sqlalchemy import func, select

from turnero.administration.edit.procedure_effects import Supply
from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.models import Procedure
from turnero.booking.seats.slots import turns_in
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.extensions import db


def supply_of(slug: str, first: date, last: date) -> Supply | None:
    """Supply of the trámite with turns that fit from ``first`` to ``last`` (inclusive); None if it does not exist."""
    procedure = db.session.scalar(select(Procedure).where(Procedure.slug == slug))
    if procedure is None:
        return None
    desks = agencies.desks_offering(None, procedure)
    calendars = agencies.desk_calendars(desks, first, last)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    grids = (grid(calendar, day) for calendar in calendars.values() for day in days)
    return Supply(
        takes_turns=procedure.takes_turns,
        agencies=frozenset(desk.agency_id for desk in desks),
        turns=sum(turns_in(each, procedure.minutes) for each in grids),
        given=_given(procedure),
    )


def _given(procedure: Procedure) -> int:
    """Number of people with a future turn for it."""
    to_come = (Booking.status == Status.CONFIRMED, Booking.starts_at > clock.now())
    return db.session.scalar(select(func.count()).where(Booking.procedure_id == procedure.id, *to_come)) or 0

"""Displaced people without another hour yet, and those whose old hour an edit restores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import DayGrid, grid
from turnero.agencies.models import Desk
from turnero.booking.documents.closure_text import STATUSES, told_reason
from turnero.booking.seats import slots
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Displacement
from turnero.booking.turn.states import DisplacementStatus
from turnero.core.extensions import db
from turnero.core.formatting import clock_time, long_date
from turnero.core.language import gettext

MAX_LINES = 200
_NOTHING = "-"


@dataclass(frozen=True)
class LostLine:
    """A displaced person, identified only by reference: the lost hour, and the present or proposed one."""

    booking_id: int
    reference: str
    old: str
    new: str
    state: str
    reason: str


@dataclass(frozen=True)
class Open:
    """Number of people without another hour; ``unplaced``: those without a proposal."""

    people: int
    unplaced: int


def count_displaced(agency_id: int | None) -> Open:
    """Counts for one agency, or for all."""
    unplaced = func.count().filter(Displacement.status == DisplacementStatus.UNPLACED)
    rows = select(func.count(), unplaced).select_from(Displacement).join(Desk, Desk.id == Displacement.old_desk_id)
    people, without = db.session.execute(rows.where(*_open(agency_id))).one()
    return Open(people, without)


def lost_lines(agency_id: int | None) -> list[LostLine]:
    """People without another hour, by lost hour; at most MAX_LINES."""
    rows = select(Displacement).join(Desk, Desk.id == Displacement.old_desk_id).where(*_open(agency_id))
    rows = rows.order_by(Displacement.old_starts_at, Displacement.id).limit(MAX_LINES)
    return [lost_line(each) for each in db.session.scalars(rows.options(joinedload(Displacement.booking)))]


def _open(agency_id: int | None) -> list[ColumnElement[bool]]:
    here = [] if agency_id is None else [Desk.agency_id == agency_id]
    return [Displacement.ended_at.is_(None), *here]


def lost_line(each: Displacement) -> LostLine:
    """One displacement in words, open or ended."""
    booking, old = each.booking, _place(each.old_desk_id, each.old_day, each.old_minute)
    state = f"{gettext(STATUSES[each.status])}, {_told(each)}"
    return LostLine(booking.id, booking.reference, old, _now(each), state, told_reason(each.reason))


def _now(each: Displacement) -> str:
    """The proposal while open; afterwards the turn's place, as a proposal may have been dropped."""
    booking = each.booking
    if each.ended_at is None:
        if each.new_desk_id is None or each.new_day is None or each.new_minute is None:
            return _NOTHING
        return _place(each.new_desk_id, each.new_day, each.new_minute)
    if booking.status in (Status.CANCELLED, Status.DISPLACED):
        return _NOTHING
    return _place(booking.desk_id, booking.day, booking.minute)


def _told(each: Displacement) -> str:
    if each.told_at:
        return gettext("avisado")
    return gettext("sin avisar") if each.booking.email else gettext("sin correo")


def _place(desk_id: int, day: date, minute: int) -> str:
    return f"{db.session.get_one(Desk, desk_id).agency.name}, {long_date(day)}, {clock_time(minute)}"


def still_without(desks: Sequence[Desk], now: datetime) -> Sequence[Displacement]:
    """Displaced people whose lost hour at these desks is in the future and who have no other."""
    here = Displacement.old_desk_id.in_([desk.id for desk in desks])
    rows = select(Displacement).where(here, Displacement.ended_at.is_(None), Displacement.old_starts_at > now)
    return db.session.scalars(rows.order_by(Displacement.id).options(joinedload(Displacement.booking))).all()


def seats_there(lost: Sequence[Displacement]) -> list[int]:
    """Number of seats each lost hour has at present, taken or not; 0 if the hour does not exist."""
    if not lost:
        return []
    days = [each.old_day for each in lost]
    desks = db.session.scalars(select(Desk).where(Desk.id.in_({each.old_desk_id for each in lost}))).all()
    calendars = agencies.desk_calendars(desks, min(days), max(days))
    return [_seats(each, grid(calendars[each.old_desk_id], each.old_day)) for each in lost]


def _seats(each: Displacement, day_grid: DayGrid) -> int:
    step = each.booking.slot_minutes
    minutes = slots.cells_of(each.old_minute, each.old_cells, step)
    return day_grid.windows if day_grid.slot_minutes == step and set(minutes) <= set(day_grid.cells) else 0

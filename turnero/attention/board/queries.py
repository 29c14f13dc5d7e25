"""Data of the waiting-room board: today's last calls and the delay. No personal data."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from turnero.agencies.models import Agency
from turnero.attention.day.delay import Served, minutes_late
from turnero.attention.day.models import Call, Visit
from turnero.attention.day.queries import last_calls, today_at
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.core import clock, formatting
from turnero.core.extensions import db

SHOWN = 5
# Rows needed to find five people among repeated calls.
_LOOKED_AT = 25
# Calls older than an hour say little about the present delay.
_REMEMBERED = timedelta(minutes=60)
_PEOPLE = 5


@dataclass(frozen=True)
class BoardCall:
    """One line of the board; ``number`` grows with every call, which distinguishes repeated calls."""

    number: int
    ticket: str
    window: int


@dataclass(frozen=True)
class Board:
    """The present board of an agency, newest call first, each ticket once."""

    agency_name: str
    day: date
    time: str
    delay: int
    calls: tuple[BoardCall, ...]


def board_of(agency_id: int) -> Board:
    now = clock.now()
    agency = db.session.get_one(Agency, agency_id)
    day = today_at(agency_id, now)
    newest: dict[str, BoardCall] = {}
    for call in last_calls(agency_id, day, _LOOKED_AT):
        newest.setdefault(call.ticket, BoardCall(call.id, call.ticket, call.window))
    return Board(
        agency_name=agency.name,
        day=day,
        time=formatting.time_of(clock.local(now, agency.zone)),
        delay=delay_of(agency_id, day, now),
        calls=tuple(newest.values())[:SHOWN],
    )


def delay_of(agency_id: int, day: date, now: datetime) -> int:
    """The delay shown to people, in minutes; 0 is none.

    Excludes late people and walk-ins, who have no hour to be late for, and priority, which is called first.
    """
    first = func.min(Call.at, type_=Call.at.type)
    rows = db.session.execute(
        select(Booking.starts_at, Visit.arrived_at, first)
        .join(Visit, Visit.booking_id == Booking.id)
        .join(Call, Call.booking_id == Booking.id)
        .where(Call.agency_id == agency_id, Call.day == day)
        .where(~Visit.late, ~Booking.walk_in, ~Booking.priority)
        .group_by(Booking.id, Booking.starts_at, Visit.arrived_at)
        .having(first > now - _REMEMBERED)
        .order_by(first.desc())
        .limit(_PEOPLE)
    )
    return minutes_late(Served(*row) for row in rows)


def delay_of_turn(booking: Booking) -> int:
    """The delay to show to a turn's holder, only on its day and before it is attended."""
    now = clock.now()
    waits = booking.status in (Status.CONFIRMED, Status.ARRIVED)
    if not waits or booking.day != today_at(booking.agency_id, now):
        return 0
    return delay_of(booking.agency_id, booking.day, now)

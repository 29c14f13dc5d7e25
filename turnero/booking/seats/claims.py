"""Taking, keeping and freeing seats: the one primitive. Every race is decided by the database in one row.

A claim is the seat of one cell, keyed by (desk, local day, local minute, seat). A dated claim stops counting
when it lapses, without any job: the next taker takes the row over.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Insert, and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from turnero.agencies.calendar.schedule import DayGrid
from turnero.booking.seats.offer_deadline import LATEST_RELEASE
from turnero.booking.seats.slots import TakenSeat, free_seats
from turnero.booking.turn.models import Booking, Claim
from turnero.booking.turn.place import Place
from turnero.booking.turn.states import Purpose
from turnero.core import clock
from turnero.core.db import on_postgresql
from turnero.core.extensions import db

_dice = random.SystemRandom()  # a predictable delay could be exploited


def counting(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition that a claim counts at ``now``: it is undated, or has not lapsed."""
    return or_(Claim.lapses_at.is_(None), Claim.lapses_at > now)


_TAKEN_SEATS = (
    select(Claim.minute, Claim.seat, Claim.lapses_at.is_not(None))
    .where(Claim.desk_id == bindparam("desk"), Claim.day == bindparam("day"))
    .where(Claim.minute.in_(bindparam("minutes", expanding=True)), counting(bindparam("now")))
)


def taken_seats(place: Place, now: datetime) -> tuple[TakenSeat, ...]:
    """The claims of these cells that count."""
    cells = {"desk": place.desk_id, "day": place.day, "minutes": place.minutes}
    rows = db.session.execute(_TAKEN_SEATS, {**cells, "now": now})
    return tuple(TakenSeat(minute, seat, held) for minute, seat, held in rows)


def for_those_present(now: datetime) -> ColumnElement[bool]:
    """The condition of seats released so late that only people at the agency may take them."""
    return and_(Claim.purpose == Purpose.DELAY, Claim.starts_at <= now + LATEST_RELEASE)


def open_to_those_present(place: Place, now: datetime) -> None:
    """Free seats of these cells for the window that were released less than two hours before their start."""
    of_cells = (Claim.desk_id == place.desk_id, Claim.day == place.day, Claim.minute.in_(place.minutes))
    db.session.execute(
        update(Claim)
        .where(*of_cells, for_those_present(now))
        .values(lapses_at=now)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """Booking, purpose and end of claims; ``lapses_at`` is None only for purpose turn."""

    booking_id: int
    purpose: Purpose
    lapses_at: datetime | None


def take(place: Place, day_grid: DayGrid, terms: Terms, now: datetime) -> int | None:
    """Take one seat that is free in all cells of ``place``. Returns its number, or None if none is left."""
    return take_one_of(place, free_seats(day_grid, place.minutes, taken_seats(place, now)), terms, now)


def take_one_of(place: Place, candidates: Sequence[int], terms: Terms, now: datetime) -> int | None:
    """Take one of the ``candidates`` in all cells. Returns its number, or None if none is left.

    Tries seats in random order, which spreads a rush for one slot over its rows.
    """
    values = {"booking_id": terms.booking_id, "purpose": terms.purpose, "lapses_at": terms.lapses_at}
    for seat in _dice.sample(candidates, len(candidates)):
        if place.cells == 1:
            if _take_cells(place, seat, values, now):
                return seat
            continue
        with db.session.begin_nested() as attempt:  # all cells or none; a failed attempt keeps no row locked
            if _take_cells(place, seat, values, now):
                return seat
            attempt.rollback()
    return None


def _take_cells(place: Place, seat: int, values: dict[str, Any], now: datetime) -> bool:
    """Insert the missing rows, then take over lapsed ones. Returns whether that makes all the cells.

    Two statements instead of one upsert: PostgreSQL's ON CONFLICT DO UPDATE locks a row even where its WHERE
    rejects it, and losers that hold such locks while they try other seats deadlock.
    """
    rows = [
        {
            "desk_id": place.desk_id,
            "day": place.day,
            "minute": minute,
            "seat": seat,
            "starts_at": clock.instant(place.day, minute, place.zone),
            **values,
        }
        for minute in place.minutes
    ]
    new = set(db.session.scalars(_insert(on_postgresql()), rows))
    there = [minute for minute in place.minutes if minute not in new]
    if not there:
        return True
    key = (Claim.desk_id == place.desk_id, Claim.day == place.day, Claim.seat == seat, Claim.minute.in_(there))
    taken_over = db.session.scalars(
        update(Claim)
        .where(*key, _may_be_taken_over(now))
        .values(values)
        .returning(Claim.minute)
        .execution_options(synchronize_session=False)
    ).all()
    return len(taken_over) == len(there)


@cache
def _insert(postgres: bool) -> Insert:
    insert = postgresql.insert if postgres else sqlite.insert
    return insert(Claim).on_conflict_do_nothing().returning(Claim.minute)


def _may_be_taken_over(now: datetime) -> ColumnElement[bool]:
    """The guard of every race: an existing row may be taken over only after it has lapsed."""
    return Claim.lapses_at <= now


@dataclass(frozen=True, slots=True)
class Held:
    """The place kept by a booking's dated claims: local ``minute`` of its first cell, and their end."""

    desk_id: int
    day: date
    minute: int
    cells: int
    lapses_at: datetime


_DATED = (
    Claim.booking_id == bindparam("booking"),
    Claim.purpose == bindparam("present"),
    Claim.lapses_at > bindparam("now"),
)
_HELD = select(Claim.desk_id, Claim.day, Claim.minute, Claim.lapses_at).where(*_DATED).order_by(Claim.minute)
_CHANGED = update(Claim).where(*_DATED).returning(Claim.minute).execution_options(synchronize_session=False)
_KEPT = _CHANGED.values(purpose=Purpose.TURN, lapses_at=None)
_PROLONGED = _CHANGED.values(lapses_at=bindparam("until"))


def held(booking_id: int, now: datetime, purpose: Purpose = Purpose.HOLD) -> Held | None:
    """The place kept by a booking's dated claims, or None: lapsed, taken over, or its hours were closed."""
    rows = db.session.execute(_HELD, {"booking": booking_id, "present": purpose, "now": now}).all()
    if not rows:
        return None
    desk_id, day, minute, lapses_at = rows[0]
    assert lapses_at is not None
    return Held(desk_id, day, minute, len(rows), lapses_at)


def keep(booking_id: int, now: datetime, purpose: Purpose = Purpose.HOLD) -> int:
    """Make a booking's dated claims of ``purpose`` undated. Returns the number of cells, 0 if they are gone."""
    return len(db.session.execute(_KEPT, {"booking": booking_id, "present": purpose, "now": now}).all())


def prolong(booking_id: int, now: datetime, lapses_at: datetime, purpose: Purpose = Purpose.HOLD) -> int:
    """Extend a booking's dated claims. Returns the number of cells, 0 if they are gone."""
    terms = {"booking": booking_id, "present": purpose, "now": now, "until": lapses_at}
    return len(db.session.execute(_PROLONGED, terms).all())


def free(booking_id: int, purpose: Purpose = Purpose.HOLD) -> None:
    """Free a booking's seats of one purpose at once."""
    db.session.execute(
        delete(Claim)
        .where(Claim.booking_id == booking_id, Claim.purpose == purpose)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True)
class Freed:
    """A place its booking gives up; ``purpose``: the purpose of its present claims."""

    booking_id: int
    place: Place
    purpose: Purpose = Purpose.TURN

    @classmethod
    def of(cls, booking: Booking, purpose: Purpose = Purpose.TURN) -> "Freed":
        """The present place of a booking."""
        return cls(booking.id, Place.of(booking), purpose)


def free_after_delay(freed: Freed, delay_minutes: tuple[int, int], now: datetime) -> None:
    """Free the seats of a released place after a random delay (range in minutes).

    The delay prevents cancelling for somebody else to book at once. Seats return at least two hours before their
    start; with less time left they go to people at the agency without a turn and are not shown online.
    """
    delay = timedelta(minutes=_dice.uniform(*delay_minutes))
    at = min(now + delay, freed.place.starts_at - LATEST_RELEASE)
    set_aside(freed.booking_id, at if at > now else max(freed.place.starts_at, now), freed.purpose)


def set_aside(booking_id: int, until: datetime, purpose: Purpose) -> None:
    """Reserve a booking's seats of one purpose ``until`` then; free them at once if that has passed."""
    db.session.execute(
        update(Claim)
        .where(Claim.booking_id == booking_id, Claim.purpose == purpose)
        .values(purpose=Purpose.DELAY, booking_id=None, lapses_at=until)
        .execution_options(synchronize_session=False)
    )


def pass_on(booking_id: int, purpose: Purpose, minutes: Sequence[int], terms: Terms) -> int:
    """Transfer a booking's seats of ``purpose`` in these cells (local ``minutes``) to another. Returns their number.

    The seats are never free in between, so nobody else can take them.
    """
    passed = db.session.scalars(
        update(Claim)
        .where(Claim.booking_id == booking_id, Claim.purpose == purpose, Claim.minute.in_(minutes))
        .values(booking_id=terms.booking_id, purpose=terms.purpose, lapses_at=terms.lapses_at)
        .returning(Claim.minute)
        .execution_options(synchronize_session=False)
    )
    return len(passed.all())

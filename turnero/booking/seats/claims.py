"""The one primitive: taking, keeping and freeing seats. The database decides every race in one row.

A claim is the seat of one cell, keyed by (desk, local day, local minute, seat). A dated claim stops counting
when its time has passed, with no job running: whoever comes next simply takes the row over.
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

_dice = random.SystemRandom()  # a delay that could be guessed would be no delay


def counting(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Which claims count at ``now``: undated ones, and dated ones whose time has not passed."""
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
    """Seats that were given up so late that they are for people at the agency, and count for nobody there."""
    return and_(Claim.purpose == Purpose.DELAY, Claim.starts_at <= now + LATEST_RELEASE)


def open_to_those_present(place: Place, now: datetime) -> None:
    """Let the window take seats of these cells that were given up less than two hours before their start."""
    of_cells = (Claim.desk_id == place.desk_id, Claim.day == place.day, Claim.minute.in_(place.minutes))
    db.session.execute(
        update(Claim)
        .where(*of_cells, for_those_present(now))
        .values(lapses_at=now)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """For whom and until when seats are taken: ``lapses_at`` is None for purpose turn alone."""

    booking_id: int
    purpose: Purpose
    lapses_at: datetime | None


def take(place: Place, day_grid: DayGrid, terms: Terms, now: datetime) -> int | None:
    """Take a seat that looks free in all cells of ``place``: the seat, or None when others have them all."""
    return take_one_of(place, free_seats(day_grid, place.minutes, taken_seats(place, now)), terms, now)


def take_one_of(place: Place, candidates: Sequence[int], terms: Terms, now: datetime) -> int | None:
    """Take one of the ``candidates`` in all cells: the seat, or None when others have them all.

    Seats are tried in random order, so that a rush for one slot spreads over its rows.
    """
    values = {"booking_id": terms.booking_id, "purpose": terms.purpose, "lapses_at": terms.lapses_at}
    for seat in _dice.sample(candidates, len(candidates)):
        if place.cells == 1:
            if _take_cells(place, seat, values, now):
                return seat
            continue
        with db.session.begin_nested() as attempt:  # all cells or none, and no row of a lost attempt stays locked
            if _take_cells(place, seat, values, now):
                return seat
            attempt.rollback()
    return None


def _take_cells(place: Place, seat: int, values: dict[str, Any], now: datetime) -> bool:
    """Insert the missing rows, then take over those whose time has passed: whether that makes all the cells.

    Two statements instead of one upsert: PostgreSQL's ON CONFLICT DO UPDATE locks a row even where its WHERE
    turns it down, and losers that hold such locks while they try other seats wait for each other in circles.
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
    """The guard of every race: a row that exists is somebody's unless its time has passed."""
    return Claim.lapses_at <= now


@dataclass(frozen=True, slots=True)
class Held:
    """The place that a booking's dated claims keep: local ``minute`` of its first cell, and until when."""

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
    """Make a booking's dated claims of ``purpose`` its undated ones; the number of cells, 0 when they are gone."""
    return len(db.session.execute(_KEPT, {"booking": booking_id, "present": purpose, "now": now}).all())


def prolong(booking_id: int, now: datetime, lapses_at: datetime, purpose: Purpose = Purpose.HOLD) -> int:
    """Move the end of a booking's dated claims; the number of cells, 0 when they are gone."""
    terms = {"booking": booking_id, "present": purpose, "now": now, "until": lapses_at}
    return len(db.session.execute(_PROLONGED, terms).all())


def free(booking_id: int, purpose: Purpose = Purpose.HOLD) -> None:
    """Give a booking's seats of one purpose back at once."""
    db.session.execute(
        delete(Claim)
        .where(Claim.booking_id == booking_id, Claim.purpose == purpose)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True)
class Freed:
    """A place that its booking gives up; ``purpose``: of the claims it still has there."""

    booking_id: int
    place: Place
    purpose: Purpose = Purpose.TURN

    @classmethod
    def of(cls, booking: Booking, purpose: Purpose = Purpose.TURN) -> "Freed":
        """The present place of a booking."""
        return cls(booking.id, Place.of(booking), purpose)


def free_after_delay(freed: Freed, delay_minutes: tuple[int, int], now: datetime) -> None:
    """Free the seats of a place that was given up, after a random delay in the range (minutes).

    So nobody can cancel and re-book in one breath. They come back at least two hours before their start; where less is
    left they go to the people who are at the agency without a turn, and nobody sees them online any more.
    """
    delay = timedelta(minutes=_dice.uniform(*delay_minutes))
    at = min(now + delay, freed.place.starts_at - LATEST_RELEASE)
    set_aside(freed.booking_id, at if at > now else max(freed.place.starts_at, now), freed.purpose)


def set_aside(booking_id: int, until: datetime, purpose: Purpose) -> None:
    """Nobody takes a booking's seats of one purpose ``until`` then; at once where that has passed."""
    db.session.execute(
        update(Claim)
        .where(Claim.booking_id == booking_id, Claim.purpose == purpose)
        .values(purpose=Purpose.DELAY, booking_id=None, lapses_at=until)
        .execution_options(synchronize_session=False)
    )


def pass_on(booking_id: int, purpose: Purpose, minutes: Sequence[int], terms: Terms) -> int:
    """Give a booking's seats of ``purpose`` in the cells of these local ``minutes`` to another; how many they were.

    Nobody can come in between: they are somebody's before and after.
    """
    passed = db.session.scalars(
        update(Claim)
        .where(Claim.booking_id == booking_id, Claim.purpose == purpose, Claim.minute.in_(minutes))
        .values(booking_id=terms.booking_id, purpose=terms.purpose, lapses_at=terms.lapses_at)
        .returning(Claim.minute)
        .execution_options(synchronize_session=False)
    )
    return len(passed.all())

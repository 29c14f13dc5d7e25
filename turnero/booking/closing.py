"""Closing hours and opening them again: what it does to the people booked, all at once or not at all (DESIGN §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from turnero import clock
from turnero import db as database
from turnero.agencies import queries as agencies
from turnero.agencies.models import Closure, Desk
from turnero.agencies.places import Place, touches
from turnero.agencies.schedule import grid
from turnero.booking import claims, history, proposals, slots
from turnero.booking.displacement import Cause, Cleared, clear, lock_desks
from turnero.booking.lifecycle import Status
from turnero.booking.models import Booking, Displacement
from turnero.booking.notices import tell
from turnero.errors import NotFound
from turnero.extensions import db


@dataclass(frozen=True)
class Scope:
    """Where hours are closed: an agency, a canton of a province, a province, or the whole country."""

    kind: str
    province_code: str | None = None
    canton: str | None = None
    agency_id: int | None = None


@dataclass(frozen=True)
class Hours:
    """From when to when, in each agency's own wall time (naive), and why."""

    starts: datetime
    ends: datetime
    reason: str
    kind: str = "contingency"
    basis: str = ""


@dataclass(frozen=True)
class Closed:
    """What a closing does: how much it touches, and in a preview how many could be told and placed elsewhere."""

    closure_id: int | None
    agencies: int
    cells: int
    cleared: Cleared
    reachable: int = 0
    placed: int = 0


class _Preview(Exception):
    """Carries the figures out of a transaction that is rolled back."""

    def __init__(self, closed: Closed) -> None:
        self.closed = closed


@database.transaction
def close(scope: Scope, hours: Hours, actor: str) -> Closed:
    """Close the hours now: holds end, turns are displaced, one pending displacement each. One transaction.

    The places elsewhere and the notices follow in ``proposals``. Closing the same hours again finds nobody left.
    """
    return _closed(scope, hours, actor)


def preview(scope: Scope, hours: Hours) -> Closed:
    """What ``close`` would do: it is done, with the places elsewhere, and rolled back."""
    try:
        _close_and_roll_back(scope, hours)
    except _Preview as told:
        return told.closed
    raise AssertionError("a preview always rolls back")


@database.transaction
def _close_and_roll_back(scope: Scope, hours: Hours) -> None:
    closed = _closed(scope, hours, "preview")
    displaced = db.session.scalars(select(Displacement).where(Displacement.closure_id == closed.closure_id)).all()
    reachable = sum(1 for displacement in displaced if displacement.booking.email)
    for displacement in displaced:
        proposals.find_place(displacement)
    placed = sum(1 for displacement in displaced if displacement.new_desk_id is not None)
    raise _Preview(Closed(None, closed.agencies, closed.cells, closed.cleared, reachable, placed))


def _closed(scope: Scope, hours: Hours, actor: str) -> Closed:
    desks = _desks(scope)
    lock_desks(desks)
    now = clock.now()
    cells = _cells(desks, hours)
    closure = Closure(
        kind=hours.kind,
        scope=scope.kind,
        province_code=scope.province_code,
        canton=scope.canton,
        agency_id=scope.agency_id,
        starts=hours.starts,
        ends=hours.ends,
        name=hours.reason,
        basis=hours.basis,
        source=actor,
        created_at=now,
    )
    db.session.add(closure)
    db.session.flush()
    cause = Cause(hours.reason, actor, closure.id)
    cleared = sum((clear(desk, cause, now) for desk in desks), Cleared())
    return Closed(closure.id, len({desk.agency_id for desk in desks}), cells, cleared)


def _desks(scope: Scope) -> Sequence[Desk]:
    closure = Closure(
        scope=scope.kind, province_code=scope.province_code, canton=scope.canton, agency_id=scope.agency_id
    )
    every = db.session.scalars(select(Desk).order_by(Desk.id)).all()
    return [
        desk for desk in every if touches(closure, Place(desk.agency.province_code, desk.agency.canton), desk.agency_id)
    ]


def _cells(desks: Sequence[Desk], hours: Hours) -> int:
    """How many cells with open windows the hours take away."""
    first, last = hours.starts.date(), hours.ends.date()
    calendars = agencies.desk_calendars(desks, first, last)
    taken = 0
    for desk in desks:
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day_grid = grid(calendars[desk.id], first.fromordinal(ordinal))
            taken += sum(1 for cell in day_grid.cells if _overlaps(hours, day_grid.day, cell, day_grid.slot_minutes))
    return taken


def _overlaps(hours: Hours, day: date, cell: int, step: int) -> bool:
    midnight = datetime.combine(day, datetime.min.time())
    begins, ends = midnight + timedelta(minutes=cell), midnight + timedelta(minutes=cell + step)
    return begins < hours.ends and hours.starts < ends


@database.transaction
def reopen(closure_id: int, actor: str) -> int:
    """Withdraw a closure and give the old places back to those who have none yet; how many. Raises NotFound."""
    closure = db.session.get(Closure, closure_id, with_for_update=True)
    if closure is None or closure.withdrawn_at is not None:
        raise NotFound
    scope = Scope(closure.scope, closure.province_code, closure.canton, closure.agency_id)
    lock_desks(_desks(scope))
    now = clock.now()
    closure.withdrawn_at = now
    db.session.flush()
    waiting = db.session.scalars(
        select(Displacement)
        .where(Displacement.closure_id == closure_id, Displacement.ended_at.is_(None))
        .order_by(Displacement.booking_id)
    ).all()
    return sum(1 for displacement in waiting if _restore(displacement, actor, now))


def _restore(displacement: Displacement, actor: str, now: datetime) -> bool:
    booking = displacement.booking
    db.session.refresh(booking, with_for_update={"of": Booking})
    if booking.status != Status.DISPLACED or displacement.old_starts_at <= now:
        return False
    desk = db.session.get_one(Desk, displacement.old_desk_id)
    day = displacement.old_day
    day_grid = grid(agencies.desk_calendars([desk], day, day)[desk.id], day)
    minutes = slots.cells_of(displacement.old_minute, displacement.old_cells, booking.slot_minutes)
    if day_grid.slot_minutes != booking.slot_minutes or not set(minutes) <= set(day_grid.cells):
        return False
    seats = claims.Seats(desk.id, day, minutes, desk.agency.zone)
    taken = claims.taken_seats(seats, now)
    free = slots.free_seats(day_grid, displacement.old_minute, displacement.old_cells, taken)
    if claims.take(seats, free, claims.Terms(booking.id, "turn", None), now) is None:
        return False
    claims.free(booking.id, purpose="proposal")
    history.move(booking, Status.CONFIRMED, actor=actor, now=now, reason="reopened")
    displacement.status, displacement.ended_at = "restored", now
    tell(booking, "restored", now, occasion=str(displacement.id))
    return True

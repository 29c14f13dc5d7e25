"""Displaces turns that no longer fit their desk: closed hours, fewer windows, or a changed grid.

``clear`` is the only mechanism. A closure calls it in its own transaction; the sweep calls it for every desk, so that
a turn outside the hours is always found. A turn that cannot stay gets an open displacement for ``proposals``.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, delete, or_, select, update

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import DayGrid, DeskCalendar, grid
from turnero.agencies.models import Desk, Procedure
from turnero.booking.documents.closure_text import HOURS_CHANGED
from turnero.booking.seats import relocation
from turnero.booking.turn import history
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Claim, Displacement
from turnero.booking.turn.states import DisplacementStatus, Purpose
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff.actor import SWEEP, Actor

# Beyond any horizon a catalogue can set.
_FAR = timedelta(days=400)


@dataclass(frozen=True)
class Cause:
    """The cause of removed hours: the reason shown to people, the actor, and the closure if any."""

    reason: str
    actor: Actor
    closure_id: int | None = None


@dataclass(frozen=True)
class Cleared:
    """The outcome for claims that did not fit."""

    displaced: int = 0
    reseated: int = 0
    holds_ended: int = 0

    def __add__(self, other: "Cleared") -> "Cleared":
        return Cleared(
            self.displaced + other.displaced, self.reseated + other.reseated, self.holds_ended + other.holds_ended
        )


def lock_desks(desks: Iterable[Desk]) -> None:
    """Lock the desks exclusively: nobody takes a place there until the transaction ends."""
    database.lock(*(f"desk:{desk.id}" for desk in desks))


def clear(desk: Desk, cause: Cause, now: datetime) -> Cleared:
    """End or move every future claim that no longer fits ``desk``. The caller holds the desk's lock."""
    today = clock.local(now, desk.agency.zone).date()
    calendar = agencies.desk_calendars([desk], today, today + _FAR)[desk.id]
    bookings = _locked(select(Claim.booking_id).where(Claim.desk_id == desk.id, Claim.day >= today))
    places: dict[tuple[int, str], list[Claim]] = defaultdict(list)
    for claim in _claims(desk, today):
        assert claim.booking_id is not None
        places[claim.booking_id, claim.purpose].append(claim)
    # While waiting for the booking's lock its place may have been transferred to another booking.
    bookings |= _locked([booking_id for booking_id, _ in places if booking_id not in bookings])
    desk_day = _DeskClaims(desk, calendar, cause, now)
    return sum(
        (
            desk_day.settle(bookings[booking_id], rows)
            for (booking_id, _), rows in sorted(places.items())
            if rows[0].starts_at > now
        ),
        Cleared(),
    )


def _locked(ids: Select[int | None] | list[int]) -> dict[int, Booking]:
    return {
        booking.id: booking
        for booking in db.session.scalars(
            select(Booking)
            .where(Booking.id.in_(ids))
            .order_by(Booking.id)
            .with_for_update(of=Booking)
            .execution_options(populate_existing=True)
        )
    }


def _claims(desk: Desk, today: date) -> Sequence[Claim]:
    return db.session.scalars(
        select(Claim)
        .where(Claim.desk_id == desk.id, Claim.day >= today, Claim.booking_id.is_not(None))
        .order_by(Claim.day, Claim.minute, Claim.seat)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


@dataclass(frozen=True)
class _DeskClaims:
    """The claims of one desk during ``clear``."""

    desk: Desk
    calendar: DeskCalendar
    cause: Cause
    now: datetime

    def settle(self, booking: Booking, rows: Sequence[Claim]) -> Cleared:
        """Keep one place, move it to a lower seat, or end it.

        Turns of people who are or were at the agency keep their place.
        """
        if rows[0].purpose == Purpose.TURN and booking.status != Status.CONFIRMED:
            return Cleared()
        day_grid = grid(self.calendar, rows[0].day)
        minutes = [row.minute for row in rows]
        if not self._in_hours(booking, day_grid, minutes, rows[0].purpose):
            return self._end(booking, rows)
        if rows[0].seat < day_grid.windows:
            return Cleared()
        return Cleared(reseated=1) if self._reseat(rows, day_grid.windows) else self._end(booking, rows)

    def _in_hours(self, booking: Booking, day_grid: DayGrid, minutes: list[int], purpose: Purpose) -> bool:
        same_grid = purpose != "turn" or booking.slot_minutes == day_grid.slot_minutes
        return same_grid and set(minutes) <= set(day_grid.cells) and booking.procedure.line_id == self.desk.line_id

    def _reseat(self, rows: Sequence[Claim], windows: int) -> bool:
        """Move all cells of a place to one free seat that still exists."""
        day, minutes = rows[0].day, [row.minute for row in rows]
        of_cells = (Claim.desk_id == self.desk.id, Claim.day == day, Claim.minute.in_(minutes))
        lapsed = (Claim.lapses_at <= self.now, Claim.seat < windows)
        db.session.execute(delete(Claim).where(*of_cells, *lapsed).execution_options(synchronize_session=False))
        busy = set(db.session.scalars(select(Claim.seat).where(*of_cells)))
        free = [seat for seat in range(windows) if seat not in busy]
        if not free:
            return False
        db.session.execute(
            update(Claim)
            .where(*of_cells, Claim.seat == rows[0].seat)
            .values(seat=free[0])
            .execution_options(synchronize_session=False)
        )
        return True

    def _end(self, booking: Booking, rows: Sequence[Claim]) -> Cleared:
        keys = [row.minute for row in rows]
        first = rows[0]
        db.session.execute(
            delete(Claim)
            .where(Claim.desk_id == self.desk.id, Claim.day == first.day, Claim.seat == first.seat)
            .where(Claim.minute.in_(keys))
            .execution_options(synchronize_session=False)
        )
        if first.purpose == Purpose.TURN:
            self._displace(booking)
            return Cleared(displaced=1)
        if first.purpose == Purpose.PROPOSAL:
            _propose_again(booking)
        elif booking.status == Status.HELD:
            history.move(
                booking,
                Status.LAPSED,
                What.HOURS_CLOSED,
                actor=self.cause.actor,
                now=self.now,
                details={"why": self.cause.reason},
            )
        return Cleared(holds_ended=1)

    def _displace(self, booking: Booking) -> None:
        place = relocation.recorded_place(booking)
        displacement = Displacement(
            booking_id=booking.id,
            closure_id=self.cause.closure_id,
            reason=self.cause.reason,
            created_at=self.now,
            old_starts_at=booking.starts_at,
            old_desk_id=booking.desk_id,
            old_day=booking.day,
            old_minute=booking.minute,
            old_cells=booking.cells,
        )
        history.move(
            booking,
            Status.DISPLACED,
            actor=self.cause.actor,
            now=self.now,
            details={"before": place, "why": self.cause.reason},
        )
        db.session.add(displacement)


def _propose_again(booking: Booking) -> None:
    """Search again after the proposed place was removed too."""
    db.session.execute(
        update(Displacement)
        .where(Displacement.booking_id == booking.id, Displacement.ended_at.is_(None))
        .values(
            status=DisplacementStatus.PENDING,
            new_desk_id=None,
            new_day=None,
            new_minute=None,
            new_starts_at=None,
            told_at=None,
        )
    )


def has_misfits(desk_id: int) -> bool:
    """Whether ``clear_desk`` would find anything, checked without locks so that an unchanged desk costs one read."""
    desk = db.session.get_one(Desk, desk_id)
    now = clock.now()
    today = clock.local(now, desk.agency.zone).date()
    rows = db.session.execute(
        select(Claim.day, Claim.minute, Claim.seat, Booking.slot_minutes, Procedure.line_id, Claim.purpose)
        .join(Booking, Booking.id == Claim.booking_id)
        .join(Procedure, Procedure.id == Booking.procedure_id)
        .where(Claim.desk_id == desk_id, Claim.day >= today, Claim.starts_at > now)
        .where(or_(Claim.purpose != "turn", Booking.status == Status.CONFIRMED))
    ).all()
    if not rows:
        return False
    calendar = agencies.desk_calendars([desk], today, max(row.day for row in rows))[desk_id]
    grids = {day: grid(calendar, day) for day in {row.day for row in rows}}
    return any(
        row.minute not in grids[row.day].cells
        or row.seat >= grids[row.day].windows
        or row.line_id != desk.line_id
        or (row.purpose == Purpose.TURN and row.slot_minutes != grids[row.day].slot_minutes)
        for row in rows
    )


@database.transaction
def clear_desk(desk_id: int) -> Cleared:
    """Clear one desk in a transaction of its own, for the sweep."""
    desk = db.session.get_one(Desk, desk_id)
    lock_desks([desk])
    return clear(desk, Cause(HOURS_CHANGED, actor=SWEEP), clock.now())

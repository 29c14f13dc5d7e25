"""Closes and reopens hours, with the effect on booked people, in one transaction (DESIGN §5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.models import Closure, Desk
from turnero.booking.closures import proposals
from turnero.booking.closures import seal as seals
from turnero.booking.closures.displacement import Cause, Cleared, clear, lock_desks
from turnero.booking.closures.scope import Hours, Scope, desks_in, place_of
from turnero.booking.documents.closure_text import people_sentences, span
from turnero.booking.documents.notices import tell
from turnero.booking.seats import claims
from turnero.booking.turn import history
from turnero.booking.turn.errors import ChangedMeanwhile
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Displacement
from turnero.booking.turn.place import Place
from turnero.booking.turn.states import DisplacementStatus, Purpose
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound, Refused
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.staff import record
from turnero.staff.actor import COMMAND_LINE, Actor


@dataclass(frozen=True)
class Closed:
    """The effect of a closing; a preview also counts who would be notified and given another place.

    ``places``: seats of open cells that are removed, taken or not.
    """

    closure_id: int | None
    agencies: int
    places: int
    cleared: Cleared
    reachable: int = 0
    placed: int = 0
    record_id: int | None = None  # of the change, for the staff to look up

    @property
    def seal(self) -> str:
        """The preview's fingerprint: how many people lose their hour. Bookings change the places all day."""
        return seals.seal_of(self.cleared.displaced)


@dataclass(frozen=True)
class Reopened:
    """How many turns got their old hour back, and the id of the change in the record."""

    restored: int
    record_id: int

    @property
    def seal(self) -> str:
        """The preview's fingerprint: how many people get their hour back."""
        return seals.seal_of(self.restored)


class AlreadyClosed(Refused):
    """The same hours of the same place are already closed by closure ``number``."""

    code = "already_closed"


@database.transaction
def close_hours(scope: Scope, hours: Hours, actor: Actor, *, once: bool = False, seal: str | None = None) -> Closed:
    """Close the hours in one transaction: end holds and displace turns, with one pending displacement each.

    ``proposals`` then finds other places and sends the notices. Closing the same hours again affects nobody; with
    ``once`` it raises AlreadyClosed (a form sent twice). ``seal``: the fingerprint of the preview; if the number of
    people has changed, nothing is done. Raises ChangedMeanwhile.
    """
    database.lock("closures")
    if once and (there := _same(scope, hours)) is not None:
        raise AlreadyClosed(number=there)
    closed = _closed(scope, hours, actor)
    if seal is not None and not seals.holds(seal, closed.cleared.displaced):
        raise ChangedMeanwhile
    when = span(hours.starts, hours.ends)
    summary = gettext("Cierra %(place)s %(when)s: %(reason)s.", place=place_of(scope), when=when, reason=hours.reason)
    effect = " ".join(people_sentences(closed.cleared.displaced, None, closed.cleared.displaced - closed.reachable))
    row = record.record_change(actor, "closure", summary, agency_id=scope.agency_id, effect=effect)
    return replace(closed, record_id=row.id)


def _same(scope: Scope, hours: Hours) -> int | None:
    """The id of a closure in force with exactly this scope and these hours."""
    place = {"scope": scope.kind, "province_code": scope.province_code, "canton": scope.canton}
    found = select(Closure.id).filter_by(agency_id=scope.agency_id, starts=hours.starts, ends=hours.ends, **place)
    return db.session.scalar(found.where(Closure.withdrawn_at.is_(None)).limit(1))


@database.preview
def preview_closing(scope: Scope, hours: Hours) -> Closed:
    """The effect of ``close_hours``: close the hours, find other places, and roll everything back."""
    closed = _closed(scope, hours, COMMAND_LINE)
    displaced = displaced_by(closed.closure_id)
    for displacement in displaced:
        proposals.find_place(displacement)
    placed = sum(1 for displacement in displaced if displacement.new_desk_id is not None)
    return replace(closed, closure_id=None, placed=placed)


def displaced_by(closure_id: int | None) -> Sequence[Displacement]:
    """The displacements of a closure, ordered by the lost hour."""
    lost = select(Displacement).where(Displacement.closure_id == closure_id)
    return db.session.scalars(lost.order_by(Displacement.old_starts_at, Displacement.id)).all()


def _closed(scope: Scope, hours: Hours, actor: Actor) -> Closed:
    desks = desks_in(scope)
    lock_desks(desks)
    now = clock.now()
    places = _places(desks, hours)
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
        recoverable=hours.recoverable,
        source=str(actor),
        created_at=now,
    )
    db.session.add(closure)
    db.session.flush()
    cause = Cause(hours.reason, actor, closure.id)
    cleared = sum((clear(desk, cause, now) for desk in desks), Cleared())
    db.session.flush()
    reachable = sum(1 for displacement in displaced_by(closure.id) if displacement.booking.email)
    return Closed(closure.id, len({desk.agency_id for desk in desks}), places, cleared, reachable)


def _places(desks: Sequence[Desk], hours: Hours) -> int:
    """Number of seats of open cells that the hours remove."""
    first, last = hours.starts.date(), hours.ends.date()
    calendars = agencies.desk_calendars(desks, first, last)
    taken = 0
    for desk in desks:
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day_grid = grid(calendars[desk.id], first.fromordinal(ordinal))
            cells = [each for each in day_grid.cells if _overlaps(hours, day_grid.day, each, day_grid.slot_minutes)]
            taken += len(cells) * day_grid.windows
    return taken


def _overlaps(hours: Hours, day: date, cell: int, step: int) -> bool:
    midnight = datetime.combine(day, datetime.min.time())
    begins, ends = midnight + timedelta(minutes=cell), midnight + timedelta(minutes=cell + step)
    return begins < hours.ends and hours.starts < ends


@database.transaction
def reopen_hours(closure_id: int, actor: Actor, *, seal: str | None = None) -> Reopened:
    """Withdraw a closure and return the old places to people who have no other yet. Raises NotFound.

    ``seal``: the fingerprint of the preview; if the number of people has changed, nothing is done. Raises
    ChangedMeanwhile.
    """
    reopened = _reopened(closure_id, actor)
    if seal is not None and not seals.holds(seal, reopened.restored):
        raise ChangedMeanwhile
    return reopened


@database.preview
def preview_reopening(closure_id: int) -> Reopened:
    """The effect of ``reopen_hours``, rolled back. Raises NotFound."""
    return _reopened(closure_id, COMMAND_LINE)


def _reopened(closure_id: int, actor: Actor) -> Reopened:
    closure = db.session.get(Closure, closure_id, with_for_update=True)
    if closure is None or closure.withdrawn_at is not None:
        raise NotFound
    scope = Scope(closure.scope, closure.province_code, closure.canton, closure.agency_id)
    lock_desks(desks_in(scope))
    now = clock.now()
    closure.withdrawn_at = now
    db.session.flush()
    waiting = db.session.scalars(
        select(Displacement)
        .where(Displacement.closure_id == closure_id, Displacement.ended_at.is_(None))
        .order_by(Displacement.booking_id)
    ).all()
    restored = sum(1 for displacement in waiting if _restore(displacement, actor, now))
    when = span(closure.starts, closure.ends)
    summary = gettext("Abre otra vez %(place)s %(when)s.", place=place_of(closure), when=when)
    effect = gettext("Turnos que recuperan su hora: %(count)s.", count=restored)
    row = record.record_change(actor, "closure", summary, agency_id=closure.agency_id, effect=effect)
    return Reopened(restored, row.id)


def _restore(displacement: Displacement, actor: Actor, now: datetime) -> bool:
    booking = displacement.booking
    db.session.refresh(booking, with_for_update={"of": Booking})
    if booking.status != Status.DISPLACED or displacement.old_starts_at <= now:
        return False
    desk = db.session.get_one(Desk, displacement.old_desk_id)
    day = displacement.old_day
    day_grid = grid(agencies.desk_calendars([desk], day, day)[desk.id], day)
    old = (day, displacement.old_minute, displacement.old_cells, booking.slot_minutes)
    place = Place(desk.id, *old, desk.agency.zone)
    if day_grid.slot_minutes != place.step or not set(place.minutes) <= set(day_grid.cells):
        return False
    if claims.take(place, day_grid, claims.Terms(booking.id, Purpose.TURN, None), now) is None:
        return False
    claims.free(booking.id, purpose=Purpose.PROPOSAL)
    history.move(booking, Status.CONFIRMED, What.REOPENED, actor=actor, now=now)
    displacement.status, displacement.ended_at = DisplacementStatus.RESTORED, now
    tell(booking, "restored", now, occasion=str(displacement.id))
    return True

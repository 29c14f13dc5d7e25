"""Changes a booking's status: checks the transition, updates conditionally and records the event. Nothing else does."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update

from turnero.booking.turn.events import What, step_to
from turnero.booking.turn.lifecycle import Status, may, may_undo
from turnero.booking.turn.models import Booking, Displacement, Event
from turnero.core.extensions import db
from turnero.staff.actor import Actor


def record_begin(booking: Booking, *, actor: Actor, now: datetime, details: dict[str, Any] | None = None) -> None:
    """Record the creation of a booking that was added to the session."""
    db.session.flush()
    what = What.WALKED_IN if booking.status == Status.ARRIVED else step_to(booking.status)
    _record(booking, what, None, booking.status, actor=actor, now=now, details=details)


def move(
    booking: Booking,
    after: Status,
    what: What | None = None,
    *,
    actor: Actor,
    now: datetime,
    details: dict[str, Any] | None = None,
    values: dict[str, Any] | None = None,
    only_if: ColumnElement[bool] | None = None,
    undo: bool = False,
) -> bool:
    """Change the status (and ``values`` with it) where the row still has the status we saw, and record the event.

    ``what`` happened is the plain step to ``after`` unless it is said.
    Returns False, having changed nothing, when another transaction was first or ``only_if`` does not hold.
    ``undo`` takes a step of the staff back. Raises ValueError for a change that the lifecycle does not know.
    """
    before = booking.status
    if not (may_undo if undo else may)(before, after):
        raise ValueError(f"a booking cannot go from {before} to {after}")
    statement = update(Booking).where(Booking.id == booking.id, Booking.status == before)
    if only_if is not None:
        statement = statement.where(only_if)
    changes = {"status": after, **(values or {})}
    if before == Status.HELD:
        changes["lapses_at"] = None
    as_it_is_now = statement.values(changes).returning(Booking)
    how = {"synchronize_session": False, "populate_existing": True}
    if db.session.scalars(as_it_is_now, execution_options=how).one_or_none() is None:
        return False
    _record(booking, what or step_to(after), before, after, actor=actor, now=now, details=details)
    return True


def note(booking: Booking, what: What, *, actor: Actor, now: datetime, details: dict[str, Any] | None = None) -> None:
    """Record a change of a turn that leaves its status as it is."""
    _record(booking, what, booking.status, booking.status, actor=actor, now=now, details=details)


def _record(
    booking: Booking,
    what: What,
    before: Status | None,
    after: Status,
    *,
    actor: Actor,
    now: datetime,
    details: dict[str, Any] | None,
) -> None:
    event = Event(booking_id=booking.id, at=now, actor=actor, before=before, after=after, what=what)
    event.reason = str(what)  # replicas of the version before count changes by it
    event.details = details or {}
    db.session.add(event)


def end_displacement(booking_id: int, status: str, now: datetime) -> None:
    """End the booking's open displacement with ``status``. The caller commits."""
    db.session.execute(
        update(Displacement)
        .where(Displacement.booking_id == booking_id, Displacement.ended_at.is_(None))
        .values(status=status, ended_at=now)
    )

"""Records what has expired. Correctness does not depend on it: expiry is a predicate on time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from turnero.agencies.models import Desk
from turnero.booking.closures import displacement, proposals, zone_changes
from turnero.booking.documents.notices import tell
from turnero.booking.seats import claims
from turnero.booking.turn import history
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Claim, Displacement, Journey
from turnero.booking.turn.states import DisplacementStatus, Purpose
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.staff.actor import SWEEP
from turnero.verify.models import Challenge, CodeTries

_BATCH = 200
# Unfinished journeys and their codes are kept for a day, so that people can return to them.
_JOURNEY_LIFE = timedelta(hours=24)
# A displaced turn waits this long after its old hour for an answer.
DISPLACED_LIFE = timedelta(days=30)


def sweep() -> int:
    """Record lapsed holds, delete claims that no longer count and old journeys. Returns how many holds lapsed."""
    lapsed = 0
    while batch := _lapse_holds():
        lapsed += batch
    while _forget_journeys():
        pass
    _drop_passed_claims()
    zone_changes.refresh()
    for desk_id in db.session.scalars(select(Desk.id).order_by(Desk.id)).all():
        if displacement.has_misfits(desk_id):
            displacement.clear_desk(desk_id)
    proposals.propose_all()
    while _give_up_displaced():
        pass
    return lapsed


@database.transaction
def _lapse_holds() -> int:
    now = clock.now()
    passed = db.session.scalars(
        select(Booking)
        .where(Booking.status == Status.HELD, Booking.lapses_at <= now)
        .order_by(Booking.id)
        .limit(_BATCH)
        .with_for_update(of=Booking, skip_locked=True)
    ).all()
    for booking in passed:
        history.move(booking, Status.LAPSED, What.TIME_PASSED, actor=SWEEP, now=now)
        claims.free(booking.id)
    return len(passed)


@database.transaction
def _drop_passed_claims() -> None:
    """Delete ended delays. Claims of lapsed holds are deleted with their booking."""
    db.session.execute(delete(Claim).where(Claim.purpose == Purpose.DELAY, Claim.lapses_at <= clock.now()))


@database.transaction
def _give_up_displaced() -> int:
    """Cancel displaced turns that were not answered in time."""
    now = clock.now()
    unanswered = db.session.scalars(
        select(Displacement)
        .where(Displacement.ended_at.is_(None), Displacement.old_starts_at <= now - DISPLACED_LIFE)
        .order_by(Displacement.booking_id)
        .limit(_BATCH)
    ).all()
    for displaced in unanswered:
        booking = displaced.booking
        db.session.refresh(booking, with_for_update={"of": Booking})
        if booking.status == Status.DISPLACED:
            history.move(booking, Status.CANCELLED, What.NO_ANSWER, actor=SWEEP, now=now)
            claims.free(displaced.booking_id, purpose=Purpose.PROPOSAL)
            tell(booking, "cancellation", now)
        displaced.status, displaced.ended_at = DisplacementStatus.CANCELLED, now
    return len(unanswered)


@database.transaction
def _forget_journeys() -> int:
    """Delete journeys begun more than a day ago, in batches, with their mails."""
    before: datetime = clock.now() - _JOURNEY_LIFE
    keys = db.session.scalars(
        select(Journey.key)
        .where(Journey.created_at < before)
        .where(or_(Journey.verified_at.is_(None), Journey.verified_at < before))  # limits count the proofs of a day
        .limit(_BATCH)
        .with_for_update(of=Journey, skip_locked=True)
    ).all()
    forget_journeys(keys)
    return len(keys)


def forget_journeys(keys: Sequence[str]) -> None:
    """Delete journeys (rows locked) with their codes and the mails that carried these."""
    mailed = db.session.scalars(select(Challenge.id).where(Challenge.journey.in_(keys))).all()
    db.session.execute(delete(Notice).where(Notice.subject.in_([f"challenge:{number}" for number in mailed])))
    for table in (Challenge.journey, CodeTries.journey, Journey.key):
        db.session.execute(delete(table.class_).where(table.in_(keys)))

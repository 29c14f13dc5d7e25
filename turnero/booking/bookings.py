"""From hold to turn: confirm and cancel, and the link mailed again."""

from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from turnero import clock
from turnero import db as database
from turnero.booking import claims, history, limits
from turnero.booking.errors import AlreadyHasTurn, NotCancellable
from turnero.booking.holds import lost, the_hold
from turnero.booking.journey import Step, locked, require, step_of
from turnero.booking.lifecycle import LIVE, Status
from turnero.booking.models import Booking
from turnero.booking.policy import Policy
from turnero.booking.queries import policy_of, token_of
from turnero.booking.token import hash_of
from turnero.errors import NotFound
from turnero.extensions import db
from turnero.notices import outbox

# A cancelled place comes back at least this long before its start.
_LATEST_RELEASE = timedelta(hours=2)


def confirm(key: str, browser: str) -> str:
    """Make the held place a turn and return its page's token; a repeated confirm returns the same one.

    Raises HoldLost, AlreadyHasTurn, OpenTurnsSpent, OverlappingTurn, CapReached.
    """
    try:
        return _confirm(key, browser)
    except IntegrityError as error:
        # The partial unique index is the last word on one live turn per cédula and trámite: losing it is an answer.
        if "ix_bookings_one_live" in str(error.orig) or "bookings.cedula, bookings.procedure_id" in str(error.orig):
            raise AlreadyHasTurn from error
        raise


@database.transaction
def _confirm(key: str, browser: str) -> str:
    journey = locked(key, browser)
    limits.lock_subjects(journey)
    now = clock.now()
    if step_of(journey, now) is Step.DONE:
        assert journey.booking is not None
        return token_of(journey.booking)
    require(journey, now, Step.HOUR, Step.CONFIRM)
    held = the_hold(journey, now)
    booking = journey.booking
    assert booking is not None
    limits.check_new_turn(journey, booking.procedure, policy_of(booking.agency), now)
    limits.check_overlap(booking)
    contact = {"email": journey.email, "mailbox": journey.mailbox, "mobile": journey.mobile}
    confirmed = history.move(
        booking,
        Status.CONFIRMED,
        actor="citizen",
        now=now,
        values={"confirmed_at": now, **contact},
        only_if=Booking.lapses_at > now,
    )
    if not confirmed or claims.keep(booking.id, now) != held.cells:
        raise lost(journey, held)
    journey.done = True
    _tell(booking, "confirmation", now)
    return token_of(booking)


@database.transaction
def cancel(token: str) -> None:
    """Give the turn up; its place comes back after a random delay. A repeated cancel changes nothing.

    Raises NotFound for an unknown token and NotCancellable once the turn has begun or ended.
    """
    booking = db.session.scalar(
        select(Booking)
        .where(Booking.token_hash == hash_of(token), Booking.confirmed_at.is_not(None))
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    )
    if booking is None:
        raise NotFound
    now = clock.now()
    if booking.status == Status.CANCELLED:
        return
    if booking.status != Status.CONFIRMED or booking.starts_at <= now:
        raise NotCancellable
    history.move(booking, Status.CANCELLED, actor="citizen", now=now)
    _give_back(booking, policy_of(booking.agency), now)
    _tell(booking, "cancellation", now)


def _give_back(booking: Booking, policy: Policy, now: datetime) -> None:
    shortest, longest = policy.release_delay_minutes
    delay = timedelta(minutes=SystemRandom().uniform(shortest, longest))
    at = min(now + delay, booking.starts_at - _LATEST_RELEASE)
    if at <= now:
        claims.free(booking.id, purpose="turn")
    else:
        claims.free_later(booking.id, at)


@database.transaction
def mail_link(reference: str, cedula: str) -> None:
    """Mail a live turn's link to the address it was booked with, at most once an hour. Tells the caller nothing."""
    booking = db.session.scalar(
        select(Booking).where(
            Booking.reference == reference, Booking.cedula == cedula, Booking.status.in_(LIVE), Booking.email.is_not(None)
        )
    )
    if booking is not None:
        now = clock.now()
        _tell(booking, "link", now, occasion=f"{now:%Y%m%dT%H}")


def _tell(booking: Booking, kind: str, now: datetime, occasion: str = "") -> None:
    assert booking.email is not None
    outbox.write(
        kind,
        f"booking:{booking.id}",
        booking.email,
        now=now,
        priority=2,
        occasion=occasion,
        reference=booking.reference,
        expires_at=booking.starts_at + timedelta(days=1),
    )

"""From hold to turn: confirm and cancel, and the link mailed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from turnero import clock
from turnero import db as database
from turnero.booking import changes, claims, history, limits
from turnero.booking.displacement import end_displacement
from turnero.booking.errors import AlreadyHasTurn, NotCancellable
from turnero.booking.holds import lost, the_hold
from turnero.booking.journey import Step, locked, require, step_of
from turnero.booking.lifecycle import LIVE, Status
from turnero.booking.models import Booking
from turnero.booking.notices import tell, warn_owner
from turnero.booking.priority import has_priority_by_age
from turnero.booking.queries import locked_by_token, policy_of, token_of
from turnero.booking.waiting import handing_on
from turnero.extensions import db


def confirm(key: str, browser: str) -> str:
    """Make the held place a turn and return its page's token; a repeated confirm returns the same one.

    Raises HoldLost, NotChangeable, ChangesSpent, AlreadyHasTurn, OpenTurnsSpent, OverlappingTurn, CapReached.
    """
    with one_live_turn():
        return _confirm(key, browser)


@contextmanager
def one_live_turn() -> Iterator[None]:
    """The partial unique index is the last word on one live turn per cédula and trámite: losing it is an answer.

    Raises AlreadyHasTurn.
    """
    try:
        yield
    except IntegrityError as error:
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
    if journey.changes and journey.booking is not None:
        limits.check_changeable(journey.booking, now)
    held = the_hold(journey, now)
    if journey.changes:
        return changes.apply(journey, held, now)
    booking = journey.booking
    assert booking is not None
    limits.check_new_turn(journey, booking.procedure, policy_of(booking.agency), now)
    limits.check_overlap(booking)
    said = {
        "email": journey.email,
        "mailbox": journey.mailbox,
        "mobile": journey.mobile,
        "third_party_cedula": journey.third_party_cedula,
        "third_party_name": journey.third_party_name,
        "priority": journey.priority or has_priority_by_age(journey.cedula, now),
    }
    confirmed = history.move(
        booking,
        Status.CONFIRMED,
        actor="citizen",
        now=now,
        values={"confirmed_at": now, **said},
        only_if=Booking.lapses_at > now,
    )
    if not confirmed or claims.keep(booking.id, now) != held.cells:
        raise lost(journey, held)
    journey.done = True
    tell(booking, "confirmation", now)
    warn_owner(booking, journey.registry_email, now)
    return token_of(booking)


@database.transaction
def cancel(token: str, reason: str = "") -> None:
    """Give the turn up; its place comes back after a random delay. A repeated cancel changes nothing.

    Raises NotFound for an unknown token and NotCancellable once the turn has begun or ended.
    """
    booking = locked_by_token(token)
    now = clock.now()
    if booking.status == Status.CANCELLED:
        return
    give_up(booking, actor="citizen", now=now, reason=reason)
    give_place_back(booking, now)
    tell(booking, "cancellation", now)


def give_up(booking: Booking, *, actor: str, now: datetime, reason: str, details: dict[str, Any] | None = None) -> None:
    """Cancel a turn whose row is locked; what becomes of its seats is for the caller. Raises NotCancellable."""
    if not may_cancel(booking, now):
        raise NotCancellable
    displaced = booking.status == Status.DISPLACED
    history.move(booking, Status.CANCELLED, actor=actor, now=now, reason=reason, details=details)
    claims.free(booking.id)  # a change that was under way
    if displaced:
        claims.free(booking.id, purpose="proposal")
        end_displacement(booking.id, "cancelled", now)


def give_place_back(booking: Booking, now: datetime) -> None:
    """The place of a turn that was given up goes to the first who waits for it, or is free after the random delay."""
    handing_on.give_place(claims.Freed.of(booking), now)


def may_cancel(booking: Booking, now: datetime) -> bool:
    """Whether its holder can still give the turn up: before it begins, and at any time while it has no place."""
    waits = booking.status == Status.CONFIRMED and booking.starts_at > now
    return waits or booking.status == Status.DISPLACED


@database.transaction
def mail_link(reference: str, cedula: str) -> None:
    """Mail a live turn's link to the address it was booked with, at most once an hour. Tells the caller nothing."""
    booking = db.session.scalar(
        select(Booking).where(Booking.reference == reference, Booking.cedula == cedula, Booking.status.in_(LIVE))
    )
    if booking is not None:
        now = clock.now()
        tell(booking, "link", now, occasion=f"{now:%Y%m%dT%H}")

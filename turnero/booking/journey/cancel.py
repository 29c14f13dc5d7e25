"""Cancels turns and releases their places."""

from datetime import datetime
from typing import Any

from turnero.booking.documents.notices import tell
from turnero.booking.seats import claims
from turnero.booking.turn import history
from turnero.booking.turn.errors import NotCancellable
from turnero.booking.turn.events import CancelReason, What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import locked_by_token
from turnero.booking.turn.states import DisplacementStatus, Purpose
from turnero.booking.waiting import handing_on
from turnero.core import clock
from turnero.core import db as database
from turnero.staff.actor import CITIZEN, Actor


@database.transaction
def cancel_turn(token: str, answer: CancelReason | None = None) -> None:
    """Cancel the turn; its place is freed after a random delay. Idempotent.

    Raises NotFound for an unknown token and NotCancellable once the turn has begun or ended.
    """
    booking = locked_by_token(token)
    now = clock.now()
    if booking.status == Status.CANCELLED:
        return
    details = {"answer": answer} if answer else None
    give_up(booking, actor=CITIZEN, now=now, what=What.CANCELLED, details=details)
    give_place_back(booking, now)
    tell(booking, "cancellation", now)


def give_up(
    booking: Booking, *, actor: Actor, now: datetime, what: What, details: dict[str, Any] | None = None
) -> None:
    """Cancel a turn whose row is locked; the caller releases its seats. Raises NotCancellable."""
    if not may_cancel(booking, now):
        raise NotCancellable
    displaced = booking.status == Status.DISPLACED
    history.move(booking, Status.CANCELLED, what, actor=actor, now=now, details=details)
    claims.free(booking.id)  # a change that was under way
    if displaced:
        claims.free(booking.id, purpose=Purpose.PROPOSAL)
        history.end_displacement(booking.id, DisplacementStatus.CANCELLED, now)


def give_place_back(booking: Booking, now: datetime) -> None:
    """Offer the place of a cancelled turn to the first person waiting for it, or free it after the random delay."""
    handing_on.give_place(claims.Freed.of(booking), now)


def may_cancel(booking: Booking, now: datetime) -> bool:
    """Whether the holder can still cancel: before the turn begins, or at any time while it is displaced."""
    waits = booking.status == Status.CONFIRMED and booking.starts_at > now
    return waits or booking.status == Status.DISPLACED

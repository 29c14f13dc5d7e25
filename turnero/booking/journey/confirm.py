"""Confirms a held place, which makes it a turn."""

from turnero.booking.documents.notices import tell, warn_owner
from turnero.booking.journey import change
from turnero.booking.journey.holds import lost, the_hold
from turnero.booking.journey.state import Step, locked, require_step, step_of
from turnero.booking.seats import claims, limits
from turnero.booking.turn import history
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.priority import has_priority_by_age
from turnero.booking.turn.queries import policy_of, token_of
from turnero.core import clock
from turnero.core import db as database
from turnero.staff.actor import CITIZEN


def confirm_turn(key: str, browser: str) -> str:
    """Make the held place a turn and return the token of its page. Idempotent.

    Raises HoldLost, NotChangeable, ChangesSpent, AlreadyHasTurn, OpenTurnsSpent, OverlappingTurn, CapReached.
    """
    with limits.one_live_turn():
        return _confirm(key, browser)


@database.transaction
def _confirm(key: str, browser: str) -> str:
    journey = locked(key, browser)
    limits.lock_subjects(journey)
    now = clock.now()
    if step_of(journey, now) is Step.DONE:
        assert journey.booking is not None
        return token_of(journey.booking)
    require_step(journey, now, Step.HOUR, Step.CONFIRM)
    if journey.changes and journey.booking is not None:
        limits.check_changeable(journey.booking, now)
    held = the_hold(journey, now)
    if journey.changes:
        return change.apply_change(journey, held, now)
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
        actor=CITIZEN,
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

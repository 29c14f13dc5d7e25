"""Changes the place of an existing turn: takes the new one first and frees the old one in the same transaction.

Booking, reference and token stay. A change is a journey that begins at step 7; confirming it calls ``apply_change``.
"""

import secrets
from datetime import datetime

from sqlalchemy import select

from turnero.booking.documents.notices import tell
from turnero.booking.journey.holds import lost
from turnero.booking.seats import claims, limits, relocation
from turnero.booking.turn import history
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Journey
from turnero.booking.turn.queries import locked_by_token, token_of
from turnero.booking.turn.states import DisplacementStatus, Purpose
from turnero.booking.waiting import handing_on
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff.actor import CITIZEN


@database.transaction
def begin_change(token: str, browser: str) -> str:
    """Start a journey that changes the turn; returns its key. The turn keeps its place until the change is confirmed.

    Raises NotFound, NotChangeable and ChangesSpent.
    """
    booking = locked_by_token(token)
    now = clock.now()
    limits.check_changeable(booking, now)
    journey = Journey(
        key=secrets.token_urlsafe(16),
        browser=browser,
        created_at=now,
        cedula=booking.cedula,
        email=booking.email,
        mailbox=booking.mailbox,
        mobile=booking.mobile,
        verified_at=now,
        registered=True,
        province_code=booking.agency.province_code,
        procedure_id=booking.procedure_id,
        agency_id=booking.agency_id,
        third_party_cedula=booking.third_party_cedula,
        third_party_name=booking.third_party_name,
        priority=booking.priority,
        booking_id=booking.id,
        changes=True,
    )
    db.session.add(journey)
    return journey.key


def apply_change(journey: Journey, held: claims.Held, now: datetime) -> str:
    """Move the turn to its held place, inside the confirming transaction. Returns the token of its page."""
    booking = db.session.scalars(
        select(Booking)
        .where(Booking.id == journey.booking_id)
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    ).one()
    limits.check_changeable(booking, now)
    before = relocation.recorded_place(booking)
    old = claims.Freed.of(booking)
    relocation.move_to(booking, relocation.held_place(held))
    limits.check_overlap(booking)
    handing_on.give_place(old, now)
    if claims.keep(booking.id, now) != held.cells:
        raise lost(journey, held)
    details = {"before": before, "after": relocation.recorded_place(booking)}
    if booking.status == Status.DISPLACED:
        history.move(booking, Status.CONFIRMED, What.REBOOKED, actor=CITIZEN, now=now, details=details)
        claims.free(booking.id, purpose=Purpose.PROPOSAL)
        history.end_displacement(booking.id, DisplacementStatus.REBOOKED, now)
    else:
        history.note(booking, What.CHANGED, actor=CITIZEN, now=now, details=details)
    journey.done = True
    tell(booking, "change", now, occasion=str(booking.moves))
    return token_of(booking)

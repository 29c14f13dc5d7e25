"""Reassigns a turn to the holder who shows the physical cédula: same place, new contact, new link."""

from datetime import datetime

from sqlalchemy import select, update

from turnero.booking.closures.sweep import forget_journeys
from turnero.booking.documents.notices import tell
from turnero.booking.seats import claims
from turnero.booking.turn import history, token
from turnero.booking.turn.events import What
from turnero.booking.turn.models import Booking, Journey
from turnero.booking.turn.new_booking import Reachable
from turnero.core.extensions import db
from turnero.core.keys import code_key
from turnero.notices.models import OWED, Notice, NoticeStatus
from turnero.staff.actor import Actor


def lock_journeys(booking_id: int) -> list[str]:
    """Lock the journeys that lead to the turn, before the cédula's lock and the turn's row."""
    theirs = select(Journey.key).where(Journey.booking_id == booking_id).order_by(Journey.key)
    return list(db.session.scalars(theirs.with_for_update(of=Journey)))


def reassign_turn(booking: Booking, contact: Reachable, journeys: list[str], *, actor: Actor, now: datetime) -> None:
    """Replace contact and link of a live turn (row locked) and revoke every earlier access.

    Pending mails to the old address are dropped: they would carry the new link.
    """
    nonce = token.new_nonce()
    booking.email, booking.mailbox, booking.mobile = contact.email, contact.mailbox, contact.mobile
    booking.token_nonce = nonce
    booking.token_hash = token.token_hash_of(token.derive_token(code_key(), nonce))
    booking.owner_hash = booking.browser = booking.journey_key = None
    claims.free(booking.id)  # a change that was under way
    # Repeat under the turn's lock: from here on nobody can begin a change with the old link.
    forget_journeys(sorted({*journeys, *lock_journeys(booking.id)}))
    db.session.execute(
        update(Notice)
        .where(Notice.subject == f"booking:{booking.id}", Notice.status.in_(OWED))
        .values(status=NoticeStatus.DROPPED, leased_until=None)
        .execution_options(synchronize_session=False)
    )
    history.note(booking, What.REASSIGNED, actor=actor, now=now)
    tell(booking, "link", now, occasion=f"{What.REASSIGNED}:{now.isoformat()}")

"""Mails the link of a live turn again."""

from sqlalchemy import select

from turnero.booking.documents.notices import tell
from turnero.booking.turn.lifecycle import LIVE
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db


@database.transaction
def mail_link(reference: str, cedula: str) -> None:
    """Mail a live turn's link to its booking address, at most once an hour. Gives the caller no information."""
    booking = db.session.scalar(
        select(Booking).where(Booking.reference == reference, Booking.cedula == cedula, Booking.status.in_(LIVE))
    )
    if booking is not None:
        now = clock.now()
        tell(booking, "link", now, occasion=f"{now:%Y%m%dT%H}")

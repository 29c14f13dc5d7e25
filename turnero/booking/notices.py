"""What the turn says by mail: confirmation, cancellation, and the link again."""

from datetime import datetime, timedelta

from turnero import clock
from turnero.booking.lifecycle import LIVE, Status
from turnero.booking.models import Booking
from turnero.booking.turn_text import TurnText
from turnero.extensions import db
from turnero.notices import outbox
from turnero.notices.models import Notice
from turnero.notices.rendering import Mail, qr_picture


def tell(booking: Booking, kind: str, now: datetime, occasion: str = "") -> None:
    """Owe the holder a mail of ``kind`` about the turn, in the caller's transaction; no longer than it is of use."""
    if booking.email is None:
        return
    outbox.write(
        kind,
        f"booking:{booking.id}",
        booking.email,
        now=now,
        priority=outbox.CONFIRMATION,
        occasion=occasion,
        reference=booking.reference,
        expires_at=max(booking.starts_at, now) + timedelta(days=1),
    )


def _booking_of(notice: Notice) -> Booking | None:
    return db.session.get(Booking, int(notice.subject.removeprefix("booking:")))


def confirmation_mail(notice: Notice) -> Mail | None:
    """Nothing to tell once the turn was given up."""
    booking = _booking_of(notice)
    if booking is None or booking.status not in LIVE:
        return None
    return Mail("confirmation", {"turn": TurnText.of(booking)}, (qr_picture(booking.reference),))


def cancellation_mail(notice: Notice) -> Mail | None:
    booking = _booking_of(notice)
    if booking is None or booking.status != Status.CANCELLED:
        return None
    return Mail("cancellation", {"turn": TurnText.of(booking), "reason": ""})


def link_mail(notice: Notice) -> Mail | None:
    booking = _booking_of(notice)
    if booking is None or booking.status not in LIVE or booking.starts_at <= clock.now():
        return None
    return Mail("link", {"turn": TurnText.of(booking)})


RENDERERS = {"confirmation": confirmation_mail, "cancellation": cancellation_mail, "link": link_mail}

"""What the turn says by mail: confirmation, cancellation, and the link again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from turnero import clock, formatting
from turnero.booking.lifecycle import LIVE, Status
from turnero.booking.models import Booking
from turnero.booking.queries import policy_of, token_of
from turnero.extensions import db
from turnero.notices import outbox
from turnero.notices.models import Notice
from turnero.notices.rendering import Mail, qr_picture
from turnero.verify.cedula import masked


@dataclass(frozen=True)
class TurnText:
    """A turn in words, as mails show it; day and hour are the agency's."""

    when_long: str
    day_short: str
    time: str
    zone_note: str
    agency_name: str
    agency_address: str
    procedure_name: str
    line_name: str
    reference: str
    bring: tuple[str, ...]
    link: str
    kept_until: str  # the hour with the agency's tolerance
    cedula: str  # the holder's, masked
    third_party: str = ""  # the name typed for who comes instead of the holder

    @classmethod
    def of(cls, booking: Booking) -> "TurnText":
        base_url = current_app.config["SETTINGS"].base_url
        return cls(
            when_long=formatting.long_date(booking.day),
            day_short=formatting.day_and_month(booking.day),
            time=formatting.clock_time(booking.minute),
            zone_note=formatting.zone_note(booking.agency.zone),
            agency_name=booking.agency.name,
            agency_address=booking.agency.address,
            procedure_name=booking.procedure.name,
            line_name=booking.procedure.line.name,
            reference=booking.reference,
            bring=tuple(booking.procedure.sheet.get("bring", ())),
            link=f"{base_url}/mi-turno/{token_of(booking)}",
            kept_until=formatting.clock_time(booking.minute + policy_of(booking.agency).tolerance_minutes),
            cedula=masked(booking.cedula).replace("*", "•"),
        )


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

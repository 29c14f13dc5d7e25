"""Mails about a turn, rendered from its state when they are sent."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from turnero.agencies.models import Desk
from turnero.booking.documents.closure_text import told_reason
from turnero.booking.documents.files import calendar_entry_of, sheet_of
from turnero.booking.documents.turn_text import PlaceText, TurnText, shown_cedula
from turnero.booking.seats import claims
from turnero.booking.turn import token as tokens
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import LIVE, SEATED, Status
from turnero.booking.turn.models import Booking, Displacement, Event
from turnero.booking.turn.queries import owner_token_of
from turnero.booking.turn.states import DisplacementStatus, Purpose
from turnero.core import clock, formatting
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.notices import outbox
from turnero.notices.models import Notice
from turnero.notices.rendering import Attachment, Mail, qr_picture
from turnero.verify.contact import mailbox_key

# Other ends were chosen by the person.
_TOLD = (DisplacementStatus.PROPOSED, DisplacementStatus.PLACED, DisplacementStatus.UNPLACED)


def tell(booking: Booking, kind: str, now: datetime, occasion: str = "") -> None:
    """Write a pending mail of ``kind`` to the holder, with an expiry, in the caller's transaction."""
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


def warn_owner(booking: Booking, address_on_file: str | None, now: datetime) -> None:
    """Write a notice to the address on file, if it is not the booking's mailbox, in the confirming transaction."""
    if address_on_file is None or mailbox_key(address_on_file) == booking.mailbox:
        return
    booking.owner_hash = tokens.token_hash_of(owner_token_of(booking))
    outbox.write(
        "not_me",
        f"booking:{booking.id}",
        address_on_file,
        now=now,
        priority=outbox.CONFIRMATION,
        reference=booking.reference,
        expires_at=booking.starts_at,
    )


def _booking_of(notice: Notice) -> Booking | None:
    return db.session.get(Booking, int(notice.subject.removeprefix("booking:")))


def confirmation_mail(notice: Notice) -> Mail | None:
    """The confirmation; None if the turn was cancelled or displaced, which has its own mail."""
    booking = _booking_of(notice)
    if booking is None or booking.status not in SEATED:
        return None
    return Mail("confirmation", {"turn": TurnText.of(booking)}, _papers_of(booking))


def _papers_of(booking: Booking) -> tuple[Attachment, ...]:
    """Attachments of every mail that states an hour."""
    return qr_picture(booking.reference), sheet_of(booking), calendar_entry_of(booking, clock.now())


def cancellation_mail(notice: Notice) -> Mail | None:
    booking = _booking_of(notice)
    if booking is None or booking.status != Status.CANCELLED:
        return None
    entry = calendar_entry_of(booking, clock.now())
    return Mail("cancellation", {"turn": TurnText.of(booking), "reason": _why_cancelled(booking)}, (entry,))


def _why_cancelled(booking: Booking) -> str:
    """The staff's reason, if staff made the last cancellation."""
    last = select(Event).where(Event.booking_id == booking.id, Event.after == Status.CANCELLED)
    event = db.session.scalars(last.order_by(Event.id.desc()).limit(1)).first()
    return str(event.details.get("why", "")) if event is not None and event.what == What.BY_STAFF else ""


def link_mail(notice: Notice) -> Mail | None:
    booking = _booking_of(notice)
    if booking is None or booking.status not in LIVE:
        return None
    displaced = booking.status == Status.DISPLACED
    if booking.starts_at <= clock.now() and not displaced:
        return None
    return Mail("link", {"turn": TurnText.of(booking), "displaced": displaced})


def change_mail(notice: Notice) -> Mail | None:
    booking = _booking_of(notice)
    if booking is None or booking.status not in SEATED:
        return None
    return Mail("change", {"turn": TurnText.of(booking)}, _papers_of(booking))


def displaced_mail(notice: Notice) -> Mail | None:
    """The displacement and the place kept; None once the person has decided.

    The calendar entry moves to the new hour if that is confirmed, and is cancelled otherwise.
    """
    booking = _booking_of(notice)
    displacement = db.session.get(Displacement, int(notice.occasion.partition(".")[0]))
    if booking is None or displacement is None or displacement.status not in _TOLD:
        return None
    agency = db.session.get_one(Desk, displacement.old_desk_id).agency
    context = {
        "turn": TurnText.of(booking),
        "reason": told_reason(displacement.reason),
        "old": PlaceText.of(agency, displacement.old_day, displacement.old_minute),
        "new": proposed_place(displacement),
        "confirmed": displacement.status == DisplacementStatus.PLACED,
        "until": answer_until(displacement, clock.now()),
    }
    return Mail("displaced", context, (calendar_entry_of(booking, clock.now()),))


def proposed_place(displacement: Displacement) -> PlaceText | None:
    """The place kept for a displaced person, in words."""
    if displacement.new_desk_id is None or displacement.new_day is None or displacement.new_minute is None:
        return None
    agency = db.session.get_one(Desk, displacement.new_desk_id).agency
    return PlaceText.of(agency, displacement.new_day, displacement.new_minute)


def answer_until(displacement: Displacement, now: datetime) -> str | None:
    """The deadline of the kept place in words, in its agency's time; None once it is no longer kept."""
    place = claims.held(displacement.booking_id, now, purpose=Purpose.PROPOSAL)
    if place is None:
        return None
    zone = db.session.get_one(Desk, place.desk_id).agency.zone
    end = clock.local(place.lapses_at, zone)
    note = formatting.zone_note(zone)
    words = gettext("el %(day)s a las %(time)s", day=formatting.day_and_month(end.date()), time=formatting.time_of(end))
    return f"{words} ({note})" if note else words


def restored_mail(notice: Notice) -> Mail | None:
    booking = _booking_of(notice)
    if booking is None or booking.status not in SEATED:
        return None
    by_mistake = notice.occasion.startswith("undo:")  # staff undid the cancellation
    return Mail("restored", {"turn": TurnText.of(booking), "by_mistake": by_mistake}, _papers_of(booking))


def hour_of(booking: Booking) -> str:
    """A turn's local day and hour as used in reminder occasions: 2026-11-24T09:30."""
    return f"{booking.day.isoformat()}T{formatting.clock_time(booking.minute)}"


def reminder_mail(notice: Notice) -> Mail | None:
    """The reminder; None if the turn was cancelled, moved to another hour or has begun."""
    booking = _booking_of(notice)
    if booking is None or booking.status != Status.CONFIRMED or booking.starts_at <= clock.now():
        return None
    if notice.occasion.partition(":")[2] != hour_of(booking):
        return None
    return Mail("reminder", {"turn": TurnText.of(booking)}, (qr_picture(booking.reference),))


def not_me_mail(notice: Notice) -> Mail | None:
    """The notice to the address on file, without place or time: its reader may be somebody else."""
    booking = _booking_of(notice)
    if booking is None or booking.status not in LIVE or booking.starts_at <= clock.now():
        return None
    base_url = current_app.config["SETTINGS"].base_url
    context = {
        "procedure_name": booking.procedure.name,
        "cedula": shown_cedula(booking.cedula),
        "link": f"{base_url}/no-fui-yo/{owner_token_of(booking)}",
    }
    return Mail("not_me", context)


RENDERERS = {
    "confirmation": confirmation_mail,
    "cancellation": cancellation_mail,
    "link": link_mail,
    "change": change_mail,
    "displaced": displaced_mail,
    "restored": restored_mail,
    "reminder": reminder_mail,
    "not_me": not_me_mail,
}

"""The page of a turn by its link, in every state, with the actions still possible."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response
from sqlalchemy import select

from turnero.agencies.models import Desk
from turnero.booking.closures.proposals import open_displacement
from turnero.booking.closures.sweep import DISPLACED_LIFE
from turnero.booking.documents.closure_text import told_reason
from turnero.booking.documents.notices import answer_until, proposed_place
from turnero.booking.documents.turn_text import PlaceText, TurnText, tag_of
from turnero.booking.journey import cancel
from turnero.booking.pages.journey.page import error_words, render_step
from turnero.booking.seats import limits
from turnero.booking.turn.errors import ChangesSpent, NotChangeable
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import SEATED, Status
from turnero.booking.turn.models import Booking, Displacement
from turnero.booking.turn.queries import booking_by_token, last_place_event, policy_of
from turnero.booking.turn.states import DisplacementStatus
from turnero.core import clock, formatting
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.notices.queries import fate_of
from turnero.web.page import NO_ERRORS, FormErrors


@dataclass(frozen=True)
class Moved:
    """A change of the turn's place: ``how`` names the event, ``old`` is the place before."""

    how: What | None
    old: PlaceText | None
    reason: str = ""


@dataclass(frozen=True)
class Offer:
    """The proposal to a displaced person. If ``place`` is None, ``status`` says why."""

    reason: str
    place: PlaceText | None
    until: str | None
    status: str
    last_day: str  # the turn is cancelled after this


def turn_page(token: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    """Render the page of a turn. Raises NotFound."""
    booking = booking_by_token(token)
    now = clock.now()
    word, mark = tag_of(booking.status)
    values = {
        "token": token,
        "text": TurnText.of(booking),
        "word": gettext(word),
        "mark": mark,
        "cancellable": cancel.may_cancel(booking, now),
    }
    if booking.status == Status.DISPLACED:
        return render_step("booking/pages/displaced.html", form_errors, offer=_offer(booking, now), **values)
    return render_step(
        "booking/pages/turn.html",
        form_errors,
        status=booking.status,
        seated=booking.status in SEATED,
        when=_when(booking, now),
        booking=booking,
        no_change=_why_no_change(booking, now),
        moved=_moved(booking) if booking.status == Status.CONFIRMED else None,
        mail=fate_of(f"booking:{booking.id}", "confirmation", "change", now=now),
        **values,
    )


def _when(booking: Booking, now: datetime) -> str:
    """Whether the turn's hour is ahead, now (within the tolerance) or past."""
    if booking.starts_at > now:
        return "ahead"
    tolerance = timedelta(minutes=policy_of(booking.agency).tolerance_minutes)
    return "now" if now <= booking.starts_at + tolerance else "past"


def _why_no_change(booking: Booking, now: datetime) -> str | None:
    """None if the turn can change, a sentence if it has changed too often, empty if it is too late."""
    try:
        limits.check_changeable(booking, now)
    except NotChangeable:
        return ""
    except ChangesSpent as refusal:
        return error_words(refusal)
    return None


def _moved(booking: Booking) -> Moved | None:
    event = last_place_event(booking)
    if event is None:
        return None
    before: dict[str, Any] | None = event.details.get("before")
    if before is None:
        return Moved(event.what, old=None)
    agency = db.session.get_one(Desk, before["desk"]).agency
    old = PlaceText.of(agency, date.fromisoformat(before["day"]), before["minute"])
    return Moved(event.what, old, _why_placed(booking) if event.what == What.PLACED else "")


def _why_placed(booking: Booking) -> str:
    """The reason the turn was given another place without asking."""
    last = (
        select(Displacement.reason)
        .where(Displacement.booking_id == booking.id, Displacement.status == DisplacementStatus.PLACED)
        .order_by(Displacement.id.desc())
    )
    return told_reason(db.session.scalars(last).first() or "")


def _offer(booking: Booking, now: datetime) -> Offer:
    displacement = open_displacement(booking.id)
    assert displacement is not None
    until = answer_until(displacement, now)
    end = clock.local(displacement.old_starts_at + DISPLACED_LIFE, booking.agency.zone)
    return Offer(
        reason=told_reason(displacement.reason),
        place=proposed_place(displacement) if until else None,
        until=until,
        status=displacement.status,
        last_day=formatting.day_and_month(end.date()),
    )

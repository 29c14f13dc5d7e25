"""Mails to people with a request, rendered from its state when they are sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from turnero.booking.documents.turn_text import PlaceText
from turnero.booking.turn.request_models import SeatOffer, SeatRequest
from turnero.booking.turn.states import OfferStatus, RequestStatus
from turnero.booking.waiting.queries import request_token_of
from turnero.core import clock, formatting
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.notices import outbox
from turnero.notices.models import Notice
from turnero.notices.rendering import Mail

_LIFE = timedelta(days=2)


def tell_request(
    request: SeatRequest, kind: str, now: datetime, *, expires_at: datetime | None = None, occasion: str = ""
) -> None:
    """Write a pending mail of ``kind`` about the request in the caller's transaction."""
    outbox.write(
        kind,
        f"request:{request.id}",
        request.email,
        now=now,
        priority=outbox.CONFIRMATION,
        occasion=occasion,
        expires_at=expires_at or now + _LIFE,
    )


def _request_of(notice: Notice) -> SeatRequest | None:
    return db.session.get(SeatRequest, int(notice.subject.removeprefix("request:")))


@dataclass(frozen=True)
class RequestText:
    """A request in words."""

    number: str
    procedure_name: str
    agencies: str
    days: str
    link: str
    drawn: bool

    @classmethod
    def of(cls, request: SeatRequest) -> "RequestText":
        base_url = current_app.config["SETTINGS"].base_url
        return cls(
            number=request.number,
            procedure_name=request.procedure.name,
            agencies=formatting.listed(sorted(agency.name for agency in request.agencies)),
            days=days_in_words(request),
            link=f"{base_url}/solicitud/{request_token_of(request)}",
            drawn=request.draw_id is not None,
        )


def days_in_words(request: SeatRequest) -> str:
    """del lunes 7 al viernes 11 de diciembre, en la mañana"""
    first, last = formatting.day_and_month(request.first_day), formatting.day_and_month(request.last_day)
    if first == last:
        days = gettext("el %(day)s", day=first)
    else:
        days = gettext("del %(first)s al %(last)s", first=first, last=last)
    match request.part:
        case "morning":
            return gettext("%(days)s, en la mañana", days=days)
        case "afternoon":
            return gettext("%(days)s, en la tarde", days=days)
    return days


def when(instant: datetime, zone: str) -> str:
    """el martes 24 de noviembre a las 12:00 (hora de Galápagos)"""
    local, note = clock.local(instant, zone), formatting.zone_note(zone)
    words = gettext(
        "el %(day)s a las %(time)s", day=formatting.day_and_month(local.date()), time=formatting.time_of(local)
    )
    return f"{words} ({note})" if note else words


def listed_mail(notice: Notice) -> Mail | None:
    """The mail that confirms the request, with its link."""
    request = _request_of(notice)
    if request is None or request.ended_at is not None:
        return None
    draw = request.draw
    context = {"request": RequestText.of(request), "draw_at": draw and when(draw.closes_at, draw.desk.agency.zone)}
    return Mail("listed", context)


def offer_mail(notice: Notice) -> Mail | None:
    """The mail of an offer; None once it was answered or is over."""
    offer = db.session.get(SeatOffer, int(notice.occasion))
    if offer is None or offer.status != OfferStatus.OPEN or offer.answer_by <= clock.now():
        return None
    booking, request = offer.booking, offer.request
    context = {
        "request": RequestText.of(request),
        "place": PlaceText.of(booking.agency, booking.day, booking.minute),
        "until": when(offer.answer_by, booking.agency.zone),
        "last": is_last(request),
    }
    return Mail("offer", context)


def is_last(request: SeatRequest) -> bool:
    """Whether the request ends if this offer is not accepted."""
    return request.draw_id is not None or request.offers + 1 >= MAX_OFFERS


MAX_OFFERS = 3


def not_drawn_mail(notice: Notice) -> Mail | None:
    """The mail with the rank in a draw that gave no place."""
    request = _request_of(notice)
    if request is None or request.status != RequestStatus.WAITING or request.draw is None:
        return None
    base_url = current_app.config["SETTINGS"].base_url
    context = {
        "request": RequestText.of(request),
        "rank": request.rank,
        "draw_link": f"{base_url}/sorteos/{request.draw_id}",
    }
    return Mail("not_drawn", context)


def request_over_mail(notice: Notice) -> Mail | None:
    """The mail that ends a request: no answer to the last offer, or no place until the last day."""
    request = _request_of(notice)
    if request is None or request.status not in (RequestStatus.SPENT, RequestStatus.ENDED):
        return None
    return Mail(
        "request_over", {"request": RequestText.of(request), "unanswered": request.status == RequestStatus.SPENT}
    )


def offer_handed_over(notice: Notice, now: datetime) -> None:
    """Mark the offer as told: the mail server has accepted its mail."""
    offer = db.session.scalar(select(SeatOffer).where(SeatOffer.id == int(notice.occasion)).with_for_update())
    if offer is not None and offer.told_at is None:
        offer.told_at = now


RENDERERS = {
    "listed": listed_mail,
    "offer": offer_mail,
    "not_drawn": not_drawn_mail,
    "request_over": request_over_mail,
}

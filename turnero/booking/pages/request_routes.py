"""``/solicitud``: a request by its link, with answers to offers. No GET changes anything."""

from flask import Blueprint, Response, url_for

from turnero.booking.documents.turn_text import PlaceText
from turnero.booking.pages.journey.page import render_step, to_turn
from turnero.booking.turn.queries import token_of
from turnero.booking.turn.request_models import SeatOffer, SeatRequest
from turnero.booking.turn.states import OfferStatus, RequestStatus
from turnero.booking.waiting import offers, queries
from turnero.booking.waiting.notices import RequestText, is_last, when
from turnero.core import clock
from turnero.core.errors import Refused
from turnero.web.page import NO_ERRORS, FormErrors, see_other

blueprint = Blueprint("request", __name__, url_prefix="/solicitud")


@blueprint.get("/<token>")
def show_request(token: str) -> Response:
    return _page(token)


def _page(token: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    request = queries.request_by_token(token)
    offer = queries.last_offer(request)
    is_open = offer is not None and offer.status == OfferStatus.OPEN and offer.answer_by > clock.now()
    return render_step(
        "booking/pages/request.html",
        form_errors,
        token=token,
        status=_status(request, is_open=is_open),
        text=RequestText.of(request),
        rank=request.rank,
        draw=request.draw,
        drawn_on=request.draw and when(request.draw.closes_at, request.draw.desk.agency.zone),
        before=queries.in_line_before(request) if request.status == RequestStatus.WAITING else 0,
        place=offer and PlaceText.of(offer.booking.agency, offer.booking.day, offer.booking.minute),
        until=offer and when(offer.answer_by, offer.booking.agency.zone),
        last=is_last(request),
        turn_link=_turn_link(offer),
    )


def _status(request: SeatRequest, *, is_open: bool) -> str:
    """The status shown: an offer past its deadline no longer counts, even before the job ends it."""
    return "waiting" if request.status == RequestStatus.OFFERED and not is_open else request.status


def _turn_link(offer: SeatOffer | None) -> str | None:
    if offer is None or offer.status != OfferStatus.ACCEPTED or offer.booking.forgotten_at is not None:
        return None
    return url_for("turn.show_turn", token=token_of(offer.booking))


@blueprint.post("/<token>/aceptar")
def submit_offer_acceptance(token: str) -> Response:
    try:
        return to_turn(offers.accept_offer(token))
    except Refused as refusal:
        return _page(token, FormErrors(refusal=refusal))


@blueprint.post("/<token>/rechazar")
def submit_offer_refusal(token: str) -> Response:
    offers.decline_offer(token)
    return see_other(url_for("request.show_request", token=token))


@blueprint.post("/<token>/salir")
def submit_leaving(token: str) -> Response:
    offers.leave_list(token)
    return see_other(url_for("request.show_request", token=token))

"""``/mi-turno``: the confirmed turn by its link, its actions and documents, and the form that mails the link again.

No GET changes anything.
"""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from turnero.booking.closures import proposals
from turnero.booking.documents import files, link
from turnero.booking.documents.turn_text import TurnText
from turnero.booking.journey import cancel as cancelling
from turnero.booking.journey import change as changes
from turnero.booking.journey import forms
from turnero.booking.journey.state import Step
from turnero.booking.pages.forms import LinkForm
from turnero.booking.pages.journey.page import render_step, to, to_turn
from turnero.booking.pages.turn_page import turn_page
from turnero.booking.turn.errors import ChangesSpent, NoProposal, NotCancellable, NotChangeable
from turnero.booking.turn.lifecycle import SEATED, Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import booking_by_token
from turnero.core import clock
from turnero.core.errors import Faulty, NotFound
from turnero.notices.rendering import Attachment
from turnero.web.page import NO_ERRORS, FormErrors, see_other
from turnero.web.session import browser

blueprint = Blueprint("turn", __name__, url_prefix="/mi-turno")


@blueprint.get("")
def show_link_form() -> Response:
    return _find_page(NO_ERRORS, sent="enviado" in request.args)


@blueprint.post("")
def submit_link_form() -> Response:
    """Mail the link. The answer is the same whether the turn exists or not."""
    try:
        form = LinkForm(request.form).parsed()
    except Faulty as error:
        return _find_page(FormErrors(faults=error.faults))
    link.mail_link(form.referencia.data, form.cedula.data)
    return see_other(url_for("turn.show_link_form", enviado="si"))


def _find_page(form_errors: FormErrors, *, sent: bool = False) -> Response:
    return render_step(
        "booking/pages/find_turn.html",
        form_errors,
        form=LinkForm(request.form),
        sent=sent,
    )


@blueprint.get("/<token>")
def show_turn(token: str) -> Response:
    return turn_page(token)


@blueprint.get("/<token>.pdf")
def show_turn_pdf(token: str) -> Response:
    return _download(files.sheet_of(_with_hour(token)))


@blueprint.get("/<token>.ics")
def show_calendar_entry(token: str) -> Response:
    return _download(files.calendar_entry_of(_with_hour(token), clock.now()))


@blueprint.get("/<token>/ticket")
def show_ticket(token: str) -> Response:
    """The ticket for 80 mm paper."""
    text = TurnText.of(_with_hour(token))
    return make_response(render_template("booking/pages/ticket.html", token=token, text=text))


def _with_hour(token: str) -> Booking:
    """The turn for its documents. Raises NotFound if it has no place."""
    booking = booking_by_token(token)
    if booking.status not in SEATED:
        raise NotFound
    return booking


def _download(paper: Attachment) -> Response:
    answer = make_response(paper.data)
    answer.headers["Content-Type"] = paper.content_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{paper.filename}"'
    return answer


@blueprint.post("/<token>/cambiar")
def submit_change(token: str) -> Response:
    """Start a change; the turn keeps its place until another one is confirmed."""
    try:
        return to(Step.HOUR, changes.begin_change(token, browser()))
    except (NotChangeable, ChangesSpent) as refusal:
        return turn_page(token, FormErrors(refusal=refusal))


@blueprint.post("/<token>/aceptar")
def submit_acceptance(token: str) -> Response:
    try:
        proposals.accept_proposal(token)
    except NoProposal as refusal:
        return turn_page(token, FormErrors(refusal=refusal))
    return to_turn(token)


@blueprint.get("/<token>/cancelar")
def show_cancelling(token: str) -> Response:
    booking = booking_by_token(token)
    return _cancel_page(token, booking) if cancelling.may_cancel(booking, clock.now()) else to_turn(token)


@blueprint.post("/<token>/cancelar")
def submit_cancelling(token: str) -> Response:
    try:
        cancelling.cancel_turn(token, forms.parse_cancel_reason(request.form))
    except NotCancellable as refusal:
        return _cancel_page(token, booking_by_token(token), FormErrors(refusal=refusal))
    return to_turn(token)


def _cancel_page(token: str, booking: Booking, form_errors: FormErrors = NO_ERRORS) -> Response:
    return render_step(
        "booking/pages/cancel.html",
        form_errors,
        token=token,
        text=TurnText.of(booking),
        displaced=booking.status == Status.DISPLACED,
        reasons=forms.CANCEL_REASONS,
    )

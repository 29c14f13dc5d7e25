"""``/mi-turno``: the confirmed turn by its link, giving it up, and the link mailed again. No GET changes anything."""

from flask import Blueprint, Response, request, url_for

from turnero import clock
from turnero.booking import bookings, forms
from turnero.booking.errors import NotCancellable
from turnero.booking.journey_page import NO_TROUBLE, Trouble, see_other, show, to_turn
from turnero.booking.lifecycle import Status
from turnero.booking.models import Booking
from turnero.booking.queries import booking_by_token
from turnero.booking.turn_text import TurnText

blueprint = Blueprint("turn", __name__, url_prefix="/mi-turno")

# How a turn's state is called and marked (DESIGN-VISUAL §4).
_TAGS = {
    Status.CONFIRMED: ("Confirmado", "done"),
    Status.ARRIVED: ("Presente", "here"),
    Status.CALLED: ("Llamado", "call"),
    Status.ATTENDED: ("Atendido", "done"),
    Status.NO_SHOW: ("Ausente", "away"),
    Status.CANCELLED: ("Cancelado", "gone"),
    Status.DISPLACED: ("Desplazado", "moved"),
}


@blueprint.get("")
def find() -> Response:
    return _find_page(NO_TROUBLE, sent="enviado" in request.args)


@blueprint.post("")
def mail_link() -> Response:
    """The answer is the same whether there is such a turn or not."""
    try:
        reference, cedula = forms.parse_turn(request.form)
    except forms.Faulty as error:
        return _find_page(Trouble(faults=error.faults))
    bookings.mail_link(reference, cedula)
    return see_other(url_for("turn.find", enviado="si"))


def _find_page(trouble: Trouble, *, sent: bool = False) -> Response:
    return show("booking/find_turn.html", trouble, typed=forms.typed(request.form, "referencia", "cedula"), sent=sent)


@blueprint.get("/<token>")
def page(token: str) -> Response:
    booking = booking_by_token(token)
    word, mark = _TAGS[Status(booking.status)]
    return show(
        "booking/turn.html",
        token=token,
        text=TurnText.of(booking),
        status=booking.status,
        word=word,
        mark=mark,
        cancellable=_cancellable(booking),
    )


@blueprint.get("/<token>/cancelar")
def ask_cancel(token: str) -> Response:
    booking = booking_by_token(token)
    return _cancel_page(token, booking) if _cancellable(booking) else to_turn(token)


@blueprint.post("/<token>/cancelar")
def cancel(token: str) -> Response:
    try:
        bookings.cancel(token)
    except NotCancellable as refusal:
        return _cancel_page(token, booking_by_token(token), Trouble(refusal=refusal))
    return to_turn(token)


def _cancel_page(token: str, booking: Booking, trouble: Trouble = NO_TROUBLE) -> Response:
    return show("booking/cancel.html", trouble, token=token, text=TurnText.of(booking))


def _cancellable(booking: Booking) -> bool:
    return booking.status == Status.CONFIRMED and booking.starts_at > clock.now()

"""``/no-fui-yo``: the page linked from the notice to the address on file. Only its button changes anything."""

import structlog
from flask import Blueprint, Response, url_for

from turnero.booking.documents.turn_text import shown_cedula
from turnero.booking.journey import cancel
from turnero.booking.journey.state import owned, step_of
from turnero.booking.pages.journey.page import render_step, to_where_it_is
from turnero.booking.person import owner
from turnero.booking.turn.errors import NotCancellable
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import booking_by_owner_token, policy_of
from turnero.core import clock
from turnero.web.page import see_other
from turnero.web.session import browser

blueprint = Blueprint("owner", __name__, url_prefix="/no-fui-yo")
log = structlog.get_logger()


@blueprint.get("/<token>")
def show_disowning(token: str) -> Response:
    turn = booking_by_owner_token(token)
    if not cancel.may_cancel(turn, clock.now()):
        return _over(turn)
    return render_step(
        "booking/pages/owner_question.html",
        token=token,
        procedure=turn.procedure,
        cedula=shown_cedula(turn.cedula),
        minutes=policy_of(turn.agency).hold_minutes,
    )


@blueprint.post("/<token>")
def submit_disowning(token: str) -> Response:
    """Disown the turn; a second browser or a late one gets the present state instead."""
    try:
        key = owner.disown(token, browser())
    except NotCancellable:
        key = None
    log.warning("turn_disowned", undone=key is not None)
    if key is None:
        return see_other(url_for("owner.show_disowning", token=token))
    return to_where_it_is(key, step_of(owned(key, browser()), clock.now()))


def _over(turn: Booking) -> Response:
    """The page when nothing is left to undo."""
    journey = owner.journey_of(turn, browser())
    return render_step(
        "booking/pages/owner_over.html",
        disowned=owner.disowned(turn),
        on=f"/turno/{journey.key}/confirmar" if journey else None,
    )

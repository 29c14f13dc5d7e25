"""``/opinion``: rate a visit, from the link in the mail."""

from flask import Blueprint, Response, request

from turnero.booking.turn.models import Booking
from turnero.core.cleaning import clean_text
from turnero.core.errors import InvalidInput
from turnero.core.language import gettext
from turnero.core.language import gettext_noop as _
from turnero.transparency.complaints.routes import WordsLong
from turnero.transparency.ratings import ratings
from turnero.transparency.ratings.ratings import Said
from turnero.web.fields import Fields
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other

blueprint = Blueprint("rating", __name__, url_prefix="/opinion")

STEPS = {"5": _("Muy bien"), "4": _("Bien"), "3": _("Regular"), "2": _("Mal"), "1": _("Muy mal")}
_MAX_CHARACTERS = 1000


class SatisfactionMissing(InvalidInput):
    code = "satisfaction_missing"


@blueprint.get("/<reference>/<mac>")
def show_rating_form(reference: str, mac: str) -> Response:
    return _page(ratings.to_rate(reference, mac), mac, NO_ERRORS)


@blueprint.post("/<reference>/<mac>")
def submit_rating(reference: str, mac: str) -> Response:
    """Fields ``satisfaccion`` (1 to 5) and ``texto`` (may be empty)."""
    booking = ratings.to_rate(reference, mac)
    fields = Fields(request.form)
    satisfaction = fields.parsed("satisfaccion", _step)
    words = fields.parsed("texto", _words)
    if satisfaction is None or words is None:
        return _page(booking, mac, FormErrors(faults=fields.faults))
    ratings.save_rating(reference, mac, Said(satisfaction, words))
    return see_other(request.path)


def _page(booking: Booking, mac: str, form_errors: FormErrors) -> Response:
    return render_page(
        "transparency/ratings/rate.html",
        form_errors,
        booking=booking,
        steps={step: gettext(words) for step, words in STEPS.items()},
        typed=request.form,
        done=ratings.is_rated(mac),
    )


def _step(text: str) -> int:
    if text not in STEPS:
        raise SatisfactionMissing
    return int(text)


def _words(text: str) -> str:
    text = clean_text(text)
    if len(text) > _MAX_CHARACTERS:
        raise WordsLong(most=_MAX_CHARACTERS)
    return text

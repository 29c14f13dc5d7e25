"""``/opinion``: rate a visit, from the link in the mail."""

from flask import Blueprint, Response, request

from turnero.booking.turn.models import Booking
from turnero.core.errors import Faulty
from turnero.transparency.ratings import ratings
from turnero.transparency.ratings.forms import RatingForm
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other

blueprint = Blueprint("rating", __name__, url_prefix="/opinion")


@blueprint.get("/<reference>/<mac>")
def show_rating_form(reference: str, mac: str) -> Response:
    return _page(ratings.to_rate(reference, mac), mac, NO_ERRORS)


@blueprint.post("/<reference>/<mac>")
def submit_rating(reference: str, mac: str) -> Response:
    """Fields ``satisfaccion`` (1 to 5) and ``texto`` (may be empty)."""
    booking = ratings.to_rate(reference, mac)
    try:
        said = RatingForm(request.form).said()
    except Faulty as error:
        return _page(booking, mac, FormErrors(faults=error.faults))
    ratings.save_rating(reference, mac, said)
    return see_other(request.path)


def _page(booking: Booking, mac: str, form_errors: FormErrors) -> Response:
    return render_page(
        "transparency/ratings/rate.html",
        form_errors,
        booking=booking,
        form=RatingForm(request.form),
        done=ratings.is_rated(mac),
    )

"""Routes of the citizen's journey as a table; the pages are in the modules beside this one.

A valid form redirects with 303. An invalid one shows its page again with everything typed.
"""

from collections.abc import Callable

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError

from turnero.booking.journey.state import Step, owned
from turnero.booking.pages.journey import details, hour, person, place, review
from turnero.booking.pages.journey import request as request_views
from turnero.booking.pages.journey.page import step_address, to_its_turn, to_where_it_is
from turnero.booking.turn.errors import ChangesSpent, NotChangeable, NotInRegistry, PlaceLost, WrongStep
from turnero.core.errors import Faulty, NotFound, Refused
from turnero.verify.registry import RegistryUnavailable
from turnero.web import error_pages
from turnero.web.page import FormErrors
from turnero.web.session import browser

View = Callable[..., Response]

blueprint = Blueprint("journey", __name__)
_RETRY_SECONDS = 60

# Name of the post, page shown again on errors, and handler.
_FORMS: dict[str, tuple[View, View]] = {
    "/turno": (person.show_cedula, person.submit_cedula),
    "/turno/<key>/contacto": (person.show_contact, person.submit_contact),
    "/turno/<key>/verificar": (person.show_code, person.submit_code),
    "/turno/<key>/reenviar": (person.show_code, person.submit_resend),
    "/turno/<key>/lugar": (place.show_place, place.submit_place),
    "/turno/<key>/lista": (request_views.show_list_form, request_views.submit_list_form),
    "/turno/<key>/sorteo": (request_views.show_draw_form, request_views.submit_draw_form),
    "/turno/<key>/horario": (hour.show_hour, hour.submit_hour),
    "/turno/<key>/detalles": (details.show_details, details.submit_details),
    "/turno/<key>/confirmar": (review.show_review, review.submit_confirmation),
    "/turno/<key>/prorrogar": (review.show_review, review.submit_extension),
    "/turno/<key>/soltar": (review.show_review, review.submit_release),
}
# These have no page of their own.
_ONLY_POSTED = ("reenviar", "prorrogar", "soltar")

# Errors with answers of their own.
_TURNED_AWAY = (ChangesSpent, NotChangeable, NotInRegistry, PlaceLost, RegistryUnavailable, WrongStep)


def _posted(page: View, post: View) -> View:
    """The view of a post. On a faulty form (422) or a limit (429) it shows the page again."""

    def view(**values: str) -> Response:
        try:
            return post(**values)
        except Faulty as error:
            form_errors = FormErrors(faults=error.faults)
        except _TURNED_AWAY:
            raise
        except Refused as error:
            form_errors = FormErrors(refusal=error)
        return page(**values, form_errors=form_errors)

    return view


for _address, (_page, _post) in _FORMS.items():
    _name = _address.rpartition("/")[2]
    if _name not in _ONLY_POSTED:
        blueprint.add_url_rule(_address, _name, _page, methods=["GET"])
    blueprint.add_url_rule(_address, f"post_{_name}", _posted(_page, _post), methods=["POST"])


@blueprint.errorhandler(PlaceLost)
def place_lost(error: PlaceLost) -> Response:
    return hour.show_lost_hour(_key(), error)


@blueprint.errorhandler(WrongStep)
def wrong_step(error: WrongStep) -> Response:
    return to_where_it_is(_key(), error.data["step"])


@blueprint.errorhandler(NotChangeable)
@blueprint.errorhandler(ChangesSpent)
def not_changeable(_error: Refused) -> Response:
    """Redirect to the turn's page, which explains why it cannot change any more."""
    return to_its_turn(_key())


@blueprint.errorhandler(NotInRegistry)
def not_in_registry(_error: NotInRegistry) -> Response:
    """The final page of a journey whose cédula is not in the registry."""
    end = step_address(Step.PLACE, _key())
    if request.method == "GET" and request.path == end:
        return make_response(render_template("booking/pages/journey/not_in_registry.html"))
    return make_response(redirect(end, 303))


@blueprint.errorhandler(RegistryUnavailable)
def registry_unavailable(_error: RegistryUnavailable) -> Response:
    answer = make_response(render_template("booking/pages/journey/registry_unavailable.html", key=_key()), 503)
    answer.headers["Retry-After"] = str(_RETRY_SECONDS)
    return answer


@blueprint.errorhandler(CSRFError)
def journey_form_expired(_error: CSRFError) -> Response:
    """Handle an expired form token: keep what was typed, on the first page and on this browser's own journey."""
    if request.view_args:
        try:
            owned(_key(), browser())
        except (NotFound, NotInRegistry):
            return error_pages.answer_error(400)
    return error_pages.form_expired()


def _key() -> str:
    assert request.view_args is not None
    return str(request.view_args["key"])

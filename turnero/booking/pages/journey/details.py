"""The optional details, reached from the review: a third party, and priority attention."""

from flask import Response, request

from turnero.booking.journey import steps
from turnero.booking.journey.forms import parse_details, typed_fields
from turnero.booking.journey.state import Step
from turnero.booking.pages.journey.page import at, render_step, to, your_turn
from turnero.booking.turn.models import Journey
from turnero.web.page import NO_ERRORS, FormErrors
from turnero.web.session import browser

_FIELDS = ("para", "tercero_cedula", "tercero_nombre", "prioridad")


def show_details(key: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    journey = at(key, Step.HOUR)
    given = typed_fields(request.form, *_FIELDS) if request.method == "POST" else _kept(journey)
    third_party = (journey.procedure.sheet if journey.procedure else {}).get("requirements", {}).get("third_party")
    return render_step(
        "booking/pages/journey/details.html",
        form_errors,
        key=key,
        typed=given,
        third_party=third_party,
        turn=your_turn(journey),
    )


def submit_details(key: str) -> Response:
    at(key, Step.HOUR)
    steps.give_details(key, browser(), parse_details(request.form))
    return to(Step.CONFIRM, key)


def _kept(journey: Journey) -> dict[str, str]:
    return {
        "para": "tercero" if journey.third_party_cedula else "titular",
        "tercero_cedula": journey.third_party_cedula or "",
        "tercero_nombre": journey.third_party_name or "",
        "prioridad": "si" if journey.priority else "no",
    }

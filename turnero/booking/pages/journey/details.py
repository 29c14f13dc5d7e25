"""The optional details, reached from the review: a third party, and priority attention."""

from flask import Response, request

from turnero.booking.journey import steps
from turnero.booking.journey.state import Step
from turnero.booking.pages.forms import DetailsForm
from turnero.booking.pages.journey.page import at, render_step, to, your_turn
from turnero.booking.turn.models import Journey
from turnero.web.page import NO_ERRORS, FormErrors
from turnero.web.session import browser


def show_details(key: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    journey = at(key, Step.HOUR)
    third_party = (journey.procedure.sheet if journey.procedure else {}).get("requirements", {}).get("third_party")
    return render_step(
        "booking/pages/journey/details.html",
        form_errors,
        key=key,
        form=DetailsForm(request.form, data=_kept(journey)),
        third_party=third_party,
        turn=your_turn(journey),
    )


def submit_details(key: str) -> Response:
    at(key, Step.HOUR)
    steps.give_details(key, browser(), DetailsForm(request.form).details())
    return to(Step.CONFIRM, key)


def _kept(journey: Journey) -> dict[str, str]:
    return {
        "para": "tercero" if journey.third_party_cedula else "titular",
        "tercero_cedula": journey.third_party_cedula or "",
        "tercero_nombre": journey.third_party_name or "",
        "prioridad": "si" if journey.priority else "no",
    }

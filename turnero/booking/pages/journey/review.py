"""Step 8: the review before Confirmar, with the time left of the hold."""

from flask import Response

from turnero.booking.journey import confirm as bookings
from turnero.booking.journey import holds
from turnero.booking.journey.state import Step, owned, step_of
from turnero.booking.pages.journey.page import check_change, clock_words, render_step, to, to_turn, your_turn
from turnero.booking.turn.errors import WrongStep
from turnero.booking.turn.models import Journey
from turnero.booking.turn.queries import policy_of
from turnero.core import clock
from turnero.verify.contact import display_mobile
from turnero.web.page import NO_ERRORS, FormErrors
from turnero.web.session import browser


def show_review(key: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    """The review page. Raises HoldLost after the hold's end, also on reload."""
    journey = _not_done(key)
    now = clock.now()
    held = holds.the_hold(journey, now)
    agency, procedure = journey.agency, journey.procedure
    assert agency is not None and procedure is not None
    assert journey.hold_since is not None
    return render_step(
        "booking/pages/journey/review.html",
        form_errors,
        key=key,
        journey=journey,
        agency=agency,
        procedure=procedure,
        held=held,
        until=clock_words(held.lapses_at, agency.zone),
        seconds_left=max(0, int((held.lapses_at - now).total_seconds())),
        seconds_in_all=int((held.lapses_at - journey.hold_since).total_seconds()),
        more_minutes=None if journey.hold_extended else policy_of(agency).hold_minutes,
        mobile=display_mobile(journey.mobile) if journey.mobile else None,
        turn=your_turn(journey),
        bring=procedure.sheet.get("bring", ()),
    )


def submit_extension(key: str) -> Response:
    _not_done(key)
    holds.extend(key, browser())
    return to(Step.CONFIRM, key)


def submit_release(key: str) -> Response:
    holds.release(key, browser())
    return to(Step.HOUR, key)


def submit_confirmation(key: str) -> Response:
    return to_turn(bookings.confirm_turn(key, browser()))


def _not_done(key: str) -> Journey:
    journey = owned(key, browser())
    step = step_of(journey, clock.now())
    if step in (Step.DONE, Step.CONTACT):
        raise WrongStep(step=step)
    check_change(journey)
    return journey

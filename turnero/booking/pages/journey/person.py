"""Steps 2, 3 and 5: cédula, contact and the mailed code."""

import structlog
from flask import Response, request

from turnero.booking.journey import steps
from turnero.booking.journey.state import Step
from turnero.booking.pages.forms import CedulaForm, CodeForm, ContactForm
from turnero.booking.pages.journey.page import MAINLAND, at, clock_words, render_step, to, your_turn
from turnero.booking.turn.models import Journey
from turnero.core import clock
from turnero.core.errors import Faulty, InvalidInput
from turnero.verify import challenge
from turnero.verify.contact import display_mobile
from turnero.verify.email_domain import suggest_domain
from turnero.web.page import NO_ERRORS, FormErrors
from turnero.web.session import become, browser, known_as, renewed

log = structlog.get_logger()


def show_cedula(form_errors: FormErrors = NO_ERRORS) -> Response:
    return render_step(
        "booking/pages/journey/cedula.html",
        form_errors,
        form=CedulaForm(request.form),
        turn=your_turn(),
    )


def submit_cedula() -> Response:
    key = steps.start_journey(browser(), CedulaForm(request.form).parsed().cedula.data)
    return to(Step.CONTACT, key)


def show_contact(key: str, form_errors: FormErrors = NO_ERRORS, suggestion: str | None = None) -> Response:
    """The contact page. ``suggestion``: the address probably meant."""
    journey = at(key, Step.CONTACT)
    return render_step(
        "booking/pages/journey/contact.html",
        form_errors,
        key=key,
        form=ContactForm(request.form, data=_contact_of(journey)),
        suggestion=suggestion,
        turn=your_turn(journey),
    )


def submit_contact(key: str) -> Response:
    at(key, Step.CONTACT)
    contact = ContactForm(request.form).contact()
    domain = suggest_domain(contact.email)
    if domain and steps.question_email(key, browser(), contact.email):
        return show_contact(key, suggestion=f"{contact.email.rpartition('@')[0]}@{domain}")
    steps.give_contact(key, browser(), contact)
    log.info("code_sent")
    return to(Step.VERIFY, key)


def _contact_of(journey: Journey) -> dict[str, str]:
    return {
        "correo": journey.email or "",
        "celular": display_mobile(journey.mobile) if journey.mobile else "",
    }


def show_code(key: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    journey = at(key, Step.VERIFY)
    assert journey.mailbox is not None
    now, policy = clock.now(), steps.code_policy()
    zone = journey.agency.zone if journey.agency else MAINLAND
    codes = challenge.outstanding(key, journey.mailbox, now)
    resend_at = challenge.resend_at(key, policy)
    waits = resend_at is not None and resend_at > now
    return render_step(
        "booking/pages/journey/code.html",
        form_errors,
        key=key,
        form=CodeForm(),
        email=journey.email,
        mail=challenge.mail_fate(key, now),
        minutes=policy.code_minutes,
        expires=clock_words(codes[0].expires_at, zone) if codes else None,
        sent_again=clock_words(codes[0].issued_at, zone) if len(codes) > 1 else None,
        resend_time=clock_words(resend_at, zone) if resend_at and waits else None,
        resend_seconds=round((resend_at - now).total_seconds()) if resend_at and waits else 0,
        turn=your_turn(journey),
    )


def submit_code(key: str) -> Response:
    another = renewed(key)
    prove_now = steps.prove_again if steps.proven_before(key, browser()) else steps.prove
    if prove_now is steps.prove:
        at(key, Step.VERIFY)
    try:
        prove_now(key, browser(), CodeForm(request.form).codigo.typed, known_as(another))
    except InvalidInput as error:
        raise Faulty(codigo=error) from error
    become(another)
    steps.look_up(key, browser())
    return to(Step.PLACE, key)


def submit_resend(key: str) -> Response:
    at(key, Step.VERIFY)
    steps.resend(key, browser())
    log.info("code_sent")
    return to(Step.VERIFY, key)

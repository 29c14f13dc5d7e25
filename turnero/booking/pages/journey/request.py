"""Requests for a place, beside step 6: the forms of the waiting list and of a draw."""

from datetime import date, timedelta

from flask import Response, request, url_for

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency, Procedure
from turnero.booking.journey import forms, joining
from turnero.booking.journey.forms import PARTS
from turnero.booking.journey.state import Step
from turnero.booking.pages.journey.page import at, render_step, step_address, your_turn
from turnero.booking.turn.errors import UnknownPlace, WrongStep
from turnero.booking.turn.models import Journey
from turnero.booking.waiting import queries
from turnero.booking.waiting.notices import when
from turnero.core import clock
from turnero.core.errors import Faulty, NotFound
from turnero.web.page import NO_ERRORS, FormErrors, see_other
from turnero.web.session import browser

_USUAL_DAYS = 30


def show_list_form(key: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    """The form of the waiting list: agencies, days and part of the day."""
    journey = _journey(key)
    province, procedure = _asked(journey)
    offering = agencies.agencies_offering(province, procedure) if province and procedure else []
    if not offering:
        return see_other(step_address(Step.PLACE, key))
    today = _today(offering)
    posted = request.method == "POST"
    chosen = request.form.getlist("agencias") if posted else [agency.slug for agency in _preset(journey, offering)]
    typed = forms.typed_fields(request.form, "desde", "hasta", "parte")
    if not posted:
        last = today + timedelta(days=_USUAL_DAYS)
        typed = {"desde": today.isoformat(), "hasta": last.isoformat(), "parte": "cualquiera"}
    return render_step(
        "booking/pages/journey/list.html",
        form_errors,
        key=key,
        province=province,
        procedure=procedure,
        offering=offering,
        chosen=chosen,
        typed=typed,
        earliest=today,
        latest=today + timedelta(days=forms.MAX_DAYS_AHEAD),
        parts=PARTS,
        turn=your_turn(journey),
    )


def submit_list_form(key: str) -> Response:
    journey = _journey(key)
    province, procedure = _asked(journey)
    offering = agencies.agencies_offering(province, procedure) if province and procedure else []
    if not offering:
        return see_other(step_address(Step.PLACE, key))
    wish = forms.parse_wish(request.form, request.form.getlist("agencias"), _today(offering))
    try:
        token = joining.join_list(key, browser(), wish)
    except UnknownPlace as error:
        raise Faulty(agencias=error) from error
    return see_other(url_for("request.show_request", token=token))


def show_draw_form(key: str, form_errors: FormErrors = NO_ERRORS) -> Response:
    """The form of an agency's open draws, or the time of the next one."""
    journey = _journey(key)
    _, procedure = _asked(journey)
    agency = _agency()
    if agency is None or procedure is None:
        return see_other(step_address(Step.PLACE, key))
    now = clock.now()
    collecting = queries.open_draws(agency, procedure, now)
    following = None if collecting else queries.next_draw(agency, procedure, now)
    typed = forms.typed_fields(request.form, "sorteo", "parte")
    return render_step(
        "booking/pages/journey/draw_in.html",
        form_errors,
        key=key,
        agency=agency,
        procedure=procedure,
        collecting=[(each, when(each.closes_at, agency.zone)) for each in collecting],
        following=following and (following, when(following.opens_at, agency.zone)),
        typed={**typed, "parte": typed["parte"] or "cualquiera"},
        parts=PARTS,
        turn=your_turn(journey),
    )


def submit_draw_form(key: str) -> Response:
    journey = _journey(key)
    _, procedure = _asked(journey)
    if procedure is None:
        return see_other(step_address(Step.PLACE, key))
    wish = forms.parse_draw(request.form, procedure.slug)
    try:
        token = joining.join_draw(key, browser(), wish)
    except (UnknownPlace, NotFound) as error:
        raise Faulty(sorteo=UnknownPlace()) from error
    return see_other(url_for("request.show_request", token=token))


def _journey(key: str) -> Journey:
    """The journey. Raises WrongStep if it changes a turn, which has a place already."""
    journey = at(key, Step.PLACE)
    if journey.changes:
        raise WrongStep(step=Step.HOUR)
    return journey


def _asked(journey: Journey) -> tuple[str | None, Procedure | None]:
    """Province and trámite from the form or the URL, else the earlier choice."""
    asked = forms.typed_fields(request.values, "provincia", "tramite")
    slug = asked["tramite"] or (journey.procedure.slug if journey.procedure else "")
    procedure = next((each for each in agencies.procedures() if each.slug == slug and each.takes_turns), None)
    return asked["provincia"] or journey.province_code, procedure


def _agency() -> Agency | None:
    try:
        return agencies.agency(forms.typed_fields(request.values, "agencia")["agencia"])
    except NotFound:
        return None


def _preset(journey: Journey, offering: list[Agency]) -> list[Agency]:
    """The agency chosen at step 6, or all agencies."""
    return [agency for agency in offering if journey.agency_id in (None, agency.id)] or offering


def _today(offering: list[Agency]) -> date:
    """Today at the agencies of one province (at least one)."""
    return clock.local(clock.now(), offering[0].zone).date()

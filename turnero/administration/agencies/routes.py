"""``/admin/agencias``: an agency's facts, hours and windows."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, Response, request

from turnero.administration.agencies import edits, forms
from turnero.administration.agencies.pages import (
    agencies_page,
    agency_page,
    days_page,
    facts_page,
    hours_page,
    new_page,
    windows_page,
)
from turnero.administration.edit import reach
from turnero.administration.edit.decide import Decision, decide, made_at
from turnero.agencies import queries as agencies
from turnero.agencies.catalogue.load import loaded
from turnero.agencies.models import Agency
from turnero.core import clock
from turnero.staff.access import Role, staff_only
from turnero.transparency.figures import MAINLAND
from turnero.web.page import NO_ERRORS

blueprint = Blueprint("admin_agencies", __name__, url_prefix="/admin/agencias")


def today_in(agency: Agency) -> date:
    return clock.local(clock.now(), agency.zone).date()


@blueprint.get("")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_agencies() -> Response:
    return agencies_page(reach.agencies_governed(), clock.local(clock.now(), MAINLAND).date())


@blueprint.get("/nueva")
@staff_only(Role.ADMIN)
def show_new_agency() -> Response:
    return new_page(NO_ERRORS)


@blueprint.post("/nueva")
@staff_only(Role.ADMIN)
def submit_new_agency() -> Response:
    known = loaded()

    def read() -> Decision:
        facts = forms.parse_new(request.form, known.provinces, known.agencies)
        return edits.opening_edit(facts, clock.local(clock.now(), MAINLAND).date())

    return decide(read, new_page, _made(forms.typed_agency_slug(request.form)))


@blueprint.get("/<agency_slug>")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_agency(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)
    return agency_page(agency, today_in(agency))


@blueprint.get("/<agency_slug>/datos")
@staff_only(Role.ADMIN)
def show_facts(agency_slug: str) -> Response:
    return facts_page(reach.theirs(agency_slug), NO_ERRORS)


@blueprint.post("/<agency_slug>/datos")
@staff_only(Role.ADMIN)
def submit_facts(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)

    def read() -> Decision:
        facts = forms.parse_facts(request.form, agency.slug, agency.province_code)
        return edits.renamed(agency, facts, today_in(agency))

    return decide(read, lambda form_errors: facts_page(agency, form_errors), _made(agency.slug))


@blueprint.get("/<agency_slug>/horario")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_hours(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)
    return hours_page(agency, _tomorrow(agency), NO_ERRORS)


@blueprint.post("/<agency_slug>/horario")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_hours(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)

    def read() -> Decision:
        return edits.week_edit(agency, *forms.parse_week(request.form, today_in(agency)))

    return decide(read, lambda form_errors: hours_page(agency, _tomorrow(agency), form_errors), _made(agency.slug))


@blueprint.get("/<agency_slug>/ventanillas")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_windows(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)
    return windows_page(agency, _tomorrow(agency), NO_ERRORS)


@blueprint.post("/<agency_slug>/ventanillas")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_windows(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)
    names = {line.slug: line.name for line in agencies.service_lines()}

    def read() -> Decision:
        desk = forms.parse_windows(request.form, names, today_in(agency))
        return edits.windows(agency, names[desk.line], desk)

    return decide(read, lambda form_errors: windows_page(agency, _tomorrow(agency), form_errors), _made(agency.slug))


@blueprint.get("/<agency_slug>/dias")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_day_windows(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)
    return days_page(agency, _tomorrow(agency), NO_ERRORS)


@blueprint.post("/<agency_slug>/dias")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_day_windows(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)
    names = {line.slug: line.name for line in agencies.lines_at(agency)}

    def read() -> Decision:
        wanted = forms.parse_special(request.form, names, today_in(agency))
        return edits.special(agency, names[wanted.line], wanted)

    return decide(read, lambda form_errors: days_page(agency, _tomorrow(agency), form_errors), _made(agency.slug))


def _made(slug: str) -> Callable[[Decision, int], Response]:
    return made_at(".show_agency", agency_slug=slug)


def _tomorrow(agency: Agency) -> date:
    return today_in(agency) + timedelta(days=1)

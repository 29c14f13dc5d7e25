"""``/admin/limites`` and those of one agency: hold times, caps, tolerance, release, draws."""

from dataclasses import replace

from flask import Blueprint, Response, request

from turnero.administration.agencies.edits import catalogue_of
from turnero.administration.edit import reach
from turnero.administration.edit.changes import Edit
from turnero.administration.edit.decide import decide, made_at
from turnero.administration.limits import forms
from turnero.administration.limits.effects import Change, differences, lots_told, worded
from turnero.agencies import queries as agencies
from turnero.agencies.catalogue.policy import DRAW, WHOLES
from turnero.agencies.catalogue.rows import agency_entry
from turnero.agencies.models import Agency
from turnero.booking.turn.policy import DrawPolicy, Policy
from turnero.core import clock
from turnero.core.language import gettext, gettext_noop
from turnero.staff.access import Role, staff_only
from turnero.transparency.figures import MAINLAND
from turnero.web.page import NO_ERRORS, FormErrors, render_page

blueprint = Blueprint("admin_policy", __name__, url_prefix="/admin")

_TOLD = gettext_noop("Vale desde ahora para lo que se pida. Los turnos que ya se dieron no cambian.")


@blueprint.get("/limites")
@staff_only(Role.ADMIN)
def show_limits() -> Response:
    return _page(None, NO_ERRORS)


@blueprint.post("/limites")
@staff_only(Role.ADMIN)
def submit_limits() -> Response:
    return decide(lambda: _edit(None), lambda form_errors: _page(None, form_errors), made_at(".show_limits"))


@blueprint.get("/agencias/<agency_slug>/limites")
@staff_only(Role.ADMIN)
def show_agency_limits(agency_slug: str) -> Response:
    return _page(reach.theirs(agency_slug), NO_ERRORS)


@blueprint.post("/agencias/<agency_slug>/limites")
@staff_only(Role.ADMIN)
def submit_agency_limits(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)

    made = made_at(".show_agency_limits", agency_slug=agency.slug)
    return decide(lambda: _edit(agency), lambda form_errors: _page(agency, form_errors), made)


def _edit(agency: Agency | None) -> Edit:
    institute = agencies.catalogue_policy()
    present = dict(agency.policy) if agency else institute
    now = clock.local(clock.now(), agency.zone if agency else MAINLAND)
    values = forms.read_limits(request.form, now.date(), present)
    changed = Change(institute if agency else {}, present, values)
    told = (*lots_told(changed, now, of_agency=agency is not None), gettext(_TOLD))
    if agency is None:
        summary = differences(gettext("Límites de todo el instituto"), changed)
        return Edit("limits", summary, catalogue_of(policy=values), told=told)
    summary = differences(gettext("Límites de %(agency)s", agency=agency.name), changed)
    said = catalogue_of(agencies=(replace(agency_entry(agency), policy=values),))
    return Edit("limits", summary, said, agencies=frozenset({agency.slug}), told=told)


def _page(agency: Agency | None, form_errors: FormErrors) -> Response:
    own = agency.policy if agency else agencies.catalogue_policy()
    usual = Policy.from_catalogue(agencies.catalogue_policy()) if agency else Policy()
    return render_page(
        "administration/limits/limits.html",
        form_errors,
        agency=agency,
        typed=request.form or forms.typed_limits(own),
        numbers=[(field, gettext(label), WHOLES[key], getattr(usual, key)) for field, key, label in forms.NUMBERS],
        tops=[(field, gettext(label), getattr(usual.caps, key)) for field, key, label in forms.TOPS],
        opening=worded(usual.release),
        walk_ins=[
            ("", gettext("Lo usual: %(value)s", value=worded(usual.walk_ins))),
            ("si", gettext("Sí")),
            ("no", gettext("No")),
        ],
        lots=worded(usual.draw),
        usual_lots=usual.draw or DrawPolicy,
        draw_range=DRAW,
        usual=usual,
    )

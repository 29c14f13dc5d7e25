"""``/admin/limites`` and those of one agency: hold times, caps, tolerance, release, draws."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from turnero.administration import policy_form, reach
from turnero.administration.agency_edits import catalogue_of
from turnero.administration.changes import Edit
from turnero.administration.decide import decide, made_at
from turnero.agencies import queries as agencies
from turnero.agencies.catalogue_policy import DRAW, WHOLES
from turnero.agencies.catalogue_rows import agency_entry
from turnero.agencies.models import Agency
from turnero.booking.policy import Lots, Policy, Release
from turnero.formatting import clock_time, long_date
from turnero.language import gettext, gettext_noop
from turnero.page import NO_TROUBLE, Trouble, show
from turnero.staff.access import Role, staff_only

blueprint = Blueprint("admin_policy", __name__, url_prefix="/admin")

_TOLD = gettext_noop("Vale desde ahora para lo que se pida. Los turnos que ya se dieron no cambian.")
_WORDS = {key: label for _, key, label in policy_form.NUMBERS} | {
    "caps": gettext_noop("Topes"),
    "release": gettext_noop("Hora en que se abre un día"),
    "release_delay_minutes": gettext_noop("Espera de un lugar cancelado"),
    "walk_ins": gettext_noop("Tickets sin turno en el kiosco"),
    "draw": gettext_noop("Sorteo"),
}


@blueprint.get("/limites")
@staff_only(Role.ADMIN)
def ask() -> Response:
    return _page(None, NO_TROUBLE)


@blueprint.post("/limites")
@staff_only(Role.ADMIN)
def change() -> Response:
    def read() -> Edit:
        values = policy_form.read(request.form)
        summary = _differences(gettext("Límites de todo el instituto"), agencies.catalogue_policy(), values)
        return Edit("limits", summary, catalogue_of(policy=values), told=(gettext(_TOLD),))

    return decide(read, lambda trouble: _page(None, trouble), made_at(".ask"))


@blueprint.get("/agencias/<agency_slug>/limites")
@staff_only(Role.ADMIN)
def ask_of(agency_slug: str) -> Response:
    return _page(reach.theirs(agency_slug), NO_TROUBLE)


@blueprint.post("/agencias/<agency_slug>/limites")
@staff_only(Role.ADMIN)
def change_of(agency_slug: str) -> Response:
    agency = reach.theirs(agency_slug)

    def read() -> Edit:
        values = policy_form.read(request.form)
        entry = replace(agency_entry(agency), policy=values)
        whose = gettext("Límites de %(agency)s", agency=agency.name)
        summary, said = _differences(whose, agency.policy, values), catalogue_of(agencies=(entry,))
        return Edit("limits", summary, said, agencies=frozenset({agency.slug}), told=(gettext(_TOLD),))

    return decide(read, lambda trouble: _page(agency, trouble), made_at(".ask_of", agency_slug=agency.slug))


def _differences(whose: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    said = [
        gettext(
            "%(what)s, de %(before)s a %(after)s",
            what=gettext(words),
            before=_said(before.get(key)),
            after=_said(after.get(key)),
        )
        for key, words in _WORDS.items()
        if before.get(key) != after.get(key)
    ]
    return f"{whose}: {'; '.join(said) if said else gettext('nada cambia')}."


def _said(value: Any) -> str:
    if value is None:
        return gettext("lo usual")
    if isinstance(value, bool):
        return gettext("sí") if value else gettext("no")
    if isinstance(value, Mapping):
        return ", ".join(_said(each) for each in value.values())
    if isinstance(value, list | tuple):
        return gettext("%(first)s a %(last)s", first=value[0], last=value[-1])
    return str(value)


def _page(agency: Agency | None, trouble: Trouble) -> Response:
    own = agency.policy if agency else agencies.catalogue_policy()
    usual = Policy.from_catalogue(agencies.catalogue_policy()) if agency else Policy()
    return show(
        "administration/limits.html",
        trouble,
        agency=agency,
        typed=request.form or policy_form.typed(own),
        numbers=[
            (field, gettext(label), WHOLES[key], getattr(usual, key)) for field, key, label in policy_form.NUMBERS
        ],
        tops=[(field, gettext(label), getattr(usual.caps, key)) for field, key, label in policy_form.TOPS],
        opening=_opening(usual.release),
        walk_ins=[
            ("", gettext("Lo usual: %(value)s", value=_said(usual.walk_ins))),
            ("si", gettext("Sí")),
            ("no", gettext("No")),
        ],
        lots=_lots(usual.draw),
        usual_lots=usual.draw or Lots,
        draw_range=DRAW,
        usual=usual,
    )


def _opening(release: Release) -> str:
    """08:00; 07:00 a 10:00"""
    if release.earliest == release.latest:
        return clock_time(release.earliest)
    return _said([clock_time(release.earliest), clock_time(release.latest)])


def _lots(draw: Lots | None) -> str:
    return gettext("desde el %(day)s", day=long_date(draw.first)) if draw else gettext("sin sorteo")

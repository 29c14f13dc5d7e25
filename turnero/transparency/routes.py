"""``/reparto``: how turns are distributed, in plain words and figures."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, render_template, request

from turnero.agencies import queries as agencies
from turnero.agencies.models import Procedure
from turnero.booking.seats import availability
from turnero.booking.turn.queries import policy_of
from turnero.core import clock, formatting, language
from turnero.core.language import gettext
from turnero.core.language import gettext_noop as _
from turnero.core.shared_values import shared
from turnero.transparency import charts, figures

blueprint = Blueprint("transparency", __name__)

_SHOWN_DAYS = 30
_HOW = {
    "first_come": _("Al pedirlo en línea"),
    "list": _("Por la lista de espera"),
    "draw": _("Por sorteo"),
    "window": _("En la ventanilla o el kiosco"),
}


@dataclass(frozen=True)
class AgencyScarcity:
    """An agency's scarcity. ``now``: days to the first free turn, in words; ``line``: chart of past days."""

    name: str
    now: str
    first: str
    usual: str
    line: charts.Line


@blueprint.after_request
def may_be_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/reparto")
def show_sharing_out() -> str:
    asked = request.args.get("provincia") or None, request.args.get("tramite") or None
    return shared(("sharing out", language.current_language(), *asked), lambda: _page(*asked))


def _page(code: str | None, slug: str | None) -> str:
    procedures = [each for each in agencies.procedures() if each.takes_turns]
    procedure = agencies.procedure(slug) if slug else (procedures[0] if procedures else None)
    provinces = agencies.provinces()
    province = agencies.province(code) if code else None
    today = clock.local(clock.now(), figures.MAINLAND).date()
    given = figures.given_since(today - timedelta(days=_SHOWN_DAYS))
    return render_template(
        "transparency/sharing_out.html",
        policy=policy_of(None),
        procedures=procedures,
        procedure=procedure,
        provinces=provinces,
        province=province,
        agencies=_scarcity(province.code, procedure) if province and procedure else (),
        given=list(zip(_HOW.values(), given.values(), charts.shares(list(given.values())), strict=True)),
        given_in_all=sum(given.values()),
        days=_SHOWN_DAYS,
        width=charts.WIDTH,
        height=charts.HEIGHT,
    )


def _scarcity(code: str, procedure: Procedure) -> list[AgencyScarcity]:
    today = clock.local(clock.now(), figures.MAINLAND).date()
    measured = figures.scarcity_since(today - timedelta(days=_SHOWN_DAYS), procedure)
    rows = []
    for offer in availability.agency_offers(code, procedure):
        past = [ahead for _, ahead in measured.get(offer.agency.id, [])]
        known = sorted(ahead for ahead in past if ahead is not None)
        drawn = offer.none_because is not None and offer.none_because.kind == "drawn"
        none = gettext("Por sorteo") if drawn else gettext("Sin turnos libres")
        rows.append(
            AgencyScarcity(
                name=offer.agency.name,
                now=in_days(max(0, (offer.next_day.day - today).days)) if offer.next_day else none,
                first=formatting.day_and_month(offer.next_day.day) if offer.next_day else "",
                usual=in_days(known[len(known) // 2]) if known else "",
                line=charts.line_chart(past),
            )
        )
    return rows


def in_days(days: int) -> str:
    """hoy, mañana, en 5 días"""
    if days == 0:
        return gettext("hoy")
    return gettext("mañana") if days == 1 else gettext("en %(days)s días", days=days)

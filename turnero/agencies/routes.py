"""``/tramites``: what each trámite is, and how to do it without a turn where that exists."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from turnero.agencies import queries, terms
from turnero.agencies.models import Procedure
from turnero.agencies.terms import Term
from turnero.core import clock

# Where no province was said.
_MAINLAND = "America/Guayaquil"

blueprint = Blueprint("agencies", __name__)


@blueprint.after_request
def may_be_kept(response: Response) -> Response:
    """Nothing personal here: the browser may keep it, if it asks before showing it again."""
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/tramites")
def show_procedure_list() -> str:
    return render_template("agencies/procedures.html", procedures=queries.procedures())


@blueprint.get("/tramites/<slug>")
def show_procedure(slug: str) -> str:
    found = queries.procedure(slug)
    following = {each.slug: each for each in queries.procedures()}
    follow_ups = [following[slug] for slug in found.sheet.get("follow_ups", ()) if slug in following]
    return render_template(
        "agencies/procedure.html",
        procedure=found,
        sheet=found.sheet,
        follow_ups=follow_ups,
        offered=queries.is_offered(found),
        provinces=[(each.code, each.name) for each in queries.provinces()] if found.term_days else (),
        estimate=_estimate(found),
    )


@dataclass(frozen=True)
class Estimate:
    """What was asked about a term, and its answer; both are forgotten with the request."""

    typed: str
    province: str
    term: Term | None
    over: bool

    @property
    def wrong(self) -> bool:
        return bool(self.typed) and self.term is None


def _estimate(found: Procedure) -> Estimate:
    typed, code = request.args.get("fecha_notificacion", "").strip(), request.args.get("provincia", "")
    province = next((each for each in queries.provinces() if each.code == code), None)
    today = clock.local(clock.now(), province.zone if province else _MAINLAND).date()
    term = terms.term_of(found, terms.parse_date(typed), today, *([province] if province else []))
    return Estimate(typed, province.code if province else "", term, over=term is not None and term.is_over(today))

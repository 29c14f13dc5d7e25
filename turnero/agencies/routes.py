"""``/tramites``: what each trámite is, and how to do it without a turn where that exists."""

from flask import Blueprint, Response, render_template

from turnero.agencies import queries

blueprint = Blueprint("agencies", __name__)


@blueprint.after_request
def may_be_kept(response: Response) -> Response:
    """Nothing personal here: the browser may keep it, if it asks before showing it again."""
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/tramites")
def procedures() -> str:
    return render_template("agencies/procedures.html", procedures=queries.procedures())


@blueprint.get("/tramites/<slug>")
def procedure(slug: str) -> str:
    found = queries.procedure(slug)
    following = {each.slug: each for each in queries.procedures()}
    follow_ups = [following[slug] for slug in found.sheet.get("follow_ups", ()) if slug in following]
    return render_template("agencies/procedure.html", procedure=found, sheet=found.sheet, follow_ups=follow_ups)

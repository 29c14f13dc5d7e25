"""``/admin/registro``: the audit log."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for

from turnero.administration.edit import parsing, reach
from turnero.administration.edit.period import period
from turnero.administration.log import cursor, queries
from turnero.administration.log.queries import KINDS, Search
from turnero.booking.turn.reference import parse_reference
from turnero.core.cleaning import clean_email
from turnero.core.language import gettext
from turnero.staff.access import Role, staff_only
from turnero.web.fields import Fields
from turnero.web.page import FormErrors, render_page

blueprint = Blueprint("admin_log", __name__, url_prefix="/admin")
_WEEK = timedelta(days=6)
_ASKED = ("clase", "agencia", "desde", "hasta", "cuenta", "referencia")


@blueprint.get("/registro")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_log() -> Response:
    """``clase``, ``agencia``, ``desde``, ``hasta``, ``cuenta``, ``referencia``; ``antes``: cursor."""
    fields = Fields(request.args)
    governed = {agency.slug: agency for agency in reach.agencies_governed()}
    kind = fields.text("clase")
    first, last = period(fields, _WEEK)
    slug = fields.parsed("agencia", parsing.one_of(governed)) if fields.text("agencia") and len(governed) > 1 else None
    search = Search(
        kind if kind in KINDS else "todo",
        first,
        last,
        account=clean_email(fields.text("cuenta")).lower()[:254],
        reference=_reference(fields.text("referencia")),
        agency_id=governed[slug].id if slug else reach.only(),
        older_than=cursor.parse_cursor(fields.text("antes")),
    )
    lines, older = queries.log_lines(search) if not fields.faults else ([], None)
    typed: dict[str, Any] = {name: request.args[name][:254] for name in _ASKED if request.args.get(name)}
    return render_page(
        "administration/log/log.html",
        FormErrors(faults=fields.faults),
        search=search,
        typed=typed,
        lines=lines,
        older=older and url_for(".show_log", **typed | {"antes": str(older), "hasta": last.isoformat()}),
        newest=search.older_than and url_for(".show_log", **typed),
        kinds={kind: gettext(words) for kind, words in KINDS.items()},
        agencies=governed.values(),
    )


def _reference(text: str) -> str:
    """The reference, or "?" if it is not valid."""
    return (parse_reference(text) or "?") if text.strip() else ""

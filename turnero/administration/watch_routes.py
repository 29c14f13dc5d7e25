"""``/admin/registro``, ``estadisticas`` and ``esperas``: what happened, how it went, and who waits for a place."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for

from turnero import clock
from turnero.administration import log, log_mark, parsing, reach, statistics, waiting
from turnero.administration.errors import DaysReversed, DaysTooMany
from turnero.administration.log import KINDS, Search
from turnero.agencies.models import Agency
from turnero.booking.reference import parse as parse_reference
from turnero.fields import Fields
from turnero.language import gettext
from turnero.notices.words import KINDS as MAIL_KINDS
from turnero.page import Trouble, show
from turnero.staff.access import Role, staff_only
from turnero.transparency import charts
from turnero.transparency.figures import MAINLAND

blueprint = Blueprint("admin_watch", __name__, url_prefix="/admin")
_WEEK, _FOUR_WEEKS = timedelta(days=6), timedelta(days=27)
_LONGEST = timedelta(days=366)
_ASKED = ("clase", "agencia", "desde", "hasta", "cuenta", "referencia")


@blueprint.get("/registro")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def record() -> Response:
    """``clase``, ``agencia``, ``desde``, ``hasta``, ``cuenta``, ``referencia``; ``antes``: from where to go on."""
    fields = Fields(request.args)
    governed = {agency.slug: agency for agency in reach.agencies_governed()}
    kind = fields.text("clase")
    first, last = _days(fields, _WEEK)
    slug = fields.parsed("agencia", parsing.one_of(governed)) if fields.text("agencia") and len(governed) > 1 else None
    search = Search(
        kind if kind in KINDS else "todo",
        first,
        last,
        account=fields.text("cuenta").lower()[:254],
        reference=_reference(fields.text("referencia")),
        agency_id=governed[slug].id if slug else reach.only(),
        older_than=log_mark.parse(fields.text("antes")),
    )
    lines, older = log.lines(search) if not fields.faults else ([], None)
    typed: dict[str, Any] = {name: request.args[name][:254] for name in _ASKED if request.args.get(name)}
    return show(
        "administration/log.html",
        Trouble(faults=fields.faults),
        search=search,
        typed=typed,
        lines=lines,
        older=older and url_for(".record", **typed | {"antes": str(older), "hasta": last.isoformat()}),
        newest=search.older_than and url_for(".record", **typed),
        kinds={kind: gettext(words) for kind, words in KINDS.items()},
        agencies=governed.values(),
    )


@blueprint.get("/estadisticas")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def figures() -> Response:
    fields = Fields(request.args)
    governed = reach.agencies_governed()
    agency = _chosen(governed)
    first, last = _days(fields, _FOUR_WEEKS)
    found = statistics.of_agency(agency.id, first, last) if agency and not fields.faults else None
    by_hour = [(f"{hour:02}:00", count) for hour, count in found.by_hour] if found else []
    return show(
        "administration/statistics.html",
        Trouble(faults=fields.faults),
        agencies=governed,
        agency=agency,
        first=first,
        last=last,
        typed=request.args,
        found=found,
        by_hour=by_hour,
        chart=charts.bars(by_hour, every=2) if by_hour else None,
        mails=statistics.mails(first, last) if reach.everywhere() and not fields.faults else [],
        mail_kinds={kind: gettext(words) for kind, words in MAIL_KINDS.items()},
    )


@blueprint.get("/esperas")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def waits() -> Response:
    today = clock.local(clock.now(), MAINLAND).date()
    return show(
        "administration/waiting.html", lines=waiting.lists(reach.only()), draws=waiting.draws(reach.only(), today)
    )


def _chosen(governed: list[Agency]) -> Agency | None:
    slug = request.args.get("agencia", "")
    return next((agency for agency in governed if agency.slug == slug), governed[0] if governed else None)


def _days(fields: Fields, usual: timedelta) -> tuple[date, date]:
    """``desde`` and ``hasta``, or the last days to today where they are empty; what is wrong stays with ``fields``."""
    today = clock.local(clock.now(), MAINLAND).date()
    last = fields.parsed("hasta", parsing.day_or_none) or today
    first = fields.parsed("desde", parsing.day_or_none) or last - usual
    if fields.faults.keys() & {"desde", "hasta"}:
        return first, last
    if first > last:
        fields.faults["hasta"] = DaysReversed()
    elif last - first >= _LONGEST:
        fields.faults["desde"] = DaysTooMany(most=_LONGEST.days)
    return first, last


def _reference(text: str) -> str:
    """As typed, or "?" where no turn can have it."""
    return (parse_reference(text) or "?") if text.strip() else ""

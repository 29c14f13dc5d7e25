"""``/admin/registro``, ``estadisticas`` and ``esperas``: what happened, how it went, and who waits for a place."""

from datetime import date, timedelta

from flask import Blueprint, Response, request

from turnero import clock
from turnero.administration import log, reach, statistics, waiting
from turnero.administration.log import KINDS, Search
from turnero.agencies.models import Agency
from turnero.agencies.terms import parse_date
from turnero.booking.forms import YEARS
from turnero.booking.reference import parse as parse_reference
from turnero.language import gettext
from turnero.notices.words import KINDS as MAIL_KINDS
from turnero.page import show
from turnero.staff.access import Role, staff_only
from turnero.transparency import charts
from turnero.transparency.figures import MAINLAND

blueprint = Blueprint("admin_watch", __name__, url_prefix="/admin")
_WEEK, _FOUR_WEEKS = timedelta(days=6), timedelta(days=27)
_LONGEST = timedelta(days=366)


@blueprint.get("/registro")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def record() -> Response:
    """``clase``, ``desde``, ``hasta``, ``cuenta``, ``referencia``: what is not understood is left out."""
    kind = request.args.get("clase", "")
    first, last = _days(_WEEK)
    search = Search(
        kind if kind in KINDS else "todo",
        first,
        last,
        account=request.args.get("cuenta", "").strip().lower()[:254],
        reference=_reference(request.args.get("referencia", "")),
        agency_id=reach.only(),
    )
    return show(
        "administration/log.html",
        search=search,
        typed_reference=request.args.get("referencia", "")[:40],
        lines=log.lines(search),
        kinds={kind: gettext(words) for kind, words in KINDS.items()},
        most=log.MOST_LINES,
    )


@blueprint.get("/estadisticas")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def figures() -> Response:
    governed = reach.agencies_governed()
    agency = _chosen(governed)
    first, last = _days(_FOUR_WEEKS)
    found = statistics.of_agency(agency.id, first, last) if agency else None
    by_hour = [(f"{hour:02}:00", count) for hour, count in found.by_hour] if found else []
    return show(
        "administration/statistics.html",
        agencies=governed,
        agency=agency,
        first=first,
        last=last,
        found=found,
        by_hour=by_hour,
        chart=charts.bars(by_hour, every=2) if by_hour else None,
        mails=statistics.mails(first, last) if reach.everywhere() else [],
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


def _days(usual: timedelta) -> tuple[date, date]:
    """``desde`` and ``hasta`` as typed, or the last days to today; never more than a year."""
    today = clock.local(clock.now(), MAINLAND).date()
    last = _day("hasta") or today
    first = _day("desde") or last - usual
    return max(min(first, last), last - _LONGEST), last


def _day(name: str) -> date | None:
    found = parse_date(request.args.get(name, ""))
    return found if found is not None and found.year in YEARS else None


def _reference(text: str) -> str:
    """As typed, or "?" where no turn can have it."""
    return (parse_reference(text) or "?") if text.strip() else ""

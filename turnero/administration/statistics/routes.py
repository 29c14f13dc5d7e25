"""``/admin/estadisticas`` and ``/admin/esperas``: statistics, and people waiting for a place."""

from datetime import timedelta

from flask import Blueprint, Response, request

from turnero.administration.edit import reach
from turnero.administration.edit.period import period
from turnero.administration.statistics import queries as statistics
from turnero.administration.statistics import waiting
from turnero.agencies.models import Agency
from turnero.core import clock
from turnero.core.language import gettext
from turnero.notices.words import KINDS as MAIL_KINDS
from turnero.staff.access import Role, staff_only
from turnero.transparency import charts
from turnero.transparency.figures import MAINLAND
from turnero.web.fields import Fields
from turnero.web.page import FormErrors, render_page

blueprint = Blueprint("admin_statistics", __name__, url_prefix="/admin")
_FOUR_WEEKS = timedelta(days=27)


@blueprint.get("/estadisticas")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_statistics() -> Response:
    fields = Fields(request.args)
    governed = reach.agencies_governed()
    agency = _chosen(governed)
    first, last = period(fields, _FOUR_WEEKS)
    found = statistics.agency_statistics(agency.id, first, last) if agency and not fields.faults else None
    by_hour = [(f"{hour:02}:00", count) for hour, count in found.by_hour] if found else []
    return render_page(
        "administration/statistics/statistics.html",
        FormErrors(faults=fields.faults),
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
def show_waiting_lists() -> Response:
    today = clock.local(clock.now(), MAINLAND).date()
    return render_page(
        "administration/statistics/waiting.html",
        lines=waiting.lists(reach.only()),
        draws=waiting.draws_to_come(reach.only(), today),
    )


def _chosen(governed: list[Agency]) -> Agency | None:
    slug = request.args.get("agencia", "")
    return next((agency for agency in governed if agency.slug == slug), governed[0] if governed else None)

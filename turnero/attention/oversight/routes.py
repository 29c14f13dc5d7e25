"""``/agencia/control``: outliers, for the agency's supervisor; an admin chooses the agency."""

from flask import Blueprint, Response, request

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency
from turnero.attention.oversight import queries
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.staff.access import Role, member, staff_only
from turnero.web.page import render_page

blueprint = Blueprint("oversight", __name__, url_prefix="/agencia/control")


@blueprint.get("")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_oversight() -> Response:
    agency = _agency()
    return render_page(
        "attention/oversight/oversight.html",
        agency=agency,
        kinds=[gettext(kind) for kind in queries.KINDS],
        member_role=member().role,
        found=queries.agency_oversight(agency.id) if agency else None,
        agencies=agencies.agencies() if member().role is Role.ADMIN else [],
    )


def _agency() -> Agency | None:
    """The supervisor's own agency, or the admin's choice (``?agencia=slug``). Raises NotFound."""
    me = member()
    if me.role is not Role.ADMIN:
        return db.session.get_one(Agency, me.agency)
    slug = request.args.get("agencia", "")
    return agencies.agency(slug) if slug else None

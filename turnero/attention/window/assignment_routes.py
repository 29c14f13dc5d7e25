"""``/agencia/ventanilla``: a member's window for today."""

from flask import Blueprint, Response, request
from sqlalchemy import select

from turnero.agencies.models import Desk, Line
from turnero.attention.day.errors import UnknownLine, WindowInvalid
from turnero.core.errors import InvalidInput
from turnero.core.extensions import db
from turnero.staff import sessions
from turnero.staff.access import Role, member, staff_only
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other

blueprint = Blueprint("seat", __name__, url_prefix="/agencia/ventanilla")
MAX_WINDOWS = 99


@blueprint.get("")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_window_choice() -> Response:
    return _page(NO_ERRORS)


@blueprint.post("")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_window_choice() -> Response:
    """Fields ``ventanilla`` (1 to 99) and ``linea`` (slug; empty: all lines)."""
    try:
        window = parse_window(request.form.get("ventanilla", ""))
        desk = _desk_of(request.form.get("linea", "").strip())
    except WindowInvalid as error:
        return _page(FormErrors(faults={"ventanilla": error}))
    except UnknownLine as error:
        return _page(FormErrors(faults={"linea": error}))
    sessions.sit_down(member().session_id, window, desk.id if desk else None)
    return see_other("/agencia/agenda")


def parse_window(text: str) -> int:
    """The number of a window as typed. Raises WindowInvalid."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= MAX_WINDOWS):
        raise WindowInvalid
    return int(text)


def _desks() -> list[Desk]:
    here = select(Desk).where(Desk.agency_id == member().agency_id).order_by(Desk.id)
    return list(db.session.scalars(here))


def _desk_of(line: str) -> Desk | None:
    if not line:
        return None
    found = db.session.scalar(
        select(Desk).join(Line, Line.id == Desk.line_id).where(Desk.agency_id == member().agency_id, Line.slug == line)
    )
    if found is None:
        raise UnknownLine
    return found


def _page(form_errors: FormErrors) -> Response:
    faults: dict[str, InvalidInput] = dict(form_errors.faults)
    me = member()
    desks = _desks()
    present = next((desk.line.slug for desk in desks if desk.id == me.desk_id), "")
    return render_page(
        "attention/window/choose.html",
        form_errors,
        window=request.form.get("ventanilla", "") if faults else (me.window or ""),
        line=request.form.get("linea", "") if faults else present,
        lines=[desk.line for desk in desks],
    )

"""Routes of the agenda's buttons: each calls one use case and returns to the row."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for

from turnero.attention.agenda.pages import agenda_page, today_here
from turnero.attention.day import attendance, calling
from turnero.attention.day import undo as undoing
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.errors import NotNow, WindowInvalid
from turnero.attention.day.queries import booking_here
from turnero.attention.window.assignment_routes import parse_window
from turnero.staff.access import Role, member, staff_only
from turnero.web.page import FormErrors, see_other

blueprint = Blueprint("actions", __name__, url_prefix="/agencia")


def _by() -> Clerk:
    me = member()
    return Clerk(me.actor, me.agency, me.window)


@blueprint.post("/siguiente")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_call_next() -> Response:
    try:
        called = calling.call_next(_by(), member().desk_id)
    except NotNow as refusal:
        return agenda_page(today_here(), FormErrors(refusal=refusal))
    return see_other(url_for("agenda.show_agenda_today", _anchor=f"t{called}" if called else None))


@blueprint.post("/turnos/<int:booking_id>/llego")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_arrival(booking_id: int) -> Response:
    return _do(attendance.arrive, booking_id)


@blueprint.post("/turnos/<int:booking_id>/llamar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_call(booking_id: int) -> Response:
    return _do(calling.call, booking_id)


@blueprint.post("/turnos/<int:booking_id>/rellamar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_recall(booking_id: int) -> Response:
    return _do(calling.recall, booking_id)


@blueprint.post("/turnos/<int:booking_id>/aplazar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_parking(booking_id: int) -> Response:
    return _do(calling.park, booking_id)


@blueprint.post("/turnos/<int:booking_id>/derivar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_transfer(booking_id: int) -> Response:
    """Field ``ventanilla``: the number of the target window."""
    try:
        window = parse_window(request.form.get("ventanilla", ""))
    except WindowInvalid as error:
        day = booking_here(booking_id, member().agency).day
        return agenda_page(day, FormErrors(faults={"ventanilla": error}))
    return _do(lambda number, by: calling.transfer(number, by, window), booking_id)


@blueprint.post("/turnos/<int:booking_id>/atendido")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_attended(booking_id: int) -> Response:
    return _do(attendance.attended, booking_id)


@blueprint.post("/turnos/<int:booking_id>/ausente")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_absent(booking_id: int) -> Response:
    return _do(attendance.absent, booking_id)


@blueprint.post("/turnos/<int:booking_id>/deshacer")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_undo(booking_id: int) -> Response:
    return _do(undoing.undo, booking_id)


def _do(use_case: Callable[[int, Clerk], object], booking_id: int) -> Response:
    """Perform the step and return to the turn's row; on refusal the agenda shows the reason (409)."""
    refused: NotNow | None = None
    try:
        use_case(booking_id, _by())
    except NotNow as refusal:
        refused = refusal
    day = booking_here(booking_id, member().agency).day
    if refused is not None:
        return agenda_page(day, FormErrors(refusal=refused))
    return see_other(url_for("agenda.show_agenda", day=day, _anchor=f"t{booking_id}"))

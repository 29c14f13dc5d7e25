"""``/agencia/agenda``: the day's turns, live. Viewing it is recorded and changes nothing else."""

from flask import Blueprint, Response, current_app, request, url_for

from turnero.attention.agenda import stream as changes
from turnero.attention.agenda.pages import agenda_page, day_or_404, today_here
from turnero.attention.kiosk import assistance
from turnero.core import clock
from turnero.core.cleaning import clean_line
from turnero.staff.access import Role, looked_at, member, staff_only
from turnero.web.page import see_other

blueprint = Blueprint("agenda", __name__, url_prefix="/agencia")


@blueprint.get("/agenda")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_agenda_today() -> Response:
    return _page(today_here().isoformat())


@blueprint.get("/agenda/<day>")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_agenda(day: str) -> Response:
    return _page(day)


def _page(text: str) -> Response:
    """The page; with ``?parte=filas`` only if it changed, because open pages poll"""
    day = day_or_404(text)
    me = member()
    if request.args.get("parte") == "filas":
        # Include the minute: delays grow, and undo ends after ten minutes.
        mark = f"{changes.signature(me.agency, day)}-{me.window}-{me.desk_id}-{clock.now():%H%M}"
        answer = (
            Response(status=304, mimetype="text/plain")
            if request.if_none_match.contains_weak(mark)
            else agenda_page(day)
        )
        answer.set_etag(mark)
        return answer
    looked_at("agenda", agency_id=me.agency, day=day)
    return agenda_page(day)


@blueprint.post("/agenda/<day>/buscar")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_agenda_search(day: str) -> Response:
    """Search without JavaScript, by POST so that no cédula is in a URL. Changes nothing."""
    found = day_or_404(day)
    looked_at("agenda", agency_id=member().agency, day=found)
    return agenda_page(found, sought=clean_line(request.form.get("busca", ""))[:80])


@blueprint.get("/agenda/<day>/cambios")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_agenda_stream(day: str) -> Response:
    """Server-sent events if a thread is available; 204 makes the browser poll."""
    found = day_or_404(day)
    if not changes.take_stream():
        return Response(status=204, mimetype="text/event-stream")
    events = changes.stream(current_app.app_context, member().agency, found)
    answer = Response(events, mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(changes.give_stream_back)
    return answer


@blueprint.post("/ayuda/<int:device_id>")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_help_given(device_id: int) -> Response:
    assistance.help_given(device_id, member().agency)
    return see_other(url_for("agenda.show_agenda_today"))

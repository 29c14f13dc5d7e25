"""``/agencia/agenda/<día>.csv``, ``.pdf`` and ``/papel``: export of a day, and entry of its paper list."""

import re
from datetime import date

from flask import Blueprint, Response, make_response, request, url_for

from turnero.attention.agenda import files, paper_day
from turnero.attention.agenda.pages import day_or_404
from turnero.attention.agenda.queries import Agenda, agenda_of
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.errors import TimeAlone, TimeInvalid, TimeToCome
from turnero.booking.turn.models import Booking
from turnero.core import clock, formatting
from turnero.core.errors import Faulty, InvalidInput
from turnero.staff.access import Role, looked_at, member, staff_only
from turnero.web.page import NO_ERRORS, FormErrors, render_page, see_other

blueprint = Blueprint("papers", __name__, url_prefix="/agencia/agenda")
_FREE_LINES = 12
_TIME = re.compile(r"([01]?\d|2[0-3])[:.h]?([0-5]\d)")


def _agenda(kind: str, text: str) -> Agenda:
    day = day_or_404(text)
    me = member()
    looked_at(kind, agency_id=me.agency, day=day)
    return agenda_of(me.agency, day, member())


@blueprint.get("/<day>.csv")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_agenda_csv(day: str) -> Response:
    return _download(files.agenda_csv(_agenda("csv", day)), "text/csv; charset=utf-8", f"agenda-{day}.csv")


@blueprint.get("/<day>.pdf")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_agenda_pdf(day: str) -> Response:
    return _download(files.agenda_pdf(_agenda("pdf", day)), "application/pdf", f"agenda-{day}.pdf")


def _download(data: bytes, content_type: str, name: str) -> Response:
    answer = make_response(data)
    answer.headers["Content-Type"] = content_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.get("/<day>/papel")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def show_paper_day(day: str) -> Response:
    return _paper(day, NO_ERRORS)


def _paper(text: str, form_errors: FormErrors) -> Response:
    """The list, to print before the day or to enter afterwards."""
    agenda = _agenda("paper", text)
    enterable = paper_day.open_ids(member().agency, agenda.day)
    return render_page(
        "attention/agenda/paper.html",
        form_errors,
        agenda=agenda,
        enterable=enterable,
        title=formatting.day_and_month(agenda.day),
        address=url_for("papers.show_paper_day", day=agenda.day),
        typed=request.form,
        entered=request.args.get("anotados", type=int),
        free_lines=_FREE_LINES,
    )


@blueprint.post("/<day>/papel")
@staff_only(Role.WINDOW, Role.SUPERVISOR)
def submit_paper_day(day: str) -> Response:
    """Fields ``t<id>`` = ``atendido`` or ``ausente``, and ``h<id>``: the local time, empty for the turn's hour."""
    found = day_or_404(day)
    me = member()
    try:
        entries = _parse(found)
    except Faulty as faulty:
        return _paper(day, FormErrors(faults=faulty.faults))
    count = paper_day.enter_paper_day(found, entries, Clerk(me.actor, me.agency, me.window))
    return see_other(url_for("papers.show_paper_day", day=day, anotados=count))


def _parse(day: date) -> list[paper_day.Entry]:
    entries: list[paper_day.Entry] = []
    faults: dict[str, InvalidInput] = {}
    for booking in paper_day.open_turns(member().agency, day):
        try:
            entry = _entry(booking)
        except InvalidInput as fault:
            faults[f"h{booking.id}"] = fault
        else:
            entries += [entry] if entry else []
    if faults:
        raise Faulty(**faults)
    return entries


def _entry(booking: Booking) -> paper_day.Entry | None:
    """The entry of one turn, or None if left empty. Raises TimeInvalid, TimeToCome or TimeAlone."""
    said = request.form.get(f"t{booking.id}", "")
    typed = request.form.get(f"h{booking.id}", "").strip()
    if said == "ausente":
        return paper_day.Entry(booking.id, None)
    if said != "atendido":
        if typed:
            raise TimeAlone
        return None
    if not typed:
        return paper_day.Entry(booking.id, booking.minute)
    match = _TIME.fullmatch(typed)
    if match is None:
        raise TimeInvalid(time=typed[:10])
    minute = int(match[1]) * 60 + int(match[2])
    if clock.instant(booking.day, minute, booking.agency.zone) > clock.now():
        raise TimeToCome(time=formatting.clock_time(minute))
    return paper_day.Entry(booking.id, minute)

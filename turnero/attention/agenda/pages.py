"""The agenda's page, shared by its own routes and those of its actions."""

import unicodedata
from datetime import date, timedelta
from typing import Any

from flask import Response, abort, url_for

from turnero.attention.agenda.queries import Agenda, Row, agenda_of
from turnero.attention.day import queries
from turnero.booking.journey.forms import parse_near_day
from turnero.booking.turn.reference import parse_reference
from turnero.core import clock, formatting
from turnero.core.cleaning import clean_line
from turnero.staff.access import member
from turnero.verify.cedula import digits_of
from turnero.web.page import NO_ERRORS, FormErrors, render_page


def day_or_404(text: str) -> date:
    """The day in a URL; 404 if it is invalid."""
    return parse_near_day(text) or abort(404)


def today_here() -> date:
    """The local day of the member's agency."""
    return queries.today_at(member().agency, clock.now())


def agenda_page(day: date, form_errors: FormErrors = NO_ERRORS, *, sought: str = "") -> Response:
    """The day's agenda; with ``sought`` only the matching rows."""
    me = member()
    agenda = agenda_of(me.agency, day, me)
    rows = [row for row in agenda.rows if _holds(row, sought)]
    values: dict[str, Any] = {"agenda": agenda, "rows": rows, "sought": sought, "member": me} | _around(agenda)
    return render_page("attention/agenda/agenda.html", form_errors, **values)


def _around(agenda: Agenda) -> dict[str, Any]:
    one = timedelta(days=1)
    return {
        "title": formatting.day_and_month(agenda.day),
        "before": url_for("agenda.show_agenda", day=agenda.day - one),
        "after": url_for("agenda.show_agenda", day=agenda.day + one),
        "address": url_for("agenda.show_agenda", day=agenda.day),
        "zone_note": formatting.zone_note(agenda.agency.zone),
    }


def _holds(row: Row, sought: str) -> bool:
    """Whether it is the row's cédula or reference, or each word is in its name, cédula, reference or ticket."""
    if row.cedula == digits_of(sought) or row.reference == parse_reference(sought):
        return True
    text = _plain(f"{row.person} {row.cedula} {row.reference} {row.ticket}")
    return all(word in text for word in _plain(clean_line(sought)).split())


def _plain(text: str) -> str:
    """Fold case and accents for searching."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))

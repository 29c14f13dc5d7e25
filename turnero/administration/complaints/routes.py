"""``/admin/quejas``: unanswered and answered complaints, suggestions and thanks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, request

from turnero.administration.edit import reach
from turnero.administration.edit.decide import Decision, decide, made_at
from turnero.administration.edit.errors import TextLong, TextMissing
from turnero.administration.log import queries
from turnero.agencies.models import Agency
from turnero.core import clock
from turnero.core.cleaning import clean_text
from turnero.core.extensions import db
from turnero.core.language import gettext, gettext_noop
from turnero.staff.access import Role, staff_only
from turnero.staff.actor import Actor
from turnero.transparency.complaints import complaints
from turnero.transparency.figures import MAINLAND
from turnero.transparency.models import Complaint
from turnero.web.fields import Fields
from turnero.web.page import NO_ERRORS, FormErrors, render_page

blueprint = Blueprint("admin_complaints", __name__, url_prefix="/admin/quejas")
_MAX_CHARACTERS = 4000
_LATELY = timedelta(days=90)
_KINDS = {
    "complaint": gettext_noop("Queja"),
    "suggestion": gettext_noop("Sugerencia"),
    "thanks": gettext_noop("Felicitación"),
}
_TITLES = {
    "complaint": gettext_noop("Queja %(number)s"),
    "suggestion": gettext_noop("Sugerencia %(number)s"),
    "thanks": gettext_noop("Felicitación %(number)s"),
}
_ANSWERS = {
    "complaint": gettext_noop("Responde la queja %(number)s: %(words)s"),
    "suggestion": gettext_noop("Responde la sugerencia %(number)s: %(words)s"),
    "thanks": gettext_noop("Responde la felicitación %(number)s: %(words)s"),
}


@dataclass(frozen=True)
class ComplaintLine:
    """A complaint with its agency. ``came`` and ``answered`` in mainland time."""

    number: str
    kind: str
    agency: str
    came: datetime
    by_mail: bool
    due_day: date
    late: bool
    answered: datetime | None
    words: str


@blueprint.get("")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_complaints() -> Response:
    only = reach.only()
    return render_page(
        "administration/complaints/complaints.html",
        waiting=_lines(complaints.unanswered(only)),
        answered=_lines(complaints.answered(clock.now() - _LATELY, only)),
        others=_lines(complaints.unasked(only)),
        days=_LATELY.days,
    )


def _lines(rows: Sequence[Complaint]) -> list[ComplaintLine]:
    return [_line(row) for row in rows]


def _line(row: Complaint) -> ComplaintLine:
    agency = db.session.get(Agency, row.agency_id) if row.agency_id is not None else None
    return ComplaintLine(
        row.number,
        gettext(_KINDS[row.kind]),
        agency.name if agency else gettext("Ninguna en particular"),
        clock.local(row.created_at, MAINLAND),
        row.email is not None,
        row.due_day,
        row.answered_at is None and row.due_day < clock.local(clock.now(), MAINLAND).date(),
        clock.local(row.answered_at, MAINLAND) if row.answered_at is not None else None,
        row.words,
    )


@blueprint.get("/<complaint_number>")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_complaint(complaint_number: str) -> Response:
    return _complaint(_theirs(complaint_number), NO_ERRORS)


@blueprint.post("/<complaint_number>")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def submit_answer(complaint_number: str) -> Response:
    """Field ``respuesta``."""
    row = _theirs(complaint_number)

    def read() -> Decision:
        fields = Fields(request.form)
        words = fields.parsed("respuesta", _answer)
        fields.check()
        return Answering(row.number, row.kind, words or "", by_mail=row.email is not None)

    return decide(read, lambda form_errors: _complaint(row, form_errors), made_at(".show_complaints"))


@dataclass(frozen=True)
class Answering:
    """The single answer to a complaint."""

    number: str
    kind: str
    words: str
    by_mail: bool

    @property
    def summary(self) -> str:
        return gettext(_ANSWERS[self.kind], number=self.number, words=self.words)

    def look(self) -> tuple[list[str], str]:
        where = (
            gettext("La recibe por correo y la verá en la página de lo que escribió, con su número.")
            if self.by_mail
            else gettext("La verá en la página de lo que escribió, con su número.")
        )
        return [where, gettext("Después no se puede cambiar.")], ""

    def make(self, seal: str, actor: Actor) -> int:
        return complaints.answer_complaint(self.number, self.words, by=actor)


def _answer(text: str) -> str:
    """An answer of several lines."""
    text = clean_text(text)
    if not text:
        raise TextMissing
    if len(text) > _MAX_CHARACTERS:
        raise TextLong(most=_MAX_CHARACTERS)
    return text


def _theirs(number: str) -> Complaint:
    row = complaints.by_number(number)
    reach.require_governed(row.agency_id)
    return row


def _complaint(row: Complaint, form_errors: FormErrors) -> Response:
    by = complaints.answered_by(row)
    return render_page(
        "administration/complaints/complaint.html",
        form_errors,
        row=row,
        line=_line(row),
        title=gettext(_TITLES[row.kind], number=row.number),
        answered_by=queries.who(by) if by else None,
        typed=request.form,
    )

"""Complaints, suggestions and thanks: numbered, answered within the legal term, counted in monthly figures."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, func, or_, select, update

from turnero.agencies import localities
from turnero.agencies.calendar import deadline
from turnero.agencies.models import Agency
from turnero.booking.turn.reference import ALPHABET, LETTERS
from turnero.core import clock
from turnero.core import db as database
from turnero.core.cleaning import clean_identifier
from turnero.core.errors import NotFound, Refused
from turnero.core.extensions import db
from turnero.core.language import gettext, gettext_noop
from turnero.notices import outbox
from turnero.notices.models import Notice
from turnero.notices.rendering import Mail
from turnero.staff import record
from turnero.staff.actor import COMMAND_LINE, Actor
from turnero.staff.models import AdminChange
from turnero.transparency.figures import MAINLAND
from turnero.transparency.measures import following
from turnero.transparency.models import Complaint

# Kind of an answer in the record of changes.
RECORDED_AS = "complaint"
# Working days; the institute may answer sooner. Ley de Modernización, Art. 28.
TERM_DAYS = 15
_NUMBER_LENGTH = 11
_A_DAY_PER_BROWSER = 5
# Time after the answer for which address and text are kept.
_KEPT = timedelta(days=365)
_MAIL_LIFE = timedelta(days=7)
# Answer and record are one transaction.
_WRITTEN_DOWN_WITHIN = timedelta(minutes=1)
# Limit of a list that grows over the years.
_MAX_SHOWN = 200
_ANSWERS = {
    "complaint": gettext_noop("Responde la queja %(number)s."),
    "suggestion": gettext_noop("Responde la sugerencia %(number)s."),
    "thanks": gettext_noop("Responde la felicitación %(number)s."),
}


class TooManyComplaints(Refused):
    """This browser has reached its daily limit."""

    code = "too_many_complaints"


class AnsweredAlready(Refused):
    """The complaint is answered; answers are final."""

    code = "answered_already"


@dataclass(frozen=True)
class Said:
    """A parsed complaint. ``form_key``: the form's random key."""

    form_key: str
    kind: str
    words: str
    agency: str | None = None
    satisfaction: int | None = None
    email: str | None = None


@database.transaction
def file_complaint(said: Said, browser: str) -> str:
    """Store a complaint and return its number. Idempotent per form. Raises TooManyComplaints."""
    database.lock(f"browser:{browser}")
    # Keyed by browser: another browser's key does not lead to its complaint.
    form_key = hashlib.sha256(f"{browser}:{said.form_key}".encode()).hexdigest()
    made = db.session.scalar(select(Complaint.number).where(Complaint.form_key == form_key))
    if made is not None:
        return made
    now = clock.now()
    lately = select(func.count()).where(Complaint.browser == browser, Complaint.created_at > now - timedelta(days=1))
    if (db.session.scalar(lately) or 0) >= _A_DAY_PER_BROWSER:
        raise TooManyComplaints
    today = clock.local(now, MAINLAND).date()
    row = Complaint(
        number=secrets.choice(LETTERS) + "".join(secrets.choice(ALPHABET) for _ in range(_NUMBER_LENGTH)),
        form_key=form_key,
        browser=browser,
        kind=said.kind,
        agency_id=db.session.scalar(select(Agency.id).where(Agency.slug == said.agency)) if said.agency else None,
        satisfaction=said.satisfaction,
        words=said.words,
        email=said.email,
        created_at=now,
        due_day=deadline.last_day(today, TERM_DAYS, localities.legal_rest(set())),
    )
    db.session.add(row)
    db.session.flush()
    _tell(row, "complaint", now)
    return row.number


@database.transaction
def answer_complaint(number: str, words: str, *, by: Actor = COMMAND_LINE) -> int:
    """Answer a complaint, once. Returns the id of the change. Raises NotFound and AnsweredAlready."""
    row = by_number(number, lock=True)
    if row.answered_at is not None:
        raise AnsweredAlready
    now = clock.now()
    row.answered_at, row.answer = now, words
    _tell(row, "complaint_answer", now)
    summary = gettext(_ANSWERS[row.kind], number=row.number)
    return record.record_change(by, RECORDED_AS, summary, agency_id=row.agency_id).id


def _tell(row: Complaint, kind: str, now: datetime) -> None:
    if row.email is not None:
        until = now + _MAIL_LIFE
        outbox.write(kind, f"complaint:{row.id}", row.email, now=now, priority=outbox.CONFIRMATION, expires_at=until)


def by_number(number: str, *, lock: bool = False) -> Complaint:
    """The complaint of a number. Raises NotFound."""
    found = select(Complaint).where(Complaint.number == clean_identifier(number).upper())
    row = db.session.scalar(found.with_for_update() if lock else found)
    if row is None:
        raise NotFound
    return row


def unanswered(agency_id: int | None = None) -> Sequence[Complaint]:
    """Unanswered complaints, most urgent first, optionally of one agency."""
    waiting = select(Complaint).where(Complaint.answered_at.is_(None), Complaint.kind == "complaint")
    if agency_id is not None:
        waiting = waiting.where(Complaint.agency_id == agency_id)
    return db.session.scalars(waiting.order_by(Complaint.due_day, Complaint.id)).all()


def answered(since: datetime, agency_id: int | None = None) -> Sequence[Complaint]:
    """Complaints answered from ``since`` on, newest first, optionally of one agency."""
    found = select(Complaint).where(Complaint.answered_at >= since, Complaint.kind == "complaint")
    if agency_id is not None:
        found = found.where(Complaint.agency_id == agency_id)
    return db.session.scalars(found.order_by(Complaint.answered_at.desc(), Complaint.id.desc()).limit(_MAX_SHOWN)).all()


def unasked(agency_id: int | None = None) -> Sequence[Complaint]:
    """Suggestions and thanks whose text is still kept, newest first, optionally of one agency."""
    found = select(Complaint).where(Complaint.kind != "complaint", Complaint.browser.is_not(None))
    if agency_id is not None:
        found = found.where(Complaint.agency_id == agency_id)
    return db.session.scalars(found.order_by(Complaint.id.desc()).limit(_MAX_SHOWN)).all()


def answered_by(row: Complaint) -> Actor | None:
    """The actor of the answer from the record; None if unanswered or deleted."""
    if row.answered_at is None:
        return None
    around = AdminChange.at.between(row.answered_at, row.answered_at + _WRITTEN_DOWN_WITHIN)
    of_this = (AdminChange.kind == RECORDED_AS, AdminChange.summary.contains(row.number))
    return db.session.scalar(select(AdminChange.actor).where(around, *of_this).limit(1))


def in_month(month: date) -> int:
    """Number of complaints filed in a month (mainland)."""
    begins, ends = (clock.instant(day, 0, MAINLAND) for day in (month, following(month)))
    inside = (Complaint.created_at >= begins, Complaint.created_at < ends)
    return db.session.scalar(select(func.count()).where(Complaint.kind == "complaint", *inside)) or 0


@database.transaction
def forget_complaints() -> int:
    """Erase text and address a year after the answer (or filing, if none is due). Returns how many."""
    year_ago = clock.now() - _KEPT
    unasked = and_(Complaint.kind != "complaint", Complaint.answered_at.is_(None), Complaint.created_at <= year_ago)
    old = (or_(Complaint.answered_at <= year_ago, unasked), Complaint.browser.is_not(None))
    numbers = db.session.scalars(select(Complaint.id).where(*old)).all()
    no_answer = case((Complaint.answer.is_not(None), ""), else_=None)
    blank = {"email": None, "browser": None, "words": "", "answer": no_answer}
    db.session.execute(update(Complaint).where(Complaint.id.in_(numbers)).values(blank))
    subjects = [f"complaint:{number}" for number in numbers]
    db.session.execute(update(Notice).where(Notice.subject.in_(subjects)).values(address="", last_error=None))
    return len(numbers)


def _mail(notice: Notice, template: str) -> Mail | None:
    row = db.session.get(Complaint, int(notice.subject.removeprefix("complaint:")))
    return Mail(template, {"complaint": row}) if row is not None else None


RENDERERS = {
    "complaint": lambda notice: _mail(notice, "complaint"),
    "complaint_answer": lambda notice: _mail(notice, "complaint_answer"),
}

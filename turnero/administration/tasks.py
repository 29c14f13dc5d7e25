"""What waits for somebody who governs: each with where it is done."""

from datetime import date, timedelta

from sqlalchemy import func, select

from turnero import clock
from turnero.agencies.models import Desk, LocalHoliday
from turnero.booking.models import Displacement
from turnero.extensions import db
from turnero.language import gettext
from turnero.notices import outbox
from turnero.transparency import complaints
from turnero.transparency.figures import MAINLAND

_SOON = timedelta(days=120)


def waiting(agency_id: int | None) -> list[tuple[str, str]]:
    """Sentence and address of each task there is; of one agency, or of all and of what belongs to none."""
    today = clock.local(clock.now(), MAINLAND).date()
    found = [_complaints(agency_id, today), _displaced(agency_id)]
    if agency_id is None:
        found += [_holidays(today), _mails()]
    return [task for task in found if task is not None]


def _complaints(agency_id: int | None, today: date) -> tuple[str, str] | None:
    rows = complaints.unanswered(agency_id)
    late = sum(1 for row in rows if row.due_day < today)
    if not rows:
        return None
    if late:
        words = gettext("Quejas por responder: %(count)s, %(late)s fuera de término", count=len(rows), late=late)
    else:
        words = gettext("Quejas por responder: %(count)s", count=len(rows))
    return words, "/admin/quejas"


def _displaced(agency_id: int | None) -> tuple[str, str] | None:
    left = select(func.count()).select_from(Displacement).join(Desk, Desk.id == Displacement.old_desk_id)
    left = left.where(Displacement.ended_at.is_(None), Displacement.status == "unplaced")
    if agency_id is not None:
        left = left.where(Desk.agency_id == agency_id)
    count = db.session.scalar(left)
    words = gettext("Personas que perdieron su turno y no tienen otro: %(count)s", count=count)
    return (words, "/admin/cierres") if count else None


def _holidays(today: date) -> tuple[str, str] | None:
    soon = LocalHoliday.day.between(today, today + _SOON)
    count = db.session.scalar(select(func.count()).where(soon, LocalHoliday.confirmed.is_(False)))
    words = gettext("Feriados locales por confirmar en los próximos cuatro meses: %(count)s", count=count)
    return (words, "/admin/feriados") if count else None


def _mails() -> tuple[str, str] | None:
    count = db.session.scalar(select(func.count()).where(*outbox.revivable()))
    words = gettext("Correos que no se pudieron entregar: %(count)s", count=count)
    return (words, "/admin/correos") if count else None

"""Open tasks of administrators and supervisors, with links."""

from datetime import date, timedelta

from sqlalchemy import func, select

from turnero.administration.edit import displaced
from turnero.agencies.models import LocalHoliday
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.formatting import thousands
from turnero.core.language import gettext
from turnero.notices import outbox
from turnero.transparency.complaints import complaints
from turnero.transparency.figures import MAINLAND

_SOON = timedelta(days=120)


def open_tasks(agency_id: int | None) -> list[tuple[str, str]]:
    """Sentence and URL of each open task, of one agency, or of all agencies and the institute."""
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
    """Displaced people by any cause; those without a proposal are listed apart, as nothing is offered to them."""
    found = displaced.count_displaced(agency_id)
    if not found.people:
        return None
    values = {"count": thousands(found.people), "left": thousands(found.unplaced)}
    if found.unplaced:
        words = gettext("Desplazados, todavía sin otro turno: %(count)s, %(left)s sin propuesta", **values)
    else:
        words = gettext("Desplazados, todavía sin otro turno: %(count)s", count=values["count"])
    return words, "/admin/cierres/desplazados"


def unconfirmed(today: date) -> list[date]:
    """Unconfirmed local holidays of the next four months."""
    soon = LocalHoliday.day.between(today, today + _SOON)
    found = select(LocalHoliday.day).where(soon, LocalHoliday.confirmed.is_(False))
    return list(db.session.scalars(found.order_by(LocalHoliday.day)))


def _holidays(today: date) -> tuple[str, str] | None:
    count = len(unconfirmed(today))
    words = gettext("Feriados locales por confirmar en los próximos cuatro meses: %(count)s", count=count)
    return (words, "/admin/feriados") if count else None


def _mails() -> tuple[str, str] | None:
    count = db.session.scalar(select(func.count()).where(*outbox.revivable()))
    words = gettext("Correos que no se pudieron entregar: %(count)s", count=count)
    return (words, "/admin/correos") if count else None

"""Closes months: writes their figures as immutable rows. Corrections are new revisions."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import Refused
from turnero.core.extensions import db
from turnero.transparency.complaints.complaints import in_month
from turnero.transparency.figures import MAINLAND
from turnero.transparency.measures import following, month_of
from turnero.transparency.models import MonthDetail, MonthFigures, MonthProvince
from turnero.transparency.months import parts

# By then the last day is closed and paper days are entered.
_CLOSES_ON = 5


class MonthNotOver(Refused):
    code = "month_not_over"


class MonthOfHistory(Refused):
    code = "month_of_history"


def close_due(goes_on: Callable[[], bool] = lambda: True) -> int:
    """Close every past month not closed yet, oldest first. Returns how many."""
    done = 0
    first = db.session.scalar(select(Booking.day).order_by(Booking.id).limit(1))
    today = clock.local(clock.now(), MAINLAND).date()
    if first is None:
        return 0
    month = month_of(first)
    closed = set(db.session.scalars(select(MonthFigures.month)))
    db.session.rollback()
    while following(month) + timedelta(days=_CLOSES_ON - 1) <= today and goes_on():
        if month not in closed:
            done += close_month(month)
        month = following(month)
    return done


@database.transaction
def close_month(month: date) -> bool:
    """Write a month's present figures; False if equal to its last revision.

    Raises MonthNotOver, and MonthOfHistory for months from a file, which are corrected by that file.
    """
    database.lock("month figures")
    if following(month) > clock.local(clock.now(), MAINLAND).date():
        raise MonthNotOver
    counted = parts.count_month(month)
    details: list[dict[str, Any]] = [
        {"agency_id": agency_id, "procedure_id": procedure_id} | part.figures()
        for (agency_id, procedure_id), part in sorted(counted.agencies.items())
    ]
    sums: list[dict[str, Any]] = [
        {"province_code": code, "procedure_id": procedure_id} | part.figures()
        for (code, procedure_id), part in sorted(counted.provinces.items())
    ]
    last = latest(month)
    if last is not None and last.source == "history":
        raise MonthOfHistory
    complaints = in_month(month)
    if last is not None and last.complaints == complaints and _says(last, details, sums):
        return False
    row = {"month": month, "revision": last.revision + 1 if last else 1}
    attentions = sum(part.attended for part in counted.agencies.values())
    db.session.add(
        MonthFigures(**row, attentions=attentions, complaints=complaints, source="own", closed_at=clock.now())
    )
    db.session.flush()
    db.session.add_all(MonthDetail(**row, **part) for part in details)
    db.session.add_all(MonthProvince(**row, **part) for part in sums)
    return True


def latest(month: date) -> MonthFigures | None:
    """The latest revision of a month."""
    newest = select(MonthFigures).where(MonthFigures.month == month).order_by(MonthFigures.revision.desc()).limit(1)
    return db.session.scalar(newest)


def _says(last: MonthFigures, details: Sequence[dict[str, Any]], sums: Sequence[dict[str, Any]]) -> bool:
    """Whether a revision already has these parts."""
    return _values(details_of(last)) == details and _values(provinces_of(last)) == sums


def _values(rows: Sequence[MonthDetail] | Sequence[MonthProvince]) -> list[dict[str, Any]]:
    names = [name for name in (rows[0].__table__.columns.keys() if rows else ()) if name not in ("month", "revision")]
    return [{name: getattr(row, name) for name in names} for row in rows]


def published() -> list[MonthFigures]:
    """The latest revision of every closed month, oldest first."""
    newest = select(MonthFigures.month, func.max(MonthFigures.revision)).group_by(MonthFigures.month)
    counting = {(month, revision) for month, revision in db.session.execute(newest)}
    rows = db.session.scalars(select(MonthFigures).order_by(MonthFigures.month))
    return [row for row in rows if (row.month, row.revision) in counting]


def details_of(figures: MonthFigures) -> list[MonthDetail]:
    """The parts of a month, by agency and trámite."""
    rows = select(MonthDetail).filter_by(month=figures.month, revision=figures.revision)
    return list(db.session.scalars(rows.order_by(MonthDetail.agency_id, MonthDetail.procedure_id)))


def provinces_of(figures: MonthFigures) -> list[MonthProvince]:
    """The parts of a month, by province and trámite."""
    rows = select(MonthProvince).filter_by(month=figures.month, revision=figures.revision)
    return list(db.session.scalars(rows.order_by(MonthProvince.province_code, MonthProvince.procedure_id)))

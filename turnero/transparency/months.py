"""Closing a month: what was attended, once it is over, as rows that never change. Corrections are new revisions."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from turnero import clock
from turnero import db as database
from turnero.agencies.models import Desk
from turnero.attention.models import Visit
from turnero.booking.lifecycle import Status
from turnero.booking.models import Booking, Displacement
from turnero.errors import Refused
from turnero.extensions import db
from turnero.transparency.complaints import in_month
from turnero.transparency.figures import MAINLAND
from turnero.transparency.measures import following, month_of, quantile
from turnero.transparency.models import MonthDetail, MonthFigures, Rating

# By then everybody of the last day is marked, and paper days are written in.
_CLOSES_ON = 5
_MINUTE = timedelta(minutes=1)


class MonthNotOver(Refused):
    code = "month_not_over"


class MonthOfHistory(Refused):
    code = "month_of_history"


def close_due(goes_on: Callable[[], bool] = lambda: True) -> int:
    """Close every month that is over and is not closed yet, the oldest first; how many."""
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
            done += close(month)
        month = following(month)
    return done


@database.transaction
def close(month: date) -> bool:
    """Write a month as it is known now; False where that is what its last revision says already.

    Raises MonthNotOver, and MonthOfHistory: what a file said of the time before is corrected by that file.
    """
    database.lock("month figures")
    if following(month) > clock.local(clock.now(), MAINLAND).date():
        raise MonthNotOver
    details = {key: part.figures() for key, part in _parts(month).items()}
    attentions = sum(each["attended"] or 0 for each in details.values())
    last = latest(month)
    if last is not None and last.source == "history":
        raise MonthOfHistory
    complaints = in_month(month)
    if last is not None and last.source == "own" and last.complaints == complaints and _same(last, details):
        return False
    revision = last.revision + 1 if last else 1
    row = {"month": month, "revision": revision}
    db.session.add(
        MonthFigures(**row, attentions=attentions, complaints=complaints, source="own", closed_at=clock.now())
    )
    db.session.flush()
    for (agency_id, procedure_id), figures in details.items():
        db.session.add(MonthDetail(**row, agency_id=agency_id, procedure_id=procedure_id, **figures))
    return True


@dataclass
class _Part:
    """One agency and trámite in a month; instants become minutes."""

    attended: int = 0
    no_show: int = 0
    cancelled: int = 0
    displaced: int = 0
    waiting: list[float] = field(default_factory=list)
    attention: list[float] = field(default_factory=list)
    said: list[int] = field(default_factory=list)

    def figures(self) -> dict[str, int | None]:
        return {
            "attended": self.attended,
            "no_show": self.no_show,
            "cancelled": self.cancelled,
            "displaced": self.displaced,
            "waiting_median": quantile(self.waiting, 0.5),
            "waiting_p90": quantile(self.waiting, 0.9),
            "attention_median": quantile(self.attention, 0.5),
            "attention_p90": quantile(self.attention, 0.9),
            "ratings": len(self.said),
            "satisfaction": round(10 * sum(self.said) / len(self.said)) if self.said else None,
        }

    def add(self, status: str, starts_at: datetime, visit: tuple[datetime | None, ...]) -> None:
        arrived_at, called_at, ended_at = visit
        match status:
            case Status.ATTENDED:
                self.attended += 1
            case Status.NO_SHOW:
                self.no_show += 1
            case Status.CANCELLED:
                self.cancelled += 1
        if status == Status.ATTENDED and arrived_at and called_at:
            self.waiting.append(max(0.0, (called_at - max(arrived_at, min(starts_at, called_at))) / _MINUTE))
            if ended_at:
                self.attention.append((ended_at - called_at) / _MINUTE)


def _parts(month: date) -> dict[tuple[int, int], _Part]:
    """What became of the turns of a month, by agency and trámite. ``Booking.day`` is the agency's own day."""
    parts: dict[tuple[int, int], _Part] = defaultdict(_Part)
    inside = Booking.day.between(month, following(month) - timedelta(days=1))
    ended = (Status.ATTENDED, Status.NO_SHOW, Status.CANCELLED)
    rows = db.session.execute(
        select(
            Booking.agency_id,
            Booking.procedure_id,
            Booking.status,
            Booking.starts_at,
            Visit.arrived_at,
            Visit.called_at,
            Visit.ended_at,
        )
        .outerjoin(Visit, Visit.booking_id == Booking.id)
        .where(inside, Booking.status.in_(ended))
        .order_by(Booking.id)
    )
    for agency_id, procedure_id, status, starts_at, *visit in rows:
        parts[agency_id, procedure_id].add(status, starts_at, tuple(visit))
    lost = db.session.execute(
        select(Desk.agency_id, Booking.procedure_id, func.count())
        .join(Displacement, Displacement.booking_id == Booking.id)
        .join(Desk, Desk.id == Displacement.old_desk_id)  # where it was lost, wherever the turn is now
        .where(Displacement.old_day.between(month, following(month) - timedelta(days=1)))
        .group_by(Desk.agency_id, Booking.procedure_id)
    )
    for agency_id, procedure_id, count in lost:
        parts[agency_id, procedure_id].displaced = count
    said = select(Rating).where(Rating.day.between(month, following(month) - timedelta(days=1)))
    for rating in db.session.scalars(said.order_by(Rating.key)):
        parts[rating.agency_id, rating.procedure_id].said.append(rating.satisfaction)
    return parts


def latest(month: date) -> MonthFigures | None:
    """The revision of a month that counts."""
    newest = select(MonthFigures).where(MonthFigures.month == month).order_by(MonthFigures.revision.desc()).limit(1)
    return db.session.scalar(newest)


def _same(last: MonthFigures, details: dict[tuple[int, int], dict[str, int | None]]) -> bool:
    rows = db.session.scalars(select(MonthDetail).filter_by(month=last.month, revision=last.revision))
    names = _Part().figures().keys()
    said = {(row.agency_id, row.procedure_id): {name: getattr(row, name) for name in names} for row in rows}
    return said == details


def published() -> list[MonthFigures]:
    """Every closed month as it counts now, the oldest first."""
    newest = select(MonthFigures.month, func.max(MonthFigures.revision)).group_by(MonthFigures.month)
    counting = {(month, revision) for month, revision in db.session.execute(newest)}
    rows = db.session.scalars(select(MonthFigures).order_by(MonthFigures.month))
    return [row for row in rows if (row.month, row.revision) in counting]


def details_of(figures: MonthFigures) -> list[MonthDetail]:
    """The parts of a month, by agency and trámite."""
    rows = select(MonthDetail).filter_by(month=figures.month, revision=figures.revision)
    return list(db.session.scalars(rows.order_by(MonthDetail.agency_id, MonthDetail.procedure_id)))

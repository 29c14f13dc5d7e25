"""Counts a month's figures from its turns, by agency and province, for every trámite."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar, assert_never

from sqlalchemy import func, select

from turnero.agencies.models import Agency, Desk
from turnero.attention.day.models import Visit
from turnero.booking.turn.lifecycle import ENDED, Status
from turnero.booking.turn.models import Booking, Displacement
from turnero.core.extensions import db
from turnero.transparency.measures import following, quantile
from turnero.transparency.models import Rating, Scarcity

_MINUTE = timedelta(minutes=1)
Key = TypeVar("Key")


@dataclass
class Part:
    """Figures of one place and trámite in a month. ``free``: days to a free turn, None if there was none."""

    attended: int = 0
    no_show: int = 0
    cancelled: int = 0
    displaced: int = 0
    waiting: list[float] = field(default_factory=list)
    attention: list[float] = field(default_factory=list)
    said: list[int] = field(default_factory=list)
    free: dict[date, int | None] = field(default_factory=dict)

    def figures(self) -> dict[str, int | None]:
        """Values for the columns of ``MonthDetail`` and ``MonthProvince``."""
        days = list(self.free.values())
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
            "days_to_free_median": quantile(days, 0.5),
            "days_to_free_p90": quantile(days, 0.9),
            "days_without_free": days.count(None) if days else None,
        }

    def add(self, status: Status, starts_at: datetime, visit: tuple[datetime | None, ...]) -> None:
        arrived_at, called_at, ended_at = visit
        match status:
            case Status.ATTENDED:
                self.attended += 1
            case Status.NO_SHOW:
                self.no_show += 1
            case Status.CANCELLED:
                self.cancelled += 1
            case Status.HELD | Status.LAPSED | Status.CONFIRMED | Status.ARRIVED | Status.CALLED | Status.DISPLACED:
                pass  # not ended
            case never:
                assert_never(never)
        if status == Status.ATTENDED and arrived_at and called_at:
            self.waiting.append(max(0.0, (called_at - max(arrived_at, min(starts_at, called_at))) / _MINUTE))
            if ended_at:
                self.attention.append((ended_at - called_at) / _MINUTE)

    def measured(self, day: date, ahead: int | None) -> None:
        """Days to the first free turn on a day; the smallest of several agencies."""
        known = self.free.get(day)
        self.free[day] = ahead if known is None else min(known, known if ahead is None else ahead)


@dataclass
class Month:
    """Parts by (agency id, procedure id) and by (province code, procedure id)."""

    agencies: dict[tuple[int, int], Part]
    provinces: dict[tuple[str, int], Part]


def count_month(month: date) -> Month:
    """Count the outcomes of a month's turns. ``Booking.day`` is the agency's local day."""
    counting = _Counting()
    days = (month, following(month) - timedelta(days=1))
    _count_turns(counting, days)
    _count_lost(counting, days)
    _count_said(counting, days)
    _count_scarcity(counting, days)
    return Month(dict(counting.agencies), dict(counting.provinces))


class _Counting:
    """Adds each figure to its agency and its province."""

    def __init__(self) -> None:
        self.agencies: defaultdict[tuple[int, int], Part] = defaultdict(Part)
        self.provinces: defaultdict[tuple[str, int], Part] = defaultdict(Part)
        self._province = dict(db.session.execute(select(Agency.id, Agency.province_code)).all())

    def parts(self, agency_id: int, procedure_id: int) -> tuple[Part, Part]:
        return self.agencies[agency_id, procedure_id], self.provinces[self._province[agency_id], procedure_id]


def _count_turns(counting: _Counting, days: tuple[date, date]) -> None:
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
        .where(Booking.day.between(*days), Booking.status.in_(ENDED))
        .order_by(Booking.id)
    )
    for agency_id, procedure_id, status, starts_at, *visit in rows:
        for part in counting.parts(agency_id, procedure_id):
            part.add(status, starts_at, tuple(visit))


def _count_lost(counting: _Counting, days: tuple[date, date]) -> None:
    """Count displacements at the place of the lost hour."""
    lost = db.session.execute(
        select(Desk.agency_id, Booking.procedure_id, func.count())
        .join(Displacement, Displacement.booking_id == Booking.id)
        .join(Desk, Desk.id == Displacement.old_desk_id)
        .where(Displacement.old_day.between(*days))
        .group_by(Desk.agency_id, Booking.procedure_id)
    )
    for agency_id, procedure_id, people in lost:
        for part in counting.parts(agency_id, procedure_id):
            part.displaced += people


def _count_said(counting: _Counting, days: tuple[date, date]) -> None:
    for rating in db.session.scalars(select(Rating).where(Rating.day.between(*days)).order_by(Rating.key)):
        for part in counting.parts(rating.agency_id, rating.procedure_id):
            part.said.append(rating.satisfaction)


def _count_scarcity(counting: _Counting, days: tuple[date, date]) -> None:
    for row in db.session.scalars(select(Scarcity).where(Scarcity.day.between(*days))):
        for part in counting.parts(row.agency_id, row.procedure_id):
            part.measured(row.day, row.days_ahead)

"""Statistics of an agency's days: load by hour and window, no-shows, waiting and attention times, mail delays."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from turnero.attention.day.models import Visit
from turnero.booking.turn.lifecycle import ENDED, Status
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.transparency.figures import MAINLAND
from turnero.transparency.measures import quantile


@dataclass(frozen=True)
class Totals:
    """Turns by outcome; ``no_show_rate``: whole per cent of expected people."""

    attended: int
    no_show: int
    cancelled: int

    @property
    def no_show_rate(self) -> int | None:
        awaited = self.attended + self.no_show
        return round(100 * self.no_show / awaited) if awaited else None


@dataclass(frozen=True)
class WindowLine:
    """A window: people attended, and attention minutes (median, p90)."""

    window: int
    attended: int
    median: int | None
    p90: int | None


@dataclass(frozen=True)
class Statistics:
    """``by_hour``: (hour of the day, expected people); waiting in minutes."""

    totals: Totals
    by_hour: tuple[tuple[int, int], ...]
    windows: tuple[WindowLine, ...]
    waiting_median: int | None
    waiting_p90: int | None


def agency_statistics(agency_id: int, first: date, last: date) -> Statistics:
    """Statistics of the agency's local days from ``first`` to ``last``, inclusive."""
    inside = (Booking.agency_id == agency_id, Booking.day.between(first, last), Booking.status.in_(ENDED))
    rows = db.session.execute(
        select(
            Booking.status,
            Booking.minute,
            Booking.starts_at,
            Visit.window,
            Visit.arrived_at,
            Visit.called_at,
            Visit.ended_at,
        )
        .outerjoin(Visit, Visit.booking_id == Booking.id)
        .where(*inside)
    ).all()
    counts = {status: sum(1 for row in rows if row.status == status) for status in ENDED}
    hours: dict[int, int] = defaultdict(int)
    windows: dict[int, list[float]] = defaultdict(list)
    waits: list[float] = []
    for row in rows:
        if row.status != Status.CANCELLED:
            hours[row.minute // 60] += 1
        if row.status == Status.ATTENDED and row.called_at:
            waits.append(_minutes(max(row.arrived_at, min(row.starts_at, row.called_at)), row.called_at))
            if row.window is not None and row.ended_at:
                windows[row.window].append(_minutes(row.called_at, row.ended_at))
    return Statistics(
        Totals(counts[Status.ATTENDED], counts[Status.NO_SHOW], counts[Status.CANCELLED]),
        tuple((hour, hours[hour]) for hour in range(min(hours), max(hours) + 1)) if hours else (),
        tuple(
            WindowLine(window, len(took), quantile(took, 0.5), quantile(took, 0.9))
            for window, took in sorted(windows.items())
        ),
        quantile(waits, 0.5),
        quantile(waits, 0.9),
    )


def _minutes(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 60)


@dataclass(frozen=True)
class MailLine:
    """Mails of one kind: number sent, and seconds until sent (median, p95)."""

    kind: str
    sent: int
    median: int | None
    p95: int | None


def mails(first: date, last: date) -> list[MailLine]:
    """Mails written on mainland days from ``first`` to ``last``, by kind."""
    begins, ends = clock.instant(first, 0, MAINLAND), clock.instant(last, 24 * 60, MAINLAND)
    found = select(Notice.kind, Notice.created_at, Notice.sent_at)
    rows = db.session.execute(found.where(Notice.created_at.between(begins, ends)))
    delays: dict[str, list[float]] = defaultdict(list)
    for kind, created_at, sent_at in rows:
        if sent_at is not None:
            delays[kind].append((sent_at - created_at).total_seconds())
    return [
        MailLine(kind, len(took), quantile(took, 0.5), quantile(took, 0.95)) for kind, took in sorted(delays.items())
    ]


def mail_counts() -> dict[str, int]:
    """Number of mails by status."""
    return dict(db.session.execute(select(Notice.status, func.count()).group_by(Notice.status)).all())

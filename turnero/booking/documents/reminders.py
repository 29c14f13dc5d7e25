"""The reminders job: each reminder once per turn and hour, however often it runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, String, cast, func, literal, or_, select

from turnero.agencies.models import Agency, Province
from turnero.booking.documents.notices import hour_of
from turnero.booking.documents.reminder_times import days_to_announce, last_due
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Event
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.notices import outbox
from turnero.notices.models import Notice

_BATCH = 200
_AHEAD = timedelta(days=4)  # before the earliest reminder in any zone


@dataclass(frozen=True)
class _Due:
    """The turns of one local ``day`` in one zone, due for the reminder ``name`` since ``at`` (UTC)."""

    zone: str
    day: date
    name: str
    at: datetime


def remind(goes_on: Callable[[], bool] = lambda: True) -> int:
    """Write every due reminder, unless told to stop. Returns how many were written.

    Each batch is a transaction, so that a killed run continues with the next one.
    """
    written = 0
    for due in list(_all_due()):
        after = 0
        while goes_on() and (batch := _write(due, after)):
            written += len(batch)
            after = batch[-1]
    return written


def _all_due() -> Iterator[_Due]:
    now = clock.now()
    for zone in db.session.scalars(select(Province.zone).distinct().order_by(Province.zone)).all():
        now_local = clock.local(now, zone)
        for day in days_to_announce(now_local.date()):
            reminder = last_due(day, now_local)
            if reminder is not None:
                yield _Due(zone, day, reminder.name, clock.instant(reminder.at(day).date(), reminder.minute, zone))


@database.transaction
def _write(due: _Due, after: int) -> list[int]:
    """Write this reminder for the next batch of turns that lack it, by id."""
    now = clock.now()
    turns = db.session.scalars(_lacking(due, now).where(Booking.id > after).order_by(Booking.id).limit(_BATCH)).all()
    for booking in turns:
        assert booking.email is not None
        outbox.write(
            "reminder",
            f"booking:{booking.id}",
            booking.email,
            now=now,
            priority=outbox.REMINDER,
            occasion=f"{due.name}:{hour_of(booking)}",
            reference=booking.reference,
            expires_at=booking.starts_at,
        )
    return [booking.id for booking in turns]


def _lacking(due: _Due, now: datetime) -> Select[Booking]:
    """Future turns that had their hour before the reminder's time and were not reminded since."""
    subject = literal("booking:") + cast(Booking.id, String)
    reminded = select(Notice.id).where(
        Notice.kind == "reminder", Notice.subject == subject, Notice.created_at >= due.at
    )
    placed_at = (
        select(func.max(Event.at))
        .where(Event.booking_id == Booking.id, Event.after == Status.CONFIRMED)
        .where(or_(Event.before != Status.CONFIRMED, Event.what == What.CHANGED))
        .scalar_subquery()
    )
    return (
        select(Booking)
        .join(Agency, Agency.id == Booking.agency_id)
        .join(Province, Province.code == Agency.province_code)
        .where(Province.zone == due.zone, Booking.day == due.day)
        .where(Booking.starts_at > now, Booking.starts_at < now + _AHEAD)  # conditions the index supports
        .where(Booking.status == Status.CONFIRMED, Booking.email.is_not(None))
        .where(placed_at <= due.at, ~reminded.exists())
    )

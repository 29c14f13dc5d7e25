"""Periodic jobs: APScheduler in its own process (``turnero jobs``), or beside the demo's server.

Any number of processes may run; the holder of the lease works, the others stand by. Without any, effects are only
delayed: every expiry is a predicate, and every effect happens once per occasion.
"""

import logging
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy import CursorResult, Update, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from turnero.attention.day.closing_day import close_days
from turnero.booking.closures.sweep import sweep
from turnero.booking.documents.reminders import remind
from turnero.booking.person.retention import retain
from turnero.booking.waiting.draws import run_due
from turnero.booking.waiting.offers import serve_waiting
from turnero.core import clock
from turnero.core.db import OUTAGES, UtcDateTime, on_postgresql, transaction
from turnero.core.extensions import Base, db
from turnero.notices.delivery import deliver_all
from turnero.staff import sessions
from turnero.transparency.complaints import complaints
from turnero.transparency.figures import measure
from turnero.transparency.months.closing import close_due
from turnero.transparency.ratings import ratings
from turnero.web import refusals

LEASE = timedelta(seconds=20)
RENEW_SECONDS = 5

log = structlog.get_logger()


class Lease(Base):
    """The leader and the end of its lease. ``fence`` grows with every new holder, to detect one that slept."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    fence: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Leadership:
    """This process's participation in leader election."""

    def __init__(self, holder: str | None = None, name: str = "jobs") -> None:
        self.name = name
        self.holder = holder or secrets.token_hex(8)
        self.fence = 0
        self.resigned = False

    def renew(self) -> bool:
        """Take or renew the lease for 20 seconds, unless another process holds it."""
        if self.resigned:
            return False
        fence = self._acquire()
        if fence != self.fence:
            log.info("leader_changed", leading=fence > 0, fence=fence)
        self.fence = fence
        return fence > 0

    def leads(self) -> bool:
        """Whether this process still leads according to the database: it may have slept past its lease."""
        if self.resigned:
            return False
        now = clock.now()
        mine = select(Lease.name).where(*self._mine(), Lease.fence == self.fence, Lease.expires_at > now)
        held = db.session.scalar(mine) is not None
        db.session.rollback()
        return held

    def resign(self) -> None:
        """Stop leading; a running job ends with its present batch."""
        self.resigned = True

    @transaction
    def release(self) -> None:
        """Release the lease, so that another process can take over at once."""
        db.session.execute(update(Lease).where(*self._mine()).values(expires_at=clock.now()))

    @transaction
    def _acquire(self) -> int:
        """The fencing number of our lease, or 0 if another process leads."""
        now = clock.now()
        until = now + LEASE
        insert = postgresql.insert if on_postgresql() else sqlite.insert
        first = insert(Lease).values(name=self.name, holder=self.holder, fence=0, expires_at=now)
        db.session.execute(first.on_conflict_do_nothing(index_elements=["name"]))
        lease = update(Lease).where(Lease.name == self.name)
        if not _changed(lease.where(Lease.holder == self.holder, Lease.expires_at > now).values(expires_at=until)):
            successor = {"holder": self.holder, "fence": Lease.fence + 1, "expires_at": until}
            if not _changed(lease.where(Lease.expires_at <= now).values(successor)):
                return 0
        return db.session.scalars(select(Lease.fence).where(Lease.name == self.name)).one()

    def _mine(self) -> tuple[Any, ...]:
        return Lease.name == self.name, Lease.holder == self.holder


def _changed(statement: Update) -> bool:
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount == 1


def _deliver(goes_on: Callable[[], bool]) -> str:
    done = deliver_all(goes_on)
    return f"Correos: {done.sent} enviados, {done.failed} fallidos, {done.dropped} descartados."


def _sweep(_goes_on: Callable[[], bool]) -> str:
    return f"Reservas vencidas: {sweep()}."


def _remind(goes_on: Callable[[], bool]) -> str:
    return f"Recordatorios por enviar: {remind(goes_on)}. Visitas por las que se pregunta: {ratings.ask(goes_on)}."


def _retain(goes_on: Callable[[], bool]) -> str:
    done = retain(goes_on)
    sessions.forget_sessions()
    complaints.forget_complaints()
    ratings.forget_ratings()
    refusals.forget_refusals()
    return f"Turnos sin datos personales: {done.turns}. Reservas vencidas borradas: {done.holds}."


def _close_days(goes_on: Callable[[], bool]) -> str:
    return f"Turnos marcados ausentes: {close_days(goes_on)}."


def _release(goes_on: Callable[[], bool]) -> str:
    return f"Sorteos realizados: {run_due(goes_on)}."


def _serve_waiting(goes_on: Callable[[], bool]) -> str:
    return f"Solicitudes de turno revisadas: {serve_waiting(goes_on)}."


def _measure(goes_on: Callable[[], bool]) -> str:
    return f"Cifras escritas: {measure(goes_on)}. Meses cerrados: {close_due(goes_on)}."


@dataclass(frozen=True)
class Job:
    """A job and its interval. ``run`` checks between batches whether to continue and returns a Spanish summary."""

    run: Callable[[Callable[[], bool]], str]
    seconds: float


JOBS = {
    "close_day": Job(_close_days, seconds=300),
    "deliver": Job(_deliver, seconds=1),
    "figures": Job(_measure, seconds=600),
    "release": Job(_release, seconds=30),
    "reminders": Job(_remind, seconds=300),
    "retention": Job(_retain, seconds=3600),
    "sweep": Job(_sweep, seconds=30),
    "waiting": Job(_serve_waiting, seconds=10),
}


def run_jobs(app: Flask) -> None:
    """Run jobs until SIGTERM or Ctrl-C, finishing the running batch first."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scheduler = BlockingScheduler(timezone=UTC)
    with _scheduled(scheduler, app, Leadership()), suppress(KeyboardInterrupt):
        scheduler.start()


@contextmanager
def run_beside(app: Flask, holder: str) -> Iterator[None]:
    """Run jobs in a thread. The same ``holder`` resumes the lease of a killed process at once."""
    scheduler = BackgroundScheduler(timezone=UTC)
    with _scheduled(scheduler, app, Leadership(holder)):
        scheduler.start()
        yield


@contextmanager
def _scheduled(scheduler: BaseScheduler, app: Flask, leadership: Leadership) -> Iterator[None]:
    # Do not warn about jobs that take longer than their interval.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)

    def renew() -> None:
        leadership.renew()

    _add(scheduler, "renew", _in_application(app, "renew", renew), RENEW_SECONDS)
    for name, job in JOBS.items():
        tick = _in_application(app, name, while_leading(leadership, job))
        _add(scheduler, name, tick, job.seconds)
    try:
        yield
    finally:
        leadership.resign()
        scheduler.shutdown()
        # Without the database the lease is not released; it expires.
        with app.app_context(), suppress(*OUTAGES):
            leadership.release()


def _add(scheduler: BaseScheduler, name: str, tick: Callable[[], None], seconds: float) -> None:
    """Schedule from now on, one run at a time. The scheduler logs exceptions and continues."""
    scheduler.add_job(
        tick,
        "interval",
        name=name,
        seconds=seconds,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )


def while_leading(leadership: Leadership, job: Job) -> Callable[[], None]:
    """One run of ``job``; does nothing unless this process leads."""

    def tick() -> None:
        if leadership.leads():
            job.run(leadership.leads)

    return tick


def _in_application(app: Flask, name: str, tick: Callable[[], None]) -> Callable[[], None]:
    """``tick`` in an application context. If the database is away, log it and wait for the next run."""

    def run_once() -> None:
        with app.app_context():
            try:
                tick()
            except OUTAGES as error:
                log.error("database_unavailable", job=name, error=str(error))  # noqa: TRY400 (its trace says no more)

    return run_once

"""Counts of refusals in the last hour by reason, for ``/metrics`` of any replica.

Each process counts in memory and writes its counts every few seconds, so that a mass of refusals costs no statement
each. Counts that a killed process had not written are lost.
"""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock

from flask import Flask, Response, current_app
from sqlalchemy import CheckConstraint, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from structlog import get_logger

from turnero.core import clock
from turnero.core import db as database
from turnero.core.db import UtcDateTime
from turnero.core.extensions import Base, db

_EXTENSION = "turnero.web.refusals"
_WRITTEN_EVERY = 10.0  # seconds
_KEPT = timedelta(days=1)
log = get_logger()


class Refusals(Base):
    """Number of refusals for ``reason`` in the ten minutes from ``since``."""

    __tablename__ = "refusals"
    __table_args__ = (CheckConstraint("times > 0", name="times"),)

    since: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)  # the code of the error
    times: Mapped[int]


class Tally:
    """Counts this process has not written yet."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._written_at = time.monotonic()
        self._lock = Lock()

    def add(self, reason: str) -> None:
        with self._lock:
            self._counts[reason] += 1

    def take(self, every: float = _WRITTEN_EVERY) -> Mapping[str, int]:
        """Take all counts if they are due; only the first caller gets them."""
        with self._lock:
            if not self._counts or time.monotonic() - self._written_at < every:
                return {}
            taken, self._counts, self._written_at = self._counts, Counter(), time.monotonic()
            return taken


def register(app: Flask) -> None:
    app.extensions[_EXTENSION] = Tally()
    app.after_request(_write_due)


def count_refusal(reason: str) -> None:
    """Count a refusal."""
    _tally().add(reason)


def last_hour() -> dict[str, int]:
    """Refusals of the last hour by reason, without the last seconds of other processes."""
    _write(_tally().take(every=0))
    since = clock.now() - timedelta(hours=1)
    rows = select(Refusals.reason, func.sum(Refusals.times)).where(Refusals.since > since)
    return {reason: int(times) for reason, times in db.session.execute(rows.group_by(Refusals.reason))}


@database.transaction
def forget_refusals() -> None:
    db.session.execute(delete(Refusals).where(Refusals.since < clock.now() - _KEPT))


def _tally() -> Tally:
    tally: Tally = current_app.extensions[_EXTENSION]
    return tally


def _write_due(response: Response) -> Response:
    if response.status_code < 500:
        _write(_tally().take())
    return response


def _write(counts: Mapping[str, int]) -> None:
    """Write the counts; an error here must not fail the page."""
    if counts:
        try:
            _add(counts)
        except database.OUTAGES as error:
            log.warning("refusals_not_counted", error=str(error))


@database.transaction
def _add(counts: Mapping[str, int]) -> None:
    now = clock.now()
    since = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
    rows = [{"since": since, "reason": reason, "times": times} for reason, times in sorted(counts.items())]
    insert = (postgresql.insert if database.on_postgresql() else sqlite.insert)(Refusals)
    added = {"times": Refusals.times + insert.excluded.times}
    for row in rows:  # sorted, to avoid deadlocks between processes
        db.session.execute(insert.values(row).on_conflict_do_update(index_elements=["since", "reason"], set_=added))

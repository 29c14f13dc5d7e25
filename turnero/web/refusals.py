"""Who was turned down in the last hour, and why: what ``/metrics`` says, whichever replica is asked.

Each process counts by itself and writes its counts down every few seconds, beside the answer to somebody: a refusal
costs no statement of its own when everybody is refused at once. What a killed process had not written yet is lost.
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
    """How often people were turned down for ``reason`` in the ten minutes from ``since`` on."""

    __tablename__ = "refusals"
    __table_args__ = (CheckConstraint("times > 0", name="times"),)

    since: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)  # the code of the error
    times: Mapped[int]


class Tally:
    """What this process has not written down yet."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._written_at = time.monotonic()
        self._lock = Lock()

    def add(self, reason: str) -> None:
        with self._lock:
            self._counts[reason] += 1

    def take(self, every: float = _WRITTEN_EVERY) -> Mapping[str, int]:
        """All of it, once it is time to write it down: by whoever asks first."""
        with self._lock:
            if not self._counts or time.monotonic() - self._written_at < every:
                return {}
            taken, self._counts, self._written_at = self._counts, Counter(), time.monotonic()
            return taken


def register(app: Flask) -> None:
    app.extensions[_EXTENSION] = Tally()
    app.after_request(_write_due)


def count_refusal(reason: str) -> None:
    """Somebody was turned down."""
    _tally().add(reason)


def last_hour() -> dict[str, int]:
    """By reason; what other processes counted in their last seconds is not in it yet."""
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
    """Nobody's page fails because it could not be counted."""
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
    for row in rows:  # in the order of their keys, as every process does
        db.session.execute(insert.values(row).on_conflict_do_update(index_elements=["since", "reason"], set_=added))

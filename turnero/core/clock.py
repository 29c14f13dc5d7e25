"""The clock: the database's time plus a test offset.

All replicas compare holds, codes and leases on this one clock. The offset
(``TURNERO_CLOCK``) is the one row of table ``clock``, so that the SQL views read the same time.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import has_request_context, request
from sqlalchemy import CheckConstraint, ColumnElement, TextClause, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from turnero.core.db import is_writing, on_postgresql
from turnero.core.extensions import Base, db

_NOW = {
    "postgresql": text("SELECT clock_timestamp() + offset_seconds * interval '1 second' FROM clock"),
    "sqlite": text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now', offset_seconds || ' seconds') FROM clock"),
}
_READ_WITH_PAGE = "turnero.now"


class Clock(Base):
    """The single row with the offset from the database's time."""

    __tablename__ = "clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offset_seconds: Mapped[int] = mapped_column(default=0)


def now() -> datetime:
    """The present instant, aware, in UTC. Costs one statement: read it once per transaction, after its locks.

    A read-only page whose first statement included the time (``beside``) reuses it.
    """
    if has_request_context() and _READ_WITH_PAGE in request.environ:
        if not is_writing():
            read: datetime = request.environ[_READ_WITH_PAGE]
            return read
        del request.environ[_READ_WITH_PAGE]
    return _instant(db.session.scalar(_statement()))


def beside() -> ColumnElement[Any]:
    """The present time as a column of a page's first statement; pass its value to ``read_beside``."""
    return literal_column(f"({_statement()})")


def read_beside(present: Any) -> None:
    """Use this value as the request's time while it only reads."""
    if has_request_context():
        request.environ[_READ_WITH_PAGE] = _instant(present)


def _statement() -> TextClause:
    return _NOW["postgresql" if on_postgresql() else "sqlite"]


def _instant(said: Any) -> datetime:
    """Convert the database's value: PostgreSQL returns an instant, SQLite text."""
    if isinstance(said, datetime):
        return said.astimezone(UTC)
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


def set_offset(offset: timedelta) -> None:
    """Set the offset from the database's time, for demonstrations and tests. The caller commits."""
    db.session.execute(text("UPDATE clock SET offset_seconds = :s"), {"s": int(offset.total_seconds())})


def local(instant: datetime, zone: str) -> datetime:
    """``instant`` as naive wall time of ``zone``."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def instant(day: date, minute: int, zone: str) -> datetime:
    """The UTC instant of local ``minute`` (0..1440) of ``day`` in ``zone``."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

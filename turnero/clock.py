"""What time it is: the database's clock plus a test offset, and nothing else.

Holds, codes and leases are compared on one clock however many replicas run. The offset
(``TURNERO_CLOCK``) is the one row of table ``clock``, so that the SQL views read the same time.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from turnero.db import on_postgresql
from turnero.extensions import Base, db


class Clock(Base):
    """The one row that says how far our time is from the database's."""

    __tablename__ = "clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offset_seconds: Mapped[int] = mapped_column(default=0)


def now() -> datetime:
    """The present instant, aware, in UTC. One statement: read it once per transaction, after its locks."""
    if on_postgresql():
        statement = "SELECT clock_timestamp() + offset_seconds * interval '1 second' FROM clock"
        instant: datetime = db.session.execute(text(statement)).scalar_one()
        return instant.astimezone(UTC)
    statement = "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now', offset_seconds || ' seconds') FROM clock"
    return datetime.fromisoformat(db.session.execute(text(statement)).scalar_one()).replace(tzinfo=UTC)


def set_offset(offset: timedelta) -> None:
    """Move our time away from the database's, for demonstrations and tests. The caller commits."""
    db.session.execute(text("UPDATE clock SET offset_seconds = :s"), {"s": int(offset.total_seconds())})


def local(instant: datetime, zone: str) -> datetime:
    """``instant`` as the wall clock of ``zone`` shows it, without time zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def instant(day: date, minute: int, zone: str) -> datetime:
    """The UTC instant of local ``minute`` (0..1440) of ``day`` in ``zone``."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

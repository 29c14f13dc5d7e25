"""What the whole database holds, as one digest for each table: how a test says that nothing at all was changed."""

import hashlib
from collections.abc import Collection

from sqlalchemy import Table, select

from turnero.extensions import Base, db

# All that looking may write: that somebody of the staff looked, and when a session or device was last here.
OF_LOOKING = ("data_views", "staff_sessions.seen_at", "devices.seen_at")


def tables_now(but: Collection[str] = ()) -> dict[str, str]:
    """By table the digest of its rows, without the tables and columns (``table.column``) named in ``but``."""
    db.session.rollback()
    return {table.name: _digest(table, but) for table in Base.metadata.sorted_tables if table.name not in but}


def _digest(table: Table, but: Collection[str]) -> str:
    columns = [column for column in table.columns if f"{table.name}.{column.name}" not in but]
    rows = sorted(repr(tuple(row)) for row in db.session.execute(select(*columns)))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()

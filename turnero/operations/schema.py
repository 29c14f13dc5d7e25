"""Bringing the database to the newest schema while people book, and telling whether this code can work on it.

The steps that a migration takes on tables in use (``add_column``, ``create_index``, ``backfill``) are here too: on
PostgreSQL they commit as they go, so each may be killed and run again (docs/decisions, 2026-11-23).
"""

import time
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

from alembic import command, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Column, text
from sqlalchemy.exc import OperationalError

from turnero.core import clock
from turnero.core.db import transaction
from turnero.core.extensions import db

# Whoever wants a table that a migration waits for queues behind it: as long as one try, and then they go first.
LOCK_TIMEOUT = "1s"
TRIES = 60
_PAUSE_SECONDS = 1.0
_LOCK_NOT_AVAILABLE = "55P03"


def upgrade() -> None:
    """Run the migrations that are missing, each whole or not at all. Safe to repeat, to kill, and to run twice at once.

    One that does not get a table within a second lets everybody pass and tries again, ``TRIES`` times in all; then
    it raises the driver's ``OperationalError``. A schema newer than this code is left alone.
    """
    for attempt in range(1, TRIES + 1):
        if _is_newer():
            return
        try:
            command.upgrade(_config(), "head")
            return
        except OperationalError as error:
            if attempt == TRIES or getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            time.sleep(_PAUSE_SECONDS)


def newest() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision() -> str | None:
    """Where the database is. Raises the driver's error when it cannot be reached."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current() -> bool:
    """Whether this code can work on the database's schema. Raises the driver's error when it cannot be reached.

    It can on ``newest()`` and on any revision it does not know: that is a newer one, which only adds to ours (expand),
    so replicas of this version go on while the next one is brought in. It cannot on an older one, or on none.
    """
    return revision() == newest() or _is_newer()


@transaction
def set_clock(offset: timedelta | None) -> None:
    """Write the setting ``TURNERO_CLOCK`` where every process and SQL view reads it; ``None`` is no offset."""
    clock.set_offset(offset or timedelta())


def add_column(table: str, column: "Column[Any]") -> None:
    """In a migration, before ``create_index``: a column that may be there already, from a run that was killed."""
    op.add_column(table, column, if_not_exists=_alive() or None)


def create_index(name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None) -> None:
    """In a migration: an index on a table in use, or on its rows ``where``. PostgreSQL builds it while people write.

    What the migration did so far is committed first, so that must bear being run again. An index that a killed run
    left half built (INVALID: written to and never read) is dropped; a finished one is kept.
    """
    part: dict[str, Any] = {f"{name}_where": text(where) for name in ("postgresql", "sqlite") if where}
    if not _alive():
        op.create_index(name, table, columns, unique=unique, **part)
        return
    with _committing_each():
        op.execute("SET lock_timeout = 0")  # it waits for those who began before, and nobody waits for it
        half_built = text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid")
        if op.get_bind().scalar(half_built, {"name": name}):
            op.drop_index(name, table, postgresql_concurrently=True)
        op.create_index(name, table, columns, unique=unique, postgresql_concurrently=True, if_not_exists=True, **part)
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def backfill(table: str, values: str, missing: str, *, rows: int = 5_000) -> None:
    """In a migration: ``UPDATE table SET values WHERE missing``, so many ids at a time, each batch committed.

    ``missing`` is true of the rows that still lack the value and of no other: a run after a kill goes on from there.
    """
    with _committing_each():
        last = op.get_bind().scalar(text(f"SELECT coalesce(max(id), 0) FROM {table}"))  # noqa: S608 (our own words)
        batch = text(f"UPDATE {table} SET {values} WHERE id BETWEEN :first AND :upto AND ({missing})")  # noqa: S608 (as above)
        for first in range(1, last + 1, rows):
            op.get_bind().execute(batch, {"first": first, "upto": first + rows - 1})


def _alive() -> bool:
    """Whether people go on working beside the migration. SQLite has one writer: there it is all or nothing."""
    return bool(op.get_context().dialect.name == "postgresql")


def _committing_each() -> AbstractContextManager[None]:
    """Each statement a transaction of its own, after those before it are committed."""
    return op.get_context().autocommit_block() if _alive() else nullcontext()


def _is_newer() -> bool:
    found = revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return found is not None and found not in known


def _config() -> Config:
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    return config

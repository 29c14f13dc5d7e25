"""Migrates the database while people book, and checks whether this code works on the present schema.

Also provides the online migration steps (``add_column``, ``create_index``, ``backfill``): on PostgreSQL they commit as
they go, so that each may be killed and repeated (docs/decisions, 2026-11-23).
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

# Requests for a table a migration waits for queue behind it; with this time-out they wait for one attempt at most.
LOCK_TIMEOUT = "1s"
TRIES = 60
_PAUSE_SECONDS = 1.0
_LOCK_NOT_AVAILABLE = "55P03"


def upgrade() -> None:
    """Run missing migrations, each completely or not at all. Safe to repeat, to kill, and to run concurrently.

    A migration that does not get a table within a second lets others pass and retries, ``TRIES`` times in all; then it
    raises the driver's ``OperationalError``. A schema newer than this code is left unchanged.
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
    """The revision of this code."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision() -> str | None:
    """The database's revision. Raises the driver's error if unreachable."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current() -> bool:
    """Whether this code works on the database's schema. Raises the driver's error if unreachable.

    It works on ``newest()`` and on unknown revisions, which are newer and only add to ours (expand), so that replicas
    continue during an upgrade. It does not on older ones or without any.
    """
    return revision() == newest() or _is_newer()


@transaction
def set_clock(offset: timedelta | None) -> None:
    """Write ``TURNERO_CLOCK`` to the table that all processes and SQL views read; None is no offset."""
    clock.set_offset(offset or timedelta())


def add_column(table: str, column: "Column[Any]") -> None:
    """Migration step, before ``create_index``: add a column unless a killed run already did."""
    op.add_column(table, column, if_not_exists=_alive() or None)


def create_index(name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None) -> None:
    """Migration step: create an index on a table in use, or on its rows ``where``; PostgreSQL builds it concurrently.

    Commits earlier steps first, which must therefore be repeatable. Drops an INVALID index left by a killed run; keeps
    a finished one.
    """
    part: dict[str, Any] = {f"{name}_where": text(where) for name in ("postgresql", "sqlite") if where}
    if not _alive():
        op.create_index(name, table, columns, unique=unique, **part)
        return
    with _committing_each():
        op.execute("SET lock_timeout = 0")  # it waits for earlier transactions, and nobody waits for it
        half_built = text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid")
        if op.get_bind().scalar(half_built, {"name": name}):
            op.drop_index(name, table, postgresql_concurrently=True)
        op.create_index(name, table, columns, unique=unique, postgresql_concurrently=True, if_not_exists=True, **part)
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def backfill(table: str, values: str, missing: str, *, rows: int = 5_000) -> None:
    """Migration step: ``UPDATE table SET values WHERE missing`` in committed batches of ids.

    ``missing`` is true exactly for rows that lack the value, so that a run after a kill continues there.
    """
    with _committing_each():
        last = op.get_bind().scalar(text(f"SELECT coalesce(max(id), 0) FROM {table}"))  # noqa: S608 (our own words)
        batch = text(f"UPDATE {table} SET {values} WHERE id BETWEEN :first AND :upto AND ({missing})")  # noqa: S608 (as above)
        for first in range(1, last + 1, rows):
            op.get_bind().execute(batch, {"first": first, "upto": first + rows - 1})


def _alive() -> bool:
    """Whether others work during the migration. SQLite has one writer, so there it is one transaction."""
    return bool(op.get_context().dialect.name == "postgresql")


def _committing_each() -> AbstractContextManager[None]:
    """Commit earlier statements, then run each statement in its own transaction."""
    return op.get_context().autocommit_block() if _alive() else nullcontext()


def _is_newer() -> bool:
    found = revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return found is not None and found not in known


def _config() -> Config:
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    return config

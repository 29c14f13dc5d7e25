"""Migrations looked at from outside: the SQL they send, broken off between two of its commits, judged by squawk."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, text

from tests.support import ROOT
from turnero.core.extensions import db
from turnero.operations import schema

RELEASED = "0002"  # the newest revision that was out before migrations were read like this
# The widths of our numbers are chosen in the models; the time-outs are the session's (migrations/env.py).
NOT_ASKED = "prefer-bigint-over-int,prefer-identity,require-lock-timeout,require-statement-timeout"


class Killed(Exception):
    """The migration ends here, as with its process."""


@dataclass
class Recorder:
    """Records executed SQL as a script with transactions. Aborts after commit number ``breaks_after``."""

    breaks_after: int = 0
    script: list[str] = field(default_factory=list)
    commits: int = 0
    in_transaction: bool = False

    def statement(self, connection: Connection, _cursor: object, sql: str, *_: object) -> None:
        if sql.upper().startswith(("SELECT", "SHOW", "SET")) or "alembic_version" in sql:
            return
        if self.breaks_after and self.commits >= self.breaks_after:
            raise Killed
        alone = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        if not alone and not self.in_transaction:
            self.script.append("BEGIN;")
        self.in_transaction = not alone
        self.script.append(re.sub(r"%\(\w+\)s(::\w+)?", "0", sql).strip() + ";")
        self.commits += alone

    def commit(self, _connection: Connection) -> None:
        if self.in_transaction:
            self.script.append("COMMIT;")
            self.commits += 1
        self.in_transaction = False


@contextmanager
def recording(breaks_after: int = 0) -> Iterator[Recorder]:
    """Every engine of this process, while the block lasts."""
    recorder = Recorder(breaks_after)
    listeners: dict[str, Callable[..., Any]] = {"before_cursor_execute": recorder.statement, "commit": recorder.commit}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield recorder
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def revisions() -> list[tuple[str, str]]:
    """Each revision newer than RELEASED with the one before it, oldest first."""
    folder = ROOT / "migrations"
    scripts = list(ScriptDirectory(folder).iterate_revisions("head", RELEASED))
    return [(str(script.down_revision), script.revision) for script in reversed(scripts)]


def bring_to(revision: str) -> None:
    """Migrate the application's database up to ``revision`` and no further."""
    command.upgrade(schema._config(), revision)


def emptied() -> None:
    """The application's PostgreSQL database without any table."""
    with db.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


@contextmanager
def in_a_migration() -> Iterator[Connection]:
    """A block that runs as the body of a migration does."""
    with db.engine.connect().execution_options(writes=True) as connection:
        context = MigrationContext.configure(
            connection, opts={"transaction_per_migration": True, "transactional_ddl": True}
        )
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            yield connection


def invalid_indexes() -> list[Any]:
    """Indexes that PostgreSQL writes to and never reads: left by a CONCURRENTLY that did not end."""
    with db.engine.connect() as connection:
        return list(
            connection.scalars(text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")).all()
        )


def complaints(script: str) -> list[str]:
    """Complaints of squawk about ``script`` on a database in use, one line each: rule first."""
    done = subprocess.run(
        [Path(sys.executable).parent / "squawk", "--pg-version=15.0", "--reporter=gcc", f"--exclude={NOT_ASKED}"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"^\S+ (?:warning|error): (.+)$", done.stdout, re.MULTILINE)
    assert bool(found) == bool(done.returncode), done
    return found

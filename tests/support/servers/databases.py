"""Freshly migrated databases: the real migrations run once per engine, each test gets a copy of the result."""

import fcntl
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql

from tests.support.servers import postgres
from turnero.core.extensions import db
from turnero.operations import schema

ENGINES = ("sqlite", "postgresql")
_KEPT_COPIES = 3  # the one in use, and those that a connection may just be opening
_END_OPEN_TRANSACTIONS = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


class Emptier:
    """Resets a migrated PostgreSQL database to its state after the migrations, in one round trip.

    Making it again would write every file; truncating does for each table. A transaction that a test left open would
    hold its rows: its connection is ended.
    """

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        tables = self._connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        # Foreign keys do not matter here, nor does the order of the tables.
        statements = ["BEGIN", "SET LOCAL session_replication_role = replica"]
        for (table,) in tables:
            statements += self._statements(sql.Identifier(table))
        self._statement = "; ".join([*statements, "COMMIT"])

    def _statements(self, table: sql.Identifier) -> list[str]:
        rows = sql.SQL("SELECT coalesce(json_agg(t), '[]')::text FROM {} t").format(table)
        (found,) = self._connection.execute(rows).fetchone() or ("[]",)
        seed = "INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, {rows}::json)"
        wanted = ["DELETE FROM {table}", *([seed] if found != "[]" else [])]
        return [sql.SQL(one).format(table=table, rows=sql.Literal(found)).as_string(self._connection) for one in wanted]

    def empty(self) -> bool:
        """Whether that was done; not where a test changed the schema or ended the server."""
        try:
            self._connection.execute(_END_OPEN_TRANSACTIONS)
            self._connection.execute(self._statement.encode())
            return True
        except psycopg.Error:
            self.close()
            return False

    def close(self) -> None:
        self._connection.close()


@dataclass
class Databases:
    """The databases of one test run (``folder``, shared by its workers) as one worker uses them."""

    folder: Path
    worker: str
    make_app: Callable[[str], Flask]  # from a database URL
    emptier: Emptier | None = None  # of the worker's PostgreSQL database, once created
    copies: list[Path] = field(default_factory=list)  # folders of SQLite's, the newest last

    def migrated(self, engine: str, file: Path) -> str:
        """The URL of an empty database with the newest schema. For SQLite ``file`` leads to it, from now on."""
        if engine == "sqlite":
            self._lead_to_new_copy(file)
            return f"sqlite:///{file}"
        name = f"turnero_{self.worker}"
        url = self._server() + name
        if self.emptier is None or not self.emptier.empty():
            self._create(name, template=self._postgres_template())
            self.emptier = Emptier(url.replace("+psycopg", ""))
        return url

    def blank(self, engine: str, file: Path) -> str:
        """The URL of a database without any table, for tests of the migrations themselves."""
        if engine == "sqlite":
            return f"sqlite:///{file}"
        return self._create(f"turnero_{self.worker}_blank", template="template0")

    def end(self) -> None:
        if self.emptier:
            self.emptier.close()

    def _lead_to_new_copy(self, link: Path) -> None:
        """In one step, because a stream that outlived its test may open or close the database at any moment."""
        fresh = Path(tempfile.mkdtemp(dir=link.parent)) / link.name
        shutil.copyfile(self._sqlite_template(), fresh)
        upcoming = fresh.with_name("link")
        upcoming.symlink_to(fresh)
        upcoming.replace(link)
        self.copies.append(fresh.parent)
        if len(self.copies) > _KEPT_COPIES:
            shutil.rmtree(self.copies.pop(0), ignore_errors=True)

    def _sqlite_template(self) -> Path:
        template = self.folder / "template.sqlite3"
        with (self.folder / "sqlite.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                unfinished = self.folder / "unfinished.sqlite3"
                self._migrate(f"sqlite:///{unfinished}")
                unfinished.rename(template)
        return template

    def _postgres_template(self) -> str:
        name = "turnero_template"
        with (self.folder / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = self.folder / "postgres.migrated"
            if not done.exists():
                self._migrate(self._create(name, template="template0"))
                done.touch()
        return name

    def _migrate(self, url: str) -> None:
        app = self.make_app(url)
        with app.app_context():
            schema.upgrade()
            db.engine.dispose()

    def _create(self, name: str, template: str) -> str:
        """Create a database, replacing one of that name despite open connections."""
        with self._connect("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._server() + name

    def _server(self) -> str:
        return postgres.started(self.folder / "postgres")

    def _connect(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(self._server().replace("+psycopg", "") + name, autocommit=True)

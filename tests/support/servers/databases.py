"""Freshly migrated databases: the real migrations run once per engine, each test gets a copy of the result."""

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql

from tests.support.servers import postgres
from turnero import schema
from turnero.extensions import db

ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Databases:
    """The databases of one test run (``folder``, shared by its workers) as one worker uses them."""

    folder: Path
    worker: str
    make_app: Callable[[str], Flask]  # from a database URL
    seeds: dict[str, str] = field(default_factory=dict)  # PostgreSQL table → its rows after the migrations, as JSON

    def migrated(self, engine: str, file: Path) -> str:
        """The URL of an empty database with the newest schema. SQLite keeps it in ``file``."""
        if engine == "sqlite":
            shutil.copyfile(self._sqlite_template(), file)
            return f"sqlite:///{file}"
        name = f"turnero_{self.worker}"
        if self.seeds:
            return self._emptied(name)
        url = self._create(name, template=self._postgres_template())
        self._remember_seeds(name)
        return url

    def blank(self, engine: str, file: Path) -> str:
        """The URL of a database without any table, for tests of the migrations themselves."""
        if engine == "sqlite":
            return f"sqlite:///{file}"
        return self._create(f"turnero_{self.worker}_blank", template="template0")

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
        """A new database, whoever may still be connected to the old one of that name."""
        with self._connect("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._server() + name

    def _remember_seeds(self, name: str) -> None:
        with self._connect(name) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in tables:
                rows = sql.SQL("SELECT coalesce(json_agg(t), '[]')::text FROM {} t").format(sql.Identifier(table))
                row = connection.execute(rows).fetchone()
                assert row  # an aggregate always has one
                self.seeds[table] = row[0]

    def _emptied(self, name: str) -> str:
        """The worker's database as it was new: much faster than making it again, which writes every file."""
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with self._connect(name) as connection, connection.transaction():
            connection.execute(f"SELECT pg_terminate_backend(pid) {others}")
            connection.execute("SET LOCAL session_replication_role = replica")  # foreign keys do not matter here
            for table, rows in self.seeds.items():
                names = {"table": sql.Identifier(table)}
                connection.execute(sql.SQL("DELETE FROM {table}").format(**names))
                if rows != "[]":
                    insert = "INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s::json)"
                    connection.execute(sql.SQL(insert).format(**names), [rows])
        return self._server() + name

    def _server(self) -> str:
        return postgres.started(self.folder / "postgres")

    def _connect(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(self._server().replace("+psycopg", "") + name, autocommit=True)

"""Freshly migrated databases: the real migrations run once per engine, each test gets a copy of the result."""

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask

from tests.support import postgres
from turnero import schema
from turnero.extensions import db

ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Databases:
    """The databases of one test run (``folder``, shared by its workers) as one worker uses them."""

    folder: Path
    worker: str
    make_app: Callable[[str], Flask]  # from a database URL

    def migrated(self, engine: str, file: Path) -> str:
        """The URL of an empty database with the newest schema. SQLite keeps it in ``file``."""
        if engine == "sqlite":
            shutil.copyfile(self._sqlite_template(), file)
            return f"sqlite:///{file}"
        return self._create(f"turnero_{self.worker}", template=self._postgres_template())

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
        server = postgres.started(self.folder / "postgres")
        with psycopg.connect(server.replace("+psycopg", "") + "postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return server + name

"""The application as the tests run it: one for each engine in a worker, brought back to its beginning for every test.

Making an application costs a hundred times what a request does: its templates and SQL statements are compiled anew.
A test that needs other settings, or routes of its own, makes its own application (fixture ``make_app``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

from flask import Flask

from config import Settings
from tests.support.pages.client import StrictClient
from tests.support.servers.databases import Databases
from turnero import create_app
from turnero.core import logs
from turnero.core.extensions import db, limiter
from turnero.core.shared_values import Shelf, shelf_of
from turnero.operations import schema
from turnero.web import refusals

# Every test begins here: a Monday, 10:00 in Quito and 09:00 in Galápagos, with no national holiday for six weeks.
BEGINNING = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)


def settings_for(url: str, data: Path, **environ: str) -> Settings:
    """The settings of a test's application, read from an environment as in production."""
    return Settings.from_environ(
        {
            "TURNERO_ENV": "test",
            "TURNERO_SECRET_KEY": "for-tests-only-secret-0123456789",
            "TURNERO_CODE_KEY": "for-tests-only-codes-9876543210",
            "TURNERO_DATABASE_URL": url,
            "TURNERO_DATA": str(data),
            "TURNERO_CLOCK": f"{ceil((BEGINNING - datetime.now(UTC)).total_seconds()):+d}s",
        }
        | environ
    )


def make(settings: Settings) -> Flask:
    """Create an application whose clients read every page strictly."""
    app = create_app(settings)
    app.testing = True
    app.test_client_class = StrictClient
    shelf_of(app).most_seconds = 0  # tests must see what they have just written
    return app


@contextmanager
def entered(app: Flask, *, migrated: bool = True) -> Iterator[Flask]:
    """``app`` with its context pushed and its clock at ``BEGINNING``; no session outlives the block."""
    with app.app_context():
        if migrated:
            schema.set_clock(app.config["SETTINGS"].clock_offset)
        yield app
        db.session.remove()
        if db.engine.dialect.name == "sqlite" or db.engine.pool.checkedout():  # type: ignore[attr-defined]  # queue pools have it
            db.engine.dispose()


@dataclass(frozen=True)
class _Beginning:
    """The initial state of an application, of which tests may change any part."""

    config: Mapping[str, Any]
    extensions: Mapping[str, Any]
    wsgi_app: Any
    rules: int
    limiter: Mapping[str, Any]  # the extension is one for all applications, and bound to the last that was made

    @classmethod
    def of(cls, app: Flask) -> "_Beginning":
        rules = len(list(app.url_map.iter_rules()))
        return cls(dict(app.config), _copied(app.extensions), app.wsgi_app, rules, dict(vars(limiter)))

    def restore(self, app: Flask) -> None:
        if len(list(app.url_map.iter_rules())) != self.rules:
            raise RuntimeError("a test before this one added a route to the shared application: mark it own_app")
        for there, then in (
            (app.config, self.config),
            (app.extensions, _copied(self.extensions)),
            (vars(limiter), self.limiter),
        ):
            there.clear()
            there.update(then)
        app.wsgi_app = self.wsgi_app  # type: ignore[method-assign]  # tests put their own around it
        app.test_client_class = StrictClient


def _copied(extensions: Mapping[str, Any]) -> dict[str, Any]:
    """With the dictionaries in it, which renderers of tests are put into."""
    return {name: dict(value) if isinstance(value, dict) else value for name, value in extensions.items()}


@dataclass
class Applications:
    """The applications of one worker that tests share, by engine."""

    databases: Databases
    folder: Path
    _made: dict[str, tuple[Flask, _Beginning]] = field(default_factory=dict)

    def fresh(self, engine: str, data: Path, **environ: str) -> Flask:
        """The shared application on an empty, migrated database. ``environ``: addresses, the same for every test."""
        url = self.databases.migrated(engine, self.folder / "shared.sqlite3")
        settings = settings_for(url, data, **environ)
        if engine not in self._made:
            app = make(settings)
            self._made[engine] = (app, _Beginning.of(app))
        app, beginning = self._made[engine]
        if engine == "sqlite":  # a stream that outlived its test may hold the previous file open
            with app.app_context():
                db.engine.dispose()
        beginning.restore(app)
        app.config["SETTINGS"] = settings
        shelf = app.extensions["turnero.shared"] = Shelf()
        shelf.most_seconds = 0
        app.extensions["turnero.web.refusals"] = refusals.Tally()
        limiter.reset()
        logs.configure_logging(settings.log)
        return app

    def end(self) -> None:
        for app, _ in self._made.values():
            with app.app_context():
                db.engine.dispose()

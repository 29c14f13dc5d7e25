"""Common fixtures, on real services: PostgreSQL, SMTP, a web server, Chromium."""

import gc
import gettext
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask

from tests.support.machine import network
from tests.support.pages.client import StrictClient
from tests.support.rows.build import create_agency, create_desk, create_procedure
from tests.support.servers import postgres
from tests.support.servers.application import Applications, entered, make, settings_for
from tests.support.servers.databases import ENGINES, Databases
from tests.support.servers.server import LiveServer, serving
from tests.support.servers.smtp import Mailbox, mail_server_running
from turnero import create_app
from turnero.agencies.models import Desk, Procedure
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.paths import resource
from turnero.operations import schema
from turnero.operations.audit import audit
from turnero.staff import passwords

pytest_plugins = ["tests.support.pages.browsing"]
# They need Node and Java, which `make test` does not ask for: `make quality` runs them.
collect_ignore = [] if os.environ.get("TURNERO_QUALITY") else ["quality"]

RUN = "TURNERO_TEST_RUN"
_OUR_RUN = pytest.StashKey[str]()
PRODUCTION_HASHER = passwords._hasher
LIMITED_TO = os.environ.get("TURNERO_TEST_DATABASES", ",".join(ENGINES)).split(",")

AppMaker = Callable[..., AbstractContextManager[Flask]]

hypothesis.settings.register_profile("ci", max_examples=200, deadline=None, print_blob=True)
hypothesis.settings.register_profile("deep", parent=hypothesis.settings.get_profile("ci"), max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    # As in turnero.cli.main: click keeps its sentences from the first time it says them.
    gettext.bindtextdomain("messages", str(resource("click_locale")))
    os.environ["LANGUAGE"] = "es"
    if not hasattr(config, "workerinput"):  # the controller of xdist's workers, or the only process
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: the server must not outlive us
        if RUN not in os.environ:  # `make mutants` has its own, which serves many runs
            folder = tempfile.mkdtemp(prefix="turnero-tests-")
            Path(folder).chmod(0o755)
            os.environ[RUN] = config.stash[_OUR_RUN] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    if _OUR_RUN in config.stash:
        folder = Path(os.environ.pop(RUN))
        postgres.stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of ``app`` run on both engines; those that serve it run on SQLite, unless marked ``engines(...)``."""
    if "engine" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("engines")
    usual = ("sqlite",) if "live_server" in metafunc.fixturenames else ENGINES
    metafunc.parametrize(
        "engine", [name for name in (marker.args if marker else usual) if name in LIMITED_TO], scope="session"
    )


def pytest_collection_finish() -> None:
    # The collector need not walk through all modules and tests again and again: an eighth of the processor time.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    for item in items:  # before pytest looks at ``-m``
        for mark, fixture in (("browser", "browser"), ("database", "databases")):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
    yield
    # The longest first: one of them begun last would have a worker wait for the other.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    limited = [
        item for item in items if "postgres_app" in getattr(item, "fixturenames", ()) and "postgresql" not in LIMITED_TO
    ]
    if limited:  # only where a person asked for fewer engines: `make test` never does
        config.hook.pytest_deselected(items=limited)
        items[:] = [item for item in items if item not in limited]


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network.forbid(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """Accounts of tests are made by the hundred: hash as argon2id does, in a thousandth of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(passwords, "NOBODYS", passwords.hashed("nobody has this password"))
        yield


@pytest.fixture
def costly_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords take as long as in production, for tests of that time."""
    monkeypatch.setattr(passwords, "_hasher", PRODUCTION_HASHER)
    monkeypatch.setattr(passwords, "NOBODYS", passwords.hashed("nobody has this password"))


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Mailbox]:
    with mail_server_running() as mailbox:
        yield mailbox


@pytest.fixture
def smtp(mail_server: Mailbox) -> Mailbox:
    """The mails that the test's application sent."""
    mail_server.clear()
    return mail_server


@pytest.fixture(scope="session")
def databases(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("migrating")
    made = Databases(Path(os.environ[RUN]), worker_id, lambda url: create_app(settings_for(url, folder)))
    yield made
    made.end()


@pytest.fixture(scope="session")
def applications(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applications]:
    made = Applications(databases, tmp_path_factory.mktemp("shared"))
    yield made
    made.end()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Where ``live_server`` will answer, bound from the start because links in mails name it."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield bound


@pytest.fixture
def addresses(mail_server: Mailbox, listener: socket.socket) -> dict[str, str]:
    """The settings that say where the test's mail server and its pages are."""
    mail_server.clear()
    return {
        "TURNERO_MAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
        "TURNERO_BASE_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
    }


@pytest.fixture
def make_app(databases: Databases, tmp_path: Path, addresses: dict[str, str]) -> AppMaker:
    """Makes applications of their own: ``make_app(engine, TURNERO_…="…")``, where a test needs other settings."""

    @contextmanager
    def make_one(engine: str, *, migrated: bool = True, **environ: str) -> Iterator[Flask]:
        new_database = databases.migrated if migrated else databases.blank
        url = new_database(engine, tmp_path / "turnero.sqlite3")
        with entered(make(settings_for(url, tmp_path, **addresses | environ)), migrated=migrated) as app:
            yield app
            db.session.remove()
            db.engine.dispose()

    return make_one


@pytest.fixture
def enter_app(
    request: pytest.FixtureRequest,
    applications: Applications,
    make_app: AppMaker,
    tmp_path: Path,
    addresses: dict[str, str],
) -> AppMaker:
    """Enters the application of an engine that all tests share; for a test marked ``own_app``, one of its own."""
    if request.node.get_closest_marker("own_app"):
        return make_app
    return lambda engine: entered(applications.fresh(engine, tmp_path, **addresses))


@pytest.fixture
def app(engine: str, enter_app: AppMaker) -> Iterator[Flask]:
    """The application on an empty, migrated database; its context is pushed. Once for each engine."""
    with enter_app(engine) as entered_app:
        yield entered_app


@pytest.fixture
def sqlite_app(enter_app: AppMaker) -> Iterator[Flask]:
    """As ``app``, on SQLite alone."""
    with enter_app("sqlite") as entered_app:
        yield entered_app


@pytest.fixture
def postgres_app(enter_app: AppMaker) -> Iterator[Flask]:
    """As ``app``, on PostgreSQL alone."""
    with enter_app("postgresql") as entered_app:
        yield entered_app


@pytest.fixture
def client(app: Flask) -> StrictClient:
    """A browser without JavaScript that reads every page strictly (``tests.support.pages.reader``)."""
    made = app.test_client()
    assert isinstance(made, StrictClient)
    return made


@pytest.fixture
def live_server(app: Flask, listener: socket.socket) -> Iterator[LiveServer]:
    """``app`` behind a real server with its jobs; its mails arrive in ``smtp``."""
    with serving(app, listener) as live:
        yield live


@pytest.fixture
def clock_shift() -> Callable[[timedelta], datetime]:
    """Move the application's time by a timedelta (again and again); answers the new present."""

    def shift(delta: timedelta) -> datetime:
        offset = clock.now() - datetime.now(UTC) + delta
        schema.set_clock(offset)
        return clock.now()

    return shift


@pytest.fixture
def usual_windows() -> int:
    """How many windows ``desk`` has where its mark does not say; packages have their own."""
    return 3


@pytest.fixture
def procedure(app: Flask, request: pytest.FixtureRequest) -> Procedure:
    """A procedure of 20 minutes; ``@pytest.mark.procedure(name="…")`` gives it other values."""
    return create_procedure(**{"minutes": 20} | marked(request, "procedure"))


@pytest.fixture
def desk(procedure: Procedure, usual_windows: int, request: pytest.FixtureRequest) -> Desk:
    """The windows for ``procedure`` at an agency; ``@pytest.mark.desk(windows=…, agency={…})`` gives other values."""
    values = {"windows": usual_windows} | marked(request, "desk")
    agency = create_agency(**values.pop("agency", {}))
    return create_desk(procedure.line, agency=agency, **values)


@pytest.fixture
def nothing_broken(app: Flask) -> Iterator[None]:
    """The invariants hold after the test."""
    yield
    db.session.rollback()
    assert [str(violation) for violation in audit()] == []


def marked(request: pytest.FixtureRequest, name: str) -> dict[str, Any]:
    marker = request.node.get_closest_marker(name)
    return dict(marker.kwargs) if marker else {}

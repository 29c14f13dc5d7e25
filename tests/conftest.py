"""What every test may ask for. The services behind it are real: PostgreSQL, SMTP, a web server, Chromium."""

import gettext
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from werkzeug.routing import Rule

from config import Settings
from tests.support.machine import network
from tests.support.pages.client import StrictClient
from tests.support.servers import postgres
from tests.support.servers.databases import ENGINES, Databases
from tests.support.servers.server import LiveServer, serving
from tests.support.servers.smtp import Mailbox, mail_server_running
from turnero import clock, create_app, schema
from turnero.extensions import db
from turnero.paths import resource
from turnero.sharing import shelf_of

pytest_plugins = ["tests.support.pages.browsing"]
# They need Node and Java, which `make test` does not ask for: `make quality` runs them.
collect_ignore = [] if os.environ.get("TURNERO_QUALITY") else ["quality"]

# Every test begins here: a Monday, 10:00 in Quito and 09:00 in Galápagos, with no national holiday for six weeks.
BEGINNING = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
RUN = "TURNERO_TEST_RUN"
LIMITED_TO = os.environ.get("TURNERO_TEST_DATABASES", ",".join(ENGINES)).split(",")

AppMaker = Callable[..., AbstractContextManager[Flask]]

hypothesis.settings.register_profile("ci", max_examples=200, deadline=None, print_blob=True)
hypothesis.settings.register_profile("deep", parent=hypothesis.settings.get_profile("ci"), max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    # As in turnero.cli.main: click keeps its sentences from the first time it says them.
    gettext.bindtextdomain("messages", str(resource("locale")))
    os.environ["LANGUAGE"] = "es"
    if not hasattr(config, "workerinput"):  # the controller of xdist's workers, or the only process
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: the server must not outlive us
        folder = tempfile.mkdtemp(prefix="turnero-tests-")
        Path(folder).chmod(0o755)
        os.environ[RUN] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The longest first: one of them begun last would have a worker wait for the other.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
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
def addresses_compiled_once() -> Iterator[None]:
    """Each test makes the application anew; compiling its 160 addresses again was nine tenths of that."""
    compiled: dict[Hashable, Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT002 (Werkzeug's own)
        key = (rule.rule, tuple(rule._trace), tuple((rule.defaults or {}).items()), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


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
def databases(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    folder = tmp_path_factory.mktemp("migrating")
    return Databases(Path(os.environ[RUN]), worker_id, lambda url: create_app(settings_for(url, folder)))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Where ``live_server`` will answer, bound from the start because links in mails name it."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield bound


@pytest.fixture
def make_app(databases: Databases, tmp_path: Path, mail_server: Mailbox, listener: socket.socket) -> AppMaker:
    """Makes applications: ``make_app(engine, TURNERO_…="…")`` where a test needs other settings."""

    @contextmanager
    def make(engine: str, *, migrated: bool = True, **environ: str) -> Iterator[Flask]:
        mail_server.clear()
        new_database = databases.migrated if migrated else databases.blank
        url = new_database(engine, tmp_path / "turnero.sqlite3")
        environ = {
            "TURNERO_MAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
            "TURNERO_BASE_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
        } | environ
        app = create_app(settings_for(url, tmp_path, **environ))
        app.testing = True
        app.test_client_class = StrictClient
        shelf_of(app).most_seconds = 0  # a test looks at what it has just written
        with app.app_context():
            if migrated:
                schema.set_clock(app.config["SETTINGS"].clock_offset)
            yield app
            db.session.remove()
            db.engine.dispose()

    return make


def settings_for(url: str, data: Path, **environ: str) -> Settings:
    """The settings of a test's application, read from an environment as in earnest."""
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


@pytest.fixture
def app(engine: str, make_app: AppMaker) -> Iterator[Flask]:
    """The application on a freshly migrated, empty database; its context is pushed. Once for each engine."""
    with make_app(engine) as made:
        yield made


@pytest.fixture
def sqlite_app(make_app: AppMaker) -> Iterator[Flask]:
    """As ``app``, on SQLite alone."""
    with make_app("sqlite") as made:
        yield made


@pytest.fixture
def postgres_app(make_app: AppMaker) -> Iterator[Flask]:
    """As ``app``, on PostgreSQL alone."""
    with make_app("postgresql") as made:
        yield made


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

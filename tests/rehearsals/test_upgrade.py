"""Upgrade alive: citizens book at the version before and at this one while the schema between them is migrated.

Here three thousand turns stand for the million of ``make upgrade``, which alone judges how long a request took: the
same machine runs other tests beside this one.
"""

import functools
import os
import signal
import time
from datetime import date

import psycopg
import pytest

from rehearsals.upgrade.bookers import Bookers
from rehearsals.upgrade.tree import Step, fill, free_place, machine, of_tree, serving, wait_until
from tests.support.inspection.migrating import invalid_indexes
from tests.support.servers import postgres
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import environ_of, run, running
from turnero.booking.turn.token import token_hash_of
from turnero.operations import schema

MILLION = 1_000_000
TURNS = int(os.environ.get("TURNERO_UPGRADE_TURNS", "3000"))
MAX_SECONDS = 3.0
TODAY = date(2026, 11, 9)  # as conftest.BEGINNING
STEP = Step.newest()
AT_THE_LAST_STATEMENT = """SELECT count(*) > 0 FROM pg_locks
    WHERE NOT granted AND relation = 'alembic_version'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

pytestmark = [
    pytest.mark.engines("postgresql"),
    pytest.mark.slow,
    pytest.mark.timeout(1500 if TURNS >= MILLION else 300),
]


class Site:
    """The database of the version before, full of turns, and both versions of the product."""

    def __init__(self, app, folder):
        settings = app.config["SETTINGS"]
        offset = round(settings.clock_offset.total_seconds())
        self.new = environ_of(app) | {"TURNERO_REGISTRY": "open", "TURNERO_CLOCK": f"{offset:+d}s"}
        self.old = of_tree(STEP.older_tree(folder / "older"), self.new)
        self.database = settings.database_url.replace("+psycopg", "")
        self.code_key, self.folder = settings.code_key, folder

    def prepare(self, turns, environ):
        assert run("migrate", environ=environ)[0] == 0
        with psycopg.connect(self.database) as connection:
            fill(connection, turns, TODAY)

    def bookers(self, *ports):
        place = functools.partial(free_place, today=TODAY)
        return Bookers(list(ports), self.database, self.code_key, place)

    def kill_a_migration(self):
        """End it by SIGKILL when all it did waits for its last statement; the seconds until then."""
        begun = time.monotonic()
        with psycopg.connect(self.database) as holder, psycopg.connect(self.database, autocommit=True) as watcher:
            holder.execute("LOCK TABLE alembic_version IN SHARE MODE")
            with running("migrate", environ=self.new) as migration:
                wait_until(watcher, AT_THE_LAST_STATEMENT)
                seconds = time.monotonic() - begun
                migration.kill()
                assert migration.wait(timeout=60) == -signal.SIGKILL
        assert self.revision() == STEP.before
        return seconds

    def revision(self):
        with psycopg.connect(self.database) as connection:
            return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


@pytest.fixture
def site(engine, make_app, tmp_path):
    with make_app(engine, migrated=False) as app:
        yield Site(app, tmp_path)


def migrate(site):
    """Seconds that the whole migration takes."""
    begun = time.monotonic()
    with running("migrate", environ=site.new) as migration:
        output, _ = migration.communicate(timeout=900)
    assert (migration.returncode, output) == (0, f"La base de datos está al día (revisión {STEP.revision}).\n")
    return time.monotonic() - begun


def test_people_book_at_both_versions_while_the_schema_changes(site):
    begun = time.monotonic()
    site.prepare(TURNS, site.old)
    assert site.revision() == STEP.before
    filled, ports, few = time.monotonic() - begun, (free_port(), free_port()), 2 if TURNS < MILLION else 30
    with serving(ports[0], site.old, site.folder / "older.log"):
        bookers = site.bookers(ports[0])
        with bookers.at_work(people=2 if TURNS < MILLION else 4):
            bookers.wait_for(lambda: len(bookers.shown) >= few)
            status, output = run("serve", "--bind", f"127.0.0.1:{ports[1]}", environ=site.new)
            assert (status, "no está al día" in output) == (1, True)
            bookers.phase = "during"
            killed = site.kill_a_migration()
            migrated = migrate(site)
            with serving(ports[1], site.new, site.folder / "newer.log"):
                bookers.phase, bookers.ports, before = "after", list(ports), len(bookers.shown)
                bookers.wait_for(lambda: len(bookers.shown) >= before + few)
                bookers.end()
    worst = {phase: round(bookers.worst(phase), 2) for phase in ("before", "during", "after")}
    print(f"\n{TURNS} turns filled in {filled:.0f} s, {STEP.before} → {STEP.revision} killed after {killed:.1f} s,")
    print(f"run again in {migrated:.1f} s; longest request {worst} s of {len(bookers.answers)};")
    print(f"{len(bookers.shown)} turns booked")
    print(f"PostgreSQL {postgres.version()}, {machine()}")
    assert bookers.failed() == []
    assert bookers.broken == []
    assert kept(site, bookers.shown) == len(bookers.shown) >= 2 * few
    assert schema.is_current()
    assert invalid_indexes() == []
    assert audited(site) == "Sin novedades: todas las invariantes se cumplen.\n"
    if TURNS >= MILLION:
        assert bookers.worst() < MAX_SECONDS


def kept(site, tokens):
    """How many of the turns that their people saw confirmed the database has."""
    question = "SELECT count(*) FROM bookings WHERE status = 'confirmed' AND token_hash = ANY(%s)"
    with psycopg.connect(site.database) as connection:
        return connection.execute(question, [[token_hash_of(token) for token in tokens]]).fetchone()[0]


def audited(site):
    with running("audit", environ=site.new) as process:
        return process.communicate(timeout=600)[0]


def test_control_a_migration_that_rewrites_a_table_is_felt(site):
    """Written the blocking way, and as long as a million rows may take: until somebody is turned away."""
    site.prepare(1_000, site.new)
    port = free_port()
    with serving(port, site.new, site.folder / "newer.log"):
        bookers = site.bookers(port)
        with bookers.at_work(), psycopg.connect(site.database) as migration:
            bookers.wait_for(lambda: bookers.shown)
            migration.execute("ALTER TABLE bookings ALTER COLUMN moves TYPE bigint")
            bookers.wait_for(bookers.failed)
            migration.rollback()
    assert bookers.worst() >= MAX_SECONDS
    assert bookers.broken

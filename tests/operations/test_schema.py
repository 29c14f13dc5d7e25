"""Migrating as it happens: killed half way, and by several at once."""

import signal

import pytest
from sqlalchemy import inspect, text

from tests.support.servers.forked import run, running
from tests.support.servers.processes import environ_of
from turnero.core.extensions import db
from turnero.operations import schema

KILLED_HALF_WAY = """
import os, signal
from alembic import op
op.execute = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # after the tables, before their first rows
from turnero.cli import main
main()
"""

LONGER_THAN_A_PAGE = """
from alembic import op
execute = op.execute
def slowly(*arguments, **named):
    op.execute = execute
    execute("SELECT pg_sleep(1.2)")
    return execute(*arguments, **named)
op.execute = slowly
from turnero.cli import main
main()
"""


@pytest.fixture
def blank_app(engine, make_app):
    with make_app(engine, migrated=False) as app:
        yield app


def test_a_migration_killed_half_way_leaves_nothing_and_can_be_repeated(blank_app):
    environ = environ_of(blank_app)
    status, _ = run("migrate", environ=environ, program=KILLED_HALF_WAY)
    assert status == -signal.SIGKILL
    assert inspect(db.engine).get_table_names() == []
    status, output = run("migrate", environ=environ)
    assert (status, output) == (0, f"La base de datos está al día (revisión {schema.newest()}).\n")
    assert schema.is_current()


def test_replicas_that_migrate_at_once_do_not_collide(blank_app):
    environ = environ_of(blank_app)
    with running("migrate", environ=environ) as one, running("migrate", environ=environ) as other:
        outputs = [process.communicate(timeout=120)[0] for process in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0], outputs
    assert schema.is_current()


def test_migrating_writes_the_clock_setting_for_every_process(blank_app):
    status, _ = run("migrate", environ=environ_of(blank_app) | {"TURNERO_CLOCK": "+3d"})
    assert status == 0
    assert db.session.scalar(text("SELECT offset_seconds FROM clock")) == 3 * 24 * 3600


def test_migrating_without_the_setting_leaves_the_clock_alone(app):
    before = db.session.scalar(text("SELECT offset_seconds FROM clock"))
    db.session.rollback()
    run("migrate", environ=environ_of(app))
    assert db.session.scalar(text("SELECT offset_seconds FROM clock")) == before != 0


@pytest.fixture
def at_revision(app):
    """Makes the database say that it is at some revision."""
    newest = schema.newest()

    def put(revision):
        db.session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        db.session.commit()

    yield put
    put(newest)


@pytest.mark.parametrize(("revision", "ready"), [("9999", True), ("0001", False)])
def test_the_version_before_serves_beside_a_newer_schema_and_none_before_an_older(app, at_revision, revision, ready):
    at_revision(revision)
    assert schema.is_current() == ready
    assert app.test_client().get("/readyz").status_code == (200 if ready else 503)


def test_the_version_before_leaves_a_newer_schema_as_it_is(app, at_revision):
    at_revision("9999")
    assert run("migrate", environ=environ_of(app)) == (0, "La base de datos está al día (revisión 9999).\n")


@pytest.mark.engines("postgresql")
def test_a_migration_may_take_longer_than_a_page(blank_app):
    """Where the role carries the time-outs of the web, as behind a pooler."""
    direct = f"{blank_app.config['SETTINGS'].database_url}?options=-c%20statement_timeout%3D1s"
    environ = environ_of(blank_app) | {"TURNERO_DATABASE_DIRECT_URL": direct}
    status, output = run("migrate", environ=environ, program=LONGER_THAN_A_PAGE)
    assert (status, schema.is_current()) == (0, True), output

"""Online migrations: their SQL, kills at every commit, and lock precedence."""

from itertools import count

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.support.inspection.migrating import (
    Killed,
    bring_to,
    complaints,
    emptied,
    in_a_migration,
    invalid_indexes,
    recording,
    revisions,
)
from tests.support.servers.application import entered, make, settings_for
from turnero.core import clock
from turnero.core.extensions import db
from turnero.operations import schema

REVISIONS = revisions()
HERE = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
WAITING = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND {HERE}"
on_postgresql = pytest.mark.engines("postgresql")
BAD = {
    "adding-required-field": "ALTER TABLE bookings ADD COLUMN more VARCHAR NOT NULL;",
    "ban-drop-column": "ALTER TABLE bookings DROP COLUMN mobile;",
    "ban-drop-table": "DROP TABLE calls;",
    "renaming-column": "ALTER TABLE bookings RENAME COLUMN mobile TO phone;",
    "renaming-table": "ALTER TABLE bookings RENAME TO turns;",
    "changing-column-type": "ALTER TABLE bookings ALTER COLUMN minute TYPE BIGINT;",
    "adding-not-nullable-field": "ALTER TABLE bookings ALTER COLUMN mobile SET NOT NULL;",
    "constraint-missing-not-valid": "ALTER TABLE bookings ADD CONSTRAINT more CHECK (moves >= 0);",
    "require-concurrent-index-creation": "CREATE INDEX more ON bookings (moves);",
}


class Ladder:
    """One application and its PostgreSQL database, which is at some revision and goes on from there."""

    def __init__(self, databases, folder):
        self.app = make(settings_for(databases.blank("postgresql", None), folder))
        self.at = None

    def put(self, revision):
        """Bring the schema to ``revision``, up from where ``climb`` left it or from nothing."""
        at, self.at = self.at, None  # whatever the test does now
        if at is None or at > revision:
            emptied()
        if at != revision:
            bring_to(revision)

    def climb(self, revision):
        """Migrate and leave the schema to the next test as it is then."""
        bring_to(revision)
        self.at = revision


@pytest.fixture(scope="module")
def lasting_ladder(databases, tmp_path_factory):
    return Ladder(databases, tmp_path_factory.mktemp("ladder"))


@pytest.fixture
def ladder(engine, lasting_ladder):
    """Its application's context is pushed; on PostgreSQL, where it is used."""
    with entered(lasting_ladder.app, migrated=False):
        yield lasting_ladder
        db.session.remove()
        db.engine.dispose()


@on_postgresql
@pytest.mark.parametrize(("before", "revision"), REVISIONS)
def test_no_migration_stops_or_breaks_concurrent_work(ladder, before, revision):
    ladder.put(before)
    with recording() as recorder:
        ladder.climb(revision)
    assert recorder.script
    assert complaints("\n".join(recorder.script)) == []


@pytest.mark.parametrize("rule", BAD)
def test_control_a_migration_that_stops_or_breaks_them_is_refused(rule):
    assert [told.split()[0] for told in complaints(f"BEGIN;\n{BAD[rule]}\nCOMMIT;")] == [rule]


@on_postgresql
def test_control_what_a_migration_sends_is_what_is_judged(ladder):
    ladder.put(schema.newest())
    with recording() as recorder, in_a_migration() as connection:
        connection.execute(text("CREATE INDEX more ON bookings (moves)"))
        schema.create_index("one_more", "bookings", ["cells"])
    assert recorder.script == [
        "BEGIN;",
        "CREATE INDEX more ON bookings (moves);",
        "COMMIT;",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS one_more ON bookings (cells);",
    ]
    assert [told.split()[0] for told in complaints("\n".join(recorder.script))] == ["require-concurrent-index-creation"]


@on_postgresql
@pytest.mark.parametrize(("before", "revision"), REVISIONS)
def test_a_migration_killed_at_any_commit_is_run_again_clean(ladder, before, revision):
    for commits in count(1):
        ladder.put(before)
        try:
            with recording(breaks_after=commits):
                ladder.climb(revision)
        except Killed:
            schema.upgrade()
            with db.engine.connect() as connection:
                assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
            assert invalid_indexes() == []
        else:
            break  # it has no more commits than that
    assert invalid_indexes() == []


@on_postgresql
def test_an_index_left_half_built_is_built_again(ladder):
    ladder.put(schema.newest())
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_events_at'::regclass")
        )  # as CREATE INDEX CONCURRENTLY leaves it when its connection is cut
    assert invalid_indexes() == ["ix_events_at"]
    with in_a_migration():
        schema.create_index("ix_events_at", "events", ["at"])
    assert invalid_indexes() == []


@on_postgresql
def test_a_migration_lets_blocked_transactions_pass(ladder, monkeypatch):
    ladder.put("0003")
    holder = db.engine.connect()
    holder.execute(text("LOCK TABLE challenges IN ROW EXCLUSIVE MODE"))  # a citizen who is sent a code
    passed = []

    def pause(_seconds):
        """Nobody waits for the migration now: not for a lock of it, nor behind one it asked for."""
        passed.append(holder.scalar(text(f"{WAITING} AND relation = 'challenges'::regclass")))
        holder.rollback()

    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(schema.time, "sleep", pause)
    schema.upgrade()
    holder.close()
    assert passed == [0]
    assert schema.is_current()


@on_postgresql
def test_a_migration_that_never_gets_its_table_gives_up(ladder, monkeypatch):
    ladder.put("0003")
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(schema, "TRIES", 2)
    monkeypatch.setattr(schema.time, "sleep", lambda _seconds: None)
    with db.engine.connect() as holder:
        holder.execute(text("LOCK TABLE challenges IN ROW EXCLUSIVE MODE"))
        with pytest.raises(OperationalError, match="lock timeout"):
            schema.upgrade()
    assert not schema.is_current()
    schema.upgrade()
    assert schema.is_current()


@on_postgresql
def test_a_migration_committed_stays_when_the_next_one_fails(ladder, monkeypatch):
    ladder.put("0002")
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(schema, "TRIES", 1)
    with db.engine.connect() as holder:
        holder.execute(text("LOCK TABLE challenges IN ROW EXCLUSIVE MODE"))
        with pytest.raises(OperationalError, match="lock timeout"):
            schema.upgrade()
        assert holder.scalar(text("SELECT version_num FROM alembic_version")) == "0003"


@on_postgresql
def test_a_backfill_goes_on_where_it_was_killed(ladder):
    ladder.put(schema.newest())
    insert = "INSERT INTO sign_in_failures (account, source, browser, at) VALUES ('a', '', '', :now)"
    with db.engine.begin() as connection:
        connection.execute(text(insert), [{"now": clock.now()} for _ in range(12)])

    def fill(value):
        with in_a_migration():
            schema.backfill("sign_in_failures", f"source = '{value}'", "source = ''", rows=5)

    with pytest.raises(Killed), recording(breaks_after=1):
        fill("first")
    fill("second")
    sources = db.session.execute(text("SELECT source FROM sign_in_failures ORDER BY id")).scalars().all()
    assert sources == ["first"] * 5 + ["second"] * 7


def test_on_sqlite_a_backfill_is_part_of_the_whole(sqlite_app):
    with db.engine.connect().execution_options(writes=True) as connection:
        insert = "INSERT INTO sign_in_failures (account, source, browser, at) VALUES ('a', '', '', '2026-01-01')"
        for _ in range(12):
            connection.execute(text(insert))
        connection.commit()
    with in_a_migration():
        schema.backfill("sign_in_failures", "source = 'all'", "source = ''", rows=5)
    assert db.session.scalar(text("SELECT count(*) FROM sign_in_failures WHERE source = 'all'")) == 12


@pytest.mark.parametrize(("revision", "fits"), [("head", True), ("9999", True), ("0001", False), ("0003", False)])
def test_code_works_on_its_own_schema_and_on_newer_ones(app, client, revision, fits):
    revision = schema.newest() if revision == "head" else revision
    db.session.connection(execution_options={"writes": True}).execute(
        text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision}
    )
    db.session.commit()
    assert schema.is_current() is fits
    assert client.get("/readyz").status_code == (200 if fits else 503)


def test_a_newer_schema_is_left_alone(app):
    db.session.connection(execution_options={"writes": True}).execute(
        text("UPDATE alembic_version SET version_num = '9999'")
    )
    db.session.commit()
    schema.upgrade()
    assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"

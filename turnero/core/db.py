"""Database access: transactions, locks, and column types for both engines.

A use case is one function under ``@transaction``: one transaction, one commit, rolled back on any
exception. Queries and rules never commit. The order in which locks are taken is in docs/architecture.md.
"""

import functools
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import DateTime, Dialect, Engine, String, TypeDecorator, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from config import Settings
from turnero.core.extensions import db

P = ParamSpec("P")
R = TypeVar("R")

# serialization_failure, deadlock_detected, lock_not_available: a retry may succeed.
_RETRIED = {"40001", "40P01", "55P03"}
_TRIES = 5
# Errors of driver and pool when the database is away, full or too busy.
OUTAGES = (OperationalError, InterfaceError, InternalError, PoolExhausted)
# A lock is tried up to five times (_TRIES), so a page answers within a quarter of a minute.
TIMEOUTS = {"lock_timeout": "3s", "statement_timeout": "15s", "idle_in_transaction_session_timeout": "30s"}
# Each thread uses one connection at a time; a request that finds none soon is refused.
_POOL = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 5, "pool_pre_ping": True}

# One round trip; locks are taken in the given order, as PostgreSQL sorts before calling volatile functions.
_LOCK_EACH = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) "
    "FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS given(name, place) ORDER BY place"
)
_LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")


class UtcDateTime(TypeDecorator[datetime]):
    """Column type: an aware UTC instant in Python; refuses naive ones.

    PostgreSQL stores ``timestamptz``; SQLite stores text that sorts by time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


E = TypeVar("E", bound=StrEnum)


class EnumText(TypeDecorator[E]):
    """Column type: a member of the enum ``kind`` in Python, text with a CHECK in the database."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)  # the CHECK refuses wrong ones

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


def on_postgresql() -> bool:
    return bool(db.engine.dialect.name == "postgresql")


def is_writing() -> bool:
    """Whether a use case is running."""
    return bool(db.session.info.get("writing"))


def transaction(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run ``use_case`` in one write transaction and commit it once.

    A deadlock, a serialization failure or a connection lost before COMMIT runs it again, at most five times in all,
    so a use case must have no effect outside the database. If the answer to COMMIT itself is lost the outcome is
    unknown: this raises, and sending the same form again is safe because use cases are idempotent. A use case never
    calls another: that would be two commits.
    """

    @functools.wraps(use_case)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        if is_writing():
            raise RuntimeError(f"{use_case.__name__} was called inside another use case")
        for attempt in range(1, _TRIES + 1):
            _let_go()  # discard reads of an older snapshot
            db.session.info["writing"] = True
            committing = False
            try:
                db.session.connection(execution_options={"writes": True})
                result = use_case(*args, **kwargs)
                db.session.flush()
                committing = True
                db.session.commit()
                return result
            except DBAPIError as error:
                _let_go()
                if attempt == _TRIES or not _was_surely_undone(error, committing=committing):
                    raise
                time.sleep(random.uniform(0.005, 0.02) * attempt)  # noqa: S311 (spreads retries, no secret)
            except BaseException:
                _let_go()
                raise
            finally:
                db.session.info["writing"] = False
        raise AssertionError("unreachable")

    return in_one_transaction


class _Previewed(Exception):
    """Carries a result out of a transaction that is rolled back."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


def preview(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run ``use_case`` in a write transaction, return what it returned, and roll everything back."""

    @functools.wraps(use_case)
    def rolled_back(*args: P.args, **kwargs: P.kwargs) -> R:
        @transaction
        def make() -> None:
            raise _Previewed(use_case(*args, **kwargs))

        try:
            make()
        except _Previewed as previewed:
            return cast("R", previewed.result)
        raise AssertionError("a preview always rolls back")

    return rolled_back


def _let_go() -> None:
    """Roll back, tolerating a dead connection, whose transaction has already ended."""
    try:
        db.session.rollback()
    except OUTAGES:
        db.session().invalidate()


def close_session() -> None:
    """End the request's session without expiring loaded rows."""
    try:
        db.session.close()
    except OUTAGES:
        db.session().invalidate()


def rest_connection() -> None:
    """Return a read-only page's connection to the pool without expiring loaded rows."""
    if not is_writing():
        session = db.session()
        session.expire_on_commit = False
        try:
            session.commit()
        finally:
            session.expire_on_commit = True


def _was_surely_undone(error: DBAPIError, *, committing: bool) -> bool:
    """Whether the transaction was certainly undone, so that a retry may succeed."""
    lost = error.connection_invalidated and not committing
    return lost or getattr(error.orig, "sqlstate", None) in _RETRIED


def lock(*names: str) -> None:
    """Take the named locks until the end of the transaction, sorted to prevent deadlocks.

    PostgreSQL: transaction-scoped advisory locks. SQLite: ``BEGIN IMMEDIATE`` already serialises.
    """
    if on_postgresql():
        db.session.execute(_LOCK_EACH, {"names": sorted(set(names))})


def lock_shared(name: str) -> None:
    """Take a named lock in shared mode, in a statement of its own so that later reads see what it waited for."""
    if on_postgresql():
        db.session.execute(_LOCK_SHARED, {"name": name})


def engine_options(settings: Settings) -> dict[str, Any]:
    """Connection options. On PostgreSQL locks, statements and idle transactions have time-outs.

    Behind a pooler (recognised by a separate direct URL) the role carries the time-outs, because the pooler refuses
    connection options, and statements are not prepared, as the next transaction may use another server connection.
    """
    options: dict[str, Any] = {"hide_parameters": True}  # parameters may be personal data, and errors are logged
    if settings.database_url.startswith("postgresql"):
        pooled = settings.database_direct_url != settings.database_url
        waits = " ".join(f"-c {name}={limit}" for name, limit in TIMEOUTS.items())
        options |= _POOL
        options["connect_args"] = {"prepare_threshold": None} if pooled else {"options": waits}
    return options


def configure_engine(engine: Engine) -> None:
    """Set what each new connection needs: on SQLite write-ahead log, foreign keys and explicit BEGIN."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # sqlite3 only: we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # Readers must not wait for writers; a writer takes its lock at once, so that it cannot fail half way.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

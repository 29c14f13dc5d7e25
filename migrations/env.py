"""How Alembic reaches the database: past any pooler, one migrator at a time.

PostgreSQL, where people go on booking, takes each migration in a transaction of its own; SQLite takes them all in one.
"""

import time

from alembic import context
from flask import current_app
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

from turnero.core.db import TIMEOUTS, configure_engine
from turnero.operations.schema import LOCK_TIMEOUT

# Any number will do, if nobody else uses it: session locks are shared by the whole database.
MIGRATION_LOCK = 7_278_330_101


def wait_for_other_migrators(connection: Connection) -> None:
    """PostgreSQL: a lock of the session, freed when it ends, however it ends.

    Asked for again and again: who waited inside a statement would hold up the index that another one builds
    CONCURRENTLY, which waits for every statement that began before it.
    """
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK}):
        connection.commit()
        time.sleep(0.2)
    for name in TIMEOUTS:  # what the role carries is for pages; an index or a batch takes as long as it takes
        connection.execute(text(f"SET {name} = 0"))
    # Rather fail and be run again than make the whole site queue behind a table we wait for.
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()


def migrate() -> None:
    engine = create_engine(current_app.config["SETTINGS"].database_direct_url, poolclass=NullPool)
    configure_engine(engine)
    on_sqlite = engine.dialect.name == "sqlite"
    if on_sqlite:
        # Batch mode copies a table and drops the old one; with foreign keys on that would empty its children.
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF").close())
    with engine.connect().execution_options(writes=True) as connection:
        if not on_sqlite:
            wait_for_other_migrators(connection)
        context.configure(
            connection=connection,
            target_metadata=current_app.extensions["migrate"].db.metadata,
            transaction_per_migration=not on_sqlite,
            transactional_ddl=True,  # SQLite too: our engine says BEGIN IMMEDIATE itself
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise RuntimeError("only a real database is migrated: the SQL differs by engine")
migrate()

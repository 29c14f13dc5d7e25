"""Rows that many tests begin with, kept as they were when they were first made: writing them again is ten times faster.

Keeps only rows: restoring also needs the clock and clients with matching cookies.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from psycopg import sql

from turnero.core.db import on_postgresql
from turnero.core.extensions import Base, db

Restore = Callable[[], None]


def keep_rows() -> Restore:
    """Call the result to have the rows of now, and no others, in an application on the same engine.

    Its schema must be the newest, as it is in every test's database.
    """
    db.session.rollback()
    with closing(db.engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        write = _kept_on_postgresql(driver) if on_postgresql() else _kept_on_sqlite(driver)
        connection.rollback()

    def restore() -> None:
        db.session.rollback()
        with closing(db.engine.raw_connection()) as connection:
            write(connection.driver_connection)
            connection.commit()

    return restore


def _names() -> list[str]:
    return [table.name for table in Base.metadata.sorted_tables]


def _kept_on_sqlite(driver: sqlite3.Connection) -> Callable[[Any], None]:
    rows = {name: driver.execute(f'SELECT * FROM "{name}"').fetchall() for name in _names()}

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("PRAGMA defer_foreign_keys = ON")
        for name, found in rows.items():
            connection.execute(f'DELETE FROM "{name}"')
            if found:
                places = ", ".join("?" * len(found[0]))
                connection.executemany(f'INSERT INTO "{name}" VALUES ({places})', found)

    return write


def _kept_on_postgresql(driver: Any) -> Callable[[Any], None]:
    """All rows in one round trip, without foreign keys; each table's next number is after them."""
    statements = ["SET LOCAL session_replication_role = replica"]
    for name in _names():
        table = sql.Identifier(name)
        rows = sql.SQL("SELECT coalesce(json_agg(t), '[]')::text FROM {} t").format(table)
        (found,) = driver.execute(rows).fetchone()
        insert = "INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, {rows}::json)"
        statements += [
            sql.SQL(statement).format(table=table, rows=sql.Literal(found)).as_string(driver)
            for statement in ("DELETE FROM {table}", insert)
        ]
    sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value > 0"
    statements += [
        sql.SQL("SELECT setval({}, {})").format(name, last).as_string(driver)
        for name, last in driver.execute(sequences).fetchall()
    ]
    whole = "; ".join(statements).encode()
    return lambda connection: connection.execute(whole)

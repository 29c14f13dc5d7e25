"""Digests of all tables, to assert that nothing was changed.

One statement reads all tables: tests ask after each of a hundred requests, and a statement for each table cost more
than the requests.
"""

import hashlib
from collections.abc import Collection
from functools import cache

from sqlalchemy import Table, TextClause, text

from turnero.core.db import on_postgresql
from turnero.core.extensions import Base, db

# Writes allowed when viewing pages: recorded views, and last use of sessions and devices.
OF_LOOKING = ("data_views", "staff_sessions.seen_at", "devices.seen_at")


def tables_now(but: Collection[str] = ()) -> dict[str, str]:
    """By table the digest of its rows, without the tables and columns (``table.column``) named in ``but``."""
    db.session.rollback()
    found = db.session.execute(_statement(frozenset(but), postgresql=on_postgresql()))
    return {table: hashlib.sha256(rows.encode()).hexdigest() for table, rows in found}


@cache
def _statement(but: frozenset[str], *, postgresql: bool) -> TextClause:
    tables = [table for table in Base.metadata.sorted_tables if table.name not in but]
    rows_of = _rows_on_postgresql if postgresql else _rows_on_sqlite
    return text(" UNION ALL ".join(rows_of(table, _columns(table, but)) for table in tables))


def _columns(table: Table, but: Collection[str]) -> list[str]:
    return [f'"{column.name}"' for column in table.columns if f"{table.name}.{column.name}" not in but]


def _rows_on_postgresql(table: Table, columns: list[str]) -> str:
    """Name and digest of a table, its rows in the order of their bytes."""
    rows = f'SELECT {", ".join(columns)} FROM "{table.name}"'
    ordered = 'string_agg(r::text, chr(10) ORDER BY r::text COLLATE "C")'
    return f"SELECT '{table.name}', md5(coalesce({ordered}, '')) FROM ({rows}) r"


def _rows_on_sqlite(table: Table, columns: list[str]) -> str:
    """Name and rows of a table; ``quote`` tells a number from its text and NULL from nothing."""
    row = " || ',' || ".join(f"quote({column})" for column in columns)
    rows = f'SELECT {row} AS r FROM "{table.name}" ORDER BY 1'
    return f"SELECT '{table.name}', coalesce(group_concat(r, char(10)), '') FROM ({rows})"

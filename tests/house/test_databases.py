"""Test databases are complete at any moment: threads of an earlier test may still read them."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing


def test_the_shared_database_always_has_all_tables(databases, tmp_path):
    file = tmp_path / "shared.sqlite3"
    databases.migrated("sqlite", file)

    def look():
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=wal")
            connection.execute("SELECT * FROM clock").fetchall()

    with ThreadPoolExecutor() as pool:
        for _ in range(30):
            looking = pool.submit(lambda: [look() for _ in range(5)])
            databases.migrated("sqlite", file)
            databases.migrated("sqlite", file)
            looking.result()

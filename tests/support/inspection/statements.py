"""Records the statements sent to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from turnero.core.extensions import db


@dataclass(frozen=True)
class Statement:
    """As the driver gets it."""

    sql: str
    parameters: Any


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Every statement of the application's engine while it lasts; BEGIN and COMMIT are not among them."""
    said: list[Statement] = []

    def note(*call: Any) -> None:
        sql, parameters = call[2:4]
        if sql.split(maxsplit=1)[0] not in ("BEGIN", "PRAGMA"):
            said.append(Statement(sql, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

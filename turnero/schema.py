"""Bringing the database to the newest schema, and telling whether it is there."""

from datetime import timedelta

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from turnero import clock
from turnero.db import transaction
from turnero.extensions import db


def upgrade() -> None:
    """Run the migrations that are missing, all or none. Safe to repeat, to kill, and to run twice at once."""
    command.upgrade(_config(), "head")


def newest() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_current() -> bool:
    """Whether the database is at ``newest()``. Raises the driver's error when it cannot be reached."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest()


@transaction
def set_clock(offset: timedelta | None) -> None:
    """Write the setting ``TURNERO_CLOCK`` where every process and SQL view reads it; ``None`` is no offset."""
    clock.set_offset(offset or timedelta())


def _config() -> Config:
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    return config

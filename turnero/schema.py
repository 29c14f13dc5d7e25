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
    """Whether this code can work with the database: at ``newest()``, or a version further than this code knows.

    While a new version is brought in the old replicas go on serving beside the new schema, which only adds.
    Raises the driver's error when the database cannot be reached.
    """
    with db.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None or revision == newest():
        return revision is not None
    return revision not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


@transaction
def set_clock(offset: timedelta | None) -> None:
    """Write the setting ``TURNERO_CLOCK`` where every process and SQL view reads it; ``None`` is no offset."""
    clock.set_offset(offset or timedelta())


def _config() -> Config:
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    return config

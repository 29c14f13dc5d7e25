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
    """Run the migrations that are missing, all or none. Safe to repeat, to kill, and to run twice at once.

    A database that a later version has already brought further is left as it is.
    """
    if not _is_later(revision()):
        command.upgrade(_config(), "head")


def newest() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision() -> str | None:
    """Where the database is. Raises the driver's error when it cannot be reached."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current() -> bool:
    """Whether this code can work with the database: at ``newest()``, or at one further than this code knows.

    While a new version is brought in the old replicas go on serving beside the new schema, which only adds.
    Raises the driver's error when the database cannot be reached.
    """
    found = revision()
    return found is not None and (found == newest() or _is_later(found))


def _is_later(found: str | None) -> bool:
    """Whether a later version brought the database there: this code does not know the revision."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return found is not None and found not in known


@transaction
def set_clock(offset: timedelta | None) -> None:
    """Write the setting ``TURNERO_CLOCK`` where every process and SQL view reads it; ``None`` is no offset."""
    clock.set_offset(offset or timedelta())


def _config() -> Config:
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    return config

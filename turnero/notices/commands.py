"""``turnero mail``: what the outbox still owes, and another try for the dead letters."""

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from turnero.core import clock
from turnero.core.db import transaction
from turnero.core.extensions import db
from turnero.notices.models import OWED, Notice
from turnero.notices.outbox import revive
from turnero.notices.words import STATES


@click.group("mail")
def mail_group() -> None:
    """Correos por entregar: su estado y un nuevo intento."""


@mail_group.command("status")
@with_appcontext
def status_command() -> None:
    """Muestra cuántos correos hay en cada estado y cuánto espera el más antiguo."""
    counts = dict(db.session.execute(select(Notice.status, func.count()).group_by(Notice.status)).all())
    for status, word in STATES.items():
        click.echo(f"{word:<12}{counts.get(status, 0):>7}")
    oldest = db.session.scalar(select(func.min(Notice.created_at)).where(Notice.status.in_(OWED)))
    if oldest is not None:
        click.echo(f"El más antiguo espera desde hace {int((clock.now() - oldest).total_seconds())} s.")


@mail_group.command("retry")
@with_appcontext
def retry_command() -> None:
    """Vuelve a poner en la cola los correos fallidos que no han caducado."""
    click.echo(f"Correos que vuelven a la cola: {transaction(revive)()}.")

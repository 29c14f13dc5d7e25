"""``turnero backup`` and ``turnero restore``: after a restore no old link, mail or reference is reused."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import click
import structlog
from flask.cli import with_appcontext
from sqlalchemy import CursorResult, Update, delete, func, inspect, select, text, update
from sqlalchemy.exc import DatabaseError

from turnero.agencies.models import Agency
from turnero.booking.seats import claims
from turnero.booking.turn import history, reference_eras
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Claim, Journey
from turnero.booking.turn.states import Purpose
from turnero.core import clock, progress
from turnero.core import db as database
from turnero.core.errors import TurneroError
from turnero.core.extensions import db
from turnero.notices.models import OWED, Notice, NoticeStatus
from turnero.operations import backup, schema
from turnero.operations.jobs import Lease
from turnero.staff.actor import Actor, ActorKind
from turnero.staff.models import Account, Device, StaffSession
from turnero.verify.models import Challenge

NOBODY = "restored"  # not a browser id, which is a hash
MAYBE_SENT = "restored from a backup: it may have been sent since"

log = structlog.get_logger()


class NotEmpty(TurneroError):
    """The database holds agencies or turns, and --replace was not given."""

    code = "restore_not_empty"


class OtherVersion(TurneroError):
    """The backup's schema is ``revision``; this version's is ``newest``."""

    code = "restore_other_version"


@dataclass(frozen=True)
class Restored:
    """Numbers of what was restored and ended."""

    turns: int
    holds: int
    journeys: int
    notices: int
    sessions: int
    newest: datetime | None  # of the last turn before the backup


def restore(source: Path, *, replace: bool) -> Restored:
    """Restore a backup and make it safe. All other processes must be stopped.

    After a kill the database is unchanged, restored, or without a revision, in which case no process starts until the
    restore is repeated. Raises NotEmpty, OtherVersion and the errors of ``backup``.
    """
    revision = backup.revision_of(source)
    if revision != schema.newest():
        raise OtherVersion(revision=revision or "?", newest=schema.newest())
    if not replace and _holds_anything():
        raise NotEmpty
    backup.bring_back(source, _present_era())
    restored = _make_safe(revision or "")
    log.warning("restored", turns=restored.turns, notices=restored.notices)
    return restored


def _holds_anything() -> bool:
    """Whether the database holds data; a new one, or one left by a killed restore, does not."""
    tables = inspect(db.engine).get_table_names()
    if "alembic_version" not in tables or db.session.scalar(text("SELECT 1 FROM alembic_version")) is None:
        return False
    return any(db.session.scalar(select(table.id).limit(1)) is not None for table in (Agency, Booking))


def _present_era() -> int:
    """The era of the replaced database: a backup may be restored twice, with references given out in between."""
    try:
        if "reference_era" not in inspect(db.engine).get_table_names():
            return 0
        return reference_eras.present_era().number
    except database.OUTAGES:
        raise
    except DatabaseError:  # unreadable: treat as lost
        return 0


@database.transaction
def _make_safe(revision: str) -> Restored:
    """End everything only the lost database could continue and set the revision mark, in one transaction."""
    now = clock.now()
    restored = Restored(
        turns=db.session.scalar(select(func.count()).select_from(Booking)) or 0,
        holds=_end_holds(now),
        journeys=_count(update(Journey).where(Journey.browser != NOBODY).values(browser=NOBODY, proven_as=None)),
        notices=_count(
            update(Notice)
            .where(Notice.status.in_(OWED))
            .values(status=NoticeStatus.DEAD, leased_until=None, last_error=MAYBE_SENT)
        ),
        sessions=_count(update(StaffSession).where(StaffSession.ended_at.is_(None)).values(ended_at=now)),
        newest=db.session.scalar(select(func.max(Booking.confirmed_at))),
    )
    db.session.execute(update(Challenge).values(void=True))
    db.session.execute(update(Account).values(activation_hash=None, activation_expires_at=None))
    db.session.execute(update(Device).values(pairing_hash=None, pairing_expires_at=None))
    db.session.execute(delete(Lease))
    reference_eras.begin_another_era()
    db.session.execute(text("INSERT INTO alembic_version (version_num) VALUES (:revision)"), {"revision": revision})
    return restored


def _end_holds(now: datetime) -> int:
    """End old holds."""
    held = db.session.scalars(select(Booking).where(Booking.status == Status.HELD)).all()
    for booking in held:
        history.move(booking, Status.LAPSED, What.RESTORED, actor=Actor(ActorKind.RESTORE), now=now)
        claims.free(booking.id)
    db.session.execute(delete(Claim).where(Claim.purpose == Purpose.HOLD))  # of turns being changed
    return len(held)


def _count(statement: Update) -> int:
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount


@click.command("backup")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup_command(file: Path) -> None:
    """Copia toda la base de datos en FILE, sin detener nada. El archivo contiene datos personales."""
    with progress.working("Copiando la base de datos…"):
        backup.write_backup(file)
    click.echo(f"Copia completa en {file} ({file.stat().st_size:,} bytes).".replace(",", "."))


@click.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Borra lo que la base de datos tiene ahora.")
@with_appcontext
def restore_command(file: Path, *, replace: bool) -> None:
    """Devuelve una copia a la base de datos. Detenga antes todos los procesos web y de tareas."""
    with progress.working("Devolviendo la copia…"):
        done = restore(file, replace=replace)
    newest = f", el último confirmado el {done.newest:%Y-%m-%d a las %H:%M} UTC" if done.newest else ""
    click.echo(f"Turnos y reservas: {done.turns}{newest}.")
    click.echo(
        f"Terminados: {done.journeys} recorridos, {done.holds} reservas y {done.sessions} sesiones del personal."
    )
    click.echo(f"Correos que no se enviarán solos: {done.notices} («turnero mail retry» los envía).")
    click.echo("Haga ahora una copia nueva: si algún día se pierde esta base de datos, devuelva esa y no la anterior.")
    click.echo("Revise cuentas y equipos: lo que se desactivó después de la copia está otra vez activo.")

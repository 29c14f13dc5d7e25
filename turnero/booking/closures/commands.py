"""Commands that close and reopen hours, with the effect on people shown before and after."""

from datetime import date
from typing import Any

import click
from sqlalchemy import select

from turnero.agencies import queries as agencies
from turnero.agencies.localities import find_canton
from turnero.agencies.models import Desk
from turnero.booking.closures import closing, proposals
from turnero.booking.closures.closing import Closed
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.documents.closure_text import STATUSES
from turnero.booking.turn.models import Booking, Displacement
from turnero.core import formatting
from turnero.core.errors import NotFound, TurneroError
from turnero.core.extensions import db
from turnero.core.messages import text_of
from turnero.core.progress import working
from turnero.staff.actor import COMMAND_LINE

_WHEN = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])


@click.command("close")
@click.option("--agency", metavar="SLUG", help="Una agencia.")
@click.option("--canton", metavar="NOMBRE", help="Las agencias de un cantón.")
@click.option("--province", metavar="CÓDIGO", help="Las agencias de una provincia; con --canton, su provincia.")
@click.option("--national", is_flag=True, help="Todo el país.")
@click.option("--from", "starts", required=True, type=_WHEN, metavar="T", help="Desde (hora local de cada agencia).")
@click.option("--to", "ends", required=True, type=_WHEN, metavar="T", help="Hasta (hora local; no incluida).")
@click.option("--reason", required=True, metavar="TEXTO", help="Motivo: lo leerán las personas.")
@click.option(
    "--kind",
    type=click.Choice(["holiday", "decree", "contingency"]),
    default="contingency",
    show_default=True,
    help="Clase de cierre.",
)
@click.option("--basis", default="", metavar="TEXTO", help="Base legal.")
@click.option("--dry-run", is_flag=True, help="Muestra qué pasaría, sin cerrar nada.")
def close_hours_command(
    *, agency: str | None, canton: str | None, province: str | None, national: bool, dry_run: bool, **hours: Any
) -> None:
    """Cierra horas, avisa a las personas afectadas y les guarda otro turno."""
    wanted = Hours(**hours)
    if wanted.ends <= wanted.starts:
        raise click.UsageError("El cierre debe terminar después de empezar.")
    scope = _scope(agency, canton, province, national)
    if dry_run:
        with working("Calculando sin cerrar nada"):
            told = closing.preview_closing(scope, wanted)
        _print(told)
        click.echo(f"Con correo: {told.reachable}. Con otro lugar: {told.placed}. No se cerró nada.")
        return
    with working("Cerrando y buscando otros lugares"):
        closed = closing.close_hours(scope, wanted, actor=COMMAND_LINE)
        proposals.propose_all()
    _print(closed)
    click.echo(f"Cierre {closed.closure_id}. Para deshacerlo: turnero reopen {closed.closure_id}")


def _scope(agency: str | None, canton: str | None, province: str | None, national: bool) -> Scope:
    if [bool(agency), bool(canton or province), national].count(True) != 1:
        raise click.UsageError("Indique una agencia, un cantón, una provincia o --national.")
    try:
        if agency:
            return Scope("agency", agency_id=agencies.agency(agency).id)
        if canton:
            place = find_canton(canton, [province] if province else ())
            return Scope("canton", place.province_code, place.canton)
        if province:
            return Scope("province", agencies.province(province).code)
    except NotFound as error:
        raise click.UsageError("No existe esa agencia." if agency else text_of(error)) from error
    except TurneroError as error:
        raise click.UsageError(text_of(error)) from error
    return Scope("national")


def _print(closed: Closed) -> None:
    cleared = closed.cleared
    click.echo(
        f"Agencias: {closed.agencies}. Lugares que se cierran: {closed.places}. "
        f"Turnos desplazados: {cleared.displaced}. Reservas terminadas: {cleared.holds_ended}."
    )


@click.command("reopen")
@click.argument("closure_id", metavar="ID", type=int)
def reopen_command(closure_id: int) -> None:
    """Deshace un cierre y devuelve su hora a quien todavía no tiene otra."""
    try:
        restored = closing.reopen_hours(closure_id, actor=COMMAND_LINE).restored
    except NotFound:
        raise click.ClickException("No hay un cierre vigente con ese número.") from None
    click.echo(f"Cierre {closure_id} deshecho. Turnos que recuperan su hora: {restored}.")


@click.group("displaced")
def displaced_group() -> None:
    """Las personas que perdieron su turno por un cierre."""


@displaced_group.command("list")
def list_displaced_command() -> None:
    """Muestra a todas y hasta dónde se llegó con cada una."""
    rows = db.session.execute(
        select(Displacement, Booking.reference, Booking.email.is_not(None))
        .join(Booking, Booking.id == Displacement.booking_id)
        .order_by(Displacement.ended_at.is_not(None), Displacement.old_starts_at, Displacement.id)
    ).all()
    for displacement, reference, reachable in rows:
        click.echo(_line(displacement, reference, reachable))
    waiting = sum(1 for displacement, *_ in rows if displacement.ended_at is None)
    untold = sum(1 for displacement, *_ in rows if displacement.ended_at is None and displacement.told_at is None)
    click.echo(f"Desplazados: {len(rows)}. Sin resolver: {waiting}. Sin avisar todavía: {untold}.")


def _line(displacement: Displacement, reference: str, reachable: bool) -> str:
    told = "avisado" if displacement.told_at else ("sin avisar" if reachable else "sin correo")
    new = "-"
    if displacement.new_desk_id is not None and displacement.new_day is not None:
        agency = db.session.get_one(Desk, displacement.new_desk_id).agency.slug
        new = f"{agency} {_when(displacement.new_day, displacement.new_minute or 0)}"
    old = db.session.get_one(Desk, displacement.old_desk_id).agency.slug
    lost = f"{old} {_when(displacement.old_day, displacement.old_minute)}"
    return f"{reference}  {lost}  →  {new}  {STATUSES[displacement.status]}, {told}: {displacement.reason}"


def _when(day: date, minute: int) -> str:
    return f"{day}T{formatting.clock_time(minute)}"

"""``turnero data``: legal requests about one person's data, carried out by the operator (docs/privacy.md)."""

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from turnero.booking.documents.turn_text import shown_cedula
from turnero.booking.person import privacy
from turnero.core.errors import InvalidInput
from turnero.core.messages import text_of
from turnero.verify import cedula as cedulas


def _cedula(_context: click.Context, _parameter: click.Parameter, typed: str) -> str:
    try:
        return cedulas.parse(typed)
    except InvalidInput as error:
        raise click.BadParameter(text_of(error)) from error


_the_cedula = click.argument("cedula", metavar="CÉDULA", callback=_cedula)


@click.group("data")
def data_group() -> None:
    """Los datos de una persona: entregarlos o borrarlos cuando los pide."""


@data_group.command("export")
@_the_cedula
@click.argument("path", metavar="ARCHIVO.json", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export_person_command(cedula: str, path: Path) -> None:
    """Guarda en un archivo nuevo todo lo que hay de una persona.

    Solo quien lo ejecuta puede leer el archivo. Revíselo antes de entregarlo: si otra persona usó la cédula, sus datos
    de contacto también están.
    """
    told = privacy.everything_about(cedula)
    _write_new(path, json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    turns, journeys = len(told["turnos"]), len(told["recorridos"])
    click.echo(f"Datos de {shown_cedula(cedula)} en {path}: turnos {turns}, recorridos {journeys}.")


def _write_new(path: Path, text: str) -> None:
    """Write a new file with mode 0600; never overwrite one."""
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except FileExistsError as error:
        raise click.ClickException(f"Ya existe {path}: elija otro nombre.") from error
    except OSError as error:
        raise click.ClickException(f"No se pudo escribir {path}: {error.strerror}.") from error


@data_group.command("erase")
@_the_cedula
@click.option("--reason", required=True, metavar="TEXTO", help="Por qué; queda anotado. No escriba datos personales.")
@click.option("--cancel-turns", is_flag=True, help="Cancela también los turnos pendientes.")
@with_appcontext
def erase_command(cedula: str, reason: str, cancel_turns: bool) -> None:
    """Borra ahora los datos de una persona.

    Se van su contacto, sus enlaces, sus recorridos y sus solicitudes; de sus turnos quedan las cifras, sin su cédula.
    No se le escribe ningún correo. El registro de ciudadanos no cambia.
    """
    if not reason.strip():
        raise click.BadParameter("escriba el motivo.", param_hint="--reason")
    done = privacy.erase(cedula, reason.strip(), cancel_turns=cancel_turns)
    if done == privacy.Erased():
        click.echo(f"No hay nada de {shown_cedula(cedula)} que borrar.")
        return
    click.echo(
        f"Borrado lo de {shown_cedula(cedula)}: turnos {done.turns} (cancelados {done.cancelled}), "
        f"reservas {done.holds}, recorridos {done.journeys}, solicitudes {done.requests}."
    )

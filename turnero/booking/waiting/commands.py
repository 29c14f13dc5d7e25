"""``turnero draw``: lists the draws of scarce agencies and verifies published ones."""

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from turnero.booking.waiting import draw, queries
from turnero.core import clock

_STATES = {"announced": "anunciado", "open": "recibe solicitudes", "closed": "por sortear", "drawn": "sorteado"}


@click.group("draw")
def draw_group() -> None:
    """Sorteos de las agencias con escasez."""


@draw_group.command("verify")
@click.argument("file", metavar="ARCHIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_command(file: Path) -> None:
    """Repite un sorteo con su archivo publicado y dice si fue correcto. No necesita la base de datos."""
    try:
        published = json.loads(file.read_text(encoding="utf-8"))
        wrong = draw.verify(published)
    except (ValueError, RecursionError):
        raise click.ClickException(f"{file} no es el archivo de un sorteo.") from None
    for sentence in wrong:
        click.echo(sentence)
    if wrong:
        raise SystemExit(1)
    asked, given = len(published["solicitudes"]), len(published["asignados"])
    click.echo(f"El sorteo es correcto: {asked} solicitudes, {given} con turno. El hash del secreto se anunció como:")
    click.echo(published["hash_secreto"])


@draw_group.command("list")
@with_appcontext
def list_draws_command() -> None:
    """Los sorteos anunciados, abiertos y realizados desde hoy."""
    for each in queries.draws(clock.now().date()):
        agency, days = each.desk.agency.slug, f"{each.first_day} a {each.last_day}"
        click.echo(f"{each.id}  {agency}  {days}  {_STATES[queries.request_state(each)]}  {each.secret_hash}")

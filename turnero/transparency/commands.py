"""``turnero figures``: the months that everybody sees at /transparencia."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from turnero.transparency import history, months


@click.group("figures")
def figures_group() -> None:
    """Cifras de cada mes."""


@figures_group.command("load")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def load_command(path: Path) -> None:
    """Carga los meses anteriores a Turnero: anio,mes,quejas,atenciones. Se puede repetir."""
    click.echo(f"Meses nuevos o corregidos: {history.load_path(path)}.")


@figures_group.command("close")
@click.argument("month", metavar="AAAA-MM", type=click.DateTime(["%Y-%m"]))
@with_appcontext
def close_command(month: datetime) -> None:
    """Cierra un mes, o escribe su corrección si algo cambió desde que se cerró."""
    changed = months.close(month.date())
    click.echo("Escrito como una revisión nueva." if changed else "Sin cambios: ya estaba así.")

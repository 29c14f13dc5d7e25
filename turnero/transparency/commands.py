"""``turnero figures`` and ``turnero complaints``: public figures of months, and answering complaints."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from turnero.transparency.complaints import complaints
from turnero.transparency.months import closing, history


@click.group("figures")
def figures_group() -> None:
    """Cifras de cada mes."""


@figures_group.command("load")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def load_history_command(path: Path) -> None:
    """Carga los meses anteriores a Turnero: anio,mes,quejas,atenciones. Se puede repetir."""
    click.echo(f"Meses nuevos o corregidos: {history.load_history_path(path)}.")


@figures_group.command("close")
@click.argument("month", metavar="AAAA-MM", type=click.DateTime(["%Y-%m"]))
@with_appcontext
def close_month_command(month: datetime) -> None:
    """Cierra un mes, o escribe su corrección si algo cambió desde que se cerró."""
    changed = closing.close_month(month.date())
    click.echo("Escrito como una revisión nueva." if changed else "Sin cambios: ya estaba así.")


@click.group("complaints")
def complaints_group() -> None:
    """Quejas por responder."""


@complaints_group.command("list")
@with_appcontext
def list_complaints_command() -> None:
    """Las que esperan respuesta, con su último día."""
    for row in complaints.unanswered():
        click.echo(f"{row.due_day}  {row.number}  {row.words}")


@complaints_group.command("answer")
@click.argument("number", metavar="NÚMERO")
@click.option("--text", required=True, metavar="TEXTO", help="La respuesta, como la leerá la persona.")
@with_appcontext
def answer_command(number: str, text: str) -> None:
    """Responde una, por correo si lo dejó y en su página."""
    if not text.strip():
        raise click.BadParameter("escriba la respuesta.", param_hint="--text")
    complaints.answer_complaint(number, text.strip())
    click.echo("Respondida.")

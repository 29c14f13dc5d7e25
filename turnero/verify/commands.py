"""``turnero citizens``: the local citizen registry. Needs the application's context."""

from pathlib import Path

import click

from turnero.core import clock
from turnero.core.progress import counted, working
from turnero.verify import citizens


@click.group("citizens")
def citizens_group() -> None:
    """Registro local de ciudadanos."""


@citizens_group.command("load")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_citizens_command(path: Path) -> None:
    """Carga un archivo CSV en UTF-8: todo o nada, y se puede repetir.

    Columnas: cedula,nombres,apellidos,nacimiento,correo,celular (las tres últimas pueden ir vacías; la fecha,
    AAAA-MM-DD). Agrega o cambia a quienes nombra y deja a los demás como están.
    """
    lines = counted(citizens.read_lines(path), "Revisando ciudadanos")
    people = citizens.parse_people(lines, clock.now().date())
    with working("Guardando ciudadanos…"):
        citizens.load_citizens(people)
    click.echo(f"Ciudadanos cargados: {len(people)}.")

"""``turnero catalogue``: load, check and export catalogue files. Needs the application's context."""

from collections.abc import Iterable
from pathlib import Path

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

from turnero.agencies.catalogue import export, reading
from turnero.agencies.catalogue.entries import Catalogue
from turnero.agencies.catalogue.load import load_catalogue_path, loaded
from turnero.agencies.catalogue.schema import NOTHING, Known
from turnero.agencies.catalogue.source import files
from turnero.core.extensions import db
from turnero.core.progress import working

_SOURCE = click.Path(exists=True, path_type=Path)


@click.group("catalogue")
def catalogue_group() -> None:
    """Provincias, trámites, agencias, horarios y feriados, en archivos YAML."""


@catalogue_group.command("load")
@click.argument("path", metavar="PATH", type=_SOURCE)
def load_catalogue_command(path: Path) -> None:
    """Carga un archivo YAML o una carpeta de ellos: todo o nada, y se puede repetir.

    Cambia lo que los archivos nombran y deja como está lo que no nombran. De cada agencia que nombran reemplaza
    los horarios, las ventanillas y los días especiales.
    """
    with working("Cargando el catálogo…"):
        read = load_catalogue_path(path)
    _warn_of_demonstrations(read)
    click.echo(f"Catálogo cargado: {_counts(read)}.")


@catalogue_group.command("check")
@click.argument("path", metavar="PATH", type=_SOURCE)
def check_command(path: Path) -> None:
    """Comprueba un archivo YAML o una carpeta de ellos sin cambiar nada.

    Los archivos pueden nombrar lo que ya está en la base de datos, si la hay.
    """
    with working("Comprobando el catálogo…"):
        read = reading.read_catalogue(path, _loaded_if_any())
    click.echo(f"El catálogo está bien: {_counts(read)}.")


@catalogue_group.command("export")
@click.argument("path", metavar="PATH")
def export_catalogue_command(path: str) -> None:
    """Escribe el catálogo en un archivo YAML, o en varios si PATH es una carpeta o termina en «/»."""
    target = Path(path)
    try:
        if path.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
        with working("Escribiendo el catálogo…"):
            written = export.write_files(target)
    except OSError as error:
        raise click.ClickException(f"No se puede escribir en {path}: {error.strerror}.") from error
    if others := set(files(target)) - set(written):
        click.echo(f"Atención: la carpeta tiene otros archivos que se leerían juntos: {_names(others)}.", err=True)
    click.echo(f"Catálogo escrito en {_names(written)}.")


def _loaded_if_any() -> Known:
    try:
        return loaded()
    except DBAPIError:
        db.session.rollback()
        click.echo("No hay una base de datos lista: se comprueban solo los archivos.", err=True)
        return NOTHING


def _names(written: Iterable[Path]) -> str:
    return ", ".join(map(str, sorted(written)))


def _warn_of_demonstrations(read: Catalogue) -> None:
    count = sum(agency.demo for agency in read.agencies)
    if count and current_app.config["SETTINGS"].production:
        click.echo(f"Advertencia: en producción hay agencias de demostración (demo: true): {count}.", err=True)


def _counts(read: Catalogue) -> str:
    things = (
        (len(read.provinces), "provincia", "provincias"),
        (len(read.lines), "línea", "líneas"),
        (len(read.procedures), "trámite", "trámites"),
        (len(read.agencies), "agencia", "agencias"),
        (len(read.holidays), "feriado local", "feriados locales"),
        (len(read.decrees), "decreto", "decretos"),
    )
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in things)

"""The command line: ``turnero …``, also available as ``flask --app turnero …``.

Exit status: 0 success, 1 failure, 2 usage error.
"""

import functools
import gettext
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, with_appcontext

import turnero
from config import Settings, SettingsError
from turnero.administration.people.account_commands import staff_group
from turnero.administration.people.device_commands import kiosk_group
from turnero.agencies.catalogue.commands import catalogue_group
from turnero.agencies.commands import deadline_command, holidays_command
from turnero.booking.closures.commands import close_hours_command, displaced_group, reopen_command
from turnero.booking.person.commands import data_group
from turnero.booking.seats.commands import slots_command
from turnero.booking.waiting.commands import draw_group
from turnero.core.db import OUTAGES
from turnero.core.errors import TurneroError
from turnero.core.messages import text_of
from turnero.core.paths import resource
from turnero.notices.commands import mail_group
from turnero.operations import jobs, schema
from turnero.operations.audit import audit_command
from turnero.operations.restore import backup_command, restore_command
from turnero.transparency.commands import complaints_group, figures_group
from turnero.verify.commands import citizens_group

LOOPBACK = "127.0.0.1"


def _saying_failures(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Report expected errors in one sentence."""

    @functools.wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error
        except TurneroError as error:
            raise click.ClickException(text_of(error)) from error
        except OUTAGES as error:
            reason = getattr(error, "orig", error)
            raise click.ClickException(f"La base de datos no responde o no está lista: {reason}") from error

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Turnero: turnos en línea para las ventanillas de un instituto de seguridad social."""


@click.command("demo")
@click.option("--host", default=LOOPBACK, show_default=True, metavar="H", help="Dirección donde atiende.")
@click.option("--port", default=8000, show_default=True, metavar="P", type=click.IntRange(1, 65535), help="Puerto.")
@click.option(
    "--data",
    default=Path("instance"),
    show_default=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Carpeta de todos sus archivos.",
)
@click.option("--fresh", is_flag=True, help="Borra lo que hizo una demostración anterior y empieza de nuevo.")
@_saying_failures
def demo_command(host: str, port: int, data: Path, fresh: bool) -> None:
    """Muestra el producto completo en este equipo, con sus tareas y un buzón de correo."""
    from turnero.operations import demo  # noqa: PLC0415 (heavy, and no web worker needs it)

    demo.run_demo(host, port, data, fresh=fresh)


@click.command("serve")
@click.option("--bind", default=f"{LOOPBACK}:8000", show_default=True, metavar="H:P", help="Dirección y puerto.")
@click.option("--workers", default=2, show_default=True, metavar="N", type=click.IntRange(1), help="Procesos.")
@click.option("--threads", default=8, show_default=True, metavar="N", type=click.IntRange(1), help="Hilos por proceso.")
def serve_command(bind: str, workers: int, threads: int) -> None:
    """Atiende la web en producción, hasta SIGTERM o Ctrl-C."""
    from turnero.operations import serving  # noqa: PLC0415 (as above)

    host, port = _bind(bind)
    _check_schema()
    serving.check_port(host, port)
    schema.set_clock(_settings().clock_offset)
    click.echo(f"Turnero atiende en http://{bind} (procesos: {workers}, hilos en cada uno: {threads}).")
    serving.serve(host, port, workers, threads)


@click.command("migrate")
def migrate_command() -> None:
    """Lleva la base de datos al esquema más nuevo. Se puede repetir e interrumpir sin daño."""
    schema.upgrade()
    offset = _settings().clock_offset
    if offset is not None:
        schema.set_clock(offset)
    click.echo(f"La base de datos está al día (revisión {schema.revision()}).")


@click.command("jobs")
@click.option(
    "--once",
    type=click.Choice(sorted(jobs.JOBS)),
    metavar="NAME",
    help=f"Hace una sola vez una tarea y termina: {', '.join(sorted(jobs.JOBS))}.",
)
def jobs_command(once: str | None) -> None:
    """Hace las tareas periódicas, hasta SIGTERM o Ctrl-C. Puede haber varios procesos: trabaja uno."""
    _check_schema()
    if once:
        click.echo(jobs.JOBS[once].run(lambda: True))
        return
    jobs.run_jobs(click.get_current_context().ensure_object(ScriptInfo).load_app())


def _check_schema() -> None:
    if not schema.is_current():
        raise click.ClickException("La base de datos no está al día: ejecute «turnero migrate» y vuelva a empezar.")


def _bind(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise click.BadParameter("escriba dirección y puerto, por ejemplo 127.0.0.1:8000.", param_hint="--bind")
    return host.strip("[]"), int(port)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _in_application(command: click.Command) -> click.Command:
    """Run ``command`` and its subcommands in an application context."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _in_application(inner)
    elif command.callback:
        command.callback = _saying_failures(with_appcontext(command.callback))
    return command


COMMANDS = (
    demo_command,
    *(
        _in_application(command)
        for command in (
            migrate_command,
            serve_command,
            jobs_command,
            catalogue_group,
            citizens_group,
            holidays_command,
            slots_command,
            deadline_command,
            close_hours_command,
            reopen_command,
            displaced_group,
            data_group,
            draw_group,
            figures_group,
            complaints_group,
            audit_command,
            mail_group,
            backup_command,
            restore_command,
            staff_group,
            kiosk_group,
        )
    ),
)
for command in COMMANDS:
    cli.add_command(command)


def register(app: Flask) -> None:
    """Register the commands for ``flask --app turnero``."""
    for command in COMMANDS:
        app.cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """The console script ``turnero``; ``arguments`` are the command line's own."""
    gettext.bindtextdomain("messages", resource("click_locale"))
    os.environ["LANGUAGE"] = "es"  # for click's own messages only
    cli(arguments, prog_name="turnero", obj=ScriptInfo(create_app=turnero.create_app))

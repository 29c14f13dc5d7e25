"""The web server: Granian, the same for the demo and for production."""

import errno
import multiprocessing
import os
import signal
import socket
from pkgutil import resolve_name
from threading import Thread
from typing import Any

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server


def check_port(host: str, port: int) -> None:
    """Raise ``click.ClickException`` when no server can listen there: Granian itself would only say it in English."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                reason = f"El puerto {port} de {host} ya está ocupado. Cierre el otro programa o elija otro puerto."
            else:
                reason = f"No se puede atender en {host}, puerto {port}: {error.strerror or error}."
            raise click.ClickException(reason) from error


def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until SIGTERM or Ctrl-C; each worker makes its own application from the environment."""
    # A forked worker would inherit this process's threads' locks and its database connections.
    multiprocessing.set_start_method("spawn", force=True)
    Server(
        "turnero:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_level=LogLevels.error,  # it warns of the numbers that measured best
    ).serve(target_loader=_application)


def _application(factory: str) -> Any:
    """In a worker: its application. The worker ends with the main process, even if that was killed."""

    def end_with_parent() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=end_with_parent, daemon=True).start()
    return resolve_name(factory)()

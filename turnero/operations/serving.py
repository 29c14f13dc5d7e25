"""The web server: Granian, the same for the demo and for production."""

import errno
import multiprocessing
import os
import signal
import socket
import time
from contextlib import suppress
from functools import partial
from pkgutil import resolve_name
from threading import Thread

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from turnero.web import admission
from turnero.web.admission import Gate

# Of a worker. Browsers keep theirs open while they wait, and whoever finds none left is not even told to wait.
_MAX_CONNECTIONS = 4096
# What a worker may take to end what it is at, when it is told to stop or its parent has died.
_GRACE_SECONDS = 30


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
    """Serve until SIGTERM or Ctrl-C; each of ``workers`` makes its own application from the environment.

    ``threads``: how many requests a worker works at; there are more, for those who wait in line (``gate``).
    """
    _allow_connections()
    # Each of the C library's heaps keeps what it once had: with one for each thread a worker takes a fifth more.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    # A forked worker would inherit this process's threads' locks and its database connections.
    multiprocessing.set_start_method("spawn", force=True)
    Server(
        "turnero:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=admission.threads_for(threads),
        backlog=_MAX_CONNECTIONS,
        backpressure=_MAX_CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE_SECONDS,
        log_level=LogLevels.error,  # it warns of the numbers that measured best
    ).serve(target_loader=partial(_application, threads))


def _allow_connections() -> None:
    """Let each worker, which inherits it, have as many files open as connections; shells often allow 1,024 or 256."""
    with suppress(ImportError):  # Windows has no such limit
        import resource  # noqa: PLC0415 (not everywhere)

        usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 2 * _MAX_CONNECTIONS if most == resource.RLIM_INFINITY else min(2 * _MAX_CONNECTIONS, most)
        if resource.RLIM_INFINITY != usual < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _application(threads: int, factory: str) -> Gate:
    """In a worker: its application, which works at ``threads`` requests at once.

    The worker ends with the main process, even if that was killed.
    """

    def end_with_parent() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            _end(_GRACE_SECONDS)

    Thread(target=end_with_parent, daemon=True).start()
    return Gate(resolve_name(factory)(), threads)


def _end(grace: float) -> None:
    """End this process after what it is at, and after ``grace`` seconds whatever that is: half-sent forms have kept a
    worker without a parent alive for ever."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os._exit(1)

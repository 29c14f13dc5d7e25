"""The web server: Granian, for the demo and production."""

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

# Connections per worker. Waiting browsers keep theirs open, and without a free one a client gets no answer at all.
_MAX_CONNECTIONS = 4096
# Grace period of a worker told to stop or without a parent.
_GRACE_SECONDS = 30


def check_port(host: str, port: int) -> None:
    """Raise ``click.ClickException`` if the port is not available; Granian's own message is English."""
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
    """Serve until SIGTERM or Ctrl-C; each of ``workers`` creates its application from the environment.

    ``threads``: concurrent requests per worker; there are more threads, for requests waiting at the gate.
    """
    _allow_connections()
    # Fewer malloc arenas: one per thread would increase a worker's memory by a fifth.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    # Spawn: a forked worker would inherit locks of threads and database connections.
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
        log_level=LogLevels.error,  # Granian warns about the values that measured best
    ).serve(target_loader=partial(_application, threads))


def _allow_connections() -> None:
    """Raise the limit of open files to the number of connections; shells often allow 1,024 or 256."""
    with suppress(ImportError):  # not available on Windows
        import resource  # noqa: PLC0415 (not everywhere)

        usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 2 * _MAX_CONNECTIONS if most == resource.RLIM_INFINITY else min(2 * _MAX_CONNECTIONS, most)
        if resource.RLIM_INFINITY != usual < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _application(threads: int, factory: str) -> Gate:
    """Create a worker's application, limited to ``threads`` concurrent requests.

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
    """End this process after its running requests, at most ``grace`` seconds: half-sent forms once kept orphaned
    workers alive forever."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os._exit(1)

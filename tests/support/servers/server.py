"""The real application behind a real server in a thread, with its jobs, for browsers and for races over HTTP."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from turnero.operations import jobs


@dataclass(frozen=True)
class LiveServer:
    """Where the application answers (``url``) and the application itself, to look behind the pages."""

    app: Flask
    url: str


class Quiet(WSGIRequestHandler):
    """A request handler without logging."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Suppress request lines, which would bury the output of pytest."""


@contextmanager
def serving(app: Flask, listener: socket.socket) -> Iterator[LiveServer]:
    """Serve ``app`` on ``listener`` (bound to loopback), a thread for each request, jobs running beside it."""
    host, port = listener.getsockname()
    server = make_server(host, port, app, threaded=True, request_handler=Quiet, fd=listener.fileno())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="live server")
    thread.start()
    try:
        with jobs.run_beside(app, holder="tests"):
            yield LiveServer(app, f"http://{host}:{port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

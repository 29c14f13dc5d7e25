"""A page that can be injected, for the control of `make sqlmap`: a scanner that finds nothing here finds nothing."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask, request
from sqlalchemy import create_engine, text
from werkzeug.serving import make_server

from tests.support.servers.server import Quiet


def application(url: str) -> Flask:
    """A vulnerable application: puts query and form values into SQL unescaped."""
    app = Flask("injectable")
    engine = create_engine(url)

    @app.route("/buscar", methods=["GET", "POST"])
    def look_up() -> str:
        wanted = request.values.get("slug", "")
        with engine.connect() as connection:
            rows = connection.execute(text(f"SELECT name FROM lines WHERE slug = '{wanted}'")).all()
        return f"<p>{', '.join(name for (name,) in rows) or 'Nada'}</p>"

    return app


@contextmanager
def served(url: str, listener: socket.socket) -> Iterator[None]:
    """The page on ``listener``."""
    host, port = listener.getsockname()
    server = make_server(host, port, application(url), threaded=True, request_handler=Quiet, fd=listener.fileno())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

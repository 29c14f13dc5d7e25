"""Agenda streams on the real server: they start at once, pages still answer, and closed ones free their thread."""

import socket
import time
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from tests.support.rows.build import create_desk, create_procedure, today
from tests.support.rows.staff import create_account, session_key
from tests.support.servers.forked import running
from tests.support.servers.processes import PATIENCE_SECONDS, answer, environ_of
from turnero.attention.agenda.stream import MAX_STREAMS
from turnero.staff import sessions


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def cookie(sqlite_app):
    account = create_account(create_desk(create_procedure().line).agency)
    return {"Cookie": f"{sessions.COOKIE}={session_key(account)}"}


class Streams(ExitStack):
    """Opened one after another, all closed at the end: a server that stops waits for them."""

    def open(self, port, cookie):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.callback(connection.close)
        connection.request("GET", f"/agencia/agenda/{today()}/cambios", headers=cookie)
        response = self.enter_context(connection.getresponse())
        if response.status == 200:
            assert response.readline() == b"retry: 2000\n"
        return response.status


def test_streams_never_take_all_threads_and_who_leaves_makes_room(sqlite_app, port, cookie):
    arguments = ["serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    offset = sqlite_app.config["SETTINGS"].clock_offset.total_seconds()
    environ = environ_of(sqlite_app) | {"TURNERO_CLOCK": f"{offset:+.0f}s"}
    with running(*arguments, environ=environ), Streams() as first, Streams() as later:
        assert answer(port, "/healthz")[0] == 200
        assert [first.open(port, cookie) for _ in range(MAX_STREAMS)] == [200] * MAX_STREAMS
        assert later.open(port, cookie) == 204
        assert answer(port, "/turno")[0] == 200
        first.close()
        until = time.monotonic() + PATIENCE_SECONDS
        while later.open(port, cookie) != 200:
            assert time.monotonic() < until
            time.sleep(0.1)  # the server learns of it with the next heartbeat, and gives no other sign

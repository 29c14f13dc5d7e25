"""Streams on the real server: they begin at once, pages still answer beside them, and who leaves makes room."""

import socket
import time
from http.client import HTTPConnection

import pytest

from tests.support.build import create_desk, create_procedure, today
from tests.support.processes import PATIENCE_SECONDS, answer, environ_of, running
from tests.support.staff import create_account, session_key
from turnero.attention.changes import MOST_STREAMS
from turnero.staff import sessions


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def cookie(sqlite_app):
    account = create_account(create_desk(create_procedure().line).agency)
    return {"Cookie": f"{sessions.COOKIE}={session_key(account)}"}


def open_stream(port, cookie):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", f"/agencia/agenda/{today()}/cambios", headers=cookie)
    response = connection.getresponse()
    if response.status == 200:
        assert response.readline() == b"retry: 2000\n"
    return connection, response


def test_streams_never_take_all_threads_and_who_leaves_makes_room(sqlite_app, port, cookie):
    arguments = ["serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    with running(*arguments, environ=environ_of(sqlite_app)):
        assert answer(port, "/healthz")[0] == 200
        streams = [open_stream(port, cookie) for _ in range(MOST_STREAMS)]
        assert [response.status for _, response in streams] == [200] * MOST_STREAMS
        assert open_stream(port, cookie)[1].status == 204
        assert answer(port, "/turno")[0] == 200
        for connection, response in streams:
            response.close()
            connection.close()
        until = time.monotonic() + PATIENCE_SECONDS
        while open_stream(port, cookie)[1].status != 200:
            assert time.monotonic() < until  # it learns of it with the next heartbeat
            time.sleep(0.5)  # the server gives no other sign

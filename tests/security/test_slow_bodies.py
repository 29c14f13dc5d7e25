"""Half-sent forms do not block others behind the proxy of ``deploy/nginx``; without it they do (control)."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection

import pytest

from tests.support.servers import nginx
from tests.support.servers.forked import environ_in, running
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import PATIENCE_SECONDS, answer

SLOW_ONES, THREADS = 60, 4


@pytest.fixture(scope="module")
def server(databases, tmp_path_factory):
    """The port of the product as it is served in earnest, with few threads."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    arguments = ("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", str(THREADS))
    url = databases.migrated("sqlite", folder / "turnero.sqlite3")
    with running(*arguments, environ=environ_in(folder, url)):
        answer(port, "/healthz")
        yield port


@pytest.fixture
def served(server):
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_served(server, within=10):
        assert time.monotonic() < until
        time.sleep(0.05)  # the slow ones of another test are leaving
    return server


@pytest.fixture
def impatient(monkeypatch, tmp_path):
    """The proxy waits for a part of a request for three seconds, not ten: who is sent away does not depend on it."""
    deployed = nginx.CONFIGURATION.read_text()
    shorter, times = re.subn(r"^(client_(?:header|body)_timeout) 10s;", r"\1 3s;", deployed, flags=re.MULTILINE)
    assert times == 2
    (tmp_path / "impatient.conf").write_text(shorter)
    monkeypatch.setattr(nginx, "CONFIGURATION", tmp_path / "impatient.conf")


@contextmanager
def slow_senders(port: int) -> Iterator[list[socket.socket]]:
    """Visitors who each begin to send a form and never end."""
    with ExitStack() as stack:
        made = []
        for _ in range(SLOW_ONES):
            visitor = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            visitor.sendall(b"POST /turno HTTP/1.1\r\nHost: turnos.example.ec\r\nContent-Length: 40\r\n")
            visitor.sendall(b"Content-Type: application/x-www-form-urlencoded\r\n\r\nce")
            made.append(visitor)
        yield made


def is_served(port: int, within: float) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=within)
    try:
        connection.request("GET", "/ayuda")
        return connection.getresponse().status == 200
    except TimeoutError:
        return False
    finally:
        connection.close()


def test_behind_the_proxy_others_are_served_and_the_slow_are_sent_away(served, impatient, tmp_path):
    port = free_port()
    with nginx.before([served], port, tmp_path):
        assert answer(port, "/healthz")[0] == 200
        with slow_senders(port) as slow:
            assert all(is_served(port, within=10) for _ in range(5))
            with pytest.raises(ConnectionResetError):  # within its own patience of thirty seconds
                slow[0].recv(1024)
            assert is_served(port, within=10)


def test_control_without_it_nobody_is_served(served):
    with slow_senders(served):
        assert not all(is_served(served, within=3) for _ in range(5))


def test_the_proxy_tells_who_asks_and_hides_the_figures(served, tmp_path):
    port = free_port()
    with nginx.before([served], port, tmp_path):
        assert answer(port, "/healthz")[0] == 200
        assert answer(port, "/metrics")[0] == 404
        assert answer(served, "/metrics")[0] == 200
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        page = connection.getresponse()
        assert page.headers["Content-Encoding"] == "gzip"
        assert "nginx/" not in page.headers.get("Server", "")
        connection.close()

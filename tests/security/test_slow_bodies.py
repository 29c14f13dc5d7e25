"""Half-sent forms: before the proxy of ``deploy/nginx`` they hold nobody up; the control, without it, stands still."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection

import pytest

from tests.support.servers import nginx
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer, environ_of, running

pytestmark = pytest.mark.engines("sqlite")
SLOW_ONES, THREADS = 60, 4


@pytest.fixture
def served(app):
    """The port of the product as it is served in earnest, with few threads."""
    port = free_port()
    with running(
        "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", str(THREADS), environ=environ_of(app)
    ):
        assert answer(port, "/healthz")[0] == 200
        yield port


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


def test_behind_the_proxy_others_are_served_and_the_slow_are_sent_away(served, tmp_path):
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

"""One replica is stopped and started again while people ask and post: behind the proxy nobody notices."""

from collections import Counter
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from threading import Event, Thread

import pytest

from tests.support.servers import nginx
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer, environ_of, running

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.slow]
# Nobody reads what they say here, and a full pipe would stop them.
SILENT = """
import os
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 1), os.dup2(nowhere, 2)
from turnero.cli import main
main()
"""
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
VISITORS = 4


@contextmanager
def visitors(port, seen):
    """They ask for a page and send a form, again and again; ``seen`` counts what each kind was answered."""
    stop = Event()

    def visit(method):
        while not stop.wait(0.02):  # not so many that a replica has no time to start
            connection = HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request(method, "/turno", body="cedula=1" if method == "POST" else None, headers=HEADERS)
            seen[method, connection.getresponse().status] += 1
            connection.close()

    threads = [Thread(target=visit, args=(("GET", "POST")[number % 2],)) for number in range(VISITORS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=90)


@pytest.fixture
def replica(app):
    """Starts a replica on a port; the process."""
    with ExitStack() as stack:

        def start(port):
            arguments = ("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
            return stack.enter_context(running(*arguments, environ=environ_of(app), program=SILENT))

        yield start


def restarted_under_load(replica, ports, folder):
    """What the visitors were answered while the first of ``ports`` went and came back."""
    processes = [replica(port) for port in ports]
    assert {answer(port, "/readyz")[0] for port in ports} == {200}
    port, seen = free_port(), Counter()
    with nginx.before(ports, port, folder):
        assert answer(port, "/healthz")[0] == 200
        with visitors(port, seen):
            processes[0].terminate()
            assert processes[0].wait(timeout=60) == 0
            answer(port, "/healthz")  # somebody asks while it is gone
            if len(ports) > 1:  # the control has seen enough
                replica(ports[0])
                assert answer(ports[0], "/readyz")[0] == 200
    return seen


def test_nobody_notices_that_a_replica_is_started_again(replica, tmp_path):
    seen = restarted_under_load(replica, (free_port(), free_port()), tmp_path)
    # A form without its token is a 400, many of them a flood: each was answered by the product.
    assert set(seen) <= {("GET", 200), ("GET", 429), ("POST", 400), ("POST", 429)}
    assert min(seen["GET", 200], seen["POST", 400]) > 0


def test_control_with_one_replica_everybody_does(replica, tmp_path):
    assert ("GET", 503) in restarted_under_load(replica, (free_port(),), tmp_path)

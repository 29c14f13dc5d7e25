"""Restarting a replica behind the proxy loses no request."""

from collections import Counter
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from threading import Event, Thread

import pytest

from tests.support.servers import nginx
from tests.support.servers.forked import environ_in, running
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer

pytestmark = pytest.mark.slow
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
        while not stop.wait(0.05):  # not so many that a replica has no time to start
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


class Replicas(ExitStack):
    """Replicas over one database, two of them for all tests; ``up`` starts one that does not run."""

    def __init__(self, environ):
        super().__init__()
        self.environ = environ
        self.ports = (free_port(), free_port())
        self.processes = {}

    def up(self, *ports):
        for port in ports:
            if port not in self.processes or self.processes[port].poll() is not None:
                arguments = ("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
                self.processes[port] = self.enter_context(running(*arguments, environ=self.environ, program=SILENT))
        assert {answer(port, "/readyz")[0] for port in ports} == {200}

    def down(self, port):
        self.processes[port].terminate()
        assert self.processes[port].wait(timeout=60) == 0


@pytest.fixture(scope="module")
def replicas(databases, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replicas")
    url = databases.migrated("sqlite", folder / "turnero.sqlite3")
    with Replicas(environ_in(folder, url)) as made:
        made.up(*made.ports)
        yield made


def restarted_under_load(replicas, ports, folder):
    """What the visitors were answered while the first of ``ports`` went and came back."""
    replicas.up(*ports)
    port, seen = free_port(), Counter()
    with nginx.before(ports, port, folder):
        assert answer(port, "/healthz")[0] == 200
        with visitors(port, seen):
            replicas.down(ports[0])
            answer(port, "/healthz")  # somebody asks while it is gone
            if len(ports) > 1:  # the control has seen enough
                replicas.up(ports[0])
    return seen


def test_nobody_notices_that_a_replica_is_started_again(replicas, tmp_path):
    seen = restarted_under_load(replicas, replicas.ports, tmp_path)
    # A form without its token is a 400, many of them a flood: each was answered by the product.
    assert set(seen) <= {("GET", 200), ("GET", 429), ("POST", 400), ("POST", 429)}
    assert min(seen["GET", 200], seen["POST", 400]) > 0


def test_control_with_one_replica_everybody_does(replicas, tmp_path):
    assert ("GET", 503) in restarted_under_load(replicas, replicas.ports[1:], tmp_path)

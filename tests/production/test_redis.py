"""Redis counts floods for all replicas; without it pages still answer, and one line is logged."""

import json
import socket
from collections import Counter
from contextlib import ExitStack

import pytest
from redis import Redis

from tests.support.pages.walking import Walker
from tests.support.rows.build import create_agency, create_citizen, create_desk, create_procedure, next_workday
from tests.support.scenes.crowd import all_at_once
from tests.support.servers import redis
from tests.support.servers.forked import running
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer, environ_of
from tests.support.servers.replicas import replica_of
from turnero.web import rate_limits

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.slow]
LIMIT = 12
# The product in a process of its own, with a limit that a test can reach and no wait before Redis is asked again;
# patient with a Redis that answers late because the machine is busy.
REPLICA = f"""
import sys
from werkzeug.serving import make_server
from tests.support.servers.server import Quiet
from turnero import create_app
from turnero.web import rate_limits, setup
setup._ALL_REQUESTS = "{LIMIT} per hour"
rate_limits._AGAIN_AFTER_SECONDS = 0
rate_limits._PATIENCE_SECONDS = 20
make_server("127.0.0.1", int(sys.argv[1]), create_app(), request_handler=Quiet).serve_forever()
"""


@pytest.fixture
def server(tmp_path):
    with redis.running(tmp_path) as made:
        yield made


@pytest.fixture
def replicas(app):
    """Starts two replicas with an environment; gives their ports and processes."""
    with ExitStack() as stack:

        def start(**environ):
            environ = environ_of(app) | {"TURNERO_LOG": "json"} | environ
            ports = (free_port(), free_port())
            started = [
                (port, stack.enter_context(running(str(port), environ=environ, program=REPLICA))) for port in ports
            ]
            assert [answer(port, "/healthz")[0] for port, _ in started] == [200, 200]
            return started

        yield start


def statuses(ports, times):
    """What ``times`` requests are answered, by turns at each of ``ports``."""
    return Counter(answer(ports[number % len(ports)], "/ayuda")[0] for number in range(times))


def news_of(process):
    """What the log says of Redis, in order."""
    process.kill()
    lines, _ = process.communicate(timeout=60)
    events = [json.loads(line)["event"] for line in lines.splitlines() if line.startswith("{")]
    return [event for event in events if event.startswith("redis")]


def test_two_replicas_share_a_limit_and_count_alone_while_redis_is_away(server, replicas):
    (a, first), (b, second) = replicas(TURNERO_REDIS_URL=server.url)
    assert statuses([a, b], LIMIT) == {200: LIMIT}
    assert statuses([a, b], 4) == {429: 4}
    server.kill()
    for port in (a, b):
        assert statuses([port], LIMIT + 2) == {200: LIMIT, 429: 2}
    server.start()
    assert statuses([a, b], LIMIT) == {200: LIMIT}
    assert statuses([a, b], 4) == {429: 4}
    assert [news_of(process) for process in (first, second)] == [["redis_away", "redis_back"]] * 2


def test_control_without_redis_each_replica_has_a_limit_of_its_own(replicas):
    (a, first), (b, _) = replicas()
    assert statuses([a, b], 2 * LIMIT) == {200: 2 * LIMIT}
    assert statuses([a, b], 4) == {429: 4}
    assert news_of(first) == []


def test_a_socket_of_this_machine_will_do(app, server, monkeypatch):
    monkeypatch.setattr(rate_limits, "_PATIENCE_SECONDS", 20)
    with replica_of(app, redis_url=server.socket_url) as replica:
        assert replica.test_client().get("/ayuda").status_code == 200
    with Redis(port=server.port) as asking:
        assert asking.keys("*")


def test_a_turn_is_confirmed_though_redis_dies_on_the_way(app, server):
    create_citizen()
    procedure = create_procedure()
    desk = create_desk(procedure.line, agency=create_agency())
    with replica_of(app, redis_url=server.url) as replica:
        walker = Walker.begin(replica.test_client())
        server.kill()
        walker.complete(desk, procedure, next_workday())
        assert walker.client.page.h1 == "Confirmación del Turno en Línea"


def test_an_unresponsive_redis_delays_no_answer_and_logs_one_line(app, server, capsys, monkeypatch):
    """Eight at once, each under way in a thread of its own: none of them may pay for it."""
    monkeypatch.setattr(rate_limits, "_PATIENCE_SECONDS", 2)
    with replica_of(app, redis_url=server.url) as replica:
        client = replica.test_client()
        assert client.get("/ayuda").status_code == 200
        capsys.readouterr()
        with server.asleep():
            answers = all_at_once(replica, [lambda: replica.test_client().get("/ayuda").status_code] * 8)
        assert answers == [200] * 8
        assert capsys.readouterr().err.count("redis_away") == 1


def test_a_silent_redis_is_asked_by_one_request_and_the_others_do_not_wait(app, monkeypatch):
    monkeypatch.setattr(rate_limits, "_AGAIN_AFTER_SECONDS", 3600)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        with replica_of(app, redis_url=url) as replica:
            client = replica.test_client()
            assert [client.get("/ayuda").status_code for _ in range(20)] == [200] * 20
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()

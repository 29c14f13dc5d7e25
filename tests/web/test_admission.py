"""The admission gate: running, waiting, order, and retries."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import Client

from tests.support.pages.page import read
from turnero.web import admission
from turnero.web.admission import Gate, Kind, Line, kind_of, may_wait

INSIDE, NEWCOMER, OPEN = Kind.INSIDE, Kind.NEWCOMER, Kind.OPEN

pytestmark = pytest.mark.engines("sqlite")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", NEWCOMER),
        ("/turno", NEWCOMER),
        ("/turno/", NEWCOMER),
        ("/turno/K7/contacto", INSIDE),
        ("/mi-turno", INSIDE),
        ("/mi-turno/abc.pdf", INSIDE),
        ("/agencias", NEWCOMER),
        ("/tramites/notificacion-de-glosas", NEWCOMER),
        ("/api/v1/agencias", NEWCOMER),
        ("/agencia/agenda", INSIDE),
        ("/kiosco", INSIDE),
        ("/pantalla", INSIDE),
        ("/static/1a2b/turnero.css", OPEN),
        ("/healthz", OPEN),
        ("/readyz", OPEN),
        ("/metrics", OPEN),
    ],
)
def test_requests_are_classified_by_their_path(path, kind):
    assert kind_of(path) is kind


@pytest.mark.parametrize(
    ("kind", "waiting", "admitted"),
    [(NEWCOMER, 0, True), (NEWCOMER, 15, True), (NEWCOMER, 16, False), (INSIDE, 16, True), (INSIDE, 200, True)],
)
def test_the_line_is_short_for_newcomers_alone(kind, waiting, admitted):
    assert may_wait(kind, waiting, places=8) is admitted


def test_all_who_work_and_wait_have_a_thread_and_some_are_left():
    assert admission.threads_for(8) > 8 + 16 + 16


@pytest.fixture
def crowd():
    with ThreadPoolExecutor(20) as pool:
        yield pool


class Hall:
    """An application that answers when it is told to, and knows who worked at the same time."""

    def __init__(self):
        self.doors = threading.Semaphore(0)
        self.seen = threading.Condition()
        self.served = []
        self.working = self.most = 0

    def __call__(self, environ, start_response):
        with self.seen:
            self.served.append(environ["PATH_INFO"])
            self.working += 1
            self.most = max(self.most, self.working)
            self.seen.notify_all()
        assert self.doors.acquire(timeout=20)
        with self.seen:
            self.working -= 1
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    def until_served(self, count):
        with self.seen:
            assert self.seen.wait_for(lambda: len(self.served) >= count, timeout=20)


@pytest.fixture
def hall(app):
    return Hall()


@pytest.fixture
def gated(app, hall):
    """The hall behind a gate with one place."""
    made = Gate(app, 1)
    made._app = hall
    return made


def ask(gated, path, method="GET"):
    return Client(gated).open(path, method=method)


def until_waiting(gated, kind, count):
    end = time.monotonic() + 20
    while len(gated._line._waiting[kind]) != count:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_those_inside_go_first_and_each_in_the_order_they_came(crowd, gated, hall):
    answers = [crowd.submit(ask, gated, "/mi-turno/first")]
    hall.until_served(1)
    for count, (kind, path) in enumerate(((NEWCOMER, "/"), (INSIDE, "/turno/a/lugar"), (INSIDE, "/turno/b/lugar"))):
        answers.append(crowd.submit(ask, gated, path))
        until_waiting(gated, kind, max(1, count))
    hall.doors.release(4)
    assert [answer.result(20).status_code for answer in answers] == [200] * 4
    assert hall.served == ["/mi-turno/first", "/turno/a/lugar", "/turno/b/lugar", "/"]
    assert hall.most == 1


def test_a_newcomer_is_sent_away_while_those_inside_wait(crowd, gated, hall):
    first = crowd.submit(ask, gated, "/mi-turno/first")
    hall.until_served(1)
    second = crowd.submit(ask, gated, "/turno/a/lugar")
    until_waiting(gated, INSIDE, 1)
    assert ask(gated, "/").status_code == 503
    hall.doors.release(2)
    assert (first.result(20).status_code, second.result(20).status_code) == (200, 200)


def test_control_without_a_line_nobody_is_sent_away(crowd, app, hall):
    gated = Gate(app, 20)
    gated._app = hall
    answers = [crowd.submit(ask, gated, path) for path in ("/mi-turno/first", "/turno/a/lugar", "/")]
    hall.until_served(3)
    hall.doors.release(3)
    assert [answer.result(20).status_code for answer in answers] == [200] * 3


def test_a_request_that_waited_too_long_is_sent_away_and_keeps_no_place(crowd, gated, hall, monkeypatch):
    monkeypatch.setitem(admission._PATIENCE, "inside", 0.01)
    first = crowd.submit(ask, gated, "/mi-turno/first")
    hall.until_served(1)
    assert ask(gated, "/turno/a/lugar").status_code == 503
    hall.doors.release(2)
    assert first.result(20).status_code == 200
    assert ask(gated, "/turno/a/lugar").status_code == 200
    assert gated._line._working == 0


def test_few_work_at_once_as_a_rule(crowd, app, hall, monkeypatch):
    monkeypatch.setattr(admission, "_STALLED_SECONDS", 20.0)
    gated = Gate(app, 8)
    gated._app = hall
    answers = [crowd.submit(ask, gated, "/turno/a/lugar") for _ in range(5)]
    hall.until_served(2)
    until_waiting(gated, INSIDE, 3)
    hall.doors.release(5)
    assert [answer.result(20).status_code for answer in answers] == [200] * 5
    assert hall.most == 2


def test_where_those_at_work_wait_for_something_more_are_let_in_until_they_have_left(crowd, app, hall, monkeypatch):
    monkeypatch.setattr(admission, "_STALLED_SECONDS", 0.02)
    gated = Gate(app, 8)
    gated._app = hall
    answers = [crowd.submit(ask, gated, "/turno/a/lugar") for _ in range(10)]
    hall.until_served(8)
    until_waiting(gated, INSIDE, 2)
    hall.doors.release(10)
    assert [answer.result(20).status_code for answer in answers] == [200] * 10
    assert hall.most == 8
    assert gated._line._working == 0
    assert gated._line._open == 2


def test_an_application_that_fails_gives_its_place_back(app, gated):
    def broken(_environ, _start_response):
        raise ZeroDivisionError

    gated._app = broken
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            ask(gated, "/turno/a/lugar")
    assert gated._line._working == 0


def test_a_live_stream_keeps_no_place(gated):
    def streaming(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return iter([b"one", b"two"])

    gated._app = streaming
    stream = Client(gated).get("/agencia/agenda/2026-11-09/flujo", buffered=False)
    assert gated._line._working == 0
    assert b"".join(stream.response) == b"onetwo"


def test_what_is_never_held_up_comes_while_nobody_else_is_served(crowd, app, gated, hall):
    crowd.submit(ask, gated, "/mi-turno/first")
    hall.until_served(1)
    crowd.submit(ask, gated, "/healthz")
    hall.until_served(2)
    hall.doors.release(2)


@pytest.fixture
def full(app):
    """A gate without any place, where everybody is sent away."""
    return Client(Gate(app, 0))


def test_the_waiting_page_is_small_calm_and_asks_again_by_itself(full, client):
    answer = full.get("/")
    page = read(answer.text)
    assert answer.status_code == 503
    assert len(answer.data) <= 10_000
    seconds = page.one("meta", http_equiv="refresh")["content"]
    assert answer.headers["Retry-After"] == seconds
    assert 5 <= int(seconds) <= 15
    assert page.one("h1").text == "Hay muchas personas en este momento"
    usual = client.get("/ayuda").headers
    for header in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert answer.headers[header] == usual[header]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_retry_times_are_spread(full):
    assert len({full.get("/").headers["Retry-After"] for _ in range(60)}) > 5


def test_a_lost_post_asks_to_send_it_again(full):
    answer = full.post("/turno", data={"cedula": "1700000001"})
    assert answer.status_code == 503
    assert "refresh" not in re.findall(r'http-equiv="(\w+)"', answer.text)
    assert "todavía no se guardó" in answer.text
    assert "1700000001" not in answer.text


def test_a_program_gets_a_problem_document(full):
    answer = full.get("/api/v1/agencias")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.get_json()["status"] == 503
    assert 5 <= int(answer.headers["Retry-After"]) <= 15


def test_head_has_no_body(full):
    answer = full.head("/")
    assert (answer.status_code, answer.data) == (503, b"")


def test_a_rush_logs_its_beginning_and_its_end_with_the_number(app, capsys, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(admission, "time", type("Time", (), {"monotonic": staticmethod(lambda: now[0])}))
    made = Gate(app, 0)
    for _ in range(3):
        Client(made).get("/")
    made._line = Line(1)
    Client(made).get("/")
    now[0] += 31
    Client(made).get("/")
    Client(made).get("/")
    told = [line for line in capsys.readouterr().err.splitlines() if "rush" in line]
    assert len(told) == 2
    assert "sent_away=3" in told[1]

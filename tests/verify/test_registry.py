"""The registry contract of docs/registry.md, against a real server on this machine."""

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from turnero.core.extensions import db
from turnero.core.messages import text_of
from turnero.verify.breaker import Breaker
from turnero.verify.models import Citizen
from turnero.verify.registry import OpenRegistry, Person, RegistryUnavailable, ServedRegistry, from_settings

CEDULA = "1700000001"
ANSWER = {
    "nombres": "Ana",
    "apellidos": "Demo",
    "nacimiento": "1980-02-29",
    "correo": "ana@example.ec",
    "celular": "0991234567",
}
ANA = Person(CEDULA, "Ana", "Demo", date(1980, 2, 29), "ana@example.ec", "+593991234567")


class Server(ThreadingHTTPServer):
    """Answers every GET with what ``answer`` does, and keeps the paths it was asked for."""

    daemon_threads = True
    answer: Callable[["Handler"], None]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths: list[str] = []
        self.connections: set[int] = set()
        self.released = threading.Event()  # lets slow answers end with the test

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ciudadanos"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.server.connections.add(self.client_address[1])
        self.server.answer(self)

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: what matters is in ``paths``."""


def replies(status: int, body: object = b"", **headers: str) -> Callable[[Handler], None]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda handler: handler.reply(status, data, **headers)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def unavailable(registry: ServedRegistry) -> None:
    with pytest.raises(RegistryUnavailable):
        registry.find(CEDULA)


def test_the_service_gives_a_person(server: Server) -> None:
    server.answer = replies(200, ANSWER)
    assert ServedRegistry(server.base + "/").find(CEDULA) == ANA
    assert server.paths == [f"/ciudadanos/{CEDULA}"]


def test_calls_share_one_connection(server: Server) -> None:
    server.answer = replies(200, ANSWER)
    registry = ServedRegistry(server.base)
    for _ in range(5):
        registry.find(CEDULA)
    assert len(server.connections) == 1


def test_not_found_means_unknown_and_does_not_count_as_failure(server: Server) -> None:
    server.answer = replies(404)
    registry = ServedRegistry(server.base, Breaker(limit=1))
    assert registry.find(CEDULA) is None
    assert registry.find(CEDULA) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"nacimiento": None, "correo": None, "celular": None},
        {"nacimiento": "", "correo": "no tiene", "celular": "02 212 3456"},  # what nobody can write to is none
    ],
)
def test_a_person_may_be_known_by_name_alone(server: Server, changes: dict[str, object]) -> None:
    server.answer = replies(200, ANSWER | changes)
    assert ServedRegistry(server.base).find(CEDULA) == Person(CEDULA, "Ana", "Demo")


OUTAGES = {
    "server error": replies(500, ANSWER),
    "no right to ask": replies(401),
    "no content": replies(204),
    "redirect": replies(302, Location="/ciudadanos/otra"),
    "page": replies(200, b"<html>mantenimiento</html>"),
    "nothing": replies(200, b""),
    "no text": replies(200, b"\xff\xfe{"),
    "nested without end": replies(200, b"[" * 60_000),
    "list": replies(200, [ANSWER]),
    "error told with status 200": replies(200, {"error": "mantenimiento"}),
    "name missing": replies(200, ANSWER | {"nombres": None}),
    "date in another form": replies(200, ANSWER | {"nacimiento": "29/02/1980"}),
    "too long": replies(200, ANSWER | {"relleno": "x" * 70_000}),
    "cut short": replies(200, b"{", **{"Content-Length": "500"}),
    "hangs up": lambda handler: None,
}


@pytest.mark.parametrize("answer", OUTAGES.values(), ids=OUTAGES)
def test_any_answer_outside_the_contract_is_an_outage(server: Server, answer: Callable[[Handler], None]) -> None:
    def once(handler: Handler) -> None:
        answer(handler)
        handler.close_connection = True

    server.answer = once
    unavailable(ServedRegistry(server.base))
    assert len(server.paths) == 1  # not followed elsewhere, not asked again


def test_an_unreachable_service_is_an_outage() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        unavailable(ServedRegistry(f"http://127.0.0.1:{free.getsockname()[1]}"))


def silent(handler: Handler) -> None:
    handler.server.released.wait(10)
    handler.close_connection = True


def dripping(handler: Handler) -> None:
    """Each byte comes in time, all of them never do."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        while not handler.server.released.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        handler.close_connection = True


def dripping_headers(handler: Handler) -> None:
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not handler.server.released.wait(0.05):
            handler.wfile.write(b"X")
            handler.wfile.flush()
    except OSError:
        pass
    handler.close_connection = True


@pytest.mark.parametrize("answer", [silent, dripping, dripping_headers])
def test_a_slow_answer_is_given_up_in_time_whatever_is_slow(server: Server, answer: Callable[[Handler], None]) -> None:
    server.answer = answer
    began = time.monotonic()
    unavailable(ServedRegistry(server.base, seconds=0.3))
    assert time.monotonic() - began < 1


def test_the_limit_is_three_seconds_in_all(server: Server) -> None:
    server.answer = dripping
    began = time.monotonic()
    unavailable(ServedRegistry(server.base))
    assert 2.9 < time.monotonic() - began < 3.5


def test_after_five_failures_nobody_waits_and_the_service_is_left_alone(server: Server) -> None:
    seconds = 1000.0
    registry = ServedRegistry(server.base, Breaker(clock=lambda: seconds))
    server.answer = replies(500)
    for _ in range(8):
        unavailable(registry)
    assert len(server.paths) == 5

    seconds += 29
    unavailable(registry)
    assert len(server.paths) == 5

    seconds += 1  # one probe, which fails and opens it for another half minute
    unavailable(registry)
    unavailable(registry)
    assert len(server.paths) == 6

    seconds += 30
    server.answer = replies(200, ANSWER)
    assert registry.find(CEDULA) == ANA
    assert registry.find(CEDULA) == ANA


def test_a_certificate_nobody_trusts_is_an_outage(server: Server, tmp_path: Path) -> None:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run(request + names, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.answer = replies(200, ANSWER)
    unavailable(ServedRegistry(f"https://localhost:{server.server_port}"))
    assert server.paths == []


def test_an_open_registry_knows_nothing_about_anybody() -> None:
    assert OpenRegistry().find(CEDULA) == Person(CEDULA)


def test_the_local_registry_is_the_table(app: Flask) -> None:
    db.session.add(
        Citizen(
            cedula=CEDULA,
            names="Ana",
            surnames="Demo",
            born=date(1980, 2, 29),
            email="ana@example.ec",
            mobile="+593991234567",
        )
    )
    db.session.flush()
    registry = from_settings(app.config["SETTINGS"])
    assert registry.find(CEDULA) == ANA
    assert registry.find("0900000001") is None


def test_the_setting_chooses_the_registry_and_threads_share_one_breaker() -> None:
    served = Settings.from_environ({"TURNERO_REGISTRY": "http://127.0.0.1:9/ciudadanos"})
    assert from_settings(served) is from_settings(served)
    assert isinstance(from_settings(served), ServedRegistry)
    assert isinstance(from_settings(Settings.from_environ({"TURNERO_REGISTRY": "open"})), OpenRegistry)


def test_an_outage_has_a_text_and_a_person_does_not_show_in_logs() -> None:
    assert text_of(RegistryUnavailable())
    assert repr(ANA) == "Person()"

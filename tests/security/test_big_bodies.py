"""Nobody makes the server work by sending much: ten megabytes, a field without end, JSON without a bottom."""

import socket
import sys
import time
from contextlib import suppress
from itertools import cycle

import pytest

from tests.support.pages.walking import token_of
from tests.support.rows.build import create_desk
from tests.support.rows.staff import create_device, paired
from tests.support.scenes.forms import WHOM, Forms
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer, environ_of, running
from turnero.administration.procedures import forms as sheet_form
from turnero.booking.pages.journey import person

# Generous: nothing here takes a tenth of it, and what backtracks takes minutes.
SECONDS = 2
LETTERS = 60_000  # as many as a body may have, the form token aside
SHAPES = {
    "digits": "1" * LETTERS,
    "letters": "a" * LETTERS,
    "spaces": f"1{' ' * LETTERS}x",
    "address": f"{'a.' * (LETTERS // 2)}@",
    "domain": f"a@{'a.' * (LETTERS // 2)}",
    "hyphens": f"+593{'-(' * (LETTERS // 4)}",  # sent, a parenthesis is three letters
    "wide": "１" * (LETTERS // 9),
    "quotes": f'"{chr(92) * (LETTERS // 3)}@a.ec',
}
# The two dozen texts of a sheet have two readers: each of them gets every shape, and each text one of them.
TEXTS = {
    lines: [
        part.field
        for part in sheet_form.PARTS
        if part.lines is lines and part.field not in ("contacto_correo", "enlace")
    ]
    for lines in (False, True)
}
SHAPES_OF_SHEET = {
    field: (shape,) for texts in TEXTS.values() for field, shape in zip(texts, cycle(SHAPES), strict=False)
}
MANY = 10 * 1024 * 1024
# These read no field but the form token, or an hour and numbers that other tests give them.
WITHOUT_FIELDS = {
    *(f"/agencia/turnos/<int:booking_id>/{verb}" for verb in ("aplazar", "atendido", "ausente", "deshacer", "llamar")),
    *(f"/agencia/turnos/<int:booking_id>/{verb}" for verb in ("llego", "rellamar")),
    *("/agencia/ayuda/<int:device_id>", "/agencia/salir", "/agencia/siguiente", "/dispositivo/<token>"),
    *("/kiosco/ayuda", "/no-fui-yo/<token>", "/mi-turno/<token>/aceptar", "/mi-turno/<token>/cambiar"),
    *("/admin/cierres/<int:closure_id>/reabrir", "/admin/correos/reintentar", "/admin/feriados/<int:holiday_id>"),
    *("/admin/equipos/<int:device_id>/quitar", "/admin/personal/<int:account_id>/deshabilitar"),
    "/admin/personal/<int:account_id>/restablecer",
    *(f"/solicitud/<token>/{press}" for press in ("aceptar", "rechazar", "salir")),
    *(f"/turno/<key>/{step}" for step in ("confirmar", "prorrogar", "reenviar", "soltar")),
}


def send(client, address, **fields):
    """Status, and how long it took."""
    client.get("/mi-turno")
    return post(client, address, fields | {"csrf_token": token_of(client)})


def post(client, address, data):
    began = time.perf_counter()
    status = client.post(address, data=data).status_code
    return status, time.perf_counter() - began


def takes_long(client, address, data):
    """Whether each of three tries does: what backtracks always does, what another process held up does not."""
    return all(post(client, address, data)[1] > SECONDS for _ in range(3))


@pytest.mark.parametrize("whom", WHOM)
def test_no_field_of_any_form_takes_long(sqlite_app, whom):
    for rule, client, address, fields in Forms(sqlite_app).of(whom):
        base = {"para": "tercero", "prioridad": "no"} if "tercero_cedula" in fields else {}
        client.get("/mi-turno")
        base["csrf_token"] = token_of(client)  # the browser's, whatever it has posted meanwhile
        for field in fields:
            for shape in SHAPES_OF_SHEET.get(field, SHAPES):
                data = base | {field: SHAPES[shape]}
                status, seconds = post(client, address, data)
                assert status < 500 and status not in (400, 413, 429), (rule, field, shape)
                assert seconds < SECONDS or not takes_long(client, address, data), (rule, field, shape)


def test_every_form_with_fields_is_sent(sqlite_app):
    forms = Forms(sqlite_app)
    sent = {rule for whom in WHOM for rule, *_ in forms.of(whom)}
    posted = {each.rule for each in sqlite_app.url_map.iter_rules() if "POST" in each.methods}
    assert posted - WITHOUT_FIELDS - {"/kiosco/sincronizar"} == sent


@pytest.mark.parametrize("lines", TEXTS)
def test_each_reader_of_a_sheet_gets_every_shape(lines):
    assert {shape for field in TEXTS[lines] for shape in SHAPES_OF_SHEET[field]} == set(SHAPES)
    assert len({sheet_form._parser(field).__qualname__ for field in TEXTS[lines]}) == 1


def test_a_form_that_takes_long_would_be_noticed(sqlite_app, monkeypatch):
    """The control of the test of all forms, in less time."""
    monkeypatch.setattr(sys.modules[__name__], "SECONDS", 0.2)

    def slow(form):
        time.sleep(0.2)
        form.cedula.data = "1700000001"
        return form

    monkeypatch.setattr(person.CedulaForm, "parsed", slow)
    client = sqlite_app.test_client()
    client.get("/mi-turno")
    assert takes_long(client, "/turno", {"cedula": "1", "csrf_token": token_of(client)})


def test_a_form_beyond_the_limit_is_refused_whole(sqlite_app):
    client = sqlite_app.test_client()
    assert send(client, "/turno", cedula="1" * 70_000)[0] == 413
    assert send(client, "/turno", **{f"c{number}": "x" * 20 for number in range(3000)})[0] == 413
    assert send(client, "/turno", cedula="17")[0] == 422


DEEP = {
    "lists": "[" * 30_000,
    "closed lists": "[" * 20_000 + "]" * 20_000,
    "objects": '{"a":' * 12_000,
    "a number": "[" + "9" * 60_000 + "]",
    "an exponent": '[{"referencia": "A", "ticket": "Z-001", "momento": 1e999}]',
    "nothing": '[{"referencia": "A\\u0000", "ticket": "Z-0\\u0000", "momento": 1}]',
    "half a letter": '[{"referencia": "\\ud800", "ticket": "\\udfff", "momento": 1}]',
    "not a number": '[{"referencia": "A", "ticket": "Z-001", "momento": NaN}]',
    "many": "[" + ",".join(["{}"] * 201) + "]",
    "a word": '"[[["',
}


@pytest.fixture
def kiosk(app):
    made = paired(app, create_device(create_desk().agency))
    made.get("/kiosco")
    return made


@pytest.mark.parametrize("name", DEEP)
def test_json_that_no_kiosk_sends_is_refused(kiosk, name):
    headers = {"X-CSRFToken": token_of(kiosk)}
    began = time.perf_counter()
    answered = kiosk.post("/kiosco/sincronizar", data=DEEP[name], headers=headers, content_type="application/json")
    assert time.perf_counter() - began < SECONDS
    assert answered.status_code == 400


def test_json_that_a_kiosk_sends_is_taken(kiosk):
    """The control of the test above."""
    one = {"referencia": "K7M4XR2", "ticket": "Z-001", "momento": 1_762_700_000_000}
    answered = kiosk.post("/kiosco/sincronizar", json=[one], headers={"X-CSRFToken": token_of(kiosk)})
    assert (answered.status_code, set(answered.get_json())) == (200, {"Z-001"})


@pytest.fixture
def port(sqlite_app):
    """Where the server of production answers."""
    port = free_port()
    arguments = ["serve", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"]
    with running(*arguments, environ=environ_of(sqlite_app)):
        assert answer(port, "/healthz")[0] == 200
        yield port


def head(*lines):
    form = "Content-Type: application/x-www-form-urlencoded"
    return "\r\n".join(["POST /turno HTTP/1.1", "Host: turnos.example.ec", form, *lines, "", ""]).encode()


def in_chunks(many):
    for _ in range(many // 65536):
        yield b"10000\r\n" + b"x" * 65536 + b"\r\n"
    yield b"0\r\n\r\n"


def in_one(many):
    yield b"cedula="
    for _ in range(many // 65536):
        yield b"x" * 65536


BODIES = {
    "with its length": (head(f"Content-Length: {MANY + 7}"), lambda: in_one(MANY)),
    "in chunks": (head("Transfer-Encoding: chunked"), lambda: in_chunks(MANY)),
    "with a false length": (head("Content-Length: 99999999999999"), lambda: in_one(65536)),
    "with two lengths": (head("Content-Length: 5", f"Content-Length: {MANY}"), lambda: in_one(65536)),
    "with no number": (head("Content-Length: 1e9"), lambda: in_one(65536)),
}


@pytest.mark.timeout(120)
def test_ten_megabytes_are_refused_and_others_are_served(port):
    for name, (first, body) in BODIES.items():
        with socket.create_connection(("127.0.0.1", port), timeout=20) as sender:
            began = time.perf_counter()
            with suppress(BrokenPipeError, ConnectionResetError):  # who is refused early cannot go on
                sender.sendall(first)
                for number, part in enumerate(body()):
                    sender.sendall(part)
                    if number == 3:
                        assert served(port) < SECONDS, name
            said = b""
            with suppress(ConnectionResetError):
                said = sender.recv(4096)
            assert time.perf_counter() - began < SECONDS, name
        assert said == b"" or said.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 ")), (name, said[:60])
        assert served(port) < SECONDS


def served(port):
    """How long somebody else waits for a page."""
    began = time.perf_counter()
    assert answer(port, "/ayuda")[0] == 200
    return time.perf_counter() - began

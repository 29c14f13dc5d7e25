"""Nobody makes the server work by sending much: ten megabytes, a field without end, JSON without a bottom."""

import socket
import time
from contextlib import suppress

import pytest
from sqlalchemy import select

from tests.support.pages.walking import Walker, newest_code, token_of
from tests.support.rows.build import create_desk
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from tests.support.rows.visits import attended, rating_path
from tests.support.scenes.everyone import Everyone
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer, environ_of, running
from turnero.administration import policy_form, sheet_form
from turnero.agencies.models import Procedure
from turnero.booking.pages import person_views
from turnero.extensions import db
from turnero.staff import accounts
from turnero.staff.accounts import Post
from turnero.transparency import complaints

# Generous: nothing here takes a tenth of it, and what backtracks takes minutes.
SECONDS = 2
LETTERS = 60_000  # as many as a body may have, the form token aside
SHAPES = {
    "digits": "1" * LETTERS,
    "letters": "a" * LETTERS,
    "spaces": f"1{' ' * LETTERS}x",
    "address": f"{'a.' * (LETTERS // 2)}@",
    "domain": f"a@{'a.' * (LETTERS // 2)}",
    "hyphens": f"+593{'-(' * (LETTERS // 2)}",
    "wide": "１" * (LETTERS // 9),
    "quotes": f'"{chr(92) * LETTERS}@a.ec',
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
WINDOW = ("cedula", "tramite", "hora", "correo", "celular", "para", "tercero_cedula", "tercero_nombre", "solicitud")


class Forms:
    """Every form with its fields, each ready to be sent by whoever may."""

    def __init__(self, app):
        self.app = app
        self.everyone = Everyone(app, "Agencia Centro")

    def all(self):
        """Rule, client, address and fields; first the journey's."""
        yield from self.of_citizens()
        yield from self.of_staff()
        yield from self.of_administration()
        kiosk = self.everyone.kiosk
        yield "/kiosco", kiosk, "/kiosco", ("lectura",)
        yield "/kiosco/sin-turno", kiosk, "/kiosco/sin-turno", ("cedula", "tramite")
        yield "/kiosco/turno", kiosk, "/kiosco/turno", ("tramite",)

    def of_citizens(self):
        client = self.app.test_client()
        yield "/turno", client, "/turno", ("cedula",)
        words = ("tipo", "texto", "agencia", "satisfaccion", "correo", "solicitud")
        yield "/queja", client, "/queja", words
        yield "/mi-turno", client, "/mi-turno", ("referencia", "cedula")
        yield "/opinion/<reference>/<mac>", client, self.opinion(), ("satisfaccion", "texto")
        turn = self.everyone.token(self.everyone.coming)
        yield "/mi-turno/<token>/cancelar", client, f"/mi-turno/{turn}/cancelar", ("motivo",)
        walker = Walker.begin(client, cedula(6))
        yield "/turno/<key>/contacto", client, walker.address("contacto"), ("correo", "celular")
        walker.post("contacto", correo="ana@example.ec", celular="0991234567")
        yield "/turno/<key>/verificar", client, walker.address("verificar"), ("codigo",)
        walker.post("verificar", codigo=newest_code(walker.key))
        place = ("provincia", "tramite", "agencia", "fecha_notificacion")
        yield "/turno/<key>/lugar", client, walker.address("lugar"), place
        agency = self.everyone.desk.agency
        wish = ("provincia", "tramite", "agencias", "desde", "hasta", "parte")
        yield "/turno/<key>/lista", client, f"{walker.address('lista')}?tramite={self.everyone.slug}", wish
        yield "/turno/<key>/sorteo", client, walker.address("sorteo"), ("tramite", "agencia", "sorteo", "parte")
        walker.post("lugar", provincia="17", tramite=self.everyone.slug, agencia=agency.slug, seguir="si")
        yield "/turno/<key>/horario", client, walker.address("horario"), ("hora", "acepta")
        yield "/turno/<key>/detalles", client, walker.address("detalles"), ("tercero_cedula", "tercero_nombre")

    def opinion(self):
        procedure = db.session.scalars(select(Procedure).filter_by(slug=self.everyone.slug)).one()
        return rating_path(attended(self.everyone.desk, procedure, 660, 8))

    def of_staff(self):
        everyone = self.everyone
        clerk, day = everyone.clerk, everyone.day
        yield "/agencia/entrar", self.app.test_client(), "/agencia/entrar", ("correo", "clave", "totp", "seguir")
        link = accounts.add("nueva@example.ec", Post("supervisor", everyone.desk.agency_id))
        activate = f"/agencia/activar/{link}"
        yield "/agencia/activar/<token>", self.app.test_client(), activate, ("clave", "clave2", "totp")
        turn = f"/agencia/turnos/{everyone.coming}"
        yield "/agencia/turnos", clerk, "/agencia/turnos", WINDOW
        yield "/agencia/turnos/<int:booking_id>/cancelar", clerk, f"{turn}/cancelar", ("motivo",)
        contact = ("cedula", "correo", "celular")
        yield "/agencia/turnos/<int:booking_id>/reasignar", clerk, f"{turn}/reasignar", contact
        called = f"/agencia/turnos/{everyone.called}/derivar"
        yield "/agencia/turnos/<int:booking_id>/derivar", clerk, called, ("ventanilla",)
        yield "/agencia/ventanilla", clerk, "/agencia/ventanilla", ("ventanilla", "linea")
        yield "/agencia/agenda/<day>/buscar", clerk, f"/agencia/agenda/{day}/buscar", ("busca",)
        paper = (f"t{everyone.coming}", f"h{everyone.coming}")
        yield "/agencia/agenda/<day>/papel", clerk, f"/agencia/agenda/{day}/papel", paper

    def of_administration(self):
        admin = signed_in(self.app, create_account(None, "admin"), None)
        about = complaints.file(complaints.Said("x", "complaint", "No había nadie"), "x")
        agency, procedure = "/admin/agencias/<agency_slug>", "/admin/tramites/<procedure_slug>"
        facts = ("nombre", "tipo", "canton", "direccion")
        kinds = ("nombre", "direccion_web", "linea", "linea_nueva", "canal", "minutos", "termino")
        sheet = tuple(part.field for part in sheet_form.PARTS)
        closing = ("alcance", "agencia", "provincia", "canton", "desde", "hasta", "motivo", "clase", "base")
        fields = {
            "/admin/agencias/nueva": (*facts, "provincia", "direccion_web"),
            f"{agency}/datos": facts,
            f"{agency}/dias": ("linea", "desde", "hasta", "ventanillas"),
            f"{agency}/horario": ("desde", "hasta", "abre-0-0", "cierra-0-0"),
            f"{agency}/limites": ("reserva", "tope_dia", "abre_desde", "espera_desde", "sorteo_desde"),
            f"{agency}/ventanillas": ("linea", "desde", "ventanillas", "minutos"),
            "/admin/cierres/nuevo": closing,
            "/admin/equipos/nuevo": ("nombre", "tipo", "agencia"),
            "/admin/feriados/nuevo": ("fecha", "nombre", "provincia", "canton"),
            "/admin/limites": tuple(field for field, *_ in policy_form.NUMBERS),
            "/admin/personal/nuevo": ("correo", "papel", "agencia"),
            "/admin/quejas/<complaint_number>": ("respuesta",),
            procedure: kinds + sheet,
            "/admin/tramites/nuevo": kinds + sheet,
        }
        names = {"<agency_slug>": self.everyone.desk.agency.slug, "<procedure_slug>": self.everyone.slug}
        for rule, those in fields.items():
            address = rule
            for name, value in (names | {"<complaint_number>": about}).items():
                address = address.replace(name, value)
            yield rule, admin, address, those


def send(client, address, **fields):
    """Status, and how long it took."""
    client.get("/mi-turno")
    token = token_of(client)
    began = time.perf_counter()
    status = client.post(address, data=fields | {"csrf_token": token}).status_code
    return status, time.perf_counter() - began


def test_no_field_of_any_form_takes_long(sqlite_app):
    forms = set()
    for rule, client, address, fields in Forms(sqlite_app).all():
        forms.add(rule)
        base = {"para": "tercero", "prioridad": "no"} if "tercero_cedula" in fields else {}
        for field in fields:
            for shape, value in SHAPES.items():
                status, seconds = send(client, address, **base | {field: value})
                assert status < 500, (rule, field, shape)
                assert seconds < SECONDS, (rule, field, shape)
    posted = {each.rule for each in sqlite_app.url_map.iter_rules() if "POST" in each.methods}
    assert posted - WITHOUT_FIELDS - {"/kiosco/sincronizar"} == forms


def test_a_form_that_takes_long_would_be_noticed(sqlite_app, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr(person_views.forms, "parse_cedula", lambda form: time.sleep(SECONDS) or "1700000001")
    assert send(sqlite_app.test_client(), "/turno", cedula="1")[1] > SECONDS


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

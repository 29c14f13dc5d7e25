"""Targets of `make sqlmap`: every form, query string and URL parameter.

The forms are read from the pages themselves, so a new field is asked too. What nobody typed gets a likely value, so
that a request gets as far as the database.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from flask import Flask

from tests.support.pages.client import StrictClient
from tests.support.pages.page import Element, filled
from tests.support.pages.walking import Walker
from tests.support.rows import visits
from tests.support.rows.build import create_citizen, create_desk, create_local_holiday, create_procedure, today
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from tests.support.rows.turns import the_monday
from tests.support.rows.waiting import create_draw, listed
from turnero.agencies.models import Desk, Procedure
from turnero.booking.turn import queries
from turnero.staff import accounts, devices
from turnero.transparency.complaints import complaints

LIKELY = {
    "cedula": cedula(9),
    "correo": "persona9@example.ec",
    "celular": "0991234567",
    "codigo": "123456",
    "clave": "una clave cualquiera",
    "clave2": "una clave cualquiera",
    "totp": "123456",
    "referencia": "ABCD-2345",
    "lectura": "ABCD-2345",
    "motivo": "Viaje",
    "fecha_notificacion": "2026-11-02",
}
# Excluded: ending a session and single-use actions would invalidate the rest of the run.
_LEFT_OUT = ("/agencia/salir", "/dispositivo/")


@dataclass(frozen=True)
class Target:
    """One request: ``address`` below the server's, a form's fields if it posts. ``*`` marks where to inject."""

    name: str
    address: str
    cookies: dict[str, str] = field(repr=False)
    data: dict[str, str] | None = None
    json: list[dict[str, str]] | None = None
    headers: tuple[str, ...] = ()

    @property
    def body(self) -> str | None:
        """The posted data, if any."""
        if self.json is not None:
            return json.dumps(self.json)
        return None if self.data is None else urlencode(self.data)


def targets(app: Flask) -> list[Target]:
    """All of them, on rows made for it."""
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=3)
    create_citizen(cedula=cedula(9))
    found = [
        *_of_citizens(app, desk, procedure),
        *_of_staff(app, desk, procedure),
        *_of_administration(app, desk, procedure),
        *_of_kiosk(app, desk),
        *_of_queries(app, desk, procedure),
    ]
    return list({(target.name, target.address): target for target in found}.values())


def _of_citizens(app: Flask, desk: Desk, procedure: Procedure) -> Iterator[Target]:
    turn = visits.turn(visits.booked(desk, procedure, 540, day=the_monday(), registry_email="duena@example.ec"))
    token, owner = queries.token_of(turn), queries.owner_token_of(turn)
    activation = accounts.add_account("nueva@example.ec", accounts.Post("supervisor", desk.agency_id))
    client = _client(app)
    open_pages = ["/turno", "/mi-turno", "/queja", "/agencia/entrar", f"/agencia/activar/{activation}", "/agencias"]
    pages = [*open_pages, f"/mi-turno/{token}", f"/mi-turno/{token}/cancelar"]
    pages += [f"/tramites/{procedure.slug}", f"/no-fui-yo/{owner}"]
    waiting = listed(desk, procedure, 31)
    visit = visits.rating_path(visits.attended(desk, procedure, 680, 32))
    for page in (*pages, visit, f"/solicitud/{waiting}", f"/reparto?provincia={desk.agency.province_code}"):
        yield from _forms(client, page)
    for address in (f"/solicitud/{waiting}*", "/sorteos/1*"):
        yield Target(f"GET {address}", address, _cookies(client))
    yield from _of_journeys(app, desk, procedure)
    for address in (f"{visit}*", f"/mi-turno/{token}*", f"/no-fui-yo/{owner}*", f"/agencia/activar/{activation}*"):
        yield Target(address, address, _cookies(client))
    pairing = devices.add_device("otro", desk.agency_id, "board")
    yield Target("/dispositivo/<token>", f"/dispositivo/{pairing}*", _cookies(client))


def _of_journeys(app: Flask, desk: Desk, procedure: Procedure) -> Iterator[Target]:
    """The steps, each on an existing journey."""
    client = _client(app)
    first = Walker.begin(client, cedula(11))
    yield from _forms(client, first.address("contacto"))
    second = Walker.begin(client, cedula(12))
    second.post("contacto", correo="persona12@example.ec", celular="0991234512")
    yield from _forms(client, second.address("verificar"))
    third = Walker.proven(client, cedula(13), "persona13@example.ec")
    where = {"provincia": desk.agency.province_code, "tramite": procedure.slug, "agencia": desk.agency.slug}
    address, key = third.address("lugar"), first.key
    yield Target("POST lugar", address, _cookies(client), where | {"csrf_token": _token(client)})
    hours = Walker.at_hours(client, desk, procedure, 14)
    create_draw(desk)
    yield from _forms(client, f"{hours.address('sorteo')}?agencia={desk.agency.slug}")
    for step in ("horario", "detalles", "lista"):
        yield from _forms(client, hours.address(step))
    hour = {"hora": f"{the_monday()}T10:00", "csrf_token": _token(client)}
    yield Target("POST horario", hours.address("horario"), _cookies(client), hour)
    dates = {"desde": str(the_monday()), "dia": str(the_monday()), "limite": str(the_monday())}
    yield Target("GET horario", hours.address("horario") + "?" + urlencode(dates), _cookies(client))
    place = urlencode({"provincia": where["provincia"], "tramite": where["tramite"]})
    yield Target("GET lugar", f"{address}?{place}", _cookies(client))
    yield Target("GET <key>", f"/turno/{key}*/contacto", _cookies(client))


def _of_staff(app: Flask, desk: Desk, procedure: Procedure) -> Iterator[Target]:
    number = visits.booked(desk, procedure, 660, 21)
    day = today().isoformat()
    clerk = signed_in(app, create_account(desk.agency), 1)
    admin = signed_in(app, create_account(None, "admin"), None)
    turn = f"/agencia/turnos/{number}"
    pages = [f"/agencia/agenda/{day}", f"/agencia/agenda/{day}/papel", "/agencia/ventanilla", "/agencia/turnos/nuevo"]
    for page in (*pages, f"{turn}/reasignar", f"{turn}/cancelar", turn):
        yield from _forms(clerk, page)
    other = {"ventanilla": "2", "csrf_token": _token(clerk)}
    yield Target("POST derivar", f"{turn}/derivar", _cookies(clerk), other)
    yield from _forms(admin, "/agencia/control")
    for address in (f"{turn}*", f"/agencia/agenda/{day}*", f"/agencia/agenda/{day}*/cambios", f"{turn}*/ticket"):
        yield Target(f"GET {address}", address, _cookies(clerk))
    yield Target("GET parte", "/agencia/agenda?parte=filas", _cookies(clerk))
    yield Target("GET anotados", f"/agencia/agenda/{day}/papel?anotados=3", _cookies(clerk))
    yield Target("GET control", f"/agencia/control?agencia={desk.agency.slug}", _cookies(admin))
    yield Target("cookie of the staff", "/agencia/agenda", {"turnero-staff": _cookies(clerk)["turnero-staff"] + "*"})


def _of_administration(app: Flask, desk: Desk, procedure: Procedure) -> Iterator[Target]:
    """Every form of the administration; previews are rolled back."""
    admin = signed_in(app, create_account(None, "admin"), None)
    about = complaints.file_complaint(complaints.Said("y", "complaint", "No había nadie", desk.agency.slug), "y")
    agency = f"/admin/agencias/{desk.agency.slug}"
    create_local_holiday(date(2027, 3, 3))
    pages = [f"{agency}/{part}" for part in ("datos", "dias", "horario", "limites", "ventanillas")]
    pages += [f"/admin/{part}/nuevo" for part in ("cierres", "equipos", "feriados", "personal", "tramites")]
    pages += ["/admin/agencias/nueva", "/admin/limites", f"/admin/tramites/{procedure.slug}"]
    for page in (*pages, f"/admin/quejas/{about}", "/admin/registro", "/admin/estadisticas"):
        yield from _forms(admin, page)
    confirmed = {"confirmado": "si", "csrf_token": _token(admin)}
    yield Target("POST feriado", "/admin/feriados/1", _cookies(admin), confirmed)
    for address in (f"{agency}*", "/admin/cierres/1*", f"/admin/quejas/{about}*"):
        yield Target(f"GET {address}", address, _cookies(admin))


def _of_kiosk(app: Flask, desk: Desk) -> Iterator[Target]:
    kiosk = paired(app, create_device(desk.agency))
    for page in ("/kiosco", "/kiosco/sin-turno", "/kiosco/turno"):
        yield from _forms(kiosk, page)
    kept = [{"referencia": LIKELY["referencia"], "ticket": "Z-001", "momento": "1762700000000"}]
    headers = ("Content-Type: application/json", f"X-CSRFToken: {_token(kiosk)}")
    yield Target("POST sincronizar", "/kiosco/sincronizar", _cookies(kiosk), json=kept, headers=headers)
    key = _cookies(kiosk)["turnero-device"]
    yield Target("cookie of the kiosk", "/kiosco/hoy.json", {"turnero-device": key + "*"})


def _of_queries(app: Flask, desk: Desk, procedure: Procedure) -> Iterator[Target]:
    where = urlencode({"provincia": desk.agency.province_code, "tramite": procedure.slug})
    client = _client(app)
    addresses = [f"/api/v1/agencias?{where}", f"/agencias?{where}", f"/tramites/{procedure.slug}*", "/api/v1/tramites*"]
    term = urlencode({"fecha_notificacion": "2026-11-02", "provincia": desk.agency.province_code})
    addresses += [f"/tramites/{procedure.slug}?{term}", "/agencia/entrar?seguir=/agencia/control"]
    for address in addresses:
        yield Target(f"GET {address}", address, _cookies(client))
    yield Target("cookie of a browser", "/turno", {"turnero": _cookies(client)["turnero"] + "*"})


def _forms(client: StrictClient, address: str) -> Iterator[Target]:
    """Every form of a page, filled in."""
    assert client.get(address).status_code == 200, f"{address}: {client.response.status}"
    for form in client.page.all("form"):
        action = form.get("action") or address
        only_buttons = any(button.get("formaction") for button in form.all("button"))  # they carry an address alone
        if not only_buttons and not action.startswith(_LEFT_OUT):
            yield _of_form(client, form, action)


def _of_form(client: StrictClient, form: Element, action: str) -> Target:
    data = _choices(form) | {name: value or LIKELY.get(name, "1") for name, value in filled(form).items()}
    cookies = _cookies(client)
    if form.get("method").lower() == "post":
        return Target(f"POST {action}", action, cookies, data)
    return Target(f"GET {action}", f"{action.partition('?')[0]}?{urlencode(data)}", cookies)


def _choices(form: Element) -> dict[str, str]:
    """The first of each group of choices, and the name of a button where it has one."""
    chosen: dict[str, str] = {}
    for control in form.all("input", "button"):
        if control.get("name") and control.get("type") in ("radio", "checkbox", "submit"):
            chosen.setdefault(control["name"], control.get("value", "1"))
    return chosen


def _client(app: Flask) -> StrictClient:
    client = app.test_client()
    assert isinstance(client, StrictClient)
    client.get("/turno")
    return client


def _token(client: StrictClient) -> str:
    client.get("/turno")
    return client.page.all("input", name="csrf_token")[0]["value"]


def _cookies(client: StrictClient) -> dict[str, str]:
    known = (client.get_cookie(name) for name in ("turnero", "turnero-staff", "turnero-device"))
    return {cookie.key: cookie.value for cookie in known if cookie is not None}

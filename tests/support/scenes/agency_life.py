"""One agency's operation over HTTP and SMTP by every role, with configurable texts.

For tests about leaks and injection, which need every surface.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from tests.support.pages.client import StrictClient
from tests.support.pages.walking import Walker, token_of
from tests.support.rows.build import (
    create_agency,
    create_citizen,
    create_desk,
    create_line,
    create_procedure,
    next_workday,
)
from tests.support.rows.build import today as the_day
from tests.support.rows.turns import begin_change
from tests.support.servers.smtp import Mailbox, code_in
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices import delivery
from turnero.staff import accounts, devices, totp
from turnero.staff.accounts import Post
from turnero.staff.models import Account

SOON, LATER, NINE, TEN = 640, 660, 540, 600  # 10:40 and 11:00 of today; 09:00 and 10:00 of another day


@dataclass(frozen=True)
class Words:
    """All free texts shown to other people."""

    line: str = "Cartera"
    procedure: str = "Notificación de glosas"
    bring: str = "Cédula original"
    agency: str = "Agencia Centro"
    address: str = "Calle Uno 23"
    names: str = "Ana María"
    surnames: str = "Prueba Ficticia"
    third: str = "Rosa Tercera Ficticia"
    reason: str = "Corte de luz"
    device: str = "puerta"
    typed: str = "hola"  # searched and mistyped text


@dataclass(frozen=True)
class Person:
    """A citizen. ``on_file``: the registry's address, by default the given one."""

    cedula: str
    email: str
    mobile: str
    on_file: str = ""
    mobile_on_file: str = ""


@dataclass
class Secrets:
    """All that opens something, as it was handed out."""

    codes: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)  # of links, cookies and second factors


class AgencyLife:
    """An agency with a line, a trámite and three windows; ``deliver`` sends pending mails without waiting."""

    def __init__(
        self, app: Flask, mailbox: Mailbox, shift: Callable[[timedelta], datetime], words: Words | None = None
    ) -> None:
        self.app, self.mailbox, self.shift = app, mailbox, shift
        self.words = words or Words()
        self.secrets = Secrets()
        line = create_line(name=self.words.line)
        self.procedure = create_procedure(line, name=self.words.procedure, sheet={"bring": [self.words.bring]})
        agency = create_agency(name=self.words.agency, address=self.words.address)
        self.desk = create_desk(line, agency=agency, windows=3)
        self.agency_id, self.agency_slug = agency.id, agency.slug

    def browser(self) -> StrictClient:
        made = self.app.test_client()
        assert isinstance(made, StrictClient)
        return made

    def register(self, person: Person) -> None:
        create_citizen(
            person.cedula,
            names=self.words.names,
            surnames=self.words.surnames,
            email=person.on_file or person.email,
            mobile=person.mobile_on_file or None,
        )

    def deliver(self) -> None:
        delivery.deliver_all()
        db.session.rollback()

    def code_for(self, person: Person) -> str:
        """The newest mailed code."""
        self.deliver()
        mails = [mail for mail in self.mailbox.to(person.email) if "Verificar" in str(mail["Subject"])]
        code = code_in(mails[-1])
        self.secrets.codes.add(code)
        return code

    def up_to_the_place(self, client: StrictClient, person: Person) -> Walker:
        """Cédula, contact and code, with everything that goes wrong on the way."""
        walker = Walker.begin(client, person.cedula)
        walker.get("contacto")
        walker.post("contacto", correo=f"{person.email}@", celular=f"{person.mobile}000")
        walker.post("contacto", correo=person.email, celular=person.mobile)
        walker.get("verificar")
        first = self.code_for(person)
        walker.post("verificar", codigo=f"{(int(first) + 1) % 10**6:06}")
        walker.post("verificar", codigo=f"{first}0")
        self.shift(timedelta(seconds=61))
        walker.post("reenviar")
        walker.post("verificar", codigo=self.code_for(person))
        walker.get("lugar")
        place = {"provincia": "17", "tramite": self.procedure.slug}
        walker.post("lugar", **place, ver="agencias")
        walker.post("lugar", **place, agencia=self.agency_slug, seguir="si")
        return walker

    def book(
        self, client: StrictClient, person: Person, day: date | None = None, minute: int = NINE, *, third: str = ""
    ) -> str:
        """Walk the whole journey. Returns the token of the turn's page."""
        walker = self.up_to_the_place(client, person)
        self.choose(walker, day or next_workday(), minute)
        if third:
            walker.get("detalles")
            walker.post("detalles", para="tercero", tercero_cedula=third, tercero_nombre=self.words.third)
            walker.post(
                "detalles", para="tercero", tercero_cedula=third, tercero_nombre=self.words.third, prioridad="si"
            )
            walker.get("confirmar")
        walker.post("prorrogar")
        return self.confirm(walker)

    def choose(self, walker: Walker, day: date, minute: int) -> None:
        walker.get("horario")
        walker.get("horario", dia=day.isoformat())
        hour = f"{day.isoformat()}T{minute // 60:02}:{minute % 60:02}"
        walker.post("horario", hora=hour)
        walker.post("horario", hora=hour, acepta="si")
        assert walker.follow().status_code == 200

    def confirm(self, walker: Walker) -> str:
        walker.post("confirmar")
        walker.follow()
        token = walker.client.response.request.path.rpartition("/")[2]
        self.secrets.tokens.add(token)
        self.secrets.tokens |= {queries.owner_token_of(queries.booking_by_token(token))}
        db.session.rollback()
        self.deliver()
        return token

    def look_at(self, client: StrictClient, token: str) -> None:
        """The turn's page and its papers."""
        for address in ("", ".pdf", ".ics", "/ticket", "/cancelar"):
            assert client.get(f"/mi-turno/{token}{address}").status_code == 200

    def lose_the_link(self, client: StrictClient, person: Person, reference: str) -> None:
        client.get("/mi-turno")
        client.submit(referencia=reference[:-1], cedula=person.cedula)
        client.get("/mi-turno")
        client.submit(referencia=reference, cedula=person.cedula)
        self.deliver()

    def change(self, client: StrictClient, token: str, day: date | None = None, minute: int = TEN) -> str:
        walker = begin_change(client, f"/mi-turno/{token}")
        self.choose(walker, day or next_workday(), minute)
        return self.confirm(walker)

    def cancel(self, client: StrictClient, token: str) -> None:
        client.get(f"/mi-turno/{token}/cancelar")
        client.submit(client.page.form("/cancelar"), motivo="no-puedo")
        self.deliver()

    def disown(self, token: str) -> StrictClient:
        """The owner of the address on file presses the button; their browser, at the review of the same place."""
        link = f"/no-fui-yo/{queries.owner_token_of(queries.booking_by_token(token))}"
        db.session.rollback()
        owner = self.browser()
        owner.get(link)
        owner.submit()
        self.deliver()
        return owner

    def member(self, email: str, role: str = "window", window: int = 1) -> StrictClient:
        """A new account from its activation link to the window, by way of a wrong password."""
        link = accounts.add_account(email, Post(role, self.agency_id))
        client, password = self.browser(), "cometa lenta azul"
        client.get(f"/agencia/activar/{link}")
        code = self._second_factor(email)
        fields = {"clave": password, "clave2": password} | ({"totp": code} if code else {})
        client.submit(client.page.form(), **fields)
        self.shift(timedelta(minutes=2))
        client.get("/agencia/entrar")
        client.submit(client.page.form("/entrar"), correo=email, clave="otra cosa del todo", totp="000000")
        client.submit(client.page.form("/entrar"), correo=email, clave=password, totp=self._second_factor(email))
        client.get("/agencia/ventanilla")
        client.submit(client.page.form("/ventanilla"), ventanilla=str(window))
        cookie = client.get_cookie("turnero-staff") or client.get_cookie("__Host-turnero-staff")
        assert cookie is not None
        self.secrets.tokens |= {link, cookie.value}
        return client

    def _second_factor(self, email: str) -> str:
        account = db.session.scalars(select(Account).where(Account.email == email)).one()
        secret = accounts.totp_secret(account)
        db.session.rollback()
        if secret is None:
            return ""
        code = totp.code_at(secret, clock.now())
        self.secrets.tokens.add(secret)
        self.secrets.codes.add(code)
        return code

    def device(self, kind: str) -> StrictClient:
        """A new kiosk or board, paired by its link."""
        link = devices.add_device(f"{self.words.device} {kind}", self.agency_id, kind)
        client = self.browser()
        client.get(f"/dispositivo/{link}")
        client.submit()
        cookie = client.get_cookie("turnero-device") or client.get_cookie("__Host-turnero-device")
        assert cookie is not None
        self.secrets.tokens |= {link, cookie.value}
        return client

    def assist(self, clerk: StrictClient, person: Person, third: str, hour: str = "") -> int:
        """Make a turn at the window: now, or at ``hour``. Returns its id."""
        values = {"cedula": person.cedula, "tramite": self.procedure.slug, "prioridad": "si", "para": "tercero"}
        values |= {"tercero_cedula": third, "tercero_nombre": self.words.third}
        values |= {"correo": person.email, "celular": person.mobile} if hour else {}
        clerk.get("/agencia/turnos/nuevo")
        if hour:
            clerk.submit(clerk.page.form("/turnos"), tramite=self.procedure.slug, ver="horas")
        clerk.submit(clerk.page.form("/turnos"), **values | {"cedula": person.cedula[:-1]})
        clerk.submit(clerk.page.form("/turnos"), **values | ({"hora": hour} if hour else {}))
        assert clerk.response.status_code == 200, clerk.response.get_data(as_text=True)
        self.deliver()
        return int(clerk.response.request.path.rpartition("/")[2])

    def reassign(self, clerk: StrictClient, booking_id: int, person: Person) -> None:
        clerk.get(f"/agencia/turnos/{booking_id}/reasignar")
        clerk.submit(
            clerk.page.form("/reasignar"), cedula=person.cedula, correo=f"otro.{person.email}", celular=person.mobile
        )
        self.deliver()

    def cancel_at_the_window(self, clerk: StrictClient, booking_id: int) -> None:
        clerk.get(f"/agencia/turnos/{booking_id}/cancelar")
        clerk.submit(clerk.page.form("/cancelar"), motivo="")
        clerk.submit(clerk.page.form("/cancelar"), motivo=self.words.reason)
        self.deliver()

    def look_around(self, clerk: StrictClient) -> None:
        """Everything that the staff reads of today and of the next day."""
        for day in (the_day().isoformat(), next_workday().isoformat()):
            for part in ("", ".csv", ".pdf", "/papel"):
                assert clerk.get(f"/agencia/agenda/{day}{part}").status_code == 200
            clerk.get(f"/agencia/agenda/{day}")
            clerk.submit(clerk.page.form("/buscar"), busca=self.words.typed)
        for booking_id in db.session.scalars(select(Booking.id).where(Booking.confirmed_at.is_not(None))).all():
            for part in ("", "/ticket", "/cancelar", "/reasignar"):
                clerk.get(f"/agencia/turnos/{booking_id}{part}")

    def stand_at(self, kiosk: StrictClient, *readings: str) -> None:
        for typed in readings:
            kiosk.get("/kiosco")
            kiosk.submit(kiosk.page.form("/kiosco"), lectura=typed)

    def without_turn(self, kiosk: StrictClient, person: Person) -> None:
        kiosk.get("/kiosco/sin-turno")
        kiosk.submit(kiosk.page.form("/sin-turno"), cedula=person.cedula, tramite=self.procedure.slug)

    def press(self, clerk: StrictClient, action: str) -> None:
        """A button of the agenda that needs nothing but the form token."""
        clerk.get("/agencia/agenda")
        clerk.post(f"/agencia/{action}", data={"csrf_token": token_of(clerk)}, follow_redirects=True)

    def public_pages(self) -> None:
        client = self.browser()
        for address in ("/", "/agencias", "/tramites", f"/tramites/{self.procedure.slug}", "/ayuda", "/privacidad"):
            assert client.get(address).status_code == 200
        for address in ("agencias", "tramites", "provincias"):
            assert client.get(f"/api/v1/{address}").status_code == 200

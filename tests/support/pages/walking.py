"""A journey walked over HTTP by the names that the contract fixes, and journeys put where a test needs them."""

from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import select
from werkzeug.test import Cookie, TestResponse

from tests.support.pages.client import StrictClient
from tests.support.pages.page import Element
from tests.support.rows.journeys import at_hour_step
from turnero.agencies.models import Desk, Procedure
from turnero.booking.journey import holds
from turnero.core.extensions import db
from turnero.verify.code import code_of
from turnero.verify.models import Challenge
from turnero.web.session import known_as


def browser_of(client: StrictClient) -> str:
    """The hash by which the database knows the client; makes it known first."""
    if (cookie := _cookie(client)) is None:
        client.get("/turno")
        cookie = _cookie(client)
    assert cookie is not None
    return known_as(cookie.value)


def _cookie(client: StrictClient) -> Cookie | None:
    return client.get_cookie("turnero") or client.get_cookie("__Host-turnero")


def newest_code(key: str) -> str:
    """The six digits of the journey's last mail."""
    challenge = db.session.scalars(select(Challenge).filter_by(journey=key).order_by(Challenge.id.desc())).first()
    assert challenge is not None
    return code_of(current_app.config["SETTINGS"].code_key, challenge.nonce)


@dataclass(frozen=True)
class Walker:
    """One journey of a client. ``get`` and ``post`` take the last part of the address; nothing is followed."""

    client: StrictClient
    key: str

    @classmethod
    def begin(cls, client: StrictClient, cedula: str = "1700000001") -> "Walker":
        client.get("/turno")
        client.post("/turno", data={"cedula": cedula, "csrf_token": token_of(client)})
        return cls(client, client.response.location.split("/")[2])

    @classmethod
    def proven(cls, client: StrictClient, cedula: str = "1700000001", email: str = "ana.demo@example.ec") -> "Walker":
        """With a proven mailbox, at step 6."""
        walker = cls.begin(client, cedula)
        walker.post("contacto", correo=email, celular="0991234567")
        walker.post("verificar", codigo=newest_code(walker.key))
        return walker

    @classmethod
    def at_hours(cls, client: StrictClient, desk: Desk, procedure: Procedure, number: int = 1) -> "Walker":
        """With everything chosen but day and hour."""
        traveller = at_hour_step(desk.agency, procedure, number, browser=browser_of(client))
        return cls(client, traveller.key)

    def address(self, step: str) -> str:
        return f"/turno/{self.key}/{step}"

    def get(self, step: str, **query: str) -> TestResponse:
        return self.client.get(self.address(step), query_string=query)

    def post(self, step: str, **fields: str) -> TestResponse:
        data = {"csrf_token": token_of(self.client)} | fields
        return self.client.post(self.address(step), data=data)

    def hold(self, day: date, minute: int) -> None:
        """The place held, as with a yes; then the review is the step."""
        holds.place(self.key, browser_of(self.client), day, minute)

    def complete(self, desk: Desk, procedure: Procedure, day: date, hour: str = "09:00") -> TestResponse:
        """From step 3 to the page of the confirmed turn, by the contract's fields alone."""
        agency = desk.agency
        place = {"provincia": agency.province_code, "tramite": procedure.slug, "agencia": agency.slug}
        self.post("contacto", correo="ana.demo@example.ec", celular="0991234567")
        self.post("verificar", codigo=newest_code(self.key))
        self.post("lugar", **place)
        self.post("horario", hora=f"{day}T{hour}", acepta="si")
        self.post("confirmar")
        return self.follow()

    def follow(self) -> TestResponse:
        """Go where the last answer leads."""
        assert self.client.response.status_code == 303
        return self.client.get(self.client.response.location)

    def is_at(self, step: str) -> bool:
        """Whether the last answer was the way to ``step`` of this journey."""
        response = self.client.response
        return response.status_code == 303 and response.location.partition("?")[0] == self.address(step)


def token_of(client: StrictClient) -> str:
    """The client's form token, from its last page or else from one that surely has it."""
    tokens = client.page.all("input", name="csrf_token")
    if not tokens:
        client.get("/turno")
        tokens = client.page.all("input", name="csrf_token")
    return tokens[0]["value"]


def texts(elements: list[Element]) -> list[str]:
    return [element.text for element in elements]

"""An agency with turns in every state, clients of every role, and the pages they can view."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from flask import Flask

from tests.support.pages.client import StrictClient
from tests.support.pages.page import Page
from tests.support.rows.build import create_agency, create_citizen, create_desk, create_procedure, next_workday, today
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from tests.support.rows.visits import arrived, booked, turn
from turnero.attention.day import calling
from turnero.attention.day.attendance import Clerk
from turnero.attention.window import turns
from turnero.booking.closures import closing, proposals
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.turn import queries
from turnero.staff.actor import COMMAND_LINE, Actor

SOON, NINE = 640, 540  # it is 10:00
OWNER = "duena@example.ec"


class Everyone:
    """Turns in every state: ``waiting``, ``called``, ``coming``, ``lost`` (displaced), ``cancelled``."""

    def __init__(self, app: Flask, name: str) -> None:
        procedure = create_procedure(minutes=20, name=name)
        self.desk = desk = create_desk(procedure.line, agency=create_agency(name=name), windows=3)
        self.slug, self.day = procedure.slug, next_workday()
        for number in range(1, 7):
            create_citizen(cedula(number))
        third = {"third_party_cedula": cedula(60), "third_party_name": name}
        clerk, supervisor = create_account(desk.agency), create_account(desk.agency, "supervisor")
        by = Clerk(Actor.staff(clerk.id), desk.agency_id, 1)
        self.called = arrived(desk, procedure, SOON, 1, by=by.actor, **third)
        self.waiting = arrived(desk, procedure, SOON, 2, by=by.actor, **third)
        calling.call_next(by, None)
        self.coming = booked(desk, procedure, NINE, 3, day=self.day, registry_email=OWNER, **third)
        self.cancelled = booked(desk, procedure, NINE, 4, day=self.day, **third)
        turns.cancel_at_window(self.cancelled, by, name)
        closed = self.day + timedelta(days=1)
        self.lost = booked(desk, procedure, NINE, 5, day=closed, **third)
        begins = datetime.combine(closed, time())
        closing.close_hours(
            Scope("agency", agency_id=desk.agency_id), Hours(begins, begins + timedelta(days=4), name), COMMAND_LINE
        )
        proposals.propose_all()
        self.clerk, self.supervisor = signed_in(app, clerk), signed_in(app, supervisor, 2)
        self.kiosk, self.board = (paired(app, create_device(desk.agency, kind)) for kind in ("kiosk", "board"))
        self.admin = signed_in(app, create_account(None, "admin"), None)
        anybody = app.test_client()
        assert isinstance(anybody, StrictClient)
        self.anybody = anybody

    def token(self, booking_id: int) -> str:
        return queries.token_of(turn(booking_id))

    def pages(self) -> Iterator[tuple[str, Page]]:
        """Every page that shows a name: address and page."""
        for client, address in self.addresses():
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            yield address, client.page
        for typed in (turn(self.coming).reference, "hola"):
            self.kiosk.get("/kiosco")
            self.kiosk.submit(self.kiosk.page.form("/kiosco"), lectura=typed)
            yield f"/kiosco {typed}", self.kiosk.page

    def addresses(self) -> Iterator[tuple[StrictClient, str]]:
        """Clients and URLs they may view."""
        coming = self.token(self.coming)
        for address in ("/", "/agencias", "/tramites", f"/tramites/{self.slug}", "/turno", "/mi-turno"):
            yield self.anybody, address
        for booking_id in (self.waiting, self.coming, self.lost, self.cancelled):
            yield self.anybody, f"/mi-turno/{self.token(booking_id)}"
        yield self.anybody, f"/mi-turno/{coming}/ticket"
        yield self.anybody, f"/mi-turno/{coming}/cancelar"
        yield self.anybody, f"/no-fui-yo/{queries.owner_token_of(turn(self.coming))}"
        for day in (today(), self.day):
            for part in ("", "/papel"):
                yield self.clerk, f"/agencia/agenda/{day}{part}"
        for part in ("", f"/{self.desk.agency.slug}", f"/{self.desk.agency.slug}/horario"):
            yield self.admin, f"/admin/agencias{part}"
        for section in ("tramites", f"tramites/{self.slug}", "cierres", "estadisticas", "equipos"):
            yield self.admin, f"/admin/{section}"
        yield self.supervisor, "/admin/cierres/desplazados"
        for part in ("", "/ticket", "/cancelar", "/reasignar"):
            yield self.clerk, f"/agencia/turnos/{self.coming}{part}"
        for booking_id in (self.waiting, self.called, self.lost, self.cancelled):
            yield self.clerk, f"/agencia/turnos/{booking_id}"
        yield self.clerk, "/agencia/turnos/nuevo"
        yield self.clerk, "/agencia/ventanilla"
        yield self.supervisor, "/agencia/control"
        yield self.kiosk, "/kiosco"
        yield self.kiosk, "/kiosco/sin-turno"
        yield self.kiosk, "/kiosco/turno"
        yield self.board, "/pantalla"

    def files(self) -> Iterator[tuple[str, bytes]]:
        """PDF, ICS, CSV and JSON: address and bytes."""
        coming = self.token(self.coming)
        asked = [(self.anybody, f"/mi-turno/{coming}{kind}") for kind in (".pdf", ".ics")]
        asked += [(self.clerk, f"/agencia/agenda/{self.day}{kind}") for kind in (".csv", ".pdf")]
        asked += [(self.anybody, f"/api/v1/{name}") for name in ("agencias", "tramites", "provincias")]
        asked += [(self.kiosk, "/kiosco/hoy.json"), (self.board, "/pantalla/llamados.json")]
        for client, address in asked:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            yield address, answer.get_data()

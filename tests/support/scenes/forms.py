"""Every form of the product with its fields, for tests of oversized input."""

from collections.abc import Iterator, Mapping

from flask import Flask
from sqlalchemy import select

from tests.support.pages.client import StrictClient
from tests.support.pages.walking import Walker, newest_code
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, signed_in
from tests.support.rows.visits import attended, rating_path
from tests.support.scenes.everyone import Everyone
from turnero.administration.limits import forms
from turnero.administration.procedures import forms as sheet_form
from turnero.agencies.models import Procedure
from turnero.core.extensions import db
from turnero.staff import accounts
from turnero.staff.accounts import Post
from turnero.transparency.complaints import complaints

Form = tuple[str, StrictClient, str, tuple[str, ...]]  # rule, sender, URL and fields
WHOM = ("citizens", "staff", "agencies", "administration", "kiosks")
WINDOW = ("cedula", "tramite", "hora", "correo", "celular", "para", "tercero_cedula", "tercero_nombre", "solicitud")


class Forms:
    """Every form with its fields, ready to be sent by an allowed client."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.everyone = Everyone(app, "Agencia Centro")

    def of(self, whom: str) -> Iterator[Form]:
        """Forms of one of ``WHOM``; those of a journey in step order, as it advances."""
        of_each = {
            "citizens": self.of_citizens,
            "staff": self.of_staff,
            "agencies": self.of_agencies,
            "administration": self.of_administration,
            "kiosks": self.of_kiosks,
        }
        assert tuple(of_each) == WHOM
        return of_each[whom]()

    def of_kiosks(self) -> Iterator[Form]:
        kiosk = self.everyone.kiosk
        yield "/kiosco", kiosk, "/kiosco", ("lectura",)
        yield "/kiosco/sin-turno", kiosk, "/kiosco/sin-turno", ("cedula", "tramite")
        yield "/kiosco/turno", kiosk, "/kiosco/turno", ("tramite",)

    def of_citizens(self) -> Iterator[Form]:
        client = self.browser()
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

    def browser(self) -> StrictClient:
        made = self.app.test_client()
        assert isinstance(made, StrictClient)
        return made

    def opinion(self) -> str:
        procedure = db.session.scalars(select(Procedure).filter_by(slug=self.everyone.slug)).one()
        return rating_path(attended(self.everyone.desk, procedure, 660, 8))

    def of_staff(self) -> Iterator[Form]:
        everyone = self.everyone
        clerk, day = everyone.clerk, everyone.day
        yield "/agencia/entrar", self.browser(), "/agencia/entrar", ("correo", "clave", "totp", "seguir")
        link = accounts.add_account("nueva@example.ec", Post("supervisor", everyone.desk.agency_id))
        activate = f"/agencia/activar/{link}"
        yield "/agencia/activar/<token>", self.browser(), activate, ("clave", "clave2", "totp")
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

    def of_agencies(self) -> Iterator[Form]:
        agency, facts = "/admin/agencias/<agency_slug>", ("nombre", "tipo", "canton", "direccion")
        yield from self._of_administration(
            {
                "/admin/agencias/nueva": (*facts, "provincia", "direccion_web"),
                f"{agency}/datos": facts,
                f"{agency}/dias": ("linea", "desde", "hasta", "ventanillas"),
                f"{agency}/horario": ("desde", "hasta", "abre-0-0", "cierra-0-0"),
                f"{agency}/limites": ("reserva", "tope_dia", "abre_desde", "espera_desde", "sorteo_desde"),
                f"{agency}/ventanillas": ("linea", "desde", "ventanillas", "minutos"),
                "/admin/limites": tuple(field for field, *_ in forms.NUMBERS),
            }
        )

    def of_administration(self) -> Iterator[Form]:
        kinds = ("nombre", "direccion_web", "linea", "linea_nueva", "canal", "minutos", "termino")
        sheet = tuple(part.field for part in sheet_form.PARTS)
        closing = ("alcance", "agencia", "provincia", "canton", "desde", "hasta", "motivo", "clase", "base")
        yield from self._of_administration(
            {
                "/admin/cierres/nuevo": closing,
                "/admin/equipos/nuevo": ("nombre", "tipo", "agencia"),
                "/admin/feriados/nuevo": ("fecha", "nombre", "provincia", "canton"),
                "/admin/personal/nuevo": ("correo", "papel", "agencia"),
                "/admin/quejas/<complaint_number>": ("respuesta",),
                "/admin/tramites/<procedure_slug>": kinds + sheet,
                "/admin/tramites/nuevo": kinds + sheet,
            }
        )

    def _of_administration(self, fields: Mapping[str, tuple[str, ...]]) -> Iterator[Form]:
        admin = signed_in(self.app, create_account(None, "admin"), None)
        names = {
            "<agency_slug>": self.everyone.desk.agency.slug,
            "<procedure_slug>": self.everyone.slug,
            "<complaint_number>": complaints.file_complaint(complaints.Said("x", "complaint", "No había nadie"), "x"),
        }
        for rule, those in fields.items():
            address = rule
            for name, value in names.items():
                address = address.replace(name, value)
            yield rule, admin, address, those

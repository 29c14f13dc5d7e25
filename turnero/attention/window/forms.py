"""The clerk's forms: a turn at the window, cancelling, reassigning."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from turnero.attention.day.errors import CedulaOther, ReasonLong, ReasonMissing
from turnero.booking.journey import forms
from turnero.booking.journey.forms import Hour, HourMissing, ProcedureMissing
from turnero.booking.turn.new_booking import Extras, Reachable
from turnero.core.cleaning import clean_line
from turnero.core.errors import Faulty
from turnero.core.language import gettext_noop
from turnero.verify import cedula
from turnero.verify.contact import parse_email, parse_mobile
from turnero.web.forms import Field, Form, ignored, optional

MAX_REASON_CHARACTERS = 200
_parse_cedula = cedula.parse  # a form's field of that name hides the module
_PHYSICAL = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 60}
_EMAIL = {"type": "email", "autocomplete": "off", "maxlength": 400}
_MOBILE = {"type": "tel", "autocomplete": "off", "maxlength": 60}


@dataclass(frozen=True)
class Asked:
    """A turn at the window; ``hour`` is None for a walk-in attended today."""

    cedula: str
    procedure: str  # slug
    hour: Hour | None
    contact: Reachable
    priority: bool
    extras: Extras


def cedula_of(*, card_seen: bool) -> Callable[[str], str]:
    """The parser of a cédula. With the card seen, ten digits are accepted even if the check digit fails."""

    def parse(text: str) -> str:
        digits = cedula.digits_of(text)
        if card_seen and len(digits) == cedula.LENGTH and digits.isascii() and digits.isdecimal():
            return digits
        return cedula.parse(text)

    return parse


def _is_right(digits: str) -> bool:
    try:
        cedula.parse(digits)
    except cedula.InvalidCedula:
        return False
    return True


def _chosen(text: str) -> str:
    if not text:
        raise ProcedureMissing
    return text


def _hour(text: str) -> Hour | None:
    """An hour of this agency; None (empty) means now."""
    if not text:
        return None
    try:
        hour = forms.parse_hour({"hora": text})
    except Faulty as error:
        raise error.faults["hora"] from None
    if hour.agency:
        raise HourMissing
    return hour


def _reason(text: str) -> str:
    reason = clean_line(text)
    if not reason:
        raise ReasonMissing
    if len(reason) > MAX_REASON_CHARACTERS:
        raise ReasonLong(most=MAX_REASON_CHARACTERS)
    return reason


class AskedForm(Form):
    """A turn for somebody at the window. ``solicitud``: the form's random key, hidden; ticks are posted or missing."""

    cedula = Field(
        gettext_noop("Número de cédula"),
        hint=gettext_noop("De la cédula física. Los 10 dígitos."),
        attributes=_PHYSICAL,
        width=10,
    )
    cedula_revisada = Field(gettext_noop("Revisé la cédula física"))
    tramite = Field(gettext_noop("Trámite"), _chosen)
    hora = Field(gettext_noop("Hora"), _hour)
    correo = Field(gettext_noop("Correo electrónico"), optional(parse_email), attributes=_EMAIL)
    celular = Field(gettext_noop("Celular"), optional(parse_mobile), attributes=_MOBILE, width=10)
    para = Field(gettext_noop("Quien viene no es el titular"))
    tercero_cedula = Field(
        gettext_noop("Número de cédula de quien viene"), _parse_cedula, attributes=_PHYSICAL, width=10
    )
    tercero_nombre = Field(
        gettext_noop("Nombre de quien viene"), forms.parse_name, attributes={"autocomplete": "off", "maxlength": 400}
    )
    prioridad = Field(gettext_noop("Atención prioritaria"))
    solicitud = Field()

    def asked(self) -> Asked:
        """Raises Faulty."""
        self.cedula.parse = cedula_of(card_seen=bool(self.cedula_revisada.typed))
        if self.para.typed != "tercero":
            self.tercero_cedula.parse = self.tercero_nombre.parse = ignored
        self.parsed()
        extras = Extras(
            self.tercero_cedula.data,
            self.tercero_nombre.data,
            request=re.sub(r"\W", "", self.solicitud.data)[:40] or None,
            override=not _is_right(self.cedula.data),
        )
        contact = Reachable(self.correo.data, self.celular.data)
        priority = self.prioridad.data == "si"
        return Asked(self.cedula.data, self.tramite.data, self.hora.data, contact, priority, extras)


class CancellingForm(Form):
    """The reason of a cancellation by staff, in one line, as shown to the person."""

    motivo = Field(
        gettext_noop("Motivo"),
        _reason,
        hint=gettext_noop("La persona lo leerá en su correo. No escriba datos personales."),
        attributes={"autocomplete": "off", "maxlength": 2 * MAX_REASON_CHARACTERS},
    )


class ReassigningForm(Form):
    """The new contact of a turn, after typing its holder's cédula from the card."""

    cedula = Field(
        gettext_noop("Número de la cédula física"),
        hint=gettext_noop("Escríbalo de la cédula que tiene en la mano."),
        attributes=_PHYSICAL,
        width=10,
    )
    correo = Field(
        gettext_noop("Correo nuevo"),
        optional(parse_email),
        hint=gettext_noop("Opcional. Ahí llegará el enlace nuevo."),
        attributes=_EMAIL,
    )
    celular = Field(
        gettext_noop("Celular nuevo"),
        optional(parse_mobile),
        hint=gettext_noop("Opcional."),
        attributes=_MOBILE,
        width=10,
    )

    def contact(self, holder: str) -> Reachable:
        """``holder``: the turn's cédula. Raises Faulty."""

        def same(text: str) -> str:
            digits = cedula.digits_of(text)
            if not digits:
                raise cedula.CedulaMissing
            if digits != holder:
                raise CedulaOther
            return digits

        self.cedula.parse = same
        self.parsed()
        return Reachable(self.correo.data, self.celular.data)

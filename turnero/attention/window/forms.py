"""Parsers of the clerk's forms: they return values or raise Faulty with every wrong field."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from turnero.attention.day.errors import CedulaOther, ReasonLong, ReasonMissing
from turnero.booking.journey import forms
from turnero.booking.journey.forms import Hour, HourMissing, ProcedureMissing, Typed
from turnero.booking.pages.forms import DetailsForm
from turnero.booking.turn.new_booking import Extras, Reachable
from turnero.core.cleaning import clean_line
from turnero.core.errors import Faulty
from turnero.core.language import gettext_noop
from turnero.verify import cedula
from turnero.verify.contact import parse_email, parse_mobile
from turnero.web.fields import Fields
from turnero.web.forms import Field, Form, optional

MAX_REASON_CHARACTERS = 200
FIELDS = (
    "cedula",
    "tramite",
    "hora",
    "correo",
    "celular",
    "prioridad",
    "para",
    "tercero_cedula",
    "tercero_nombre",
    "cedula_revisada",
    "solicitud",
)


@dataclass(frozen=True)
class Asked:
    """A turn at the window; ``hour`` is None for a walk-in attended today."""

    cedula: str
    procedure: str  # slug
    hour: Hour | None
    contact: Reachable
    priority: bool
    extras: Extras


def parse_asked(form: Typed) -> Asked:
    """Raises Faulty with every field that is wrong."""
    fields = Fields(form)
    card_seen = "cedula_revisada" in form
    typed = fields.parsed("cedula", cedula_of(card_seen=card_seen))
    procedure = fields.parsed("tramite", _chosen)
    hour = fields.parsed("hora", _hour)
    contact = _reachable(fields)
    try:
        details = DetailsForm(form).details()
    except Faulty as error:
        raise Faulty(**fields.faults, **error.faults) from None
    if fields.faults or typed is None or procedure is None or contact is None:
        raise Faulty(**fields.faults)
    extras = Extras(
        details.third_party_cedula,
        details.third_party_name,
        request=re.sub(r"\W", "", form.get("solicitud", ""))[:40] or None,
        override=not _is_right(typed),
    )
    return Asked(typed, procedure, hour, contact, details.priority, extras)


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


def _reachable(fields: Fields) -> Reachable | None:
    """Mail and mobile, both optional."""
    email = fields.parsed("correo", optional(parse_email))
    mobile = fields.parsed("celular", optional(parse_mobile))
    return None if fields.faults else Reachable(email, mobile)


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
        attributes={"inputmode": "numeric", "autocomplete": "off", "maxlength": 60},
        width=10,
    )
    correo = Field(
        gettext_noop("Correo nuevo"),
        optional(parse_email),
        hint=gettext_noop("Opcional. Ahí llegará el enlace nuevo."),
        attributes={"type": "email", "autocomplete": "off", "maxlength": 400},
    )
    celular = Field(
        gettext_noop("Celular nuevo"),
        optional(parse_mobile),
        hint=gettext_noop("Opcional."),
        attributes={"type": "tel", "autocomplete": "off", "maxlength": 60},
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

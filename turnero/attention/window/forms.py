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
from turnero.verify import cedula
from turnero.verify.contact import parse_email, parse_mobile
from turnero.web.fields import Fields

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


def parse_reason(form: Typed) -> str:
    """The reason of a cancellation by staff, in one line, as shown to the person. Raises Faulty."""
    fields = Fields(form)
    reason = fields.parsed("motivo", _reason)
    if reason is None:
        raise Faulty(**fields.faults)
    return reason


def parse_window_contact(form: Typed, holder: str) -> Reachable:
    """The new contact of a turn, after typing its ``holder``'s cédula from the card. Raises Faulty."""
    fields = Fields(form)
    fields.parsed("cedula", lambda text: _same(text, holder))
    contact = _reachable(fields)
    if fields.faults or contact is None:
        raise Faulty(**fields.faults)
    return contact


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
    email = fields.parsed("correo", _optional(parse_email))
    mobile = fields.parsed("celular", _optional(parse_mobile))
    return None if fields.faults else Reachable(email, mobile)


def _optional(parser: Callable[[str], str]) -> Callable[[str], str | None]:
    return lambda text: parser(text) if text else None


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


def _same(text: str, holder: str) -> str:
    digits = cedula.digits_of(text)
    if not digits:
        raise cedula.CedulaMissing
    if digits != holder:
        raise CedulaOther
    return digits

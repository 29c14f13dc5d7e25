"""Parsers of each step's form: they return values or raise Faulty with every wrong field.

Of a repeated field the first counts; unknown fields are ignored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from turnero.booking.journey.joining import DrawWish, Wish
from turnero.booking.journey.steps import AgencyChoice
from turnero.booking.turn import reference
from turnero.booking.turn.errors import WishInvalid
from turnero.booking.turn.events import CancelReason
from turnero.core.cleaning import clean_name
from turnero.core.errors import Faulty, InvalidInput
from turnero.core.language import gettext_noop
from turnero.verify import cedula

Typed = Mapping[str, str]
MAX_NAME_CHARACTERS = 120
# Far from the limits of ``date``, so that date arithmetic cannot overflow.
YEARS = range(2000, 2200)
Value = TypeVar("Value")

# Reasons for cancelling: posted value, event detail and label.
CANCEL_REASONS = {
    "no-necesito": (CancelReason.NOT_NEEDED, gettext_noop("Ya no lo necesito")),
    "no-puedo": (CancelReason.CANNOT_COME, gettext_noop("No puedo ese día")),
    "otro-horario": (CancelReason.FOUND_ANOTHER, gettext_noop("Encontré otro horario")),
    "otro": (CancelReason.OTHER, gettext_noop("Otro motivo")),
}
# Parts of the day: posted value, internal name and label.
PARTS = {
    "cualquiera": ("any", gettext_noop("A cualquier hora")),
    "manana": ("morning", gettext_noop("En la mañana")),
    "tarde": ("afternoon", gettext_noop("En la tarde")),
}
MAX_DAYS_AHEAD = 90


class ProvinceMissing(InvalidInput):
    code = "province_missing"


class ProcedureMissing(InvalidInput):
    code = "procedure_missing"


class AgencyMissing(InvalidInput):
    code = "agency_missing"


class HourMissing(InvalidInput):
    code = "hour_missing"


class DrawMissing(InvalidInput):
    code = "draw_missing"


class ReferenceMissing(InvalidInput):
    code = "reference_missing"


class ReferenceInvalid(InvalidInput):
    """Not seven characters with a valid check character."""

    code = "reference_invalid"


class ThirdPartyNameMissing(InvalidInput):
    code = "third_party_name_missing"


class ThirdPartyNameLong(InvalidInput):
    """More than ``most`` characters."""

    code = "third_party_name_long"


@dataclass(frozen=True)
class Hour:
    """A start in the agency's local time. ``agency``: the slug of another agency if an alternative was chosen."""

    day: date
    minute: int
    agency: str = ""


def typed_fields(form: Typed, *fields: str) -> dict[str, str]:
    """The fields as they were typed, to be shown again."""
    return {field: form.get(field, "").strip() for field in fields}


def parse_cedula(form: Typed) -> str:
    """Raises Faulty."""
    return _all(form, cedula=cedula.parse)["cedula"]


def parse_place(form: Typed) -> AgencyChoice:
    """Raises Faulty unless province and trámite are chosen, or the agency after its list was shown."""
    chosen = _all(form, provincia=_given(ProvinceMissing), tramite=_given(ProcedureMissing))
    agency = "" if "ver" in form else typed_fields(form, "agencia")["agencia"]
    if not agency and "seguir" in form:
        raise Faulty(agencia=AgencyMissing())
    return AgencyChoice(chosen["provincia"], chosen["tramite"], agency)


def parse_hour(form: Typed) -> Hour:
    """Raises Faulty."""
    return _all(form, hora=_hour)["hora"]


def parse_day(text: str | None) -> date | None:
    """The day in a URL (``AAAA-MM-DD``), or None if missing or invalid."""
    try:
        return datetime.strptime(text or "", "%Y-%m-%d").date()
    except ValueError:
        return None


def parse_near_day(text: str | None) -> date | None:
    """As ``parse_day``, limited to ``YEARS`` for pages that compute neighbouring days."""
    day = parse_day(text)
    return day if day is not None and day.year in YEARS else None


def parse_cancel_reason(form: Typed) -> CancelReason | None:
    """The reason for cancelling, or None if missing or unknown."""
    chosen = CANCEL_REASONS.get(typed_fields(form, "motivo")["motivo"])
    return chosen[0] if chosen else None


def _all(form: Typed, **parsers: Callable[[str], Value]) -> dict[str, Value]:
    """Parse every field, so that all errors are reported at once."""
    values: dict[str, Value] = {}
    faults: dict[str, InvalidInput] = {}
    for field, text in typed_fields(form, *parsers).items():
        try:
            values[field] = parsers[field](text)
        except InvalidInput as error:
            faults[field] = error
    if faults:
        raise Faulty(**faults)
    return values


def _given(missing: type[InvalidInput]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not text:
            raise missing
        return text

    return parse


def _hour(text: str) -> Hour:
    """``AAAA-MM-DDTHH:MM``, and ``@agencia`` behind it for a place at another agency."""
    start, _, agency = text.partition("@")
    try:
        wall = datetime.strptime(start, "%Y-%m-%dT%H:%M")
    except ValueError:
        raise HourMissing from None
    if wall.year not in YEARS:
        raise HourMissing
    return Hour(wall.date(), wall.hour * 60 + wall.minute, agency)


def parse_name(text: str) -> str:
    """A name in one line, short enough for the printed sheet."""
    name = clean_name(text)
    if not name:
        raise ThirdPartyNameMissing
    if len(name) > MAX_NAME_CHARACTERS:
        raise ThirdPartyNameLong(most=MAX_NAME_CHARACTERS)
    return name


def parse_typed_reference(text: str) -> str:
    """The reference. Raises ReferenceMissing or ReferenceInvalid."""
    if not text:
        raise ReferenceMissing
    parsed = reference.parse_reference(text)
    if parsed is None:
        raise ReferenceInvalid
    return parsed


def parse_wish(form: Typed, agencies: Sequence[str], today: date) -> Wish:
    """What a person on the waiting list can accept. Raises Faulty."""
    asked = typed_fields(form, "provincia", "tramite", "desde", "hasta")
    first, last = parse_near_day(asked["desde"]), parse_near_day(asked["hasta"])
    faults: dict[str, InvalidInput] = {}
    if not agencies:
        faults["agencias"] = AgencyMissing()
    latest = today + timedelta(days=MAX_DAYS_AHEAD)
    if first is None or last is None or not today <= first <= last <= latest:
        faults["desde"] = WishInvalid(most=MAX_DAYS_AHEAD)
    if faults or first is None or last is None:
        raise Faulty(**faults)
    return Wish(asked["provincia"], asked["tramite"], tuple(agencies), first, last, _part(form))


def parse_draw(form: Typed, procedure: str) -> DrawWish:
    """The draw to take part in and the part of the day. Raises Faulty."""
    number = typed_fields(form, "sorteo")["sorteo"]
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Faulty(sorteo=DrawMissing())
    return DrawWish(int(number), procedure, _part(form))


def _part(form: Typed) -> str:
    return PARTS.get(typed_fields(form, "parte")["parte"], PARTS["cualquiera"])[0]

"""The form of the institute's limits, or an agency's own: maps fields to policy keys both ways."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from turnero.administration.edit import parsing
from turnero.administration.edit.errors import DayPassed, DrawReversed, HoursReversed, NoMonday, NumberInvalid
from turnero.agencies.catalogue.policy import CAPS, DELAY, DRAW, WHOLES
from turnero.core.formatting import clock_time
from turnero.core.language import gettext_noop
from turnero.web.fields import Fields

# Field, key of the policy, what it is.
NUMBERS = (
    ("reserva", "hold_minutes", gettext_noop("Minutos que se guarda un turno sin confirmar")),
    ("codigo", "code_minutes", gettext_noop("Minutos que sirve un código")),
    ("intentos", "code_tries", gettext_noop("Intentos para escribir el código")),
    ("reenvio", "resend_seconds", gettext_noop("Segundos entre dos códigos")),
    ("correos", "code_mails_per_hour", gettext_noop("Códigos por hora a un correo")),
    ("antelacion", "lead_minutes", gettext_noop("Minutos de antelación para pedir un turno")),
    ("horizonte", "horizon_days", gettext_noop("Días hacia adelante que se pueden pedir")),
    ("tolerancia", "tolerance_minutes", gettext_noop("Minutos de tolerancia a quien llega tarde")),
    ("pendientes", "open_turns_per_cedula", gettext_noop("Turnos pendientes por cédula")),
    ("contacto", "contact_days", gettext_noop("Días que se guarda el contacto después de la visita")),
    ("oferta", "offer_minutes", gettext_noop("Minutos para responder una oferta de la lista de espera")),
)
TOPS = (
    ("tope_dia", "day", gettext_noop("Turnos confirmados por correo, celular o equipo en un día")),
    ("tope_semana", "week", gettext_noop("En una semana")),
    ("tope_mes", "month", gettext_noop("En un mes")),
)
LOTS = (("sorteo_abre", "opens_days", 14), ("sorteo_cierra", "closes_days", 7))
_LATEST = 24 * 60 - 1


def typed_limits(policy: Mapping[str, Any]) -> dict[str, str]:
    """The set values as form fields."""
    found = {field: str(policy[key]) for field, key, _ in NUMBERS if key in policy}
    found |= {field: str(policy["caps"][key]) for field, key, _ in TOPS if "caps" in policy}
    if "release" in policy:
        release = policy["release"]
        first, last = (release["at"], "") if "at" in release else release["between"]
        found |= {"abre_desde": first, "abre_hasta": last}
    if "release_delay_minutes" in policy:
        least, most = policy["release_delay_minutes"]
        found |= {"espera_desde": str(least), "espera_hasta": str(most)}
    if "walk_ins" in policy:
        found["sin_turno"] = "si" if policy["walk_ins"] else "no"
    if policy.get("draw"):
        draw = policy["draw"]
        found["sorteo_desde"] = draw["first"]
        found |= {field: str(draw.get(key, usual)) for field, key, usual in LOTS}
    return found


def read_limits(form: Mapping[str, str], today: date, present: Mapping[str, Any]) -> dict[str, Any]:
    """The typed values; empty fields keep the usual value. Raises Faulty.

    ``present``: the present values; a draw that has begun may stay.
    """
    fields = Fields(form)
    found: dict[str, Any] = {}
    for field, key, _ in NUMBERS:
        found[key] = fields.parsed(field, _whole(*WHOLES[key]))
    found["caps"] = _caps(fields)
    found["release"] = _release(fields)
    found["release_delay_minutes"] = _delay(fields)
    found["walk_ins"] = {"si": True, "no": False}.get(fields.text("sin_turno"))
    found["draw"] = _draw(fields, today, (present.get("draw") or {}).get("first"))
    fields.check()
    return {key: value for key, value in found.items() if value is not None}


def _whole(least: int, most: int) -> Any:
    return lambda text: parsing.whole_number(least, most)(text) if text else None


def _caps(fields: Fields) -> dict[str, int] | None:
    """All three caps or none, in ascending order."""
    if not any(fields.text(field) for field, *_ in TOPS):
        return None
    caps, before = {}, 0
    for field, key, _ in TOPS:
        most = CAPS[key][1]
        caps[key] = fields.parsed(field, parsing.whole_number(max(before, CAPS[key][0]), most)) or before
        before = caps[key]
    return caps


def _release(fields: Fields) -> dict[str, Any] | None:
    if not (fields.text("abre_desde") or fields.text("abre_hasta")):
        return None
    first = fields.parsed("abre_desde", parsing.minute)
    last = fields.parsed("abre_hasta", lambda text: parsing.minute(text) if text else None)
    if first is not None and max(first, last or 0) > _LATEST:
        fields.faults["abre_desde"] = HoursReversed()
    elif first is not None and last is not None and last < first:
        fields.faults["abre_hasta"] = HoursReversed()
    if first is None:
        return None
    return {"at": clock_time(first)} if last is None else {"between": [clock_time(first), clock_time(last)]}


def _delay(fields: Fields) -> list[int] | None:
    if not (fields.text("espera_desde") or fields.text("espera_hasta")):
        return None
    least = fields.parsed("espera_desde", parsing.whole_number(*DELAY))
    most = fields.parsed("espera_hasta", parsing.whole_number(*DELAY))
    if least is not None and most is not None and most < least:
        fields.faults["espera_hasta"] = NumberInvalid(least=least, most=DELAY[1])
    return None if least is None or most is None else [least, most]


def _draw(fields: Fields, today: date, begun: str | None) -> dict[str, Any] | None:
    if not fields.text("sorteo_desde"):
        return None
    first = fields.parsed("sorteo_desde", _monday)
    if first and first < today and first.isoformat() != begun:
        fields.faults["sorteo_desde"] = DayPassed()
    days = {key: fields.parsed(field, parsing.whole_number(*DRAW[key])) for field, key, _ in LOTS}
    opens, closes = days["opens_days"], days["closes_days"]
    if opens is not None and closes is not None and closes >= opens:
        fields.faults["sorteo_cierra"] = DrawReversed()
    return {"first": first.isoformat(), **days} if first else None


def _monday(text: str) -> date:
    found = parsing.parse_form_day(text)
    if found.weekday():
        raise NoMonday
    return found

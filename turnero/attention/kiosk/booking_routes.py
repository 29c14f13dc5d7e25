"""``/kiosco/turno``: books a turn, one question per screen; answers travel in the form."""

import secrets
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask import Blueprint, Response, request

from turnero.agencies import queries as agencies
from turnero.attention.kiosk import booking
from turnero.attention.kiosk.booking import Asked
from turnero.attention.kiosk.routes import agency_here, render_kiosk
from turnero.attention.window.turns import FreeHour
from turnero.booking.journey import forms
from turnero.booking.turn.errors import NotOffered, PlaceTaken
from turnero.core import clock, formatting
from turnero.core.errors import Faulty
from turnero.staff.access import device, device_only
from turnero.verify.registry import RegistryUnavailable

blueprint = Blueprint("kiosk_booking", __name__, url_prefix="/kiosco/turno")
_MAX_KEY = 40
_NOTHING: Mapping[str, str] = MappingProxyType({})


@blueprint.get("")
@device_only("kiosk")
def show_kiosk_booking() -> Response:
    return _ask("tramite", _procedures())


@blueprint.post("")
@device_only("kiosk")
def submit_kiosk_booking() -> Response:
    """Fields ``tramite``, ``dia``, ``hora`` and ``cedula``, asked one after another."""
    slug = request.form.get("tramite", "")
    if slug not in dict(_procedures()):
        return _ask("tramite", _procedures())
    days = booking.days(slug, agency_here())
    hours = next((hours for hours in days if hours[0].day.isoformat() == request.form.get("dia")), None)
    if hours is None:
        return _ask("dia", _days(days), {"tramite": slug})
    chosen = {"tramite": slug, "dia": hours[0].day.isoformat()}
    hour = next((hour for hour in hours if _time(hour) == request.form.get("hora")), None)
    if hour is None:
        return _ask("hora", [(_time(hour), _time(hour)) for hour in hours], chosen)
    return _give(slug, hour, chosen | {"hora": _time(hour)})


def _give(slug: str, hour: FreeHour, chosen: dict[str, str]) -> Response:
    key = request.form.get("solicitud", "")[:_MAX_KEY] or secrets.token_urlsafe(12)
    chosen["solicitud"] = key
    if "cedula" not in request.form:
        return _ask_cedula(hour, chosen)
    try:
        asked = Asked(slug, forms.Hour(hour.day, hour.minute), forms.parse_cedula(request.form), key)
        turn = booking.give(asked, device().id)
    except Faulty:
        return _ask_cedula(hour, chosen, wrong=True)
    except (NotOffered, PlaceTaken):  # the place was taken meanwhile
        days = booking.days(slug, agency_here())
        return _ask("dia", _days(days), {"tramite": slug}, taken=True)
    except RegistryUnavailable:
        turn = None
    if turn is None:  # for whatever reason: nobody at a kiosk learns what a cédula has
        return render_kiosk("attention/kiosk/refused.html", 409, booking=True)
    return render_kiosk("attention/kiosk/booked.html", turn=turn)


def _ask(
    question: str, options: Sequence[tuple[str, str]], chosen: Mapping[str, str] = _NOTHING, *, taken: bool = False
) -> Response:
    """One question with its choices: posted value and label."""
    status = 409 if taken else 200
    return render_kiosk(
        "attention/kiosk/booking.html", status, question=question, options=options, chosen=chosen, taken=taken
    )


def _ask_cedula(hour: FreeHour, chosen: dict[str, str], *, wrong: bool = False) -> Response:
    return render_kiosk(
        "attention/kiosk/booking.html",
        422 if wrong else 200,
        question="cedula",
        chosen=chosen,
        when=f"{formatting.day_and_month(hour.day)}, {_time(hour)}",
        errors=wrong,
        missing=wrong and not request.form.get("cedula", "").strip(),
    )


def _procedures() -> list[tuple[str, str]]:
    return [(each.slug, each.name) for each in agencies.procedures_at(agency_here())]


def _days(days: Sequence[Sequence[FreeHour]]) -> list[tuple[str, str]]:
    today = clock.local(clock.now(), agency_here().zone).date()
    return [(hours[0].day.isoformat(), formatting.relative_day(hours[0].day, today)) for hours in days]


def _time(hour: FreeHour) -> str:
    return formatting.clock_time(hour.minute)

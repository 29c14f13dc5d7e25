"""``/kiosco``: one field, one answer. Every page clears itself and is never cached."""

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency
from turnero.attention.kiosk import assistance, offline, reading
from turnero.attention.kiosk import walk_in as kiosk_walk_in
from turnero.booking.journey import forms
from turnero.core.cleaning import clean_line
from turnero.core.errors import Faulty, NotFound
from turnero.core.extensions import db
from turnero.staff.access import device, device_only
from turnero.web.page import see_other

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosco")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_MAX_KEPT = 200
_MAX_READING = 80


def agency_here() -> Agency:
    """The agency of the requesting kiosk."""
    return db.session.get_one(Agency, device().agency_id)


def render_kiosk(template: str, status: int = 200, **values: object) -> Response:
    agency = agency_here()
    page = render_template(
        template, agency=agency, device=device(), walk_ins=kiosk_walk_in.allowed(agency), letters=LETTERS, **values
    )
    return make_response(page, status)


@blueprint.get("")
@device_only("kiosk")
def show_kiosk() -> Response:
    return render_kiosk("attention/kiosk/start.html", helped="ayuda" in request.args)


@blueprint.post("")
@device_only("kiosk")
def submit_reading() -> Response:
    """Field ``lectura``: a reference or a cédula."""
    typed = clean_line(request.form.get("lectura", ""))[:_MAX_READING]
    if not typed:
        return see_other("/kiosco")
    return render_kiosk("attention/kiosk/answer.html", reading=reading.read_code(typed, device().id))


@blueprint.get("/sin-turno")
@device_only("kiosk")
def show_walk_in() -> Response:
    return _walk_in_page()


@blueprint.post("/sin-turno")
@device_only("kiosk")
def submit_walk_in() -> Response:
    """Fields ``cedula`` and ``tramite`` (slug)."""
    try:
        number = forms.parse_cedula(request.form)
        ticket = kiosk_walk_in.take_ticket(number, request.form.get("tramite", ""), device().id)
    except Faulty as faulty:
        return _walk_in_page(faulty)
    except (kiosk_walk_in.NoWalkIns, NotFound):
        ticket = None
    if ticket is None:  # for whatever reason: nobody at a kiosk learns what a cédula has
        return render_kiosk("attention/kiosk/refused.html", 409)
    return render_kiosk("attention/kiosk/ticket.html", ticket=ticket)


def _walk_in_page(faulty: Faulty | None = None) -> Response:
    agency = agency_here()
    if not kiosk_walk_in.allowed(agency):
        abort(404)
    procedures = agencies.procedures_at(agency)
    chosen = request.form.get("tramite", procedures[0].slug if procedures else "")
    status = 422 if faulty else 200
    return render_kiosk(
        "attention/kiosk/walk_in.html",
        status,
        procedures=procedures,
        chosen=chosen,
        errors=bool(faulty),
        missing=bool(faulty) and not request.form.get("cedula", "").strip(),
    )


@blueprint.post("/ayuda")
@device_only("kiosk")
def submit_help_call() -> Response:
    assistance.help_asked(device().id)
    return see_other("/kiosco?ayuda=si")


@blueprint.get("/hoy.json")
@device_only("kiosk")
def show_today_json() -> Response:
    """The data for ten minutes without the server."""
    known = offline.today_of(device())
    return jsonify(
        dia=known.day.isoformat(),
        ahora=int(known.now.timestamp() * 1000),
        medianoche=int(known.midnight.timestamp() * 1000),
        antes=known.earliest,
        tolerancia=known.tolerance,
        sal=known.salt,
        serie=device().series,
        turnos=known.turns,
    )


@blueprint.post("/sincronizar")
@device_only("kiosk")
def submit_synchronisation() -> Response:
    """A JSON list of ``{"referencia", "ticket", "momento"}``; answers the outcome by ticket."""
    kept = [_kept(item) for item in _items()]
    return jsonify({one.ticket: offline.keep_readings(one, device().id) for one in kept})


def _items() -> list[object]:
    try:
        items = request.get_json(silent=True)
    except RecursionError:  # deeply nested JSON
        abort(400)
    if not isinstance(items, list) or len(items) > _MAX_KEPT:
        abort(400)
    return items


def _kept(item: object) -> offline.Kept:
    if not isinstance(item, dict):
        abort(400)
    try:
        at = datetime.fromtimestamp(float(item["momento"]) / 1000, UTC)
        return offline.Kept(_plain(item["referencia"])[:_MAX_READING], _plain(item["ticket"])[:8], at)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        abort(400)


def _plain(value: object) -> str:
    """Printable ASCII as a kiosk sends it; JSON can contain characters databases reject. Raises ValueError."""
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        raise ValueError("no reference and no ticket")
    return value

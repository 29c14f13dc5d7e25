"""``/sorteos``: the draws in public, with the file that lets anybody draw again."""

import json
from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template

from turnero import clock
from turnero.booking import seat_queries
from turnero.booking.seat_models import Draw
from turnero.booking.seat_notices import when
from turnero.errors import NotFound
from turnero.extensions import db

blueprint = Blueprint("draw", __name__, url_prefix="/sorteos")

_SHOWN = timedelta(days=60)


@blueprint.get("")
def list_page() -> str:
    now = clock.now()
    found = seat_queries.draws(now.date() - _SHOWN)
    return render_template("booking/draws.html", draws=[(each, state_of(each)) for each in reversed(found)], when=when)


@blueprint.get("/<int:number>")
def page(number: int) -> str:
    draw = _draw(number)
    return render_template("booking/draw.html", draw=draw, state=state_of(draw), when=when, document=draw.document)


@blueprint.get("/<int:number>.json")
def file(number: int) -> Response:
    """Raises NotFound before it is drawn."""
    draw = _draw(number)
    if draw.document is None:
        raise NotFound
    answer = make_response(json.dumps(draw.document, ensure_ascii=False, indent=1))
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="sorteo-{number}.json"'
    return answer


def state_of(draw: Draw) -> str:
    """announced, open, closed (not drawn yet) or drawn."""
    now = clock.now()
    if draw.drawn_at is not None:
        return "drawn"
    if now < draw.opens_at:
        return "announced"
    return "open" if now < draw.closes_at else "closed"


def _draw(number: int) -> Draw:
    found = db.session.get(Draw, number) if number < 2**31 else None
    if found is None:
        raise NotFound
    return found

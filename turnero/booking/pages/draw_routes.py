"""``/sorteos``: public pages of the draws, with the file to repeat each draw."""

import json
from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template

from turnero.booking.turn.request_models import Draw
from turnero.booking.waiting import queries
from turnero.booking.waiting.notices import when
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db

blueprint = Blueprint("draw", __name__, url_prefix="/sorteos")

_SHOWN = timedelta(days=60)
_DIGITS = 10


@blueprint.after_request
def may_be_kept(response: Response) -> Response:
    """Nothing personal here: the browser may keep it, if it asks before showing it again."""
    if response.status_code < 400:
        response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("")
def show_draws() -> str:
    now = clock.now()
    found = queries.draws(now.date() - _SHOWN)
    return render_template(
        "booking/pages/draws.html", draws=[(each, queries.request_state(each)) for each in reversed(found)], when=when
    )


@blueprint.get("/<number>")
def show_draw(number: str) -> str:
    draw = _draw(number)
    return render_template(
        "booking/pages/draw.html", draw=draw, state=queries.request_state(draw), when=when, document=draw.document
    )


@blueprint.get("/<number>.json")
def show_draw_file(number: str) -> Response:
    """The published file. Raises NotFound before the draw."""
    draw = _draw(number)
    if draw.document is None:
        raise NotFound
    answer = make_response(json.dumps(draw.document, ensure_ascii=False, indent=1))
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="sorteo-{number}.json"'
    return answer


def _draw(number: str) -> Draw:
    known = number.isascii() and number.isdecimal() and len(number) < _DIGITS
    found = db.session.get(Draw, int(number)) if known else None
    if found is None:
        raise NotFound
    return found

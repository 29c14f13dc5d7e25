"""``/pantalla``: the board of the waiting room, on a paired device."""

from dataclasses import asdict
from hashlib import sha256

from flask import Blueprint, Response, json, render_template, request

from turnero.attention.board.queries import board_of, delay_of_turn
from turnero.staff.access import device, device_only

blueprint = Blueprint("board", __name__, url_prefix="/pantalla")
blueprint.add_app_template_global(delay_of_turn)


@blueprint.get("")
@device_only("board")
def show_board() -> str:
    """The present board; without JavaScript it reloads every five seconds."""
    return render_template("attention/board/board.html", board=board_of(device().agency_id))


@blueprint.get("/llamados.json")
@device_only("board")
def show_calls_json() -> Response:
    """The board as JSON, polled every second; usually answers 304."""
    board = board_of(device().agency_id)
    body = json.dumps(asdict(board) | {"day": board.day.isoformat()})
    answer = Response(body, mimetype="application/json")
    answer.set_etag(sha256(body.encode()).hexdigest()[:16])
    answer.make_conditional(request)
    return answer

import pytest

from turnero.attention.agenda.actions import (
    APLAZAR,
    ATENDIDO,
    AUSENTE,
    DESHACER,
    LLAMAR,
    LLEGO,
    RELLAMAR,
    actions_for,
)
from turnero.booking.turn.lifecycle import Status

NO = {"today": False, "begun": False, "has_window": False, "mine": False, "undoable": False}


@pytest.mark.parametrize(
    ("status", "facts", "actions"),
    [
        (Status.CONFIRMED, {}, ()),
        (Status.CONFIRMED, {"today": True}, (LLEGO,)),
        (Status.CONFIRMED, {"today": True, "begun": True}, (LLEGO, AUSENTE)),
        (Status.CONFIRMED, {"begun": True, "undoable": True}, (AUSENTE, DESHACER)),
        (Status.ARRIVED, {}, (AUSENTE,)),
        (Status.ARRIVED, {"today": True}, (AUSENTE,)),
        (Status.ARRIVED, {"today": True, "has_window": True}, (LLAMAR, AUSENTE)),
        (Status.CALLED, {"today": True}, (ATENDIDO, RELLAMAR)),
        (Status.CALLED, {"today": True, "mine": True}, (ATENDIDO, RELLAMAR, APLAZAR, AUSENTE)),
        (Status.ATTENDED, {"today": True, "begun": True, "has_window": True}, ()),
        (Status.ATTENDED, {"undoable": True}, (DESHACER,)),
        (Status.NO_SHOW, {"undoable": True}, (DESHACER,)),
        (Status.CANCELLED, {}, ()),
        (Status.DISPLACED, {"today": True}, ()),
    ],
)
def test_a_row_has_the_buttons_of_its_state(status, facts, actions):
    assert actions_for(status, **NO | facts) == actions


def test_every_state_has_an_answer():
    for status in Status:
        assert isinstance(actions_for(status, **NO), tuple)

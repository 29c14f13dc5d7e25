"""Decides which buttons an agenda row has. Pure."""

from dataclasses import dataclass
from typing import assert_never

from turnero.booking.turn.lifecycle import Status
from turnero.core.language import gettext_noop as _


@dataclass(frozen=True)
class Action:
    """A button: its target, its label (marked for translation) and its shortcut key."""

    verb: str
    word: str
    key: str


LLEGO = Action("llego", _("Llegó"), "p")
LLAMAR = Action("llamar", _("Llamar"), "l")
ATENDIDO = Action("atendido", _("Atendido"), "a")
RELLAMAR = Action("rellamar", _("Volver a llamar"), "r")
APLAZAR = Action("aplazar", _("No respondió"), "o")
AUSENTE = Action("ausente", _("Ausente"), "n")
DESHACER = Action("deshacer", _("Deshacer"), "z")


def actions_for(
    status: Status, *, today: bool, begun: bool, has_window: bool, mine: bool, undoable: bool
) -> tuple[Action, ...]:
    """The buttons in order.

    ``today``: the agenda is today's. ``begun``: the turn's hour has come. ``has_window``: the member sits at a window.
    ``mine``: the turn was called to that window. ``undoable``: its last step can be undone.
    """
    undo = (DESHACER,) if undoable else ()
    match status:
        case Status.CONFIRMED:
            return (*((LLEGO,) if today else ()), *((AUSENTE,) if begun else ()), *undo)
        case Status.ARRIVED:
            return (*((LLAMAR,) if today and has_window else ()), AUSENTE, *undo)
        case Status.CALLED:
            return (ATENDIDO, RELLAMAR, *((APLAZAR, AUSENTE) if mine else ()), *undo)
        case Status.HELD | Status.LAPSED | Status.ATTENDED | Status.NO_SHOW | Status.CANCELLED | Status.DISPLACED:
            return undo
        case never:
            assert_never(never)

"""Why something cannot be done with a turn on its day."""

from turnero.booking.documents.turn_text import tag_of
from turnero.booking.turn.models import Booking
from turnero.core.errors import InvalidInput, Refused
from turnero.core.language import gettext


class NotNow(Refused):
    """What was asked for and the turn's state do not go together."""

    status = 409


class WrongState(NotNow):
    """Somebody was first, or the turn is not that far: ``status`` is its present one, in words."""

    code = "wrong_state"


class NotToday(NotNow):
    code = "not_today"


class TooEarlyToMiss(NotNow):
    """Nobody is absent before their hour."""

    code = "too_early_to_miss"


class NoWindow(NotNow):
    """The member has not said at which window they sit."""

    code = "no_window"


class WindowBusy(NotNow):
    """Somebody called to this window is still there: ``ticket``."""

    code = "window_busy"


class WindowInvalid(InvalidInput):
    code = "window_invalid"


class TimeInvalid(InvalidInput):
    """``time``: what was typed."""

    code = "time_invalid"


class TimeToCome(InvalidInput):
    """``time``: an hour of today that is still to come."""

    code = "time_to_come"


class TimeAlone(InvalidInput):
    """An hour was written down, but not whether the person came."""

    code = "time_alone"


class UnknownLine(InvalidInput):
    code = "unknown_line"


class CannotUndo(NotNow):
    """There is no step to take back, it is older than ten minutes, or its place is somebody else's by now."""

    code = "cannot_undo"


class UndoTooLate(CannotUndo):
    code = "undo_too_late"


class UndoPlaceTaken(CannotUndo):
    code = "undo_place_taken"


class ReasonMissing(InvalidInput):
    """Who cancels for somebody else says why."""

    code = "reason_missing"


class ReasonLong(InvalidInput):
    code = "reason_long"


class CedulaOther(InvalidInput):
    """The cédula typed is not the one of the turn."""

    code = "cedula_other"


def wrong_state(booking: Booking) -> WrongState:
    """What is said of a step that the turn's state does not allow."""
    return WrongState(status=gettext(tag_of(booking.status)[0]).lower())

"""Refusals of steps on the day of the visit."""

from turnero.booking.documents.turn_text import tag_of
from turnero.booking.turn.models import Booking
from turnero.core.errors import InvalidInput, Refused
from turnero.core.language import gettext


class NotNow(Refused):
    """The step does not fit the turn's state."""

    status = 409


class WrongState(NotNow):
    """The turn's present ``status`` (in words) does not allow the step."""

    code = "wrong_state"


class NotToday(NotNow):
    code = "not_today"


class TooEarlyToMiss(NotNow):
    """Nobody can be marked absent before their hour."""

    code = "too_early_to_miss"


class NoWindow(NotNow):
    """The member has not chosen a window."""

    code = "no_window"


class WindowBusy(NotNow):
    """The person with ``ticket`` is still at this window."""

    code = "window_busy"


class WindowInvalid(InvalidInput):
    code = "window_invalid"


class TimeInvalid(InvalidInput):
    """The typed ``time`` is not a time."""

    code = "time_invalid"


class TimeToCome(InvalidInput):
    """``time`` is still to come today."""

    code = "time_to_come"


class TimeAlone(InvalidInput):
    """A time was entered, but not whether the person came."""

    code = "time_alone"


class UnknownLine(InvalidInput):
    code = "unknown_line"


class CannotUndo(NotNow):
    """There is no step to undo, it is older than ten minutes, or its place is taken."""

    code = "cannot_undo"


class UndoTooLate(CannotUndo):
    code = "undo_too_late"


class UndoPlaceTaken(CannotUndo):
    code = "undo_place_taken"


class ReasonMissing(InvalidInput):
    """Cancelling for somebody requires a reason."""

    code = "reason_missing"


class ReasonLong(InvalidInput):
    code = "reason_long"


class CedulaOther(InvalidInput):
    """The typed cédula is not the turn's."""

    code = "cedula_other"


def wrong_state(booking: Booking) -> WrongState:
    """The error for a step that the turn's status does not allow."""
    return WrongState(status=gettext(tag_of(booking.status)[0]).lower())

"""What a person takes away from a turn: the sheet as PDF and the entry for a calendar."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, vCalAddress

from turnero.booking.notices import TurnText

CALENDAR_TYPE = "text/calendar; method={method}; charset=UTF-8"
_ALARM_BEFORE = timedelta(hours=2)


def pdf(turn: TurnText) -> bytes:
    """The A4 sheet of a turn. Whatever its texts are, it can be drawn."""
    from turnero.booking import confirmation_sheet  # noqa: PLC0415 (loads fontTools: only where a PDF is made)

    return confirmation_sheet.draw(turn)

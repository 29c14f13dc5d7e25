"""Attachments of a turn: the sheet as PDF and the calendar entry."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from flask import current_app
from icalendar import Alarm, Calendar, Event, vCalAddress

from turnero.booking.documents.turn_text import TurnText
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import times_changed
from turnero.core.language import gettext
from turnero.notices.rendering import Attachment

_ALARM_BEFORE = timedelta(hours=2)


def sheet_of(booking: Booking) -> Attachment:
    """The A4 sheet of a turn in its present state."""
    return Attachment(f"turno-{booking.reference}.pdf", "application/pdf", pdf(TurnText.of(booking)))


def calendar_entry_of(booking: Booking, now: datetime) -> Attachment:
    """The calendar entry of a turn in its present state, or its cancellation if the turn has no hour.

    A displaced turn has none: its old hour would lead to a closed agency.
    """
    cancelled = booking.status in (Status.CANCELLED, Status.DISPLACED)
    entry = ics(
        TurnText.of(booking),
        starts_at=booking.starts_at,
        ends_at=booking.starts_at + timedelta(minutes=booking.cells * booking.slot_minutes),
        sequence=times_changed(booking),
        sender=current_app.config["SETTINGS"].mail_from,
        now=now,
        cancelled=cancelled,
    )
    method = "CANCEL" if cancelled else "PUBLISH"
    return Attachment(f"turno-{booking.reference}.ics", f"text/calendar; method={method}; charset=UTF-8", entry)


def pdf(turn: TurnText) -> bytes:
    """The A4 sheet. Any text can be drawn: other scripts are romanised."""
    from turnero.booking.documents import confirmation_sheet  # noqa: PLC0415 (loads fontTools; only where a PDF is made)

    return confirmation_sheet.draw(turn)


def ics(
    turn: TurnText,
    *,
    starts_at: datetime,
    ends_at: datetime,
    sequence: int,
    sender: str,
    now: datetime,
    cancelled: bool = False,
) -> bytes:
    """An iCalendar file (RFC 5545, 5546) of one event: instants in UTC, the agency's hour in its text.

    The UID never changes; ``sequence`` must grow with every change that is sent.
    """
    event = Event()
    event.add("uid", f"{turn.reference}@{urlsplit(turn.link).hostname}")
    event.add("dtstamp", now)
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add(
        "summary", gettext("Turno a las %(hour)s: %(procedure)s", hour=_hour(turn), procedure=turn.procedure_name)
    )
    event.add("location", ", ".join(filter(None, (turn.agency_name, turn.agency_address))))
    event.add("description", _description(turn, cancelled=cancelled))
    event.add("organizer", _organizer(sender))
    event.add("class", "PRIVATE")
    if not cancelled:
        event.add_component(_alarm(turn))
    calendar = Calendar()
    calendar.add("prodid", "-//Turnero//Turnos en linea//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _hour(turn: TurnText) -> str:
    return f"{turn.time} ({turn.zone_note})" if turn.zone_note else turn.time


def _description(turn: TurnText, *, cancelled: bool) -> str:
    what = (
        f"{turn.when_long}, {_hour(turn)}",
        gettext("%(procedure)s, ventanilla %(line)s", procedure=turn.procedure_name, line=turn.line_name),
        gettext("Referencia: %(reference)s", reference=turn.reference),
    )
    if cancelled:
        return "\n".join((gettext("Ya no tiene turno a esta hora."), *what))
    return "\n".join(
        (
            *what,
            gettext("Llegue 10 minutos antes. Le esperamos hasta las %(time)s.", time=turn.kept_until),
            *(gettext("Traiga: %(item)s", item=item) for item in turn.bring),
            gettext("Ver, cambiar o cancelar el turno: %(link)s", link=turn.link),
            gettext("Este trámite no tiene costo. El turno vale solo con la cédula de su titular."),
        )
    )


def _organizer(sender: str) -> vCalAddress:
    name, address = parseaddr(sender)
    organizer = vCalAddress(f"mailto:{address}")
    if name:
        organizer.params["CN"] = name
    return organizer


def _alarm(turn: TurnText) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    words = gettext("Su turno es a las %(hour)s en %(agency)s.", hour=_hour(turn), agency=turn.agency_name)
    alarm.add("description", words)
    alarm.add("trigger", -_ALARM_BEFORE)
    return alarm

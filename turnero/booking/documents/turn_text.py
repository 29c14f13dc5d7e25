"""A turn in words, for mails, printed sheets and calendars."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from flask import current_app

from turnero.agencies.models import Agency
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import policy_of, token_of
from turnero.core import formatting
from turnero.core.language import gettext_noop as _
from turnero.verify.cedula import masked


def tag_of(status: Status) -> tuple[str, str]:  # noqa: PLR0911 (a table that mypy completes)
    """The word of a status, for ``gettext``, and its CSS class. A hold has no page of its own."""
    match status:
        case Status.HELD | Status.LAPSED:
            raise ValueError(status)
        case Status.CONFIRMED:
            return _("Confirmado"), "done"
        case Status.ARRIVED:
            return _("Presente"), "here"
        case Status.CALLED:
            return _("Llamado"), "call"
        case Status.ATTENDED:
            return _("Atendido"), "done"
        case Status.NO_SHOW:
            return _("Ausente"), "away"
        case Status.CANCELLED:
            return _("Cancelado"), "gone"
        case Status.DISPLACED:
            return _("Desplazado"), "moved"
        case _ as never:
            assert_never(never)


def shown_cedula(cedula: str) -> str:
    """17••••••01"""
    return masked(cedula).replace("*", "•")


@dataclass(frozen=True)
class TurnText:
    """Day and hour are the agency's."""

    when_long: str
    day_short: str
    time: str
    zone_note: str
    agency_name: str
    agency_address: str
    procedure_name: str
    line_name: str
    reference: str
    bring: tuple[str, ...]
    link: str
    kept_until: str  # the hour with the agency's tolerance
    cedula: str  # of the holder, masked
    third_party: str = ""  # name of the third party who comes instead

    @classmethod
    def of(cls, booking: Booking) -> "TurnText":
        base_url = current_app.config["SETTINGS"].base_url
        return cls(
            when_long=formatting.long_date(booking.day),
            day_short=formatting.day_and_month(booking.day),
            time=formatting.clock_time(booking.minute),
            zone_note=formatting.zone_note(booking.agency.zone),
            agency_name=booking.agency.name,
            agency_address=booking.agency.address,
            procedure_name=booking.procedure.name,
            line_name=booking.procedure.line.name,
            reference=booking.reference,
            bring=tuple(booking.procedure.sheet.get("bring", ())),
            link=f"{base_url}/mi-turno/{token_of(booking)}",
            kept_until=formatting.clock_time(booking.minute + policy_of(booking.agency).tolerance_minutes),
            cedula=shown_cedula(booking.cedula),
            third_party=booking.third_party_name or "",
        )


@dataclass(frozen=True)
class PlaceText:
    """A place in words: the one offered to a displaced person, or the lost one."""

    when_long: str
    day_short: str
    time: str
    zone_note: str
    agency_name: str

    @classmethod
    def of(cls, agency: Agency, day: date, minute: int) -> "PlaceText":
        """Local ``minute`` of ``day`` at an agency."""
        return cls(
            when_long=formatting.long_date(day),
            day_short=formatting.day_and_month(day),
            time=formatting.clock_time(minute),
            zone_note=formatting.zone_note(agency.zone),
            agency_name=agency.name,
        )

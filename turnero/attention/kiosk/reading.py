"""The kiosk: recognises a turn, checks it in and gives a ticket. No answer contains personal data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from turnero.agencies.models import Agency
from turnero.attention.day.checkin import check_in
from turnero.attention.day.models import Visit
from turnero.attention.day.queries import today_at, visit_of, waiting_before
from turnero.attention.kiosk.recognition import EARLIEST, Known, Result, recognise, recognise_by_cedula
from turnero.booking.closures.proposals import open_displacement
from turnero.booking.documents.notices import proposed_place
from turnero.booking.documents.turn_text import PlaceText
from turnero.booking.turn import reference
from turnero.booking.turn.lifecycle import SEATED, Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import policy_of
from turnero.core import clock, formatting
from turnero.core import db as database
from turnero.core.errors import InvalidInput
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import Device
from turnero.verify import cedula

MAX_MISSES = 5
PAUSE = timedelta(minutes=5)


@dataclass(frozen=True)
class Ticket:
    """The printed ticket: number, hour, trámite, and how many are called before."""

    ticket: str
    time: str
    procedure: str
    before: int
    called_to: int | None


@dataclass(frozen=True)
class Reading:
    """The answer to one reading, with the fields its ``result`` needs; hours are the agency's."""

    result: Result
    ticket: Ticket | None = None
    time: str = ""
    since: str = ""  # from when an early person may check in
    day: str = ""
    agency: Agency | None = None
    proposal: PlaceText | None = None
    paused: bool = False


@database.transaction
def read_code(typed: str, device_id: int) -> Reading:
    """Recognise a reference or a cédula at a kiosk, and check in a person who is punctual or late.

    Idempotent. Five cédulas in a row without a turn here today pause the cédula mode.
    """
    device = db.session.get_one(Device, device_id, with_for_update={"of": Device}, populate_existing=True)
    now = clock.now()
    read_reference = reference.parse_reference(typed)
    if read_reference is not None:
        return _answer(_by_reference(read_reference), device, now, by_cedula=False)
    number = _cedula(typed)
    if is_paused(device, now):
        return Reading(Result.UNKNOWN, paused=True)
    if number is None and not _looks_like_cedula(typed):
        return Reading(Result.UNKNOWN)
    found = _by_cedula(number, device, now) if number else None
    answer = _answer(found, device, now, by_cedula=True)
    _count(device, answer, now)
    return answer


def _cedula(typed: str) -> str | None:
    try:
        return cedula.parse(typed)
    except InvalidInput:
        return None


def _looks_like_cedula(typed: str) -> bool:
    """Whether there are enough digits for a cédula: wrong check digits count as guessing too."""
    return sum(letter.isdigit() for letter in typed) >= 8


def _count(device: Device, answer: Reading, now: datetime) -> None:
    if answer.result is Result.UNKNOWN:
        count_miss(device, now)
    else:
        device.misses = 0


def is_paused(device: Device, now: datetime) -> bool:
    """Whether cédula look-ups are paused."""
    return device.paused_until is not None and device.paused_until > now


def count_miss(device: Device, now: datetime) -> None:
    """Count a failed cédula at a device (row locked); enough of them pause it."""
    device.misses += 1
    if device.misses >= MAX_MISSES:
        device.misses, device.paused_until = 0, now + PAUSE


def _by_reference(read_reference: str) -> Booking | None:
    wanted = select(Booking).where(Booking.reference == read_reference, Booking.forgotten_at.is_(None))
    return db.session.scalar(wanted.with_for_update(of=Booking).execution_options(populate_existing=True))


def _by_cedula(number: str, device: Device, now: datetime) -> Booking | None:
    """Today's next turn of a cédula at the kiosk's agency, arrived ones first."""
    here = select(Booking).where(
        Booking.cedula == number,
        Booking.agency_id == device.agency_id,
        Booking.day == today_at(device.agency_id, now),
        Booking.status.in_(SEATED),
        Booking.forgotten_at.is_(None),
    )
    in_order = here.order_by(Booking.status != Status.CONFIRMED, Booking.minute, Booking.id).limit(1)
    return db.session.scalar(in_order.with_for_update(of=Booking).execution_options(populate_existing=True))


def _answer(booking: Booking | None, device: Device, now: datetime, *, by_cedula: bool) -> Reading:
    agency = db.session.get_one(Agency, device.agency_id)
    today = today_at(agency.id, now)
    tolerance = timedelta(minutes=policy_of(agency).tolerance_minutes)
    known = Known(booking.status, booking.agency_id == agency.id, booking.day, booking.starts_at) if booking else None
    result = (recognise_by_cedula if by_cedula else recognise)(known, today, now, tolerance)
    if booking is None or result is Result.UNKNOWN:
        return Reading(result)
    time = formatting.clock_time(booking.minute)
    match result:
        case Result.EARLY:
            since = clock.local(booking.starts_at - EARLIEST, agency.zone)
            return Reading(result, time=time, since=formatting.time_of(since))
        case Result.ELSEWHERE:
            return Reading(result, time=time, day=formatting.long_date(booking.day), agency=booking.agency)
        case Result.OTHER_DAY:
            return Reading(result, time=time, day=formatting.long_date(booking.day))
        case Result.DISPLACED:
            displacement = open_displacement(booking.id)
            return Reading(result, proposal=proposed_place(displacement) if displacement else None)
    return Reading(result, ticket=_ticket(booking, device, now), time=time)


def _ticket(booking: Booking, device: Device, now: datetime) -> Ticket:
    visit = visit_of(booking.id)
    if booking.status == Status.CONFIRMED or visit is None:
        visit = check_in(booking, now=now, actor=Actor.kiosk(device.id))
    return ticket_of(visit)


def ticket_of(visit: Visit) -> Ticket:
    """The ticket of a visit."""
    booking = visit.booking
    called = visit.window if booking.status == Status.CALLED else None
    before = 0 if called else waiting_before(visit)
    return Ticket(visit.ticket, formatting.clock_time(booking.minute), booking.procedure.name, before, called)

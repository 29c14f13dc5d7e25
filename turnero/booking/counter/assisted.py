"""Makes turns at the window or the kiosk, without code or lead time, in the caller's transaction."""

from datetime import datetime, timedelta

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import DayGrid, grid
from turnero.agencies.models import Desk, Procedure
from turnero.booking.documents.notices import tell
from turnero.booking.journey.forms import Hour
from turnero.booking.seats import claims, limits, slots
from turnero.booking.turn import history
from turnero.booking.turn.errors import NotOffered, PlaceTaken
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.new_booking import NOBODY, NOTHING, Extras, Reachable, begun_by, new_booking
from turnero.booking.turn.place import Place
from turnero.booking.turn.priority import has_priority_by_age
from turnero.booking.turn.queries import policy_of
from turnero.booking.turn.states import Purpose
from turnero.core import clock
from turnero.core import db as database
from turnero.staff.actor import Actor

# The turn begins as held within one transaction, so that it has the same events as others; this end is never seen.
_INSTANT_HOLD = timedelta(minutes=1)


def place_assisted(
    cedula: str,
    procedure: Procedure,
    desk: Desk,
    hour: Hour,
    *,
    actor: Actor,
    now: datetime,
    channel: str = "window",
    priority: bool = False,
    contact: Reachable = NOBODY,
    extras: Extras = NOTHING,
) -> Booking:
    """Make a confirmed turn with its seat, and a mail if there is an address. The caller holds ``lock_place``.

    Raises NotOffered, PlaceTaken, AlreadyHasTurn, OpenTurnsSpent, OverlappingTurn.
    """
    limits.check_cedula(cedula, procedure, policy_of(desk.agency))
    day_grid = _offered_grid(desk, procedure, hour, now)
    cells = slots.cells_needed(procedure.minutes, day_grid.slot_minutes)
    booking = new_booking(
        cedula,
        procedure,
        Place(desk.id, hour.day, hour.minute, cells, day_grid.slot_minutes, desk.agency.zone),
        contact=contact,
        extras=extras,
        status=Status.HELD,
        channel=channel,
        priority=priority or has_priority_by_age(cedula, now),
        created_at=now,
        lapses_at=now + _INSTANT_HOLD,
    )
    history.record_begin(booking, actor=actor, now=now, details=begun_by(extras))
    limits.check_overlap(booking)
    _take_seat(booking, desk, day_grid, now)
    return _confirmed(booking, actor=actor, now=now)


def _confirmed(booking: Booking, *, actor: Actor, now: datetime) -> Booking:
    history.move(booking, Status.CONFIRMED, actor=actor, now=now, values={"confirmed_at": now})
    tell(booking, "confirmation", now)
    return booking


def lock_place(cedula: str, desk: Desk) -> None:
    """Take the locks of ``place`` in the common order."""
    database.lock(f"cedula:{cedula}")
    database.lock_shared(f"desk:{desk.id}")


def _offered_grid(desk: Desk, procedure: Procedure, hour: Hour, now: datetime) -> DayGrid:
    """The grid of the day. Raises NotOffered unless the start exists and has not passed."""
    refused = NotOffered(agency=desk.agency, day=hour.day, minute=hour.minute)
    now_local = clock.local(now, desk.agency.zone)
    if not policy_of(desk.agency).is_open(desk.id, hour.day, now_local):
        raise refused
    calendar = agencies.desk_calendars([desk], hour.day, hour.day)[desk.id]
    day_grid = grid(calendar, hour.day)
    starts = slots.offered(day_grid, procedure.minutes, (), slots.earliest_minute(day_grid, now_local, 0))
    if hour.minute not in {slot.minute for slot in starts}:
        raise refused
    return day_grid


def _take_seat(booking: Booking, desk: Desk, day_grid: DayGrid, now: datetime) -> None:
    place = Place.of(booking)
    claims.open_to_those_present(place, now)
    if claims.take(place, day_grid, claims.Terms(booking.id, Purpose.TURN, None), now) is None:
        raise PlaceTaken(agency=desk.agency, day=booking.day, minute=booking.minute)

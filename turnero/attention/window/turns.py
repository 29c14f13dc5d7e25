"""Use cases of a clerk beyond calling: make a turn for a person present, cancel, reassign.

Each public function that changes something is one use case.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from sqlalchemy import select

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency, Desk, Procedure
from turnero.attention.day.attendance import Clerk, require_status
from turnero.attention.day.checkin import open_visit
from turnero.attention.day.queries import booking_here
from turnero.attention.window.forms import Asked
from turnero.booking.counter import assisted, reassign, walk_ins
from turnero.booking.documents.notices import tell
from turnero.booking.journey import cancel as cancelling
from turnero.booking.seats.availability import offers_of
from turnero.booking.turn.errors import UnknownPlace
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import LIVE, Status
from turnero.booking.turn.models import Claim
from turnero.booking.turn.new_booking import Reachable, made_before
from turnero.booking.turn.place import Place
from turnero.booking.turn.queries import times_changed
from turnero.booking.turn.states import Purpose
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db

# Number of days with places whose hours the clerk sees.
_DAYS_SHOWN = 5


@dataclass(frozen=True)
class FreeHour:
    """A start with places at the clerk's agency."""

    day: date
    minute: int
    free: int


@database.transaction
def add_walk_in(asked: Asked, by: Clerk) -> int:
    """Register a walk-in with a ticket and a place in the queue. The same form makes one turn only.

    Raises UnknownPlace, AlreadyHasTurn, OpenTurnsSpent.
    """
    procedure, desk = offered_procedure(asked.procedure, by.agency_id)
    database.lock(f"cedula:{asked.cedula}")
    made = made_before(asked.cedula, by.agency_id, asked.extras)
    if made is not None:
        return made.id
    now = clock.now()
    booking = walk_ins.create(
        asked.cedula,
        procedure,
        desk,
        channel="window",
        actor=by.actor,
        now=now,
        priority=asked.priority,
        contact=asked.contact,
        extras=asked.extras,
    )
    open_visit(booking, now=now)
    return booking.id


@database.transaction
def add_assisted(asked: Asked, by: Clerk) -> int:
    """Make a confirmed turn at the requested hour. The same form makes one turn only.

    Raises UnknownPlace, NotOffered, PlaceTaken, AlreadyHasTurn, OpenTurnsSpent, OverlappingTurn.
    """
    assert asked.hour is not None
    procedure, desk = offered_procedure(asked.procedure, by.agency_id)
    assisted.lock_place(asked.cedula, desk)
    made = made_before(asked.cedula, by.agency_id, asked.extras)
    if made is not None:
        return made.id
    booking = assisted.place_assisted(
        asked.cedula,
        procedure,
        desk,
        asked.hour,
        actor=by.actor,
        now=clock.now(),
        priority=asked.priority,
        contact=asked.contact,
        extras=asked.extras,
    )
    return booking.id


@database.transaction
def cancel_at_window(booking_id: int, by: Clerk, why: str) -> None:
    """Cancel a turn that has not begun and notify its holder of ``why``. Idempotent.

    The event stores the seat for undo. Raises NotFound, WrongState, NotCancellable.
    """
    booking = booking_here(booking_id, by.agency_id, lock=True)
    if booking.status == Status.CANCELLED:
        return
    require_status(booking, Status.CONFIRMED, Status.DISPLACED)
    now = clock.now()
    seat = db.session.scalar(
        select(Claim.seat).where(Claim.booking_id == booking.id, Claim.purpose == Purpose.TURN).limit(1)
    )
    minutes = list(Place.of(booking).minutes)
    details = {"why": why} | ({} if seat is None else {"seat": seat, "minutes": minutes})
    cancelling.give_up(booking, actor=by.actor, now=now, what=What.BY_STAFF, details=details)
    cancelling.give_place_back(booking, now)
    db.session.flush()
    tell(booking, "cancellation", now, occasion=f"staff:{times_changed(booking)}")


@database.transaction
def reassign_to(booking_id: int, by: Clerk, contact: Reachable) -> None:
    """Reassign the turn to the holder who showed the physical cédula: new contact, new link, the old link revoked.

    Raises NotFound, WrongState.
    """
    seen = booking_here(booking_id, by.agency_id)
    journeys = reassign.lock_journeys(booking_id)
    database.lock(f"cedula:{seen.cedula}")
    booking = booking_here(booking_id, by.agency_id, lock=True)
    require_status(booking, *LIVE)
    reassign.reassign_turn(booking, contact, journeys, actor=by.actor, now=clock.now())


def offered_procedure(slug: str, agency_id: int) -> tuple[Procedure, Desk]:
    """A trámite and this agency's desk for it. Raises UnknownPlace."""
    try:
        procedure = agencies.procedure(slug)
    except NotFound:
        raise UnknownPlace(field="tramite") from None
    desk = agencies.desk_for(db.session.get_one(Agency, agency_id), procedure)
    if desk is None:
        raise UnknownPlace(field="tramite")
    return procedure, desk


def free_hours(slug: str, agency_id: int) -> tuple[FreeHour, ...]:
    """Free starts of the next days with places, from now on: the window has no lead time.

    Raises UnknownPlace.
    """
    procedure, desk = offered_procedure(slug, agency_id)
    offers = offers_of([desk], procedure, at_agency=True)[desk.id]
    offers = replace(offers, policy=replace(offers.policy, lead_minutes=0))
    found: list[FreeHour] = []
    with_places = (offer for offer in offers.days() if offer.free)
    for offer in islice(with_places, _DAYS_SHOWN):
        found += [FreeHour(offer.day, slot.minute, slot.free) for slot in offers.slots(offer.day) if slot.free]
    return tuple(found)

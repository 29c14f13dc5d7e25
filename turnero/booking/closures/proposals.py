"""Finds another place for displaced people, keeps it, notifies them, and accepts their answer (DESIGN §5).

Each person is one idempotent transaction; after a kill the jobs continue with the next open displacement.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.localities import folded
from turnero.agencies.models import Desk
from turnero.booking.documents.notices import tell
from turnero.booking.seats import claims, limits, relocation, slots
from turnero.booking.seats.availability import offers_of
from turnero.booking.seats.offers import DeskOffers
from turnero.booking.turn import history
from turnero.booking.turn.errors import NoProposal
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Displacement
from turnero.booking.turn.place import Place
from turnero.booking.turn.queries import locked_by_token
from turnero.booking.turn.states import DisplacementStatus, Purpose
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.staff.actor import CITIZEN, Actor, ActorKind

# A proposal is kept until this long before its hour …
_BEFORE_ITS_HOUR = timedelta(hours=24)
# … and confirmed at once if less than this remains, because 48 hours to answer must fit.
_TOO_SOON_TO_ASK = timedelta(hours=72)
_TRIES = 20
_OUTCOMES = {
    DisplacementStatus.ACCEPTED: (What.ACCEPTED, CITIZEN),
    DisplacementStatus.PLACED: (What.PLACED, Actor(ActorKind.DISPLACEMENT)),
}


def propose_all() -> int:
    """Find a place for every pending displacement. Returns how many were processed."""
    done = 0
    while (number := _next_pending()) is not None:
        propose(number)
        done += 1
    return done


def _next_pending() -> int | None:
    """The next pending displacement: priority first, then by the old turn's time."""
    pending = (
        select(Displacement.id)
        .join(Booking, Booking.id == Displacement.booking_id)
        .where(Displacement.status == DisplacementStatus.PENDING, Displacement.ended_at.is_(None))
        .order_by(Booking.priority.desc(), Displacement.old_starts_at, Displacement.id)
        .limit(1)
    )
    number = db.session.scalar(pending)
    db.session.rollback()
    return number


@database.transaction
def propose(displacement_id: int) -> None:
    """Keep the nearest equivalent place for one person, if any, and write the notice. Idempotent."""
    displacement = db.session.get_one(Displacement, displacement_id)
    booking = displacement.booking
    database.lock(f"cedula:{booking.cedula}")
    if find_place(displacement):
        displacement.proposals += 1
        tell(booking, "displaced", clock.now(), occasion=f"{displacement.id}.{displacement.proposals}")


def find_place(displacement: Displacement) -> bool:
    """Take the nearest equivalent place, or record that there is none. False if no longer pending."""
    booking = displacement.booking
    desks = _desks(displacement, booking)
    for desk in desks:
        database.lock_shared(f"desk:{desk.id}")
        now = clock.now()
        offers = replace(offers_of([desk], booking.procedure)[desk.id], drawn_too=True)
        if desk is desks[0] and not _still_pending(displacement, booking):
            return False
        for wish in islice(_wishes(displacement, booking, desk, offers), _TRIES):
            if _take(displacement, booking, wish, now):
                return True
    displacement.status = DisplacementStatus.UNPLACED
    return True


def _still_pending(displacement: Displacement, booking: Booking) -> bool:
    for row in (booking, displacement):
        db.session.refresh(row, with_for_update={"of": type(row)})
    return displacement.status == DisplacementStatus.PENDING and booking.status == Status.DISPLACED


def _desks(displacement: Displacement, booking: Booking) -> list[Desk]:
    """Desks to search, in order: the same agency, its canton, its province."""
    old = db.session.get_one(Desk, displacement.old_desk_id).agency
    around = agencies.desks_offering(old.province_code, booking.procedure)

    def distance(desk: Desk) -> int:
        if desk.agency_id == old.id:
            return 0
        return 1 if folded(desk.agency.canton) == folded(old.canton) else 2

    return sorted(around, key=distance)


@dataclass(frozen=True)
class _Wish:
    """An equivalent place with its seats that appeared free."""

    place: Place
    free: tuple[int, ...]


def _wishes(displacement: Displacement, booking: Booking, desk: Desk, offers: DeskOffers) -> Iterator[_Wish]:
    """The free places of a desk: by day from the next open one, and on each day by distance to the old hour."""
    for offer in offers.days(max(displacement.old_day, offers.now_local.date())):
        starts = [slot.minute for slot in offers.slots(offer.day) if slot.free]
        day_grid = grid(offers.calendar, offer.day)
        for minute in sorted(starts, key=lambda minute: abs(minute - displacement.old_minute)):
            cells = slots.cells_needed(booking.procedure.minutes, day_grid.slot_minutes)
            place = Place(desk.id, offer.day, minute, cells, day_grid.slot_minutes, desk.agency.zone)
            if limits.is_free(booking, place.interval):
                yield _Wish(place, slots.free_seats(day_grid, place.minutes, offers.taken.get(offer.day, ())))


def _take(displacement: Displacement, booking: Booking, wish: _Wish, now: datetime) -> bool:
    place = wish.place
    at_once = place.starts_at - now < _TOO_SOON_TO_ASK
    terms = (
        claims.Terms(booking.id, Purpose.TURN, None)
        if at_once
        else claims.Terms(booking.id, Purpose.PROPOSAL, place.starts_at - _BEFORE_ITS_HOUR)
    )
    if claims.take_one_of(place, wish.free, terms, now) is None:
        return False
    displacement.new_desk_id, displacement.new_day = place.desk_id, place.day
    displacement.new_minute, displacement.new_starts_at = place.minute, place.starts_at
    if at_once:
        _settle(displacement, booking, place, now, status=DisplacementStatus.PLACED)
    else:
        displacement.status = DisplacementStatus.PROPOSED
    return True


def _settle(
    displacement: Displacement,
    booking: Booking,
    place: Place,
    now: datetime,
    *,
    status: DisplacementStatus,
) -> None:
    """Move the booking to the place, whose seats are already undated."""
    before = relocation.recorded_place(booking)
    relocation.move_to(booking, place)
    details = {"before": before, "after": relocation.recorded_place(booking)}
    what, actor = _OUTCOMES[status]
    history.move(booking, Status.CONFIRMED, what, actor=actor, now=now, details=details)
    displacement.status, displacement.ended_at = status, now


def open_displacement(booking_id: int) -> Displacement | None:
    """The open displacement of a turn, if any."""
    return db.session.scalar(
        select(Displacement).where(Displacement.booking_id == booking_id, Displacement.ended_at.is_(None))
    )


@database.transaction
def accept_proposal(token: str) -> None:
    """Accept the proposed place. Idempotent. Raises NotFound, and NoProposal if it is gone."""
    booking = locked_by_token(token)
    now = clock.now()
    if booking.status == Status.CONFIRMED and _accepted_already(booking.id):
        return
    displacement = open_displacement(booking.id)
    if displacement is None or not _undate(displacement, booking, now, status=DisplacementStatus.ACCEPTED):
        raise NoProposal
    tell(booking, "change", now, occasion=str(booking.moves))


def _accepted_already(booking_id: int) -> bool:
    last = select(Displacement.status).where(Displacement.booking_id == booking_id).order_by(Displacement.id.desc())
    return db.session.scalar(last.limit(1)) in (DisplacementStatus.ACCEPTED, DisplacementStatus.PLACED)


def _undate(displacement: Displacement, booking: Booking, now: datetime, *, status: DisplacementStatus) -> bool:
    held = claims.held(booking.id, now, purpose=Purpose.PROPOSAL)
    if booking.status != Status.DISPLACED or held is None:
        return False
    if claims.keep(booking.id, now, purpose=Purpose.PROPOSAL) != held.cells:
        return False
    _settle(displacement, booking, relocation.held_place(held), now, status=status)
    return True


def proposal_handed_over(notice: Notice, now: datetime) -> None:
    """Start the 48 hours to answer, in the transaction in which the mail server accepted the mail.

    If they no longer fit before the proposal's end, the place is confirmed at once and can be declined.
    """
    displacement = db.session.get(Displacement, int(notice.occasion.partition(".")[0]))
    if displacement is None or displacement.ended_at is not None:
        return
    displacement.told_at = now
    starts_at = displacement.new_starts_at
    if (
        displacement.status == DisplacementStatus.PROPOSED
        and starts_at is not None
        and starts_at - now < _TOO_SOON_TO_ASK
    ):
        _undate(displacement, displacement.booking, now, status=DisplacementStatus.PLACED)

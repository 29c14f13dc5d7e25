"""Another place for whoever lost theirs: found, kept for them, told, and accepted with one press (DESIGN §5).

One idempotent transaction per person; the jobs go on with the next open displacement after a kill.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from turnero import clock
from turnero import db as database
from turnero.agencies import queries as agencies
from turnero.agencies.models import Desk
from turnero.agencies.places import folded
from turnero.agencies.schedule import grid
from turnero.booking import claims, history, limits, relocation, slots
from turnero.booking.availability import offers_of
from turnero.booking.errors import NoProposal
from turnero.booking.lifecycle import Status
from turnero.booking.models import Booking, Displacement
from turnero.booking.notices import tell
from turnero.booking.queries import locked_by_token
from turnero.extensions import db
from turnero.interval import Interval
from turnero.notices.models import Notice

# A proposal stays theirs until this long before its hour …
_BEFORE_ITS_HOUR = timedelta(hours=24)
# … and is confirmed at once where less than this remains, for 48 hours after the mail must be theirs too.
_TOO_SOON_TO_ASK = timedelta(hours=72)
_TRIES = 20


def propose_all() -> int:
    """Find a place for everybody who is waiting for one; how many were looked at."""
    done = 0
    while (number := _next_pending()) is not None:
        propose(number)
        done += 1
    return done


def _next_pending() -> int | None:
    """Priority first, then by how soon the old turn was."""
    pending = (
        select(Displacement.id)
        .join(Booking, Booking.id == Displacement.booking_id)
        .where(Displacement.status == "pending", Displacement.ended_at.is_(None))
        .order_by(Booking.priority.desc(), Displacement.old_starts_at, Displacement.id)
        .limit(1)
    )
    number = db.session.scalar(pending)
    db.session.rollback()
    return number


@database.transaction
def propose(displacement_id: int) -> None:
    """Keep the nearest equivalent place for one person and owe the notice, with or without one. Safe to repeat."""
    displacement = db.session.get_one(Displacement, displacement_id)
    booking = displacement.booking
    database.lock(f"cedula:{booking.cedula}")
    if find_place(displacement):
        displacement.proposals += 1
        tell(booking, "displaced", clock.now(), occasion=f"{displacement.id}.{displacement.proposals}")


def find_place(displacement: Displacement) -> bool:
    """Take the nearest equivalent place, or note that there is none. False when it is pending no more."""
    booking = displacement.booking
    now = clock.now()
    for place in _candidates(displacement, booking, now):
        database.lock_shared(f"desk:{place.desk_id}")
        if not _still_pending(displacement, booking):
            return False
        if _take(displacement, booking, place, now):
            return True
    if not _still_pending(displacement, booking):
        return False
    displacement.status = "unplaced"
    return True


def _still_pending(displacement: Displacement, booking: Booking) -> bool:
    for row in (booking, displacement):
        db.session.refresh(row, with_for_update={"of": type(row)})
    return displacement.status == "pending" and booking.status == Status.DISPLACED


def _candidates(displacement: Displacement, booking: Booking, now: datetime) -> Iterator[claims.Held]:
    """Equivalent places, the best first: the same agency, its canton, its province; soon; near the old hour."""
    tried = 0
    for desk in _desks(displacement, booking):
        offers = offers_of([desk], booking.procedure)[desk.id]
        for offer in offers.days(max(displacement.old_day, clock.local(now, desk.agency.zone).date())):
            starts = [slot.minute for slot in offers.slots(offer.day) if slot.free]
            for minute in sorted(starts, key=lambda minute: abs(minute - displacement.old_minute)):
                step = grid(offers.calendar, offer.day).slot_minutes
                cells = slots.cells_needed(booking.procedure.minutes, step)
                starts_at = clock.instant(offer.day, minute, desk.agency.zone)
                wanted = Interval(starts_at, starts_at + timedelta(minutes=cells * step))
                if limits.is_free(booking, wanted):
                    yield claims.Held(desk.id, offer.day, minute, cells, starts_at)
                    tried += 1
                if tried >= _TRIES:
                    return


def _desks(displacement: Displacement, booking: Booking) -> list[Desk]:
    old = db.session.get_one(Desk, displacement.old_desk_id).agency
    around = agencies.desks_offering(old.province_code, booking.procedure)

    def distance(desk: Desk) -> int:
        if desk.agency_id == old.id:
            return 0
        return 1 if folded(desk.agency.canton) == folded(old.canton) else 2

    return sorted(around, key=distance)


def _take(displacement: Displacement, booking: Booking, place: claims.Held, now: datetime) -> bool:
    desk = db.session.get_one(Desk, place.desk_id)
    day_grid = grid(agencies.desk_calendars([desk], place.day, place.day)[desk.id], place.day)
    minutes = slots.cells_of(place.minute, place.cells, day_grid.slot_minutes)
    if not set(minutes) <= set(day_grid.cells):
        return False  # closed while we looked
    starts_at = clock.instant(place.day, place.minute, desk.agency.zone)
    at_once = starts_at - now < _TOO_SOON_TO_ASK
    terms = (
        claims.Terms(booking.id, "turn", None)
        if at_once
        else claims.Terms(booking.id, "proposal", starts_at - _BEFORE_ITS_HOUR)
    )
    taken = claims.taken_seats(desk.id, place.day, now)
    free = slots.free_seats(day_grid, place.minute, place.cells, taken)
    seats = claims.Seats(desk.id, place.day, minutes, desk.agency.zone)
    if claims.take(seats, free, terms, now) is None:
        return False
    displacement.new_desk_id, displacement.new_day = desk.id, place.day
    displacement.new_minute, displacement.new_starts_at = place.minute, starts_at
    if at_once:
        _settle(displacement, booking, place, now, status="placed", actor="displacement")
    else:
        displacement.status = "proposed"
    return True


def _settle(
    displacement: Displacement, booking: Booking, place: claims.Held, now: datetime, *, status: str, actor: str
) -> None:
    """The booking has the place: its seats are undated already."""
    before = relocation.place_of(booking)
    relocation.move_to(booking, place)
    details = {"before": before, "after": relocation.place_of(booking)}
    history.move(booking, Status.CONFIRMED, actor=actor, now=now, reason=status, details=details)
    displacement.status, displacement.ended_at = status, now


def open_displacement(booking_id: int) -> Displacement | None:
    """What is under way for a displaced turn."""
    return db.session.scalar(
        select(Displacement).where(Displacement.booking_id == booking_id, Displacement.ended_at.is_(None))
    )


@database.transaction
def accept(token: str) -> None:
    """Take the proposed place. A repeated acceptance changes nothing. Raises NotFound, and NoProposal if it is gone."""
    booking = locked_by_token(token)
    now = clock.now()
    if booking.status == Status.CONFIRMED and _accepted_already(booking.id):
        return
    displacement = open_displacement(booking.id)
    if displacement is None or not _undate(displacement, booking, now, status="accepted", actor="citizen"):
        raise NoProposal
    tell(booking, "change", now, occasion=str(booking.moves))


def _accepted_already(booking_id: int) -> bool:
    last = select(Displacement.status).where(Displacement.booking_id == booking_id).order_by(Displacement.id.desc())
    return db.session.scalar(last.limit(1)) in ("accepted", "placed")


def _undate(displacement: Displacement, booking: Booking, now: datetime, *, status: str, actor: str) -> bool:
    place = claims.held(booking.id, now, purpose="proposal")
    if booking.status != Status.DISPLACED or place is None:
        return False
    if claims.keep(booking.id, now, purpose="proposal") != place.cells:
        return False
    _settle(displacement, booking, place, now, status=status, actor=actor)
    return True


def handed_over(notice: Notice, now: datetime) -> None:
    """The mail about a displacement reached the mail server (in that transaction): 48 hours to answer begin.

    Where they no longer fit before the proposal's end, the place is confirmed at once and may be declined.
    """
    displacement = db.session.get(Displacement, int(notice.occasion.partition(".")[0]))
    if displacement is None or displacement.ended_at is not None:
        return
    displacement.told_at = now
    starts_at = displacement.new_starts_at
    if displacement.status == "proposed" and starts_at is not None and starts_at - now < _TOO_SOON_TO_ASK:
        _undate(displacement, displacement.booking, now, status="placed", actor="displacement")

"""Hands a freed place to the first person waiting for it, in the freeing transaction; otherwise frees it after a delay.

The seats are claimed at every moment, so that a fast client cannot take them in between. No desk lock is needed: seats
pass from one booking to the other under the first one's row lock, which closing hours takes too.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, case, or_, select

from turnero.agencies.models import Agency, Desk, Procedure
from turnero.booking.seats import claims, limits, offer_deadline
from turnero.booking.seats.claims import Freed
from turnero.booking.seats.slots import cells_needed
from turnero.booking.turn import history
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.new_booking import Extras, Reachable, new_booking
from turnero.booking.turn.place import Place
from turnero.booking.turn.queries import policy_of
from turnero.booking.turn.request_models import SeatOffer, SeatRequest
from turnero.booking.turn.states import Purpose, RequestStatus
from turnero.booking.waiting.draw import NOON
from turnero.booking.waiting.notices import tell_request
from turnero.core import clock
from turnero.core.errors import Refused
from turnero.core.extensions import db
from turnero.staff.actor import Actor, ActorKind

# Number of people tried from the head of the line; who cannot take the place now keeps their rank.
_LOOKED_AT = 20


def give_place(freed: Freed, now: datetime) -> None:
    """Offer the place to the first person waiting, or free it after the release delay.

    The caller holds the booking's row lock and commits."""
    if not offer_to_next(freed, now):
        free_for_everybody(freed, now)


def free_for_everybody(freed: Freed, now: datetime) -> None:
    """Free the place for everybody after its agency's release delay."""
    claims.free_after_delay(freed, policy_of(_desk(freed).agency).release_delay_minutes, now)


def offer_to_next(freed: Freed, now: datetime) -> bool:
    """Keep the place for the next in line and write the mail. False if nobody waits or it is too late."""
    desk = _desk(freed)
    for request in _in_line(freed, desk):
        until = answer_deadline(request, freed.place.starts_at, desk.agency, now)
        if until is not None and _may_take(request, freed, desk.agency, now):
            _offer(request, freed, until, now)
            return True
    return False


def _desk(freed: Freed) -> Desk:
    return db.session.get_one(Desk, freed.place.desk_id)


def _in_line(freed: Freed, desk: Desk) -> Iterator[SeatRequest]:
    """People in line: first those of that day's draw by rank, then the waiting list by priority and arrival.

    Yields one at a time with its row locked, skipping rows locked by another offer.
    """
    seen: list[int] = []
    while len(seen) < _LOOKED_AT:
        request = db.session.scalar(_waiting_for(freed, desk).where(SeatRequest.id.not_in(seen)))
        if request is None:
            return
        seen.append(request.id)
        yield request


def _waiting_for(freed: Freed, desk: Desk) -> Select[SeatRequest]:
    part = "morning" if freed.place.minute < NOON else "afternoon"
    listed = SeatRequest.draw_id.is_(None)
    return (
        select(SeatRequest)
        .join(Procedure, Procedure.id == SeatRequest.procedure_id)
        .where(SeatRequest.status == RequestStatus.WAITING, or_(listed, SeatRequest.rank.is_not(None)))
        .where(SeatRequest.first_day <= freed.place.day, SeatRequest.last_day >= freed.place.day)
        .where(SeatRequest.part.in_(("any", part)), SeatRequest.agencies.any(Agency.id == desk.agency_id))
        .where(Procedure.line_id == desk.line_id, Procedure.minutes <= freed.place.cells * freed.place.step)
        .where(Procedure.channel != "virtual")  # the trámite has moved online and needs no turn
        .order_by(
            case((listed, 1), else_=0),
            SeatRequest.rank,
            SeatRequest.priority.desc(),
            SeatRequest.created_at,
            SeatRequest.id,
        )
        .limit(1)
        .with_for_update(of=SeatRequest, skip_locked=True)
    )


def answer_deadline(request: SeatRequest, starts_at: datetime, agency: Agency, now: datetime) -> datetime | None:
    """The deadline of an offer made ``now``, a whole minute; None if it is too late."""
    local, starts = clock.local(now, agency.zone), clock.local(starts_at, agency.zone)
    if request.draw_id is not None:
        until = offer_deadline.drawn_answer_by(local, starts)
    else:
        until = offer_deadline.answer_by(local, starts, policy_of(agency).offer_minutes)
    return until and clock.instant(until.date(), until.hour * 60 + until.minute, agency.zone)


def _may_take(request: SeatRequest, freed: Freed, agency: Agency, now: datetime) -> bool:
    """Whether the limits allow it now; they are checked again on acceptance."""
    try:
        limits.check_new_turn(request, request.procedure, policy_of(agency), now)
    except Refused:
        return False
    return limits.has_time(request.cedula, _part_for(request, freed.place).interval)


def _part_for(request: SeatRequest, place: Place) -> Place:
    """The first cells of ``place``, as many as the procedure needs."""
    return replace(place, cells=cells_needed(request.procedure.minutes, place.step))


def _offer(request: SeatRequest, freed: Freed, until: datetime, now: datetime) -> None:
    place = _part_for(request, freed.place)
    booking = offered_booking(request, place, until, now)
    terms = claims.Terms(booking.id, Purpose.OFFER, booking.lapses_at)
    if claims.pass_on(freed.booking_id, freed.purpose, place.minutes, terms) != place.cells:
        raise RuntimeError("a booking lost its seats under its own lock")
    # Surplus cells of a longer turn are freed: nobody waits for part of a place.
    free_for_everybody(freed, now)
    record_offer(request, booking, until, now)


def offered_booking(request: SeatRequest, place: Place, until: datetime, now: datetime) -> Booking:
    """Create the held booking of an offer at ``place``, to be answered before ``until``."""
    who = Extras(request.third_party_cedula, request.third_party_name)
    booking = new_booking(
        request.cedula,
        request.procedure,
        place,
        contact=Reachable(request.email, request.mobile),
        extras=who,
        status=Status.HELD,
        channel="web",
        browser=request.browser,
        priority=request.priority,
        created_at=now,
        lapses_at=until + offer_deadline.GRACE,
    )
    kind = ActorKind.WAITING_LIST if request.draw_id is None else ActorKind.DRAW
    history.record_begin(booking, actor=Actor(kind), now=now)
    return booking


def record_offer(request: SeatRequest, booking: Booking, until: datetime, now: datetime) -> None:
    """Record the offer of the booking's place to the request, with its mail."""
    request.status = RequestStatus.OFFERED
    offer = SeatOffer(request_id=request.id, booking_id=booking.id, made_at=now, answer_by=until)
    db.session.add(offer)
    db.session.flush()
    tell_request(request, "offer", now, expires_at=until, occasion=str(offer.id))

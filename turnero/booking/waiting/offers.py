"""Answers to offers: accept, decline, or pass on after the deadline. Each is one transaction."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from turnero.booking.documents.notices import tell, warn_owner
from turnero.booking.seats import claims, limits
from turnero.booking.seats.claims import Freed
from turnero.booking.turn import history
from turnero.booking.turn.errors import OfferOver
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import LIVE, Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import policy_of, token_of
from turnero.booking.turn.request_models import SeatOffer, SeatRequest
from turnero.booking.turn.states import OfferStatus, Purpose, RequestStatus
from turnero.booking.waiting import handing_on
from turnero.booking.waiting.notices import is_last, tell_request
from turnero.booking.waiting.queries import held_booking, last_offer, request_by_token
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff.actor import CITIZEN, Actor, ActorKind

_ENDS = {
    OfferStatus.DECLINED: What.OFFER_DECLINED,
    OfferStatus.LAPSED: What.OFFER_LAPSED,
    OfferStatus.WITHDRAWN: What.OFFER_WITHDRAWN,
}


def accept_offer(token: str) -> str:
    """Make the offered place a turn and return the token of its page. Idempotent.

    Raises NotFound, OfferOver, AlreadyHasTurn, OpenTurnsSpent, OverlappingTurn, CapReached.
    """
    with limits.one_live_turn():
        return _accept(token)


@database.transaction
def _accept(token: str) -> str:
    request = request_by_token(token, lock=True)
    limits.lock_subjects(request)
    now = clock.now()
    offer = last_offer(request)
    if offer is None:
        raise OfferOver
    booking = held_booking(offer)
    if offer.status == OfferStatus.ACCEPTED:
        return token_of(booking)
    if offer.status != OfferStatus.OPEN or offer.answer_by <= now or booking.status != Status.HELD:
        raise OfferOver
    limits.check_new_turn(request, request.procedure, policy_of(booking.agency), now)
    limits.check_overlap(booking)
    confirmed = history.move(
        booking,
        Status.CONFIRMED,
        What.OFFER_ACCEPTED,
        actor=CITIZEN,
        now=now,
        values={"confirmed_at": now},
        only_if=Booking.lapses_at > now,
    )
    if not confirmed or claims.keep(booking.id, now, purpose=Purpose.OFFER) != booking.cells:
        raise OfferOver
    offer.status, offer.ended_at = OfferStatus.ACCEPTED, now
    _end(request, RequestStatus.SERVED, now)
    tell(booking, "confirmation", now)
    warn_owner(booking, request.registry_email, now)
    return token_of(booking)


@database.transaction
def decline_offer(token: str) -> None:
    """Decline an offer; the place goes to the next in line at once. Idempotent. Raises NotFound."""
    request = request_by_token(token, lock=True)
    offer = last_offer(request)
    if offer is not None and offer.status == OfferStatus.OPEN:
        _close(offer, request, OfferStatus.DECLINED, clock.now())


@database.transaction
def leave_list(token: str) -> None:
    """Leave the waiting list and decline any offer. Idempotent. Raises NotFound."""
    request = request_by_token(token, lock=True)
    if request.ended_at is None:
        withdraw(request, RequestStatus.LEFT, clock.now())


def withdraw(request: SeatRequest, status: RequestStatus, now: datetime) -> None:
    """End a request (row locked); its offer goes to the next in line. The caller commits."""
    offer = last_offer(request)
    if offer is not None and offer.status == OfferStatus.OPEN:
        _close(offer, request, OfferStatus.WITHDRAWN, now)
    _end(request, status, now)


def _end(request: SeatRequest, status: RequestStatus, now: datetime) -> None:
    """End the request (row locked)."""
    request.status, request.ended_at = status, now


def _close(offer: SeatOffer, request: SeatRequest, status: OfferStatus, now: datetime) -> None:
    """End an open offer and pass its place on; the request waits again unless this was its last offer."""
    booking = held_booking(offer)
    offer.status, offer.ended_at = status, now
    asked = status == OfferStatus.DECLINED or (status == OfferStatus.LAPSED and offer.told_at is not None)
    over = asked and is_last(request)
    request.offers += asked
    if over:
        _end(request, RequestStatus.SPENT, now)
        if status == OfferStatus.LAPSED:
            tell_request(request, "request_over", now)
    db.session.flush()  # still "offered", so that the person is not offered what they just declined
    if booking.status == Status.HELD:
        actor = Actor(ActorKind.WAITING_LIST) if status == OfferStatus.LAPSED else CITIZEN
        history.move(booking, Status.LAPSED, _ENDS[status], actor=actor, now=now)
        _pass_on(booking, now, public_at_once=status == OfferStatus.LAPSED)
    if not over:
        request.status = RequestStatus.WAITING


def _pass_on(booking: Booking, now: datetime, *, public_at_once: bool) -> None:
    """Offer the place to the next in line; else free it after a delay or, if unanswered, after the grace period."""
    place = claims.held(booking.id, now, purpose=Purpose.OFFER)
    if place is None:
        claims.free(booking.id, purpose=Purpose.OFFER)
        return
    freed = Freed.of(booking, purpose=Purpose.OFFER)
    if handing_on.offer_to_next(freed, now):
        return
    if public_at_once:
        claims.set_aside(booking.id, place.lapses_at, purpose=Purpose.OFFER)
    else:
        handing_on.free_for_everybody(freed, now)


def serve_waiting(goes_on: Callable[[], bool] = lambda: True) -> int:
    """Pass on unanswered offers and end requests that are over. Returns how many were processed."""
    done = 0
    for number in _numbers(_unanswered()):
        if not goes_on():
            break
        _lapse(number)
        done += 1
    for number in _numbers(_over()):
        if not goes_on():
            break
        _end_over(number)
        done += 1
    return done


def _numbers(condition: ColumnElement[bool]) -> list[int]:
    found = select(SeatRequest.id).outerjoin(
        SeatOffer, (SeatOffer.request_id == SeatRequest.id) & (SeatOffer.status == OfferStatus.OPEN)
    )
    numbers = db.session.scalars(found.where(condition).order_by(SeatRequest.id)).all()
    db.session.rollback()
    return list(numbers)


def _unanswered() -> ColumnElement[bool]:
    """Offers past their deadline, or whose hours were closed."""
    gone = select(Booking.id).where(Booking.id == SeatOffer.booking_id, Booking.status != Status.HELD).exists()
    return (SeatOffer.id.is_not(None)) & or_(SeatOffer.answer_by <= clock.now(), gone)


def _over() -> ColumnElement[bool]:
    """Requests of people who have a turn by now, or whose last day has passed in every zone."""
    has_turn = (
        select(Booking.id)
        .where(Booking.cedula == SeatRequest.cedula, Booking.procedure_id == SeatRequest.procedure_id)
        .where(Booking.status.in_(LIVE))
        .exists()
    )
    passed = SeatRequest.last_day < clock.now().date()
    return SeatRequest.ended_at.is_(None) & or_(has_turn, passed & SeatOffer.id.is_(None))


@database.transaction
def _lapse(number: int) -> None:
    request = _locked(number)
    offer = last_offer(request) if request else None
    now = clock.now()
    if request is None or offer is None or offer.status != OfferStatus.OPEN:
        return
    if held_booking(offer).status != Status.HELD:
        _close(offer, request, OfferStatus.WITHDRAWN, now)
    elif offer.answer_by <= now:
        _close(offer, request, OfferStatus.LAPSED, now)


@database.transaction
def _end_over(number: int) -> None:
    request = _locked(number)
    if request is None or request.ended_at is not None:
        return
    now = clock.now()
    has_turn = request.last_day >= now.date()
    withdraw(request, RequestStatus.ENDED, now)
    if not has_turn:
        tell_request(request, "request_over", now)


def _locked(number: int) -> SeatRequest | None:
    locked = select(SeatRequest).where(SeatRequest.id == number).with_for_update(of=SeatRequest)
    return db.session.scalar(locked.execution_options(populate_existing=True))

"""Reads of requests, offers and draws. Nothing here commits."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from turnero.agencies.models import Agency, Procedure
from turnero.agencies.queries import desk_for
from turnero.booking.turn import token as tokens
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import derived
from turnero.booking.turn.request_models import Draw, SeatOffer, SeatRequest
from turnero.booking.turn.states import RequestStatus
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db


def request_token_of(request: SeatRequest) -> str:
    """Derive the token of a request's page."""
    return derived(tokens.derive_request_token, request.token_nonce, request.token_hash)


def request_by_token(token: str, *, lock: bool = False) -> SeatRequest:
    """The request of a page token. Raises NotFound."""
    found = select(SeatRequest).where(SeatRequest.token_hash == tokens.token_hash_of(token))
    if lock:
        found = found.with_for_update(of=SeatRequest).execution_options(populate_existing=True)
    request = db.session.scalar(found)
    if request is None:
        raise NotFound
    return request


def last_offer(request: SeatRequest) -> SeatOffer | None:
    """The newest offer of a request, in any state."""
    newest = select(SeatOffer).where(SeatOffer.request_id == request.id).order_by(SeatOffer.id.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


def in_line_before(request: SeatRequest) -> int:
    """Number of requests of the list or the draw ahead of this one."""
    others = select(SeatRequest.id).where(SeatRequest.status == RequestStatus.WAITING, SeatRequest.id != request.id)
    if request.draw_id is not None:
        others = others.where(SeatRequest.draw_id == request.draw_id, SeatRequest.rank < (request.rank or 0))
    else:
        first = SeatRequest.created_at < request.created_at
        if request.priority:
            first &= SeatRequest.priority.is_(True)
        else:
            first |= SeatRequest.priority.is_(True)
        wanted = [agency.id for agency in request.agencies]
        others = others.where(
            SeatRequest.draw_id.is_(None),
            SeatRequest.procedure_id == request.procedure_id,
            SeatRequest.agencies.any(Agency.id.in_(wanted)),
            SeatRequest.last_day >= request.first_day,
            SeatRequest.first_day <= request.last_day,
            first,
        )
    return len(db.session.scalars(others).all())


def open_draws(agency: Agency, procedure: Procedure, now: datetime) -> Sequence[Draw]:
    """The agency's open draws for the trámite, soonest first."""
    desk = desk_for(agency, procedure)
    if desk is None:
        return ()
    window = (Draw.opens_at <= now, Draw.closes_at > now, Draw.drawn_at.is_(None))
    return db.session.scalars(select(Draw).where(Draw.desk_id == desk.id, *window).order_by(Draw.first_day)).all()


def next_draw(agency: Agency, procedure: Procedure, now: datetime) -> Draw | None:
    """The draw that opens next."""
    desk = desk_for(agency, procedure)
    if desk is None:
        return None
    announced = select(Draw).where(Draw.desk_id == desk.id, Draw.opens_at > now).order_by(Draw.opens_at).limit(1)
    return db.session.scalar(announced)


def draws(since: date) -> Sequence[Draw]:
    """Draws of days from ``since`` on, newest last."""
    return db.session.scalars(select(Draw).where(Draw.last_day >= since).order_by(Draw.closes_at, Draw.id)).all()


def held_booking(offer: SeatOffer) -> Booking:
    """The booking of an offer, with its row locked."""
    return db.session.scalars(
        select(Booking)
        .where(Booking.id == offer.booking_id)
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    ).one()


def request_state(draw: Draw) -> str:
    """announced, open, closed (not drawn yet) or drawn."""
    now = clock.now()
    if draw.drawn_at is not None:
        return "drawn"
    if now < draw.opens_at:
        return "announced"
    return "open" if now < draw.closes_at else "closed"

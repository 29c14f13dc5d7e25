"""Requests on the waiting list and in draws."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from tests.support.rows.build import next_workday, start_writing, today
from tests.support.rows.journeys import at_hour_step
from turnero.agencies.models import Desk, Procedure
from turnero.booking.journey import joining
from turnero.booking.turn.request_models import Draw, SeatOffer, SeatRequest
from turnero.core import clock
from turnero.core.extensions import db


def listed(
    desk: Desk, procedure: Procedure, number: int, *, days: int = 30, part: str = "any", priority: bool = False
) -> str:
    """The token of a request of person ``number`` for a place at the desk in the next days."""
    traveller = at_hour_step(desk.agency, procedure, number, priority=priority)
    first = next_workday()
    agency = desk.agency
    wish = joining.Wish(agency.province_code, procedure.slug, (agency.slug,), first, first + timedelta(days=days), part)
    return joining.join_list(traveller.key, traveller.browser, wish)


def in_draw(draw: Draw, procedure: Procedure, number: int, part: str = "any") -> str:
    """The token of a request of person ``number`` in a draw."""
    traveller = at_hour_step(draw.desk.agency, procedure, number)
    return joining.join_draw(traveller.key, traveller.browser, joining.DrawWish(draw.id, procedure.slug, part))


def create_draw(desk: Desk) -> Draw:
    """One that collects requests now, for the week after next."""
    now = clock.now()
    monday = today() - timedelta(days=today().weekday()) + timedelta(days=14)
    start_writing()
    row = Draw(
        desk_id=desk.id,
        first_day=monday,
        last_day=monday + timedelta(days=6),
        created_at=now - timedelta(hours=2),
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=5),
        nonce="n",
        secret_hash="0" * 64,
    )
    db.session.add(row)
    db.session.commit()
    return row


def statuses() -> Sequence[str]:
    """The states of all requests, in the order they came."""
    return db.session.scalars(select(SeatRequest.status).order_by(SeatRequest.id)).all()


def offers() -> Sequence[str]:
    """The states of all offers, in the order they were made."""
    return db.session.scalars(select(SeatOffer.status).order_by(SeatOffer.id)).all()

"""People who wait for a place: on the list, and in draws."""

from datetime import timedelta

from sqlalchemy import select

from tests.support.build import next_workday
from tests.support.journeys import at_hour_step
from turnero.booking import seat_requests
from turnero.booking.seat_models import SeatOffer, SeatRequest
from turnero.extensions import db


def listed(desk, procedure, number, *, days=30, part="any", priority=False):
    """The token of a request of person ``number`` for a place at the desk in the next days."""
    traveller = at_hour_step(desk.agency, procedure, number, priority=priority)
    first = next_workday()
    agency = desk.agency
    wish = seat_requests.Wish(
        agency.province_code, procedure.slug, (agency.slug,), first, first + timedelta(days=days), part
    )
    return seat_requests.join_list(traveller.key, traveller.browser, wish)


def in_draw(draw, procedure, number, part="any"):
    """The token of a request of person ``number`` in a draw."""
    traveller = at_hour_step(draw.desk.agency, procedure, number)
    return seat_requests.join_draw(traveller.key, traveller.browser, draw.id, procedure.slug, part)


def statuses():
    return db.session.scalars(select(SeatRequest.status).order_by(SeatRequest.id)).all()


def offers():
    """The states of all offers, in the order they were made."""
    return db.session.scalars(select(SeatOffer.status).order_by(SeatOffer.id)).all()

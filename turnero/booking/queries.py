"""Reads of bookings and their policy. Nothing here commits."""

from flask import current_app
from sqlalchemy import Select, select

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency
from turnero.booking import token as tokens
from turnero.booking.models import Booking
from turnero.booking.policy import Policy
from turnero.errors import NotFound
from turnero.extensions import db


def policy_of(agency: Agency | None) -> Policy:
    """The policy at an agency, or the catalogue's own."""
    return Policy.from_catalogue(agencies.catalogue_policy(), agency.policy if agency else {})


def token_of(booking: Booking) -> str:
    """The token of a turn's page, derived anew."""
    return tokens.token_of(current_app.config["SETTINGS"].code_key, booking.token_nonce)


def booking_by_token(token: str) -> Booking:
    """A turn that was once confirmed, by its page's token. Raises NotFound."""
    return _found(db.session.scalar(_by_token(token)))


def locked_by_token(token: str) -> Booking:
    """The same with its row locked, for a use case."""
    locked = _by_token(token).with_for_update(of=Booking).execution_options(populate_existing=True)
    return _found(db.session.scalar(locked))


def _by_token(token: str) -> Select[Booking]:
    return select(Booking).where(Booking.token_hash == tokens.hash_of(token), Booking.confirmed_at.is_not(None))


def _found(booking: Booking | None) -> Booking:
    if booking is None:
        raise NotFound
    return booking

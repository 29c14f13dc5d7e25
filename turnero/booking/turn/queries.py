"""Reads of bookings and their policy. Nothing here commits."""

from collections.abc import Callable, Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency, Procedure
from turnero.booking.turn import token as tokens
from turnero.booking.turn.events import PLACE_CHANGES
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Event
from turnero.booking.turn.policy import Policy
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.keys import code_keys
from turnero.core.shared_values import shared


def policy_of(agency: Agency | None) -> Policy:
    """The policy at an agency, or the catalogue's own."""
    return Policy.from_catalogue(agencies.catalogue_policy(), agency.policy if agency else {})


def policies_of(places: Iterable[Agency]) -> dict[int, Policy]:
    """The policy at each agency, by its id; one query."""
    catalogue = agencies.catalogue_policy()
    return {agency.id: Policy.from_catalogue(catalogue, agency.policy) for agency in places}


def shown_policy_of(agency: Agency) -> Policy:
    """As ``policy_of`` but cached for seconds, for pages. Decisions read ``policy_of``."""
    return shared(("policy", agency.id), lambda: policy_of(agency))


def token_of(booking: Booking) -> str:
    """Derive the token of a turn's page."""
    return derived(tokens.derive_token, booking.token_nonce, booking.token_hash)


def booking_by_token(token: str) -> Booking:
    """The confirmed (or later) turn of a page token. Raises NotFound."""
    return _found(db.session.scalar(_by_token(token)))


def locked_by_token(token: str) -> Booking:
    """As ``booking_by_token``, with the row locked for a use case."""
    locked = _by_token(token).with_for_update(of=Booking).execution_options(populate_existing=True)
    return _found(db.session.scalar(locked))


def _by_token(token: str) -> Select[Booking]:
    confirmed = (Booking.confirmed_at.is_not(None), Booking.forgotten_at.is_(None))
    with_its_line = joinedload(Booking.procedure).joinedload(Procedure.line)
    return select(Booking).where(Booking.token_hash == tokens.token_hash_of(token), *confirmed).options(with_its_line)


def owner_token_of(booking: Booking) -> str:
    """Derive the token of a turn's page "No fui yo"."""
    return derived(tokens.derive_owner_token, booking.token_nonce, booking.owner_hash)


def derived(derive: Callable[[str, str], str], nonce: str, kept: str | None) -> str:
    """Use the key the token was first made with, so that mailed links survive a key rotation."""
    made = [derive(key, nonce) for key in code_keys()]
    return next((token for token in made if tokens.token_hash_of(token) == kept), made[0])


def booking_by_owner_token(token: str, *, lock: bool = False) -> Booking:
    """The turn of an owner token, refreshed; with its row locked for a use case. Raises NotFound."""
    turn = (
        select(Booking)
        .where(Booking.owner_hash == tokens.token_hash_of(token))
        .execution_options(populate_existing=True)
    )
    return _found(db.session.scalar(turn.with_for_update(of=Booking) if lock else turn))


def _found(booking: Booking | None) -> Booking:
    if booking is None:
        raise NotFound
    return booking


def times_changed(booking: Booking) -> int:
    """Number of events since confirmation; the SEQUENCE of its calendar entry."""
    since = select(func.count()).where(Event.booking_id == booking.id, Event.before != Status.HELD)
    return db.session.scalar(since) or 0


def last_place_event(booking: Booking) -> Event | None:
    """The last event that changed the turn's place, or None if it still has the booked one."""
    return db.session.scalar(
        select(Event)
        .where(Event.booking_id == booking.id, Event.after == Status.CONFIRMED)
        .where(Event.what.in_(PLACE_CHANGES))
        .order_by(Event.id.desc())
        .limit(1)
    )

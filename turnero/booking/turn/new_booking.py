"""Creates bookings that do not come from a journey: walk-ins, assisted turns, accepted offers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from turnero.agencies.models import Desk, Procedure
from turnero.booking.turn import reference_eras, token
from turnero.booking.turn.models import Booking
from turnero.booking.turn.place import Place
from turnero.core.extensions import db
from turnero.core.keys import code_key
from turnero.verify.contact import mailbox_key


@dataclass(frozen=True)
class Reachable:
    """Contact of a person at the window; both are optional. ``mobile`` in E.164."""

    email: str | None = None
    mobile: str | None = None

    @property
    def mailbox(self) -> str | None:
        return mailbox_key(self.email) if self.email else None


@dataclass(frozen=True)
class Extras:
    """Further details of a turn made by staff.

    ``request``: the form's random key, so that a double click makes one turn. ``override``: the cédula fails its
    check digit and staff has seen the card.
    """

    third_party_cedula: str | None = None
    third_party_name: str | None = None
    request: str | None = None
    override: bool = False

    @property
    def journey_key(self) -> str | None:
        return f"window:{self.request}" if self.request else None


NOBODY = Reachable()
NOTHING = Extras()


def new_booking(
    cedula: str, procedure: Procedure, place: Place, *, contact: Reachable, extras: Extras, **values: Any
) -> Booking:
    """A booking with its own reference and token, added to the session."""
    nonce = token.new_nonce()
    booking = Booking(
        reference=reference_eras.unused(),
        cedula=cedula,
        email=contact.email,
        mailbox=contact.mailbox,
        mobile=contact.mobile,
        journey_key=extras.journey_key,
        third_party_cedula=extras.third_party_cedula,
        third_party_name=extras.third_party_name,
        procedure_id=procedure.id,
        agency_id=db.session.get_one(Desk, place.desk_id).agency_id,
        **place.columns(),
        token_nonce=nonce,
        token_hash=token.token_hash_of(token.derive_token(code_key(), nonce)),
        **values,
    )
    db.session.add(booking)
    return booking


def begun_by(extras: Extras) -> dict[str, Any]:
    """Details of the booking's first event."""
    return {"override": True} if extras.override else {}


def made_before(cedula: str, agency_id: int, extras: Extras) -> Booking | None:
    """The turn that this form has already made, if any. The caller holds the cédula's lock."""
    if extras.journey_key is None:
        return None
    return db.session.scalar(
        select(Booking).where(
            Booking.journey_key == extras.journey_key, Booking.cedula == cedula, Booking.agency_id == agency_id
        )
    )

"""«No fui yo»: the owner of the address on file cancels a turn made with their cédula, and may take its place.

The mailed link proves their mailbox, so their journey begins at the review with the place held.
"""

from flask import current_app
from sqlalchemy import select

from turnero.booking.documents.notices import tell
from turnero.booking.journey import cancel, holds
from turnero.booking.seats import limits
from turnero.booking.turn import token
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Event, Journey
from turnero.booking.turn.queries import booking_by_owner_token
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.keys import code_keys
from turnero.notices.models import Notice
from turnero.staff.actor import Actor, ActorKind
from turnero.verify import registry
from turnero.verify.contact import mailbox_key

NOT_ME = "not_me"
ACTOR = Actor(ActorKind.OWNER)


def disown(owner_token: str, browser: str) -> str | None:
    """Cancel the turn and hold its place for a journey of this browser. Returns the key, None for another browser.

    Idempotent. Raises NotFound, and NotCancellable once the turn has begun or ended.
    """
    cedula = booking_by_owner_token(owner_token).cedula
    db.session.rollback()  # the registry may be slow
    return _disown(owner_token, browser, _mobile_on_file(cedula))


def _mobile_on_file(cedula: str) -> str | None:
    """The mobile on file; without it the journey asks for one."""
    try:
        person = registry.from_settings(current_app.config["SETTINGS"]).find(cedula)
    except registry.RegistryUnavailable:
        return None
    return person.mobile if person else None


@database.transaction
def _disown(owner_token: str, browser: str, mobile: str | None) -> str | None:
    journey = _journey_for(booking_by_owner_token(owner_token), browser, mobile)
    limits.lock_subjects(journey)
    desk_id = booking_by_owner_token(owner_token).desk_id
    database.lock_shared(f"desk:{desk_id}")
    now = clock.now()
    turn = booking_by_owner_token(owner_token, lock=True)
    if disowned(turn):
        return journey.key if journey_of(turn, browser) else None
    cancel.give_up(turn, actor=ACTOR, now=now, what=What.NOT_ME)
    tell(turn, "cancellation", now)
    journey.created_at = journey.verified_at = now
    db.session.add(journey)
    db.session.flush()
    # If the turn has moved since its desk was locked, its place is released the usual way.
    if turn.desk_id != desk_id or not holds.hand_over_hold(turn, journey, now):
        cancel.give_place_back(turn, now)
    return journey.key


def _journey_for(turn: Booking, browser: str, mobile: str | None) -> Journey:
    """A journey at the review step: proven, known to the registry, with the turn's trámite and agency."""
    address = db.session.scalar(
        select(Notice.address).where(Notice.kind == NOT_ME, Notice.subject == f"booking:{turn.id}")
    )
    if address is None:
        raise NotFound
    return Journey(
        key=_journey_key(turn),
        browser=browser,
        cedula=turn.cedula,
        email=address,
        mailbox=mailbox_key(address),
        mobile=mobile,
        registered=True,
        registry_email=address,
        province_code=turn.agency.province_code,
        procedure_id=turn.procedure_id,
        agency_id=turn.agency_id,
    )


def journey_of(turn: Booking, browser: str) -> Journey | None:
    """The journey created by disowning the turn, if it belongs to this browser."""
    return db.session.scalar(select(Journey).where(Journey.key == _journey_key(turn), Journey.browser == browser))


def _journey_key(turn: Booking) -> str:
    keys = [token.owner_journey_of(key, turn.token_nonce) for key in code_keys()]
    begun = db.session.scalar(select(Journey.key).where(Journey.key.in_(keys)))
    return begun or keys[0]


def disowned(turn: Booking) -> bool:
    """Whether the turn was disowned."""
    if turn.status != Status.CANCELLED:
        return False
    undone = select(Event.id).where(Event.booking_id == turn.id, Event.actor == ACTOR, Event.what == What.NOT_ME)
    return db.session.scalar(undone) is not None

"""Use cases of steps 2 to 6: cédula, contact, code, and the choice of province, trámite and agency."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import func, or_, select, update

from turnero.agencies import queries as agencies
from turnero.booking.journey import holds
from turnero.booking.journey.state import Step, locked, owned, require_step
from turnero.booking.seats import limits
from turnero.booking.turn.errors import CedulasSpent, NotInRegistry, UnknownPlace, WrongStep
from turnero.booking.turn.events import What
from turnero.booking.turn.models import Booking, Journey
from turnero.booking.turn.queries import policy_of
from turnero.booking.turn.request_models import SeatRequest
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound, TurneroError
from turnero.core.extensions import db
from turnero.staff.models import SignInFailure, StaffSession
from turnero.verify import challenge, registry
from turnero.verify.contact import Contact
from turnero.verify.models import Challenge

log = structlog.get_logger()


@database.transaction
def start_journey(browser: str, cedula: str) -> str:
    """Begin a journey for a valid cédula and return its key. The registry is not asked yet."""
    key = secrets.token_urlsafe(16)
    db.session.add(Journey(key=key, browser=browser, cedula=cedula, created_at=clock.now()))
    return key


@database.transaction
def question_email(key: str, browser: str, email: str) -> bool:
    """Whether to question a misspelt domain: True the first time an address is given, False when repeated."""
    journey = locked(key, browser)
    if journey.questioned_email == email:
        return False
    journey.questioned_email = email
    return True


@database.transaction
def give_contact(key: str, browser: str, contact: Contact) -> None:
    """Store mailbox and mobile and send the code. A new address voids codes and proof of the old one."""
    journey = locked(key, browser)
    database.lock(f"mailbox:{contact.mailbox}", f"browser:{browser}")
    now = clock.now()
    step = require_step(journey, now, Step.CONTACT, Step.VERIFY, Step.PLACE, Step.HOUR, Step.CONFIRM)
    if journey.changes:  # a change cannot move the turn to another mailbox
        raise WrongStep(step=step)
    journey.mobile = contact.mobile
    same = journey.mailbox == contact.mailbox and journey.email == contact.email
    if same and (journey.verified_at is not None or challenge.outstanding(key, contact.mailbox, now)):
        return
    challenge.void(key)
    journey.email, journey.mailbox, journey.verified_at = contact.email, contact.mailbox, None
    _send_code(journey, now)


@database.transaction
def resend(key: str, browser: str) -> None:
    """Send another code to the same address. Raises the challenge's refusals (too soon, too many)."""
    journey = locked(key, browser)
    now = clock.now()
    require_step(journey, now, Step.VERIFY)
    database.lock(f"mailbox:{journey.mailbox}", f"browser:{browser}")
    _send_code(journey, now)


def _send_code(journey: Journey, now: datetime) -> None:
    assert journey.email is not None and journey.mailbox is not None
    to = challenge.Recipient(journey.key, journey.browser, journey.email, journey.mailbox)
    challenge.issue(to, code_policy(), now=now)


def code_policy() -> challenge.CodePolicy:
    """The catalogue's rules for codes; no agency is chosen yet."""
    policy = policy_of(None)
    return challenge.CodePolicy(
        code_minutes=policy.code_minutes,
        code_tries=policy.code_tries,
        resend_seconds=policy.resend_seconds,
        code_mails_per_hour=policy.code_mails_per_hour,
    )


def prove(key: str, browser: str, typed: str, renewed: str) -> None:
    """Prove the mailbox with the mailed code and replace the browser id by ``renewed``."""
    error = _prove(key, browser, typed, renewed)
    if error is not None:
        raise error
    log.info("mailbox_proved")


@database.transaction
def _prove(key: str, browser: str, typed: str, renewed: str) -> TurneroError | None:
    """Return the refusal instead of raising it: raising would roll back the counted attempt."""
    journey = locked(key, browser)
    database.lock(f"mailbox:{journey.mailbox}", f"browser:{browser}")
    now = clock.now()
    require_step(journey, now, Step.VERIFY)
    assert journey.mailbox is not None
    checked = challenge.check_code(key, journey.mailbox, typed, code_policy(), now=now)
    if checked.error is not None:
        return checked.error
    if _cedulas_asked(journey, now) >= policy_of(None).cedulas_per_day:
        return CedulasSpent()
    journey.verified_at, journey.proven_as = now, browser
    _rename_browser(browser, renewed)
    return None


def prove_again(key: str, browser: str, typed: str, renewed: str) -> None:
    """Repeat a proof whose answer was lost or that was sent twice: the same code yields ``renewed`` again.

    Changes nothing. Raises NotFound if the browser id has changed since.
    """
    error = _prove_again(key, browser, typed, renewed)
    if error is not None:
        raise error


@database.transaction
def _prove_again(key: str, browser: str, typed: str, renewed: str) -> TurneroError | None:
    journey = locked(key, renewed)
    if journey.proven_as != browser or journey.mailbox is None:
        raise NotFound
    return challenge.check_again(key, journey.mailbox, typed, code_policy(), now=clock.now()).error


def _rename_browser(browser: str, renewed: str) -> None:
    """Carry the browser's history over to its new id, so that a planted or copied old cookie gives no access."""
    db.session.flush()
    for row in (Journey, Booking, SeatRequest, Challenge, StaffSession, SignInFailure):
        db.session.execute(update(row).where(row.browser == browser).values(browser=renewed))


def proven_before(key: str, browser: str) -> bool:
    """Whether this journey was proven under the browser's previous id."""
    return db.session.scalar(select(Journey.key).where(Journey.key == key, Journey.proven_as == browser)) is not None


def _cedulas_asked(journey: Journey, now: datetime) -> int:
    """Number of other cédulas this mailbox or browser has proven in the last 24 hours."""
    return (
        db.session.scalar(
            select(func.count(Journey.cedula.distinct())).where(
                or_(Journey.mailbox == journey.mailbox, Journey.browser == journey.browser),
                Journey.verified_at > now - timedelta(days=1),
                Journey.cedula != journey.cedula,
            )
        )
        or 0
    )


def look_up(key: str, browser: str) -> None:
    """Ask the registry about the cédula of a proven journey, once and outside any transaction, as it may be slow.

    Raises RegistryUnavailable (the proof stays and the next step asks again) and NotInRegistry.
    """
    journey = owned(key, browser)
    if journey.registered or journey.verified_at is None:
        return
    cedula = journey.cedula
    db.session.rollback()
    person = registry.from_settings(current_app.config["SETTINGS"]).find(cedula)
    _remember_registered(key, browser, person)
    if person is None:
        raise NotInRegistry


@database.transaction
def _remember_registered(key: str, browser: str, person: registry.Person | None) -> None:
    """Store only the person's address on file, until the journey is erased."""
    journey = locked(key, browser)
    journey.registered = person is not None
    journey.registry_email = person.email if person else None


@dataclass(frozen=True)
class AgencyChoice:
    """The answers of step 6: codes and slugs as posted. ``agency`` is empty until agencies were shown."""

    province: str
    procedure: str
    agency: str


def choose_place(key: str, browser: str, place: AgencyChoice) -> None:
    """Store province, trámite and agency. Raises UnknownPlace, and early the refusals that would end the journey."""
    look_up(key, browser)
    _choose_place(key, browser, place)


@database.transaction
def _choose_place(key: str, browser: str, place: AgencyChoice) -> None:
    journey = locked(key, browser)
    now = clock.now()
    require_step(journey, now, Step.PLACE, Step.HOUR, Step.CONFIRM)
    try:
        procedure = agencies.procedure(place.procedure)
    except NotFound:
        raise UnknownPlace(field="tramite") from None
    offering = {agency.slug: agency for agency in agencies.agencies_offering(place.province, procedure)}
    agency = offering.get(place.agency)
    if agency is None or not procedure.takes_turns:
        raise UnknownPlace(field="agencia" if procedure.takes_turns else "tramite")
    if not journey.changes:
        limits.check_new_turn(journey, procedure, policy_of(agency), now)
    elif procedure.id != journey.procedure_id:
        raise UnknownPlace(field="tramite")
    if (journey.agency_id, journey.procedure_id) != (agency.id, procedure.id):
        holds.end_present(journey, now, what=What.AGENCY_CHANGED)
    journey.province_code = place.province
    journey.procedure_id, journey.agency_id = procedure.id, agency.id


@dataclass(frozen=True)
class Details:
    """The third party who comes instead of the holder (None: the holder), and whether priority is requested."""

    third_party_cedula: str | None
    third_party_name: str | None
    priority: bool


@database.transaction
def give_details(key: str, browser: str, details: Details) -> None:
    """Store the optional details, allowed from the choice of agency on. The turn stays the holder's."""
    journey = locked(key, browser)
    step = require_step(journey, clock.now(), Step.HOUR, Step.CONFIRM)
    if journey.changes:  # a change keeps the turn's details; priority by age is not shown here
        raise WrongStep(step=step)
    journey.third_party_cedula = details.third_party_cedula
    journey.third_party_name = details.third_party_name
    journey.priority = details.priority

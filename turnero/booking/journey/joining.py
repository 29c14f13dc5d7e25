"""Requests for a place: on the waiting list of some agencies, or in a draw."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency, Procedure
from turnero.booking.journey import steps
from turnero.booking.journey.state import Step, locked, require_step
from turnero.booking.seats import limits
from turnero.booking.turn import reference, token
from turnero.booking.turn.errors import AlreadyAsked, DrawClosed, RequestsSpent, UnknownPlace, WrongStep
from turnero.booking.turn.models import Journey
from turnero.booking.turn.priority import has_priority_by_age
from turnero.booking.turn.queries import policy_of
from turnero.booking.turn.request_models import Draw, SeatRequest
from turnero.booking.turn.states import RequestStatus
from turnero.booking.waiting.notices import tell_request
from turnero.booking.waiting.queries import request_token_of
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.keys import code_key

_NUMBER_LENGTH = 9
_LIVE = SeatRequest.status.in_((RequestStatus.WAITING, RequestStatus.OFFERED))


@dataclass(frozen=True)
class Wish:
    """What the person can accept: agency slugs of a province, first and last local day, and a part of the day."""

    province: str
    procedure: str
    agencies: tuple[str, ...]
    first_day: date
    last_day: date
    part: str = "any"


def join_list(key: str, browser: str, wish: Wish) -> str:
    """Put the person of a journey on the waiting list; returns the token of the request's page.

    Idempotent within a journey. Raises UnknownPlace, AlreadyAsked, RequestsSpent
    and the refusals of ``limits.check_new_turn`` and ``steps.look_up``.
    """
    steps.look_up(key, browser)
    return _join_list(key, browser, wish)


@database.transaction
def _join_list(key: str, browser: str, wish: Wish) -> str:
    journey = _ready(key, browser)
    procedure = _procedure(wish.procedure)
    if (made := _made_before(journey, procedure)) is not None:
        return made
    offering = {agency.slug: agency for agency in agencies.agencies_offering(wish.province, procedure)}
    wanted = [offering[slug] for slug in dict.fromkeys(wish.agencies) if slug in offering]
    if not wanted:
        raise UnknownPlace(field="agencias")
    now = clock.now()
    _check(journey, procedure, wanted[0], now)
    on_list = (SeatRequest.cedula == journey.cedula, SeatRequest.procedure_id == procedure.id)
    if db.session.scalar(select(SeatRequest.id).where(*on_list, SeatRequest.draw_id.is_(None), _LIVE)):
        raise AlreadyAsked
    request = _request(journey, procedure, now)
    request.agencies = wanted
    request.first_day, request.last_day, request.part = wish.first_day, wish.last_day, wish.part
    return _ask(request, now)


@dataclass(frozen=True)
class DrawWish:
    """Participation in a draw for a trámite (its slug), for a part of the day."""

    draw_id: int
    procedure: str
    part: str = "any"


def join_draw(key: str, browser: str, wish: DrawWish) -> str:
    """Join an open draw; returns the token of the request's page. A cédula counts once.

    Raises NotFound, UnknownPlace, DrawClosed, AlreadyAsked, RequestsSpent and the refusals of ``limits.check_new_turn``
    and ``steps.look_up``.
    """
    steps.look_up(key, browser)
    return _join_draw(key, browser, wish)


@database.transaction
def _join_draw(key: str, browser: str, wish: DrawWish) -> str:
    journey = _ready(key, browser)
    procedure = _procedure(wish.procedure)
    if (made := _made_before(journey, procedure, wish.draw_id)) is not None:
        return made
    drawing = _collecting(wish.draw_id)
    if procedure.line_id != drawing.desk.line_id:
        raise UnknownPlace(field="tramite")
    now = clock.now()
    _check(journey, procedure, drawing.desk.agency, now)
    in_draw = (
        SeatRequest.draw_id == drawing.id,
        SeatRequest.cedula == journey.cedula,
        SeatRequest.status != RequestStatus.LEFT,
    )
    if db.session.scalar(select(SeatRequest.id).where(*in_draw)):
        raise AlreadyAsked
    request = _request(journey, procedure, now)
    request.draw_id, request.agencies = drawing.id, [drawing.desk.agency]
    request.first_day, request.last_day, request.part = drawing.first_day, drawing.last_day, wish.part
    return _ask(request, now)


def _collecting(draw_id: int) -> Draw:
    """The draw, locked so that it is not drawn before this request is stored. Raises NotFound and DrawClosed."""
    found = select(Draw).where(Draw.id == draw_id).with_for_update(read=True, of=Draw)
    drawing = db.session.scalar(found.execution_options(populate_existing=True))
    if drawing is None:
        raise NotFound
    if drawing.drawn_at is not None or not drawing.opens_at <= clock.now() < drawing.closes_at:
        raise DrawClosed
    return drawing


def _ready(key: str, browser: str) -> Journey:
    journey = locked(key, browser)
    limits.lock_subjects(journey)
    step = require_step(journey, clock.now(), Step.PLACE, Step.HOUR, Step.CONFIRM)
    if journey.changes:  # a person who changes a turn stays in the change
        raise WrongStep(step=step)
    return journey


def _procedure(slug: str) -> Procedure:
    try:
        return agencies.procedure(slug)
    except NotFound:
        raise UnknownPlace(field="tramite") from None


def _made_before(journey: Journey, procedure: Procedure, draw_id: int | None = None) -> str | None:
    """The request this journey has already made, if the form was sent twice."""
    same = (SeatRequest.journey_key == journey.key, SeatRequest.procedure_id == procedure.id)
    request = db.session.scalar(select(SeatRequest).where(*same, SeatRequest.draw_id == draw_id, _LIVE))
    return request_token_of(request) if request else None


def _check(journey: Journey, procedure: Procedure, agency: Agency, now: datetime) -> None:
    policy = policy_of(agency)
    limits.check_new_turn(journey, procedure, policy, now)
    same = (SeatRequest.mailbox == journey.mailbox, SeatRequest.mobile == journey.mobile)
    of_channels = or_(*same, SeatRequest.browser == journey.browser)
    others = db.session.scalar(select(func.count()).where(of_channels, _LIVE)) or 0
    if others >= policy.requests_per_mailbox:
        raise RequestsSpent(limit=policy.requests_per_mailbox)


def _request(journey: Journey, procedure: Procedure, now: datetime) -> SeatRequest:
    assert journey.email and journey.mailbox and journey.mobile
    nonce = token.new_nonce()
    return SeatRequest(
        number="S" + "".join(secrets.choice(reference.ALPHABET) for _ in range(_NUMBER_LENGTH)),
        status=RequestStatus.WAITING,
        created_at=now,
        journey_key=journey.key,
        browser=journey.browser,
        cedula=journey.cedula,
        email=journey.email,
        mailbox=journey.mailbox,
        mobile=journey.mobile,
        registry_email=journey.registry_email,
        third_party_cedula=journey.third_party_cedula,
        third_party_name=journey.third_party_name,
        priority=journey.priority or has_priority_by_age(journey.cedula, now),
        procedure_id=procedure.id,
        offers=0,
        token_nonce=nonce,
        token_hash=token.token_hash_of(token.derive_request_token(code_key(), nonce)),
    )


def _ask(request: SeatRequest, now: datetime) -> str:
    db.session.add(request)
    db.session.flush()
    tell_request(request, "listed", now)
    return request_token_of(request)

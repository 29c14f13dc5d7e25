"""Retention: erases contact data some days after the visit and lapsed holds after a day (docs/privacy.md).

The sweep deletes unfinished journeys and their codes. What remains of a turn serves the figures and names nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, insert, select, update

from turnero.agencies.models import Agency
from turnero.booking.person.pseudonym import pseudonym_of
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import HOLDS, Status
from turnero.booking.turn.models import Booking, Claim, Event, Journey, SpentReference
from turnero.booking.turn.queries import policy_of
from turnero.booking.turn.request_models import SeatOffer, SeatRequest
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.core.keys import code_key
from turnero.notices.models import OWED, Notice, NoticeStatus

_BATCH = 200
_HOLD_LIFE = timedelta(hours=24)
# Displaced turns still need notices and answers; the sweep ends them in time.
_NOT_YET = HOLDS | {Status.DISPLACED}


@dataclass(frozen=True)
class Retained:
    """Result of a run: turns erased, holds and requests deleted."""

    turns: int
    holds: int
    requests: int = 0


def retain(goes_on: Callable[[], bool] = lambda: True) -> Retained:
    """Erase everything past its deadline, unless told to stop. Each batch is a transaction, safe to kill and repeat."""
    turns = holds = requests = 0
    for days, agency_ids in _agencies_by_days().items():
        while goes_on() and (batch := _forget_turns(agency_ids, timedelta(days=days))):
            turns += batch
    while goes_on() and (batch := _delete_lapsed()):
        holds += batch
    while goes_on() and (batch := _delete_ended_requests()):
        requests += batch
    return Retained(turns, holds, requests)


def _agencies_by_days() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for agency in db.session.scalars(select(Agency)):
        found[policy_of(agency).contact_days].append(agency.id)
    return found


@database.transaction
def _forget_turns(agency_ids: Sequence[int], after: timedelta) -> int:
    now = clock.now()
    turns = db.session.scalars(
        select(Booking)
        .where(Booking.forgotten_at.is_(None), Booking.starts_at <= now - after)
        .where(Booking.agency_id.in_(agency_ids), Booking.status.not_in(_NOT_YET))
        .order_by(Booking.id)
        .limit(_BATCH)
        .with_for_update(of=Booking, skip_locked=True)
    ).all()
    forget_turns(turns, now)
    return len(turns)


def forget_turns(turns: Sequence[Booking], now: datetime) -> None:
    """Reduce turns (rows locked) to what figures need: no contact, no link, a pseudonym for the cédula."""
    key = code_key()
    for turn in turns:
        turn.cedula = pseudonym_of(key, turn.cedula)
        turn.email = turn.mailbox = turn.mobile = None
        turn.browser = turn.journey_key = turn.owner_hash = None
        turn.third_party_cedula = turn.third_party_name = None
        turn.forgotten_at = now
    _wipe_words([turn.id for turn in turns])
    _wipe_notices([f"booking:{turn.id}" for turn in turns])


def _wipe_words(booking_ids: Sequence[int]) -> None:
    """Erase the staff's cancellation reasons, which may name people; the event stays."""
    written = select(Event).where(Event.booking_id.in_(booking_ids), Event.what == What.BY_STAFF)
    for event in db.session.scalars(written):
        event.details = {name: value for name, value in event.details.items() if name != "why"}


def _wipe_notices(subjects: Sequence[str]) -> None:
    """Erase addresses of mails, also in the mail server's errors, and send nothing more; kind and status stay."""
    owed = Notice.status.in_(OWED)
    db.session.execute(
        update(Notice)
        .where(Notice.subject.in_(subjects))
        .values(
            address="",
            last_error=None,
            leased_until=None,
            status=case((owed, NoticeStatus.DROPPED), else_=Notice.status),
        )
        .execution_options(synchronize_session=False)
    )


@database.transaction
def _delete_lapsed() -> int:
    """Delete lapsed holds older than a day, unless a journey still shows its hold."""
    shown = select(Journey.key).where(Journey.booking_id == Booking.id).exists()
    old = db.session.execute(
        select(Booking.id, Booking.reference)
        .where(Booking.status == Status.LAPSED, Booking.created_at <= clock.now() - _HOLD_LIFE, ~shown)
        .order_by(Booking.id)
        .limit(_BATCH)
        .with_for_update(of=Booking, skip_locked=True)
    ).all()
    delete_holds(dict(old))
    return len(old)


def delete_holds(references: dict[int, str]) -> None:
    """Delete lapsed holds (id → reference) with their events; their references are never reused."""
    if not references:
        return
    db.session.execute(insert(SpentReference), [{"reference": reference} for reference in references.values()])
    for column in (Event.booking_id, Claim.booking_id, SeatOffer.booking_id, Booking.id):
        db.session.execute(
            delete(column.class_).where(column.in_(references)).execution_options(synchronize_session=False)
        )


@database.transaction
def _delete_ended_requests() -> int:
    """Delete requests that ended some time ago. What a draw published of them names nobody."""
    after = timedelta(days=policy_of(None).contact_days)
    ended = select(SeatRequest.id).where(SeatRequest.ended_at <= clock.now() - after).order_by(SeatRequest.id)
    ids = db.session.scalars(ended.limit(_BATCH).with_for_update(skip_locked=True)).all()
    delete_requests(ids)
    return len(ids)


def delete_requests(ids: Sequence[int]) -> None:
    """Delete requests (rows locked) with their offers and mails."""
    db.session.execute(delete(Notice).where(Notice.subject.in_([f"request:{number}" for number in ids])))
    for column in (SeatOffer.request_id, SeatRequest.id):
        db.session.execute(delete(column.class_).where(column.in_(ids)).execution_options(synchronize_session=False))

"""Anonymous ratings of visits, requested once by mail: one to five, with an optional comment."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, String, cast, literal, select, update

from turnero.attention.day.models import Visit
from turnero.booking.turn import token as tokens
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.keys import code_key, code_keys
from turnero.notices import outbox
from turnero.notices.models import Notice
from turnero.notices.rendering import Mail
from turnero.transparency.models import Rating

# After the ten minutes of undo, and no later than a day after the visit.
_ASK_AFTER, _ASK_UNTIL = timedelta(minutes=30), timedelta(days=1)
_MAX_DAY = timedelta(days=2)  # maximum from a turn's hour to the end of its visit
_MAIL_LIFE = timedelta(days=3)
LIFE = timedelta(days=30)
_BATCH = 200


@dataclass(frozen=True)
class Said:
    """A rating; ``satisfaction``: 1 (very bad) to 5 (very good)."""

    satisfaction: int
    words: str


def ask(goes_on: Callable[[], bool] = lambda: True) -> int:
    """Write the mails for visits that ended half an hour ago. Returns how many. Each batch is a transaction."""
    written, after = 0, 0
    while goes_on() and (batch := _ask_some(after)):
        written += len(batch)
        after = batch[-1]
    return written


@database.transaction
def _ask_some(after: int) -> list[int]:
    now = clock.now()
    turns = db.session.scalars(_unasked(now).where(Booking.id > after).order_by(Booking.id).limit(_BATCH)).all()
    for booking in turns:
        assert booking.email is not None
        outbox.write(
            "visit",
            f"booking:{booking.id}",
            booking.email,
            now=now,
            priority=outbox.REMINDER,
            reference=booking.reference,
            expires_at=now + _MAIL_LIFE,
        )
    return [booking.id for booking in turns]


def _unasked(now: datetime) -> Select[Booking]:
    subject = literal("booking:") + cast(Booking.id, String)
    asked = select(Notice.id).where(Notice.kind == "visit", Notice.subject == subject)
    return (
        select(Booking)
        .join(Visit, Visit.booking_id == Booking.id)
        .where(Booking.starts_at.between(now - _ASK_UNTIL - _MAX_DAY, now + _MAX_DAY))  # conditions an index supports
        .where(Booking.status == Status.ATTENDED, Booking.email.is_not(None))
        .where(Visit.ended_at.between(now - _ASK_UNTIL, now - _ASK_AFTER))
        .where(~asked.exists())
    )


def to_rate(reference: str, mac: str) -> Booking:
    """The visit of a rating link. Raises NotFound, also after a month or erasure."""
    booking = db.session.scalar(select(Booking).where(Booking.reference == reference))
    if booking is None or booking.status != Status.ATTENDED or booking.starts_at < clock.now() - LIFE:
        raise NotFound
    if not any(hmac.compare_digest(tokens.rating_mac_of(key, booking.token_nonce), mac) for key in code_keys()):
        raise NotFound
    return booking


@database.transaction
def save_rating(reference: str, mac: str, said: Said) -> None:
    """Store the rating. Idempotent. Raises NotFound."""
    database.lock(f"rating:{reference}")
    booking = to_rate(reference, mac)
    key = tokens.token_hash_of(mac)  # hash of a value not stored, so that ratings cannot be linked to turns
    if db.session.get(Rating, key) is None:
        place = {"agency_id": booking.agency_id, "procedure_id": booking.procedure_id}
        db.session.add(Rating(key=key, day=booking.day, satisfaction=said.satisfaction, words=said.words, **place))


@database.transaction
def forget_ratings() -> int:
    """Delete comments after a year. Returns how many."""
    year_ago = clock.now().date() - timedelta(days=365)
    old = update(Rating).where(Rating.day <= year_ago, Rating.words != "")
    return len(db.session.execute(old.values(words="").returning(Rating.key)).all())


def is_rated(mac: str) -> bool:
    return db.session.get(Rating, tokens.token_hash_of(mac)) is not None


def _mail(notice: Notice) -> Mail | None:
    """The mail; None if the attention was undone."""
    booking = db.session.get(Booking, int(notice.subject.removeprefix("booking:")))
    if booking is None or booking.status != Status.ATTENDED:
        return None
    mac = tokens.rating_mac_of(code_key(), booking.token_nonce)
    return Mail("visit", {"booking": booking, "path": f"/opinion/{booking.reference}/{mac}"})


RENDERERS = {"visit": _mail}

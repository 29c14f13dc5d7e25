"""Limits on turns and holds (DESIGN §5). Decisions read the counts under the subjects' locks.

Caps bind the channel (mailbox, mobile, browser), never the insured person.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, func, literal, or_, select, union_all
from sqlalchemy.exc import IntegrityError

from turnero.agencies.models import Procedure
from turnero.booking.turn.errors import (
    AlreadyHasTurn,
    CapReached,
    ChangesSpent,
    HoldLimit,
    HoldsSpent,
    NotChangeable,
    OpenTurnsSpent,
    OverlappingTurn,
)
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import LIVE, SEATED, Status
from turnero.booking.turn.models import Booking, Event, Journey
from turnero.booking.turn.place import Place
from turnero.booking.turn.policy import Caps, Policy
from turnero.booking.turn.queries import policy_of
from turnero.booking.turn.request_models import SeatRequest
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.core.interval import Interval

_CHANNELS = ("mailbox", "mobile", "browser")
_NO_BOOKING = 0
Subject = Journey | SeatRequest
"""Whose limits are counted."""
_LIVE_OF_CEDULA = select(Booking.procedure_id).where(Booking.cedula == bindparam("cedula"), Booking.status.in_(LIVE))
_OTHER_HOLDS = select(
    func.count().filter(Booking.cedula == bindparam("cedula")),
    func.count().filter(Booking.mailbox == bindparam("mailbox")),
).where(
    or_(Booking.cedula == bindparam("cedula"), Booking.mailbox == bindparam("mailbox")),
    Booking.status == Status.HELD,
    Booking.lapses_at > bindparam("now"),
    Booking.journey_key != bindparam("key"),
)
_HELD_FOR_NOTHING = select(func.count()).where(
    or_(Journey.mailbox == bindparam("mailbox"), Journey.browser == bindparam("browser")),
    or_(Journey.hold_since.is_not(None), Journey.held_seconds > 0),
    Journey.done.is_(False),
    Journey.changes.is_(False),
    Journey.key != bindparam("key"),
    Journey.created_at > bindparam("since"),
)
_OTHER_TURNS = select(Booking.starts_at, Booking.cells, Booking.slot_minutes).where(
    Booking.cedula == bindparam("cedula"),
    Booking.starts_at.between(bindparam("first"), bindparam("last")),
    Booking.status.in_(SEATED),
    Booking.walk_in.is_(False),
    Booking.id != bindparam("id"),
)


def _newest_of_channels() -> CompoundSelect[Any]:
    """One statement with a part for each channel, so that each part uses its own index."""
    parts = [
        select(literal(name).label("channel"), Booking.confirmed_at)
        .where(getattr(Booking, name) == bindparam(name))
        .where(Booking.channel == "web", Booking.confirmed_at > bindparam("since"))
        .order_by(Booking.confirmed_at.desc())
        .limit(bindparam("most"))
        .subquery()
        for name in _CHANNELS
    ]
    return union_all(*(select(part) for part in parts))


_NEWEST = _newest_of_channels()


def lock_subjects(journey: Subject) -> None:
    """Take the locks under which a journey's limits are counted."""
    database.lock(
        f"cedula:{journey.cedula}",
        f"mailbox:{journey.mailbox}",
        f"mobile:{journey.mobile}",
        f"browser:{journey.browser}",
    )


def check_new_turn(journey: Subject, procedure: Procedure, policy: Policy, now: datetime) -> None:
    """Raise the refusal, if any, of one more turn for ``procedure`` in this journey."""
    check_cedula(journey.cedula, procedure, policy)
    _check_caps(journey, policy.caps, now)


def check_cedula(cedula: str, procedure: Procedure, policy: Policy) -> None:
    """Check the person's own limits, which also apply at the window. Raises AlreadyHasTurn and OpenTurnsSpent."""
    live = db.session.scalars(_LIVE_OF_CEDULA, {"cedula": cedula}).all()
    if procedure.id in live:
        raise AlreadyHasTurn
    if len(live) >= policy.open_turns_per_cedula:
        raise OpenTurnsSpent(limit=policy.open_turns_per_cedula)


def _check_caps(journey: Subject, caps: Caps, now: datetime) -> None:
    """Raises CapReached."""
    longest, most = caps.spans()[-1]
    confirmed: dict[str, list[datetime]] = {name: [] for name in _CHANNELS}
    of_journey = {name: getattr(journey, name) for name in _CHANNELS}
    for channel, instant in db.session.execute(_NEWEST, {**of_journey, "since": now - longest, "most": most}):
        confirmed[channel].append(instant)
    blocked = [
        until for instants in confirmed.values() for until in _blocked(sorted(instants, reverse=True), caps, now)
    ]
    if blocked:
        raise CapReached(until=max(blocked))


def _blocked(confirmed: Sequence[datetime], caps: Caps, now: datetime) -> Iterator[datetime]:
    """Until when each reached cap blocks; ``confirmed``: a channel's confirmations, newest first."""
    for span, cap in caps.spans():
        within = [instant for instant in confirmed if instant > now - span]
        if len(within) >= cap:
            yield within[cap - 1] + span


def check_holds(journey: Journey, policy: Policy, now: datetime) -> None:
    """Allow one live hold per cédula and two per mailbox, not counting this journey's own."""
    of_journey = {"cedula": journey.cedula, "mailbox": journey.mailbox, "key": journey.key}
    others = db.session.execute(_OTHER_HOLDS, {**of_journey, "now": now}).one()
    if others[0] >= 1 or others[1] >= policy.holds_per_mailbox:
        raise HoldLimit
    if _journeys_held_for_nothing(journey, now) >= policy.unused_journeys_per_day:
        raise HoldsSpent


def _journeys_held_for_nothing(journey: Journey, now: datetime) -> int:
    """Number of other journeys of this mailbox or browser with holds in the last 24 hours and no confirmation.

    Each may hold for a quarter of an hour: without this limit one mailbox could block a cédula all day.
    """
    of_journey = {"mailbox": journey.mailbox, "browser": journey.browser, "key": journey.key}
    return db.session.scalar(_HELD_FOR_NOTHING, {**of_journey, "since": now - timedelta(days=1)}) or 0


def check_changeable(booking: Booking, now: datetime) -> None:
    """Raises NotChangeable, or ChangesSpent after the last allowed change. A displaced turn can always change."""
    if booking.status == Status.DISPLACED:
        return
    if booking.status != Status.CONFIRMED or booking.starts_at <= now:
        raise NotChangeable
    limit = policy_of(booking.agency).changes_per_turn
    made = select(func.count()).select_from(Event).where(Event.booking_id == booking.id, Event.what == What.CHANGED)
    if (db.session.scalar(made) or 0) >= limit:
        raise ChangesSpent(limit=limit)


def check_overlap(booking: Booking) -> None:
    """Raise OverlappingTurn when the cédula has another seated turn at the same time, wherever it is."""
    if not is_free(booking, Place.of(booking).interval):
        raise OverlappingTurn


def is_free(booking: Booking, wanted: Interval[datetime]) -> bool:
    """Whether the booking's cédula has no other seated turn in ``wanted`` (UTC). Walk-ins never overlap."""
    return _has_time(booking.cedula, wanted, booking.id)


def has_time(cedula: str, wanted: Interval[datetime]) -> bool:
    """Whether a cédula has no seated turn in ``wanted`` (UTC)."""
    return _has_time(cedula, wanted, _NO_BOOKING)


def _has_time(cedula: str, wanted: Interval[datetime], but: int) -> bool:
    day = timedelta(days=1)
    around = {"first": wanted.start - day, "last": wanted.end + day}
    others = db.session.execute(_OTHER_TURNS, {"cedula": cedula, "id": but, **around})
    return not any(_lasting(*other).overlaps(wanted) for other in others)


def _lasting(starts_at: datetime, cells: int, slot_minutes: int) -> Interval[datetime]:
    return Interval(starts_at, starts_at + timedelta(minutes=cells * slot_minutes))


@contextmanager
def one_live_turn() -> Iterator[None]:
    """Translate a violation of the unique index on live turns (one per cédula and trámite) into AlreadyHasTurn."""
    try:
        yield
    except IntegrityError as error:
        if "ix_bookings_one_live" in str(error.orig) or "bookings.cedula, bookings.procedure_id" in str(error.orig):
            raise AlreadyHasTurn from error
        raise

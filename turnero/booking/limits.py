"""Who may have how many turns (DESIGN §5). The counts are read under the subjects' locks when it matters.

The sanction falls on the channel (mailbox, mobile, browser), never on the insured person.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, literal, or_, select, union_all

from turnero import db as database
from turnero.agencies.models import Procedure
from turnero.booking.errors import AlreadyHasTurn, CapReached, HoldLimit, HoldsSpent, OpenTurnsSpent, OverlappingTurn
from turnero.booking.lifecycle import LIVE, SEATED, Status
from turnero.booking.models import Booking, Journey
from turnero.booking.policy import Caps, Policy
from turnero.extensions import db
from turnero.interval import Interval


def lock_subjects(journey: Journey) -> None:
    """Take the locks under which a journey's limits are counted."""
    database.lock(
        f"cedula:{journey.cedula}",
        f"mailbox:{journey.mailbox}",
        f"mobile:{journey.mobile}",
        f"browser:{journey.browser}",
    )


def check_new_turn(journey: Journey, procedure: Procedure, policy: Policy, now: datetime) -> None:
    """Raise the refusal that stands between this journey and one more turn for ``procedure``."""
    check_cedula(journey.cedula, procedure, policy)
    _check_caps(journey, policy.caps, now)


def check_cedula(cedula: str, procedure: Procedure, policy: Policy) -> None:
    """The limits of the person alone, which also hold at the window. Raises AlreadyHasTurn and OpenTurnsSpent."""
    live = db.session.scalars(
        select(Booking.procedure_id).where(Booking.cedula == cedula, Booking.status.in_(LIVE))
    ).all()
    if procedure.id in live:
        raise AlreadyHasTurn
    if len(live) >= policy.open_turns_per_cedula:
        raise OpenTurnsSpent(limit=policy.open_turns_per_cedula)


def _check_caps(journey: Journey, caps: Caps, now: datetime) -> None:
    """One statement, of a part for each channel so that each uses its own index. Raises CapReached."""
    longest, most = caps.spans()[-1]
    channels = {"mailbox": journey.mailbox, "mobile": journey.mobile, "browser": journey.browser}
    newest = [
        select(literal(name).label("name"), Booking.confirmed_at)
        .where(getattr(Booking, name) == value, Booking.channel == "web", Booking.confirmed_at > now - longest)
        .order_by(Booking.confirmed_at.desc())
        .limit(most)
        .subquery()
        for name, value in channels.items()
    ]
    confirmed: dict[str, list[datetime]] = {name: [] for name in channels}
    for name, instant in db.session.execute(union_all(*(select(part) for part in newest))):
        confirmed[name].append(instant)
    blocked = [
        until for instants in confirmed.values() for until in _blocked(sorted(instants, reverse=True), caps, now)
    ]
    if blocked:
        raise CapReached(until=max(blocked))


def _blocked(confirmed: Sequence[datetime], caps: Caps, now: datetime) -> Iterator[datetime]:
    """Until when each cap that is reached says no; ``confirmed`` are a channel's turns, the newest first."""
    for span, cap in caps.spans():
        within = [instant for instant in confirmed if instant > now - span]
        if len(within) >= cap:
            yield within[cap - 1] + span


def check_holds(journey: Journey, policy: Policy, now: datetime) -> None:
    """One live hold per cédula and two per mailbox, those of this journey aside."""
    others = db.session.execute(
        select(
            func.count().filter(Booking.cedula == journey.cedula),
            func.count().filter(Booking.mailbox == journey.mailbox),
        ).where(
            or_(Booking.cedula == journey.cedula, Booking.mailbox == journey.mailbox),
            Booking.status == Status.HELD,
            Booking.lapses_at > now,
            Booking.journey_key != journey.key,
        )
    ).one()
    if others[0] >= 1 or others[1] >= policy.holds_per_mailbox:
        raise HoldLimit
    if _journeys_held_for_nothing(journey, now) >= policy.unused_journeys_per_day:
        raise HoldsSpent


def _journeys_held_for_nothing(journey: Journey, now: datetime) -> int:
    """Other journeys of this mailbox or browser that held places in the last 24 hours and confirmed none.

    Each may hold for a quarter of an hour: without a limit one mailbox could keep a person's cédula busy all day.
    """
    held = or_(Journey.hold_since.is_not(None), Journey.held_seconds > 0)
    theirs = or_(Journey.mailbox == journey.mailbox, Journey.browser == journey.browser)
    unused = select(func.count()).where(theirs, held, Journey.done.is_(False), Journey.changes.is_(False))
    recent = unused.where(Journey.key != journey.key, Journey.created_at > now - timedelta(days=1))
    return db.session.scalar(recent) or 0


def check_overlap(booking: Booking) -> None:
    """Raise OverlappingTurn when the cédula has another seated turn at the same time, wherever it is."""
    if not is_free(booking, span(booking)):
        raise OverlappingTurn


def is_free(booking: Booking, wanted: Interval[datetime]) -> bool:
    """Whether the booking's cédula has no other seated turn in ``wanted`` (UTC). Who came without one has no hour."""
    day = timedelta(days=1)
    others = db.session.scalars(
        select(Booking).where(
            Booking.cedula == booking.cedula,
            Booking.starts_at.between(wanted.start - day, wanted.end + day),
            Booking.status.in_(SEATED),
            Booking.walk_in.is_(False),
            Booking.id != booking.id,
        )
    )
    return not any(span(other).overlaps(wanted) for other in others)


def span(booking: Booking) -> Interval[datetime]:
    """When a turn is (UTC)."""
    return Interval(booking.starts_at, booking.starts_at + timedelta(minutes=booking.cells * booking.slot_minutes))

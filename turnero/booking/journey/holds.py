"""Holds a place for a few minutes: place, extend once, release. docs/architecture.md has the order of locks."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import DayGrid, grid
from turnero.agencies.models import Agency, Desk, Procedure
from turnero.booking.journey.state import Step, locked, require_step
from turnero.booking.seats import claims, limits, slots
from turnero.booking.turn import history, reference_eras, token
from turnero.booking.turn.errors import (
    ExtendedAlready,
    HoldLost,
    HoldTimeSpent,
    NotOffered,
    PlaceLost,
    PlaceTaken,
    SamePlace,
)
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Journey
from turnero.booking.turn.place import Place
from turnero.booking.turn.policy import Policy
from turnero.booking.turn.queries import policy_of
from turnero.booking.turn.states import Purpose
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.core.keys import code_key
from turnero.staff.actor import CITIZEN


@dataclass(frozen=True)
class _Wish:
    """The requested place."""

    agency: Agency
    procedure: Procedure
    desk: Desk
    day: date
    minute: int

    def place(self, day_grid: DayGrid) -> Place:
        cells = slots.cells_needed(self.procedure.minutes, day_grid.slot_minutes)
        return Place(self.desk.id, self.day, self.minute, cells, day_grid.slot_minutes, self.agency.zone)

    def refused(self, error: type[PlaceTaken] | type[NotOffered]) -> PlaceTaken | NotOffered:
        return error(agency=self.agency, day=self.day, minute=self.minute)


@dataclass(frozen=True)
class _Period:
    """From now to the end of a hold."""

    now: datetime
    lapses_at: datetime


@database.transaction
def place(key: str, browser: str, day: date, minute: int) -> None:
    """Hold the place at local ``minute`` of ``day`` for this journey and free its previous hold at once.

    Raises NotOffered, PlaceTaken, HoldLimit, HoldTimeSpent and the refusals of ``limits.check_new_turn``; for a change
    SamePlace and those of ``limits.check_changeable``.
    Repeating the request for the held place changes nothing.
    """
    journey = locked(key, browser)
    limits.lock_subjects(journey)
    require_step(journey, clock.now(), Step.HOUR, Step.CONFIRM)
    wish = _wish(journey, day, minute)
    database.lock_shared(f"desk:{wish.desk.id}")
    now = clock.now()
    if _holds_already(journey, wish, now):
        return
    policy = policy_of(wish.agency)
    day_grid = _offered_grid(wish, policy, now)
    if journey.changes:
        _refuse_same_place(journey, wish, now)
    else:
        limits.check_new_turn(journey, wish.procedure, policy, now)
        limits.check_holds(journey, policy, now)
    end_present(journey, now, what=What.REPLACED)
    if journey.changes:
        assert journey.booking_id is not None
        claims.free(journey.booking_id)  # of another browser that changes the same turn
    _hold(journey, wish, day_grid, _period(journey, policy, now))


def hand_over_hold(turn: Booking, journey: Journey, now: datetime) -> bool:
    """Hold the place of a turn cancelled in this transaction for ``journey``. False if it is no longer offered.

    The caller holds the desk's lock. The seats are not free before the commit, so nobody else can take them.
    """
    desk = agencies.desk_for(turn.agency, turn.procedure)
    if desk is None or desk.id != turn.desk_id:
        return False
    wish = _Wish(turn.agency, turn.procedure, desk, turn.day, turn.minute)
    with suppress(PlaceLost), db.session.begin_nested():
        policy = policy_of(turn.agency)
        day_grid = _offered_grid(wish, policy, now)
        claims.free(turn.id, purpose=Purpose.TURN)
        _hold(journey, wish, day_grid, _period(journey, policy, now))
        return True
    return False


def _hold(journey: Journey, wish: _Wish, day_grid: DayGrid, period: _Period) -> None:
    """Take the place and start the journey's hold. Raises PlaceTaken."""
    if not journey.changes:
        journey.booking = _new_booking(journey, wish, day_grid, period)
    journey.hold_since, journey.hold_lapses_at, journey.hold_extended = period.now, period.lapses_at, False
    _take(journey, wish, day_grid, period)


def _wish(journey: Journey, day: date, minute: int) -> _Wish:
    agency, procedure = journey.agency, journey.procedure
    assert agency is not None and procedure is not None
    desk = agencies.desk_for(agency, procedure)
    if desk is None:  # the agency has dropped the line since step 6
        raise NotOffered(agency=agency, day=day, minute=minute)
    return _Wish(agency, procedure, desk, day, minute)


def _holds_already(journey: Journey, wish: _Wish, now: datetime) -> bool:
    held = present_hold(journey, now)
    return held is not None and (held.desk_id, held.day, held.minute) == (wish.desk.id, wish.day, wish.minute)


def _refuse_same_place(journey: Journey, wish: _Wish, now: datetime) -> None:
    turn = journey.booking
    assert turn is not None
    limits.check_changeable(turn, now)
    has = (turn.desk_id, turn.day, turn.minute)
    if turn.status == Status.CONFIRMED and has == (wish.desk.id, wish.day, wish.minute):
        raise SamePlace


def _offered_grid(wish: _Wish, policy: Policy, now: datetime) -> DayGrid:
    """The grid of the requested day. Raises NotOffered unless the start is offered."""
    now_local = clock.local(now, wish.agency.zone)
    if not policy.is_open(wish.desk.id, wish.day, now_local):
        raise wish.refused(NotOffered)
    calendar = agencies.desk_calendars([wish.desk], wish.day, wish.day)[wish.desk.id]
    day_grid = grid(calendar, wish.day)
    earliest = slots.earliest_minute(day_grid, now_local, policy.lead_minutes)
    starts = slots.offered(day_grid, wish.procedure.minutes, (), earliest)
    if wish.minute not in {slot.minute for slot in starts}:
        raise wish.refused(NotOffered)
    return day_grid


def _period(journey: Journey, policy: Policy, now: datetime) -> _Period:
    """The period of a new hold. Raises HoldTimeSpent."""
    left = timedelta(minutes=policy.hold_total_minutes, seconds=-journey.held_seconds)
    if left <= timedelta():
        raise HoldTimeSpent
    return _Period(now, now + min(timedelta(minutes=policy.hold_minutes), left))


def _new_booking(journey: Journey, wish: _Wish, day_grid: DayGrid, period: _Period) -> Booking:
    nonce = token.new_nonce()
    booking = Booking(
        reference=reference_eras.unused(),
        status=Status.HELD,
        journey_key=journey.key,
        browser=journey.browser,
        cedula=journey.cedula,
        email=journey.email,
        mailbox=journey.mailbox,
        mobile=journey.mobile,
        procedure_id=wish.procedure.id,
        agency_id=wish.agency.id,
        **wish.place(day_grid).columns(),
        created_at=period.now,
        lapses_at=period.lapses_at,
        token_nonce=nonce,
        token_hash=token.token_hash_of(token.derive_token(code_key(), nonce)),
    )
    db.session.add(booking)
    history.record_begin(booking, actor=CITIZEN, now=period.now)
    return booking


def _take(journey: Journey, wish: _Wish, day_grid: DayGrid, period: _Period) -> None:
    assert journey.booking is not None
    terms = claims.Terms(journey.booking.id, Purpose.HOLD, period.lapses_at)
    if claims.take(wish.place(day_grid), day_grid, terms, period.now) is None:
        raise wish.refused(PlaceTaken)


def present_hold(journey: Journey, now: datetime) -> claims.Held | None:
    """The place this journey holds now, if any.

    A turn being changed from two browsers has only one hold; its end identifies the journey.
    """
    if journey.booking_id is None or journey.hold_lapses_at is None:
        return None
    held = claims.held(journey.booking_id, now)
    return held if held is not None and held.lapses_at == journey.hold_lapses_at else None


def end_present(journey: Journey, now: datetime, *, what: What) -> None:
    """End the journey's hold, if any: free its seats at once and count its time as spent."""
    if journey.hold_since is None or journey.hold_lapses_at is None:
        return
    journey.held_seconds += round((min(now, journey.hold_lapses_at) - journey.hold_since).total_seconds())
    journey.hold_since = journey.hold_lapses_at = None
    booking = journey.booking
    assert booking is not None
    if not journey.changes:
        if booking.status == Status.HELD:
            history.move(booking, Status.LAPSED, what, actor=CITIZEN, now=now)
        journey.booking = None
    claims.free(booking.id)


@database.transaction
def extend(key: str, browser: str) -> None:
    """Extend the hold by its full time, once. Raises ExtendedAlready, HoldTimeSpent, HoldLost."""
    journey = locked(key, browser)
    now = clock.now()
    held = the_hold(journey, now)
    if journey.hold_extended:
        raise ExtendedAlready
    policy = policy_of(journey.agency)
    assert journey.hold_since is not None and journey.booking is not None
    latest = journey.hold_since + timedelta(minutes=policy.hold_total_minutes, seconds=-journey.held_seconds)
    lapses_at = min(held.lapses_at + timedelta(minutes=policy.hold_minutes), latest)
    if lapses_at <= held.lapses_at:
        raise HoldTimeSpent
    if claims.prolong(journey.booking.id, now, lapses_at) != held.cells:
        raise lost(journey, held)
    if not journey.changes:
        journey.booking.lapses_at = lapses_at
    journey.hold_lapses_at, journey.hold_extended = lapses_at, True


@database.transaction
def release(key: str, browser: str) -> None:
    """Free the held place at the citizen's request. Does nothing without a hold."""
    journey = locked(key, browser)
    if not journey.done:
        end_present(journey, clock.now(), what=What.RELEASED)


def the_hold(journey: Journey, now: datetime) -> claims.Held:
    """The place the journey holds. Raises HoldLost if it is gone, WrongStep if there was none."""
    if journey.hold_lapses_at is None:
        require_step(journey, now, Step.CONFIRM)
    held = present_hold(journey, now)
    if held is None:
        raise lost(journey)
    return held


def lost(journey: Journey, held: claims.Held | None = None) -> HoldLost:
    """The error for a lost hold; it carries the place, near which alternatives are searched."""
    booking = journey.booking
    assert booking is not None
    near = held or booking
    return HoldLost(agency=journey.agency, day=near.day, minute=near.minute)

"""Holding a place for a few minutes: place, extend once, release. The order of locks is in docs/architecture.md."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import select

from turnero import clock
from turnero import db as database
from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency, Desk, Procedure
from turnero.agencies.schedule import DayGrid, grid
from turnero.booking import claims, history, limits, reference, slots, token
from turnero.booking.errors import ExtendedAlready, HoldLost, HoldTimeSpent, NotOffered, PlaceTaken
from turnero.booking.journey import Step, locked, require
from turnero.booking.lifecycle import Status
from turnero.booking.models import Booking, Journey
from turnero.booking.policy import Policy
from turnero.booking.queries import policy_of
from turnero.extensions import db


@dataclass(frozen=True)
class _Wish:
    """The place that is asked for."""

    agency: Agency
    procedure: Procedure
    desk: Desk
    day: date
    minute: int

    def refused(self, error: type[PlaceTaken] | type[NotOffered]) -> PlaceTaken | NotOffered:
        return error(agency=self.agency, day=self.day, minute=self.minute)


@database.transaction
def place(key: str, browser: str, day: date, minute: int) -> None:
    """Hold the place at local ``minute`` of ``day`` for this journey; its old hold, if any, is free at once.

    Raises NotOffered, PlaceTaken, HoldLimit, HoldTimeSpent and the refusals of ``limits.check_new_turn``.
    Asking again for the place already held changes nothing.
    """
    journey = locked(key, browser)
    limits.lock_subjects(journey)
    require(journey, clock.now(), Step.HOUR, Step.CONFIRM)
    wish = _wish(journey, day, minute)
    database.lock_shared(f"desk:{wish.desk.id}")
    now = clock.now()
    if _holds_already(journey, wish, now):
        return
    policy = policy_of(wish.agency)
    day_grid = _offered_grid(wish, policy, now)
    limits.check_new_turn(journey, wish.procedure, policy, now)
    limits.check_holds(journey, policy, now)
    end_present(journey, now, reason="replaced")
    lapses_at = now + _hold_time(journey, policy)
    journey.booking = _hold(journey, wish, day_grid, lapses_at, now)


def _wish(journey: Journey, day: date, minute: int) -> _Wish:
    agency, procedure = journey.agency, journey.procedure
    assert agency is not None and procedure is not None
    desk = agencies.desk_for(agency, procedure)
    if desk is None:  # the agency gave the line up since step 6
        raise NotOffered(agency=agency, day=day, minute=minute)
    return _Wish(agency, procedure, desk, day, minute)


def _holds_already(journey: Journey, wish: _Wish, now: datetime) -> bool:
    booking = journey.booking
    return (
        booking is not None
        and booking.lapses_at is not None
        and booking.lapses_at > now
        and (booking.desk_id, booking.procedure_id) == (wish.desk.id, wish.procedure.id)
        and (booking.day, booking.minute) == (wish.day, wish.minute)
    )


def _offered_grid(wish: _Wish, policy: Policy, now: datetime) -> DayGrid:
    """The grid of the wished day. Raises NotOffered unless the start is offered, whatever was posted."""
    now_local = clock.local(now, wish.agency.zone)
    if not now_local.date() <= wish.day <= policy.last_open_day(wish.desk.id, now_local):
        raise wish.refused(NotOffered)
    calendar = agencies.desk_calendars([wish.desk], wish.day, wish.day)[wish.desk.id]
    day_grid = grid(calendar, wish.day)
    earliest = slots.earliest_minute(day_grid, now_local, policy.lead_minutes)
    starts = slots.offered(day_grid, wish.procedure.minutes, (), earliest)
    if wish.minute not in {slot.minute for slot in starts}:
        raise wish.refused(NotOffered)
    return day_grid


def _hold_time(journey: Journey, policy: Policy) -> timedelta:
    left = timedelta(minutes=policy.hold_total_minutes, seconds=-journey.held_seconds)
    if left <= timedelta():
        raise HoldTimeSpent
    return min(timedelta(minutes=policy.hold_minutes), left)


def _hold(journey: Journey, wish: _Wish, day_grid: DayGrid, lapses_at: datetime, now: datetime) -> Booking:
    length = slots.cells_needed(wish.procedure.minutes, day_grid.slot_minutes)
    nonce = token.new_nonce()
    booking = Booking(
        reference=_unused_reference(),
        status=Status.HELD,
        journey_key=journey.key,
        browser=journey.browser,
        cedula=journey.cedula,
        email=journey.email,
        mailbox=journey.mailbox,
        mobile=journey.mobile,
        procedure_id=wish.procedure.id,
        agency_id=wish.agency.id,
        desk_id=wish.desk.id,
        day=wish.day,
        minute=wish.minute,
        cells=length,
        slot_minutes=day_grid.slot_minutes,
        starts_at=clock.instant(wish.day, wish.minute, wish.agency.zone),
        created_at=now,
        lapses_at=lapses_at,
        token_nonce=nonce,
        token_hash=token.hash_of(token.token_of(current_app.config["SETTINGS"].code_key, nonce)),
    )
    db.session.add(booking)
    history.begin(booking, actor="citizen", now=now)
    cells = slots.cells_of(wish.minute, length, day_grid.slot_minutes)
    taken = claims.taken_seats(wish.desk.id, wish.day, now)
    candidates = slots.free_seats(day_grid, wish.minute, length, taken)
    seats = claims.Seats(wish.desk.id, wish.day, cells, wish.agency.zone)
    seat = claims.take(seats, candidates, booking.id, lapses_at, now)
    if seat is None:
        raise wish.refused(PlaceTaken)
    return booking


def _unused_reference() -> str:
    """A reference nobody had before; the unique constraint stands behind it."""
    while True:
        candidate = reference.new()
        if db.session.scalar(select(Booking.id).where(Booking.reference == candidate)) is None:
            return candidate


def end_present(journey: Journey, now: datetime, *, reason: str) -> None:
    """End the journey's hold, if it has one: its seats are free at once and its time counts as spent."""
    booking = journey.booking
    if booking is None or booking.lapses_at is None:
        return
    spent = min(now, booking.lapses_at) - booking.created_at
    if not history.move(booking, Status.LAPSED, actor="citizen", now=now, reason=reason):
        return  # the sweep was first
    claims.free(booking.id)
    journey.held_seconds += round(spent.total_seconds())
    journey.booking = None


@database.transaction
def extend(key: str, browser: str) -> None:
    """Give the hold its time again, once. Raises ExtendedAlready, HoldTimeSpent, HoldLost."""
    journey = locked(key, browser)
    now = clock.now()
    booking = live_hold(journey, now)
    if booking.extended:
        raise ExtendedAlready
    policy = policy_of(booking.agency)
    latest = booking.created_at + timedelta(minutes=policy.hold_total_minutes, seconds=-journey.held_seconds)
    assert booking.lapses_at is not None
    lapses_at = min(booking.lapses_at + timedelta(minutes=policy.hold_minutes), latest)
    if lapses_at <= booking.lapses_at:
        raise HoldTimeSpent
    if not claims.prolong(booking, lapses_at):
        raise lost(booking)
    booking.lapses_at, booking.extended = lapses_at, True


@database.transaction
def release(key: str, browser: str) -> None:
    """The citizen does not want the held place: free it. Nothing to do when there is no hold."""
    journey = locked(key, browser)
    end_present(journey, clock.now(), reason="released")


def live_hold(journey: Journey, now: datetime) -> Booking:
    """The journey's hold. Raises HoldLost when its time has passed, WrongStep when there never was one."""
    booking = journey.booking
    if booking is not None and booking.status in (Status.HELD, Status.LAPSED):
        if booking.lapses_at is None or booking.lapses_at <= now:
            raise lost(booking)
        return booking
    require(journey, now, Step.CONFIRM)
    raise AssertionError("a journey at the review has a hold")


def lost(booking: Booking) -> HoldLost:
    return HoldLost(agency=booking.agency, day=booking.day, minute=booking.minute)

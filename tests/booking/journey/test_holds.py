from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.journey import confirm, holds, state
from turnero.booking.turn.errors import (
    ExtendedAlready,
    HoldLimit,
    HoldLost,
    HoldsSpent,
    HoldTimeSpent,
    NotOffered,
    PlaceTaken,
    WrongStep,
)
from turnero.booking.turn.models import Booking, Claim, Event
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db

MORNING = 540


def the_hold(traveller):
    return state.owned(traveller.key, traveller.browser).booking


def claims_of(booking):
    return db.session.scalars(select(Claim).where(Claim.booking_id == booking.id)).all()


def test_a_hold_takes_one_seat_for_five_minutes(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), MORNING)
    booking = the_hold(traveller)
    assert booking.status == "held"
    assert timedelta(minutes=4, seconds=50) < booking.lapses_at - clock.now() <= timedelta(minutes=5)
    assert [(claim.minute, claim.seat, claim.purpose) for claim in claims_of(booking)] == [(MORNING, 0, "hold")]
    assert booking.starts_at == clock.instant(next_workday(), MORNING, "America/Guayaquil")


def test_asking_again_for_the_same_place_takes_no_second_seat(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    for _ in range(3):
        holds.place(traveller.key, traveller.browser, next_workday(), MORNING)
    assert len(db.session.scalars(select(Claim)).all()) == 1
    assert len(db.session.scalars(select(Booking)).all()) == 1


def test_a_new_hold_frees_the_old_place_at_once(procedure, desk):
    first, second = (at_hour_step(desk.agency, procedure, number) for number in (1, 2))
    holds.place(first.key, first.browser, next_workday(), MORNING)
    holds.place(first.key, first.browser, next_workday(), MORNING + 20)
    holds.place(second.key, second.browser, next_workday(), MORNING)
    statuses = db.session.scalars(select(Booking.status).order_by(Booking.id)).all()
    assert statuses == ["lapsed", "held", "held"]


def test_losing_the_new_place_keeps_the_old_one(procedure, desk):
    first, second = (at_hour_step(desk.agency, procedure, number) for number in (1, 2))
    holds.place(first.key, first.browser, next_workday(), MORNING)
    holds.place(second.key, second.browser, next_workday(), MORNING + 20)
    with pytest.raises(PlaceTaken):
        holds.place(first.key, first.browser, next_workday(), MORNING + 20)
    assert the_hold(first).status == "held"
    assert the_hold(first).minute == MORNING


def test_a_lapsed_hold_gives_its_place_away_with_no_job_running(procedure, desk, clock_shift):
    first, second = (at_hour_step(desk.agency, procedure, number) for number in (1, 2))
    holds.place(first.key, first.browser, next_workday(), MORNING)
    with pytest.raises(PlaceTaken):
        holds.place(second.key, second.browser, next_workday(), MORNING)
    clock_shift(timedelta(minutes=5, seconds=1))
    holds.place(second.key, second.browser, next_workday(), MORNING)
    with pytest.raises(HoldLost):
        confirm.confirm_turn(first.key, first.browser)
    assert confirm.confirm_turn(second.key, second.browser)


@pytest.mark.parametrize(
    ("days", "minute", "why"),
    [
        (0, 470, "before opening"),
        (0, 1020, "at closing time"),
        (0, 1010, "would end after closing time"),
        (0, 545, "not a start of the grid"),
        (0, -20, "no minute of a day"),
        (0, 5000, "no minute of a day"),
        (-30, MORNING, "long ago"),
        (365, MORNING, "beyond the horizon"),
    ],
)
def test_nothing_outside_the_hours_can_be_held_whatever_is_posted(procedure, desk, days, minute, why):
    traveller = at_hour_step(desk.agency, procedure)
    with pytest.raises(NotOffered):
        holds.place(traveller.key, traveller.browser, next_workday() + timedelta(days=days), minute)
    assert db.session.scalars(select(Claim)).all() == []


def test_a_weekend_cannot_be_held(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    day = next_workday()
    saturday = day + timedelta(days=5 - day.weekday())
    with pytest.raises(NotOffered):
        holds.place(traveller.key, traveller.browser, saturday, MORNING)


def test_a_turn_of_two_cells_takes_one_seat_in_both_or_none(app):
    procedure = create_procedure(minutes=40)
    desk = create_desk(procedure.line, windows=1)
    first, second = (at_hour_step(desk.agency, procedure, number) for number in (1, 2))
    holds.place(first.key, first.browser, next_workday(), MORNING)
    with pytest.raises(PlaceTaken):
        holds.place(second.key, second.browser, next_workday(), MORNING - 20)
    holds.place(second.key, second.browser, next_workday(), MORNING + 40)
    keys = db.session.execute(select(Claim.minute, Claim.seat).order_by(Claim.minute)).all()
    assert keys == [(540, 0), (560, 0), (580, 0), (600, 0)]


def test_the_time_can_be_extended_once(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), MORNING)
    before = the_hold(traveller).lapses_at
    holds.extend(traveller.key, traveller.browser)
    booking = the_hold(traveller)
    assert booking.lapses_at - before == timedelta(minutes=5)
    assert {claim.lapses_at for claim in claims_of(booking)} == {booking.lapses_at}
    with pytest.raises(ExtendedAlready):
        holds.extend(traveller.key, traveller.browser)


def test_all_holds_of_one_journey_last_fifteen_minutes_together(procedure, desk, clock_shift):
    traveller = at_hour_step(desk.agency, procedure)
    passed = timedelta()
    for minute in (540, 560, 580):
        holds.place(traveller.key, traveller.browser, next_workday(), minute)
        passed += timedelta(minutes=4, seconds=50)
        clock_shift(passed)
    holds.place(traveller.key, traveller.browser, next_workday(), 600)
    assert the_hold(traveller).lapses_at - clock.now() <= timedelta(seconds=31)
    clock_shift(passed + timedelta(seconds=40))
    with pytest.raises(HoldTimeSpent):
        holds.place(traveller.key, traveller.browser, next_workday(), 620)


def test_a_released_place_is_free_for_the_next(procedure, desk):
    first, second = (at_hour_step(desk.agency, procedure, number) for number in (1, 2))
    holds.place(first.key, first.browser, next_workday(), MORNING)
    holds.release(first.key, first.browser)
    holds.release(first.key, first.browser)
    holds.place(second.key, second.browser, next_workday(), MORNING)


def test_a_cedula_has_one_live_hold_and_a_mailbox_two(procedure, desk):
    first = at_hour_step(desk.agency, procedure, 1)
    holds.place(first.key, first.browser, next_workday(), 540)
    same_cedula = at_hour_step(desk.agency, procedure, 2, cedula=first.cedula)
    with pytest.raises(HoldLimit):
        holds.place(same_cedula.key, same_cedula.browser, next_workday(), 560)
    mailbox = "persona1@example.ec"
    second, third = (at_hour_step(desk.agency, procedure, number, mailbox=mailbox) for number in (3, 4))
    holds.place(second.key, second.browser, next_workday(), 560)
    with pytest.raises(HoldLimit):
        holds.place(third.key, third.browser, next_workday(), 580)


def test_a_mailbox_that_holds_for_nothing_all_day_is_stopped_and_the_person_is_not(procedure, desk, clock_shift):
    victim = at_hour_step(desk.agency, procedure, 1)
    for number in range(8):
        stranger = at_hour_step(desk.agency, procedure, 20 + number, cedula=victim.cedula, mailbox="otro@example.ec")
        holds.place(stranger.key, stranger.browser, next_workday(), 540)
        clock_shift(timedelta(minutes=6))
    last = at_hour_step(desk.agency, procedure, 30, cedula=victim.cedula, mailbox="otro@example.ec")
    with pytest.raises(HoldsSpent):
        holds.place(last.key, last.browser, next_workday(), 540)
    holds.place(victim.key, victim.browser, next_workday(), 540)


def test_many_hours_in_one_journey_are_allowed(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    for minute in range(540, 540 + 20 * 10, 20):
        holds.place(traveller.key, traveller.browser, next_workday(), minute)


def test_another_browser_does_not_own_the_journey(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    with pytest.raises(NotFound):
        holds.place(traveller.key, "another-browser", next_workday(), MORNING)


def test_a_hold_before_the_mailbox_is_proven_goes_back_to_its_step(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure, verified_at=None)
    with pytest.raises(WrongStep) as wrong:
        holds.place(traveller.key, traveller.browser, next_workday(), MORNING)
    assert wrong.value.data["step"] is state.Step.VERIFY


def test_every_step_of_a_hold_is_an_event(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), MORNING)
    holds.release(traveller.key, traveller.browser)
    events = db.session.execute(select(Event.before, Event.after, Event.what).order_by(Event.id)).all()
    assert events == [(None, "held", "held"), ("held", "lapsed", "released")]

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_agency, create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.closures import sweep
from turnero.booking.documents import link
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.errors import (
    AlreadyHasTurn,
    CapReached,
    HoldLost,
    NotCancellable,
    OpenTurnsSpent,
    OverlappingTurn,
    PlaceTaken,
    WrongStep,
)
from turnero.booking.turn.models import Booking, Claim, Event
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.notices.models import Notice

NINE = 540

pytestmark = [pytest.mark.desk(windows=2), pytest.mark.usefixtures("nothing_broken")]


def book(traveller, day=None, minute=NINE):
    holds.place(traveller.key, traveller.browser, day or next_workday(), minute)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))


def count(table, *conditions):
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions))


def test_a_confirmed_turn_keeps_its_seat_undated_and_owes_one_notice(procedure, desk):
    booking = book(at_hour_step(desk.agency, procedure))
    assert (booking.status, booking.lapses_at) == ("confirmed", None)
    claim = db.session.scalars(select(Claim)).one()
    assert (claim.purpose, claim.lapses_at, claim.booking_id) == ("turn", None, booking.id)
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.kind, notice.address, notice.reference) == ("confirmation", "persona1@example.ec", booking.reference)
    events = db.session.execute(select(Event.before, Event.after).order_by(Event.id)).all()
    assert events == [(None, "held"), ("held", "confirmed")]


def test_a_repeated_confirm_leads_to_the_same_turn(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    tokens = {confirm.confirm_turn(traveller.key, traveller.browser) for _ in range(3)}
    assert len(tokens) == 1
    assert count(Booking, Booking.status == "confirmed") == 1
    assert count(Notice) == 1


def test_the_token_is_found_by_hash_and_never_stored(procedure, desk):
    booking = book(at_hour_step(desk.agency, procedure))
    token = queries.token_of(booking)
    assert len(token) == 32
    assert token not in {booking.token_hash, booking.token_nonce}
    with pytest.raises(NotFound):
        queries.booking_by_token(token[:-1] + ("A" if token[-1] != "A" else "B"))


def test_confirming_without_a_hold_goes_back_to_the_hours(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    with pytest.raises(WrongStep):
        confirm.confirm_turn(traveller.key, traveller.browser)


@pytest.mark.parametrize("swept", [False, True])
def test_a_hold_whose_time_has_passed_cannot_be_confirmed(procedure, desk, clock_shift, swept):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    clock_shift(timedelta(minutes=5, seconds=1))
    if swept:
        assert sweep.sweep() == 1
        assert count(Claim) == 0
    with pytest.raises(HoldLost):
        confirm.confirm_turn(traveller.key, traveller.browser)
    assert count(Booking, Booking.status == "confirmed") == 0


def test_a_cedula_has_one_live_turn_per_procedure(procedure, desk):
    first = at_hour_step(desk.agency, procedure, 1)
    second = at_hour_step(desk.agency, procedure, 2, cedula=first.cedula)
    book(first)
    with pytest.raises(AlreadyHasTurn):
        holds.place(second.key, second.browser, next_workday(), NINE + 20)


def test_the_index_is_the_last_word_on_one_live_turn(procedure, desk, monkeypatch):
    first = at_hour_step(desk.agency, procedure, 1)
    second = at_hour_step(desk.agency, procedure, 2, cedula=first.cedula)
    monkeypatch.setattr("turnero.booking.seats.limits.check_new_turn", lambda *_: None)
    monkeypatch.setattr("turnero.booking.seats.limits.check_holds", lambda *_: None)
    holds.place(first.key, first.browser, next_workday(), NINE)
    holds.place(second.key, second.browser, next_workday(), NINE + 20)
    confirm.confirm_turn(first.key, first.browser)
    with pytest.raises(AlreadyHasTurn):
        confirm.confirm_turn(second.key, second.browser)


def test_two_turns_of_a_cedula_never_overlap(procedure, desk):
    long_one = create_procedure(minutes=40, line=procedure.line)
    first = at_hour_step(desk.agency, procedure, 1)
    second = at_hour_step(desk.agency, long_one, 2, cedula=first.cedula)
    book(first)
    holds.place(second.key, second.browser, next_workday(), NINE - 20)
    with pytest.raises(OverlappingTurn):
        confirm.confirm_turn(second.key, second.browser)
    holds.place(second.key, second.browser, next_workday(), NINE + 20)
    assert confirm.confirm_turn(second.key, second.browser)


def test_a_cedula_has_three_live_turns_at_most(procedure, desk):
    others = [create_procedure(minutes=20, line=procedure.line) for _ in range(3)]
    first = at_hour_step(desk.agency, procedure, 1)
    book(first)
    for number, other in enumerate(others[:2], start=2):
        book(at_hour_step(desk.agency, other, number, cedula=first.cedula), minute=NINE + 20 * number)
    fourth = at_hour_step(desk.agency, others[2], 4, cedula=first.cedula)
    with pytest.raises(OpenTurnsSpent):
        holds.place(fourth.key, fourth.browser, next_workday(), NINE + 200)


@pytest.mark.parametrize("channel", ["mailbox", "mobile", "browser"])
def test_a_channel_confirms_two_turns_a_day_four_a_week(procedure, desk, clock_shift, channel):
    day = next_workday() + timedelta(days=14)
    shared = {channel: "the same"}

    def one_more(number):
        return book(at_hour_step(desk.agency, procedure, number, **shared), day=day, minute=NINE + 20 * number)

    one_more(1), one_more(2)
    with pytest.raises(CapReached) as reached:
        one_more(3)
    assert timedelta(hours=23) < reached.value.data["until"] - clock.now() <= timedelta(days=1)
    clock_shift(timedelta(days=1, seconds=5))
    one_more(4), one_more(5)
    clock_shift(timedelta(days=2, seconds=10))
    with pytest.raises(CapReached) as reached:
        one_more(6)
    # Two yesterday and two today: the week's cap holds longest, until the first of the four is seven days old.
    assert timedelta(days=3) < reached.value.data["until"] - clock.now() < timedelta(days=5)


def test_cancelled_turns_count_towards_the_caps(procedure, desk):
    shared = {"mailbox": "the same"}
    for number in (1, 2):
        traveller = at_hour_step(desk.agency, procedure, number, **shared)
        cancel.cancel_turn(queries.token_of(book(traveller)))
    third = at_hour_step(desk.agency, procedure, 3, **shared)
    with pytest.raises(CapReached):
        holds.place(third.key, third.browser, next_workday(), NINE + 40)


def test_a_cancelled_place_comes_back_after_a_random_delay_and_not_before(procedure, desk, clock_shift):
    create_desk(procedure.line, windows=1)
    day = next_workday() + timedelta(days=7)
    only = create_desk(procedure.line, windows=1, agency=create_agency())
    booking = book(at_hour_step(only.agency, procedure, 1), day=day)
    cancel.cancel_turn(queries.token_of(booking))
    claim = db.session.scalars(select(Claim)).one()
    assert (claim.purpose, claim.booking_id) == ("delay", None)
    assert timedelta(minutes=4, seconds=50) <= claim.lapses_at - clock.now() <= timedelta(minutes=60)
    accomplice = at_hour_step(only.agency, procedure, 2)
    with pytest.raises(PlaceTaken):
        holds.place(accomplice.key, accomplice.browser, day, NINE)
    clock_shift(timedelta(minutes=61))
    holds.place(accomplice.key, accomplice.browser, day, NINE)


def test_a_repeated_cancel_changes_nothing_and_tells_once(procedure, desk):
    booking = book(at_hour_step(desk.agency, procedure))
    for _ in range(2):
        cancel.cancel_turn(queries.token_of(booking))
    assert count(Notice, Notice.kind == "cancellation") == 1
    assert count(Event, Event.after == "cancelled") == 1


def test_a_turn_that_has_begun_cannot_be_cancelled(procedure, desk, clock_shift):
    booking = book(at_hour_step(desk.agency, procedure))
    clock_shift(booking.starts_at - clock.now() + timedelta(seconds=1))
    with pytest.raises(NotCancellable):
        cancel.cancel_turn(queries.token_of(booking))


def test_a_hold_cannot_be_opened_or_cancelled_by_token(procedure, desk):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    token = queries.token_of(db.session.scalars(select(Booking)).one())
    with pytest.raises(NotFound):
        queries.booking_by_token(token)
    with pytest.raises(NotFound):
        cancel.cancel_turn(token)


def test_the_link_is_mailed_to_the_bookings_own_address_and_at_most_once_an_hour(procedure, desk):
    booking = book(at_hour_step(desk.agency, procedure))
    for _ in range(3):
        link.mail_link(booking.reference, booking.cedula)
    notices = db.session.scalars(select(Notice).where(Notice.kind == "link")).all()
    assert [notice.address for notice in notices] == ["persona1@example.ec"]


def test_a_wrong_reference_or_cedula_mails_nothing(procedure, desk):
    booking = book(at_hour_step(desk.agency, procedure))
    link.mail_link(booking.reference, "0900000001")
    link.mail_link("C222222", booking.cedula)
    assert count(Notice, Notice.kind == "link") == 0

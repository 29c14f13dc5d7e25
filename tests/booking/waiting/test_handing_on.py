from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from tests.support.rows.build import create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.waiting import listed, offers, statuses
from turnero.booking.closures import closing, sweep
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import cancel, change, confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.errors import AlreadyHasTurn, OfferOver, PlaceTaken
from turnero.booking.turn.models import Booking, Claim, Event
from turnero.booking.turn.request_models import SeatOffer
from turnero.booking.waiting import offers as seat_offers
from turnero.booking.waiting.queries import request_by_token
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.operations.audit import audit
from turnero.staff.actor import COMMAND_LINE

NINE, TEN = 540, 600

pytestmark = pytest.mark.usefixtures("nothing_broken")


@pytest.fixture
def day(app):
    return next_workday() + timedelta(days=7)


@pytest.fixture
def taken(desk, procedure, day):
    """The token of a turn at nine."""
    return book(desk, procedure, day, NINE)


def book(desk, procedure, day, minute, number=90):
    traveller = at_hour_step(desk.agency, procedure, number)
    holds.place(traveller.key, traveller.browser, day, minute)
    return confirm.confirm_turn(traveller.key, traveller.browser)


def told(kind):
    return db.session.scalars(select(Notice.address).where(Notice.kind == kind).order_by(Notice.id)).all()


def test_a_cancelled_place_goes_to_the_first_in_line(taken, desk, procedure, day):
    first, _second = (listed(desk, procedure, number) for number in (1, 2))
    cancel.cancel_turn(taken)
    assert statuses() == ["offered", "waiting"]
    assert told("offer") == ["persona1@example.ec"]
    claim = db.session.scalars(select(Claim)).one()
    assert (claim.purpose, claim.minute) == ("offer", NINE)
    token = seat_offers.accept_offer(first)
    turn = queries.booking_by_token(token)
    assert (turn.status, turn.day, turn.minute, turn.channel) == ("confirmed", day, NINE, "web")
    assert statuses() == ["served", "waiting"]
    assert offers() == ["accepted"]
    assert told("confirmation") == ["persona90@example.ec", "persona1@example.ec"]


def test_procedures_moved_online_get_no_offers(taken, desk, procedure, day):
    online = create_procedure(line=desk.line)
    listed(desk, online, 1)
    listed(desk, procedure, 2)
    online.channel = "virtual"
    db.session.commit()
    cancel.cancel_turn(taken)
    assert statuses() == ["waiting", "offered"]


def test_accepting_twice_leads_to_the_same_turn(taken, desk, procedure):
    first = listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    assert seat_offers.accept_offer(first) == seat_offers.accept_offer(first)


def test_nobody_takes_an_offered_place_from_outside(taken, desk, procedure, day):
    listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    fast = at_hour_step(desk.agency, procedure, 91)
    with pytest.raises(PlaceTaken):
        holds.place(fast.key, fast.browser, day, NINE)


def test_priority_comes_first_then_arrival(taken, desk, procedure):
    listed(desk, procedure, 1)
    listed(desk, procedure, 2, priority=True)
    cancel.cancel_turn(taken)
    assert statuses() == ["waiting", "offered"]


@pytest.mark.parametrize("wish", [{"part": "afternoon"}, {"days": 3}])
def test_requests_for_other_hours_or_days_get_no_offer(taken, desk, procedure, wish):
    listed(desk, procedure, 1, **wish)
    cancel.cancel_turn(taken)
    assert statuses() == ["waiting"]
    assert db.session.scalars(select(Claim.purpose)).all() == ["delay"]


def test_a_request_whose_person_has_a_turn_is_skipped_and_ends(taken, desk, procedure, day):
    listed(desk, procedure, 1)
    listed(desk, procedure, 2)
    book(desk, procedure, day, TEN, number=1)
    cancel.cancel_turn(taken)
    assert statuses() == ["waiting", "offered"]
    seat_offers.serve_waiting()
    assert statuses() == ["ended", "offered"]


def test_declining_passes_the_place_on_at_once(taken, desk, procedure):
    first, second = (listed(desk, procedure, number) for number in (1, 2))
    cancel.cancel_turn(taken)
    seat_offers.decline_offer(first)
    seat_offers.decline_offer(first)
    assert statuses() == ["waiting", "offered"]
    assert offers() == ["declined", "open"]
    with pytest.raises(OfferOver):
        seat_offers.accept_offer(first)
    seat_offers.accept_offer(second)


def test_declined_by_all_it_comes_back_after_a_delay(taken, desk, procedure):
    first = listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    seat_offers.decline_offer(first)
    assert db.session.scalars(select(Claim.purpose)).all() == ["delay"]
    assert db.session.scalars(select(Booking.status).order_by(Booking.id)).all() == ["cancelled", "lapsed"]


def test_after_the_deadline_only_the_next_in_line_may_have_it(taken, desk, procedure, day, clock_shift):
    first, second = (listed(desk, procedure, number) for number in (1, 2))
    cancel.cancel_turn(taken)
    clock_shift(timedelta(hours=2, minutes=1))
    with pytest.raises(OfferOver):
        seat_offers.accept_offer(first)
    fast = at_hour_step(desk.agency, procedure, 91)
    with pytest.raises(PlaceTaken):
        holds.place(fast.key, fast.browser, day, NINE)
    seat_offers.serve_waiting()
    assert statuses() == ["waiting", "offered"]
    seat_offers.accept_offer(second)


def test_without_a_next_it_is_public_when_the_grace_ends(taken, desk, procedure, day, clock_shift):
    listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    clock_shift(timedelta(hours=2, minutes=1))
    seat_offers.serve_waiting()
    fast = at_hour_step(desk.agency, procedure, 91)
    with pytest.raises(PlaceTaken):
        holds.place(fast.key, fast.browser, day, NINE)
    clock_shift(timedelta(minutes=15))
    fast = at_hour_step(desk.agency, procedure, 92)
    holds.place(fast.key, fast.browser, day, NINE)


def test_with_the_jobs_stopped_it_is_public_too(taken, desk, procedure, day, clock_shift):
    """Expiry is a predicate; what the job then finds ends the offer."""
    listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    clock_shift(timedelta(hours=2, minutes=16))
    fast = at_hour_step(desk.agency, procedure, 91)
    holds.place(fast.key, fast.browser, day, NINE)
    sweep.sweep()
    seat_offers.serve_waiting()
    assert statuses() == ["waiting"]
    assert offers() in (["lapsed"], ["withdrawn"])


def test_three_offers_that_came_to_nothing_are_the_last(desk, procedure, day, clock_shift):
    first = listed(desk, procedure, 1)
    for number, minute in enumerate((NINE, NINE + 20, NINE + 40)):
        cancel.cancel_turn(book(desk, procedure, day, minute, number=90 + number))
        deliver_all()
        clock_shift(timedelta(hours=2, minutes=1))
        seat_offers.serve_waiting()
    assert request_by_token(first).status == "spent"
    assert told("request_over") == ["persona1@example.ec"]
    cancel.cancel_turn(book(desk, procedure, day, TEN, number=95))
    assert offers() == ["lapsed"] * 3


def test_an_offer_without_a_sent_mail_does_not_count(taken, desk, procedure, clock_shift):
    first = listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    clock_shift(timedelta(hours=2, minutes=1))
    seat_offers.serve_waiting()
    assert request_by_token(first).offers == 0


def test_leaving_gives_the_offered_place_to_the_next(taken, desk, procedure):
    first, _ = (listed(desk, procedure, number) for number in (1, 2))
    cancel.cancel_turn(taken)
    seat_offers.leave_list(first)
    seat_offers.leave_list(first)
    assert statuses() == ["left", "offered"]


def test_a_change_hands_the_old_place_on(taken, desk, procedure, day):
    listed(desk, procedure, 1)
    key = change.begin_change(taken, "a-phone")
    holds.place(key, "a-phone", day, TEN)
    confirm.confirm_turn(key, "a-phone")
    assert statuses() == ["offered"]


def test_a_closure_takes_the_offer_and_the_person_waits_on(taken, desk, procedure, day):
    first = listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    at_midnight = datetime.combine(day, time())
    hours = Hours(at_midnight, at_midnight + timedelta(days=1), "Corte de luz")
    closing.close_hours(Scope("agency", agency_id=desk.agency_id), hours, COMMAND_LINE)
    with pytest.raises(OfferOver):
        seat_offers.accept_offer(first)
    seat_offers.serve_waiting()
    assert (statuses(), offers()) == (["waiting"], ["withdrawn"])


def test_less_than_two_hours_before_its_start_a_place_is_for_those_who_are_there(desk, procedure, day, clock_shift):
    token = book(desk, procedure, day, NINE)
    starts = queries.booking_by_token(token).starts_at
    listed(desk, procedure, 1)
    clock_shift(starts - timedelta(minutes=90) - clock.now())
    cancel.cancel_turn(token)
    assert offers() == []
    fast = at_hour_step(desk.agency, procedure, 91)
    with pytest.raises(PlaceTaken):
        holds.place(fast.key, fast.browser, day, NINE)


def test_two_turns_cannot_come_of_an_offer_and_the_web(taken, desk, procedure, day):
    first = listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    book(desk, procedure, day, TEN, number=1)
    with pytest.raises(AlreadyHasTurn):
        seat_offers.accept_offer(first)
    seat_offers.serve_waiting()
    assert statuses() == ["ended"]
    assert db.session.scalars(select(Claim.purpose).where(Claim.minute == NINE)).all() == ["delay"]


def test_days_that_passed_end_the_request(desk, procedure, clock_shift):
    listed(desk, procedure, 1, days=2)
    clock_shift(timedelta(days=6))
    seat_offers.serve_waiting()
    assert statuses() == ["ended"]
    assert told("request_over") == ["persona1@example.ec"]


def test_a_longer_turn_leaves_its_other_cells_for_later(desk, procedure, day):
    long = create_procedure(minutes=40, line=procedure.line)
    token = book(desk, long, day, NINE)
    listed(desk, procedure, 1)
    cancel.cancel_turn(token)
    claims = db.session.execute(select(Claim.minute, Claim.purpose).order_by(Claim.minute)).all()
    assert [tuple(claim) for claim in claims] == [(NINE, "offer"), (NINE + 20, "delay")]


def test_requests_longer_than_the_freed_place_are_skipped(taken, desk, procedure):
    long = create_procedure(minutes=40, line=procedure.line)
    listed(desk, long, 1)
    cancel.cancel_turn(taken)
    assert statuses() == ["waiting"]


def test_the_audit_finds_an_offer_without_its_place(taken, desk, procedure):
    listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    db.session.execute(update(SeatOffer).values(status="lapsed", ended_at=clock.now()))
    db.session.commit()
    found = {violation.invariant for violation in audit()}
    db.session.execute(update(SeatOffer).values(status="open", ended_at=None))
    db.session.commit()
    assert found == {"I11"}


def test_its_events_record_its_origin(taken, desk, procedure):
    first = listed(desk, procedure, 1)
    cancel.cancel_turn(taken)
    token = seat_offers.accept_offer(first)
    turn = queries.booking_by_token(token)
    events = db.session.scalars(select(Event).where(Event.booking_id == turn.id).order_by(Event.id)).all()
    assert [(str(event.actor), event.after, event.what) for event in events] == [
        ("waiting list", "held", "held"),
        ("citizen", "confirmed", "offer_accepted"),
    ]

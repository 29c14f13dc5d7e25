from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_desk, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.journey import cancel, confirm, holds, steps
from turnero.booking.journey import change as changes
from turnero.booking.turn import queries
from turnero.booking.turn.errors import ChangesSpent, HoldLost, NotChangeable, PlaceTaken, SamePlace, WrongStep
from turnero.booking.turn.events import CancelReason
from turnero.booking.turn.models import Claim, Event
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.verify.contact import Contact

NINE, TEN = 540, 600
PHONE = "a-phone"

pytestmark = pytest.mark.usefixtures("nothing_broken")


@pytest.fixture
def day(app):
    return next_workday() + timedelta(days=7)


@pytest.fixture
def token(desk, procedure, day):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, day, NINE)
    return confirm.confirm_turn(traveller.key, traveller.browser)


def change(token, day, minute):
    key = changes.begin_change(token, PHONE)
    holds.place(key, PHONE, day, minute)
    return confirm.confirm_turn(key, PHONE)


def test_a_change_keeps_booking_reference_and_token(token, day):
    before = queries.booking_by_token(token)
    identity = (before.id, before.reference)
    assert change(token, day, TEN) == token
    after = queries.booking_by_token(token)
    assert (after.id, after.reference) == identity
    assert (after.status, after.minute, after.moves) == ("confirmed", TEN, 1)
    assert after.starts_at == clock.instant(day, TEN, "America/Guayaquil")


def test_the_old_hour_stays_until_the_new_one_is_confirmed(token, day, desk, procedure):
    key = changes.begin_change(token, PHONE)
    holds.place(key, PHONE, day, TEN)
    assert queries.booking_by_token(token).minute == NINE
    other = at_hour_step(desk.agency, procedure, 2)
    for minute in (NINE, TEN):
        with pytest.raises(PlaceTaken):
            holds.place(other.key, other.browser, day, minute)


def test_the_old_hour_comes_back_after_the_release_delay(token, day, desk, procedure, clock_shift):
    change(token, day, TEN)
    delayed = db.session.scalars(select(Claim).where(Claim.purpose == "delay")).one()
    assert delayed.minute == NINE
    other = at_hour_step(desk.agency, procedure, 2)
    with pytest.raises(PlaceTaken):
        holds.place(other.key, other.browser, day, NINE)
    clock_shift(timedelta(minutes=61))
    holds.place(other.key, other.browser, day, NINE)


def test_a_change_that_lapses_leaves_the_turn_as_it_was(token, day, clock_shift):
    key = changes.begin_change(token, PHONE)
    holds.place(key, PHONE, day, TEN)
    clock_shift(timedelta(minutes=6))
    with pytest.raises(HoldLost):
        confirm.confirm_turn(key, PHONE)
    assert queries.booking_by_token(token).minute == NINE


def test_the_change_is_mailed_and_recorded(token, day):
    change(token, day, TEN)
    notice = db.session.scalars(select(Notice).where(Notice.kind == "change")).one()
    assert notice.address == "persona1@example.ec"
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.before, event.after, event.what) == ("confirmed", "confirmed", "changed")
    assert (event.details["before"]["minute"], event.details["after"]["minute"]) == (NINE, TEN)


def test_a_repeated_confirm_of_a_change_is_the_same_turn(token, day):
    key = changes.begin_change(token, PHONE)
    holds.place(key, PHONE, day, TEN)
    assert confirm.confirm_turn(key, PHONE) == confirm.confirm_turn(key, PHONE) == token
    assert queries.booking_by_token(token).moves == 1


def test_a_turn_changes_three_times_at_most(token, day):
    for minute in (TEN, TEN + 20, TEN + 40):
        change(token, day, minute)
    with pytest.raises(ChangesSpent):
        changes.begin_change(token, PHONE)


def test_choosing_its_own_hour_is_refused(token, day):
    key = changes.begin_change(token, PHONE)
    with pytest.raises(SamePlace):
        holds.place(key, PHONE, day, NINE)


def test_a_turn_can_move_to_another_agency(token, day, desk, procedure):
    other = create_desk(procedure.line, agency=create_agency(province=desk.agency.province))
    key = changes.begin_change(token, PHONE)
    steps.choose_place(key, PHONE, steps.AgencyChoice(other.agency.province_code, procedure.slug, other.agency.slug))
    holds.place(key, PHONE, day, TEN)
    confirm.confirm_turn(key, PHONE)
    assert queries.booking_by_token(token).agency.slug == other.agency.slug


def test_two_changes_at_once_hold_one_place_only(token, day):
    first, second = changes.begin_change(token, PHONE), changes.begin_change(token, "another-browser")
    holds.place(first, PHONE, day, TEN)
    holds.place(second, "another-browser", day, TEN + 20)
    with pytest.raises(HoldLost):
        confirm.confirm_turn(first, PHONE)
    confirm.confirm_turn(second, "another-browser")
    assert queries.booking_by_token(token).minute == TEN + 20


def test_a_cancelled_turn_cannot_change_and_gives_its_new_hold_back(token, day):
    key = changes.begin_change(token, PHONE)
    holds.place(key, PHONE, day, TEN)
    cancel.cancel_turn(token, CancelReason.NOT_NEEDED)
    with pytest.raises((NotChangeable, HoldLost)):
        confirm.confirm_turn(key, PHONE)
    with pytest.raises(NotChangeable):
        changes.begin_change(token, PHONE)
    assert db.session.scalars(select(Claim.purpose)).all() == ["delay"]


def test_a_change_cannot_move_the_turn_to_another_mailbox(token):
    key = changes.begin_change(token, PHONE)
    with pytest.raises(WrongStep):
        steps.give_contact(key, PHONE, Contact("x@example.ec", "x@example.ec", "+593991234567"))

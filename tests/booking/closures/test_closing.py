import os
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_agency, create_desk, create_province, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.agencies.models import Closure, DeskDay, WeeklyHours
from turnero.booking.closures import closing, displacement, proposals, sweep
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import cancel, change, confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.errors import HoldLost, NoProposal, NotOffered
from turnero.booking.turn.models import Booking, Claim, Displacement
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.staff.actor import COMMAND_LINE

NINE, TEN = 540, 600
# `make race` closes a full day of 300.
CROWD = int(os.environ.get("TURNERO_RACE_CROWD", "48"))

pytestmark = [pytest.mark.desk(windows=2), pytest.mark.usefixtures("nothing_broken")]


@pytest.fixture
def day(app):
    """A Monday, two weeks ahead."""
    day = next_workday() + timedelta(days=14)
    return day - timedelta(days=day.weekday())


def book(desk, procedure, day, minute=NINE, number=1):
    traveller = at_hour_step(desk.agency, procedure, number)
    holds.place(traveller.key, traveller.browser, day, minute)
    return confirm.confirm_turn(traveller.key, traveller.browser)


def hours_of(day, reason="Corte de luz", opens=time(0), days=1):
    begins = datetime.combine(day, opens)
    return Hours(begins, datetime.combine(day, time()) + timedelta(days=days), reason)


def close(desk, day, **hours):
    return closing.close_hours(Scope("agency", agency_id=desk.agency_id), hours_of(day, **hours), COMMAND_LINE)


def turn(token):
    db.session.rollback()
    return queries.booking_by_token(token)


def the_displacement(token):
    return db.session.scalars(
        select(Displacement).where(Displacement.booking_id == turn(token).id).order_by(Displacement.id.desc())
    ).first()


def test_closing_a_day_displaces_its_turns_and_no_others(desk, procedure, day):
    there = book(desk, procedure, day, number=1)
    next_day = book(desk, procedure, day + timedelta(days=1), number=2)
    closed = close(desk, day)
    assert (closed.cleared.displaced, closed.places) == (1, 54)  # of two windows
    assert turn(there).status == "displaced"
    assert turn(next_day).status == "confirmed"
    assert db.session.scalars(select(Claim.booking_id)).all() == [turn(next_day).id]


def test_a_displaced_person_gets_the_nearest_place_and_one_notice(desk, procedure, day):
    token = book(desk, procedure, day)
    close(desk, day)
    assert proposals.propose_all() == 1
    found = the_displacement(token)
    assert (found.status, found.new_day, found.new_minute) == ("proposed", day + timedelta(days=1), NINE)
    claim = db.session.scalars(select(Claim)).one()
    assert (claim.purpose, claim.booking_id) == ("proposal", turn(token).id)
    assert claim.lapses_at == found.new_starts_at - timedelta(hours=24)
    assert proposals.propose_all() == 0
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "displaced")) == 1


def test_accepting_the_proposal_makes_it_the_turn(desk, procedure, day):
    token = book(desk, procedure, day)
    reference = turn(token).reference
    close(desk, day)
    proposals.propose_all()
    for _ in range(2):
        proposals.accept_proposal(token)
    booking = turn(token)
    assert (booking.status, booking.day, booking.reference) == ("confirmed", day + timedelta(days=1), reference)
    assert the_displacement(token).status == "accepted"
    assert db.session.scalars(select(Claim.purpose)).all() == ["turn"]


def test_another_place_can_be_chosen_instead(desk, procedure, day):
    token = book(desk, procedure, day)
    close(desk, day)
    proposals.propose_all()
    key = change.begin_change(token, "phone")
    holds.place(key, "phone", day + timedelta(days=2), TEN)
    assert confirm.confirm_turn(key, "phone") == token
    assert (turn(token).status, turn(token).day) == ("confirmed", day + timedelta(days=2))
    assert the_displacement(token).status == "rebooked"
    assert db.session.scalars(select(Claim.purpose)).all() == ["turn"]


def test_a_displaced_turn_can_be_cancelled(desk, procedure, day):
    token = book(desk, procedure, day)
    close(desk, day)
    proposals.propose_all()
    cancel.cancel_turn(token)
    assert turn(token).status == "cancelled"
    assert the_displacement(token).status == "cancelled"
    assert db.session.scalars(select(Claim)).all() == []
    with pytest.raises(NoProposal):
        proposals.accept_proposal(token)


def test_a_second_closing_of_the_same_hours_sends_nothing_twice(desk, procedure, day):
    book(desk, procedure, day)
    close(desk, day)
    proposals.propose_all()
    assert close(desk, day).cleared.displaced == 0
    proposals.propose_all()
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "displaced")) == 1


def test_a_closed_proposal_is_followed_by_another(desk, procedure, day):
    token = book(desk, procedure, day)
    close(desk, day)
    proposals.propose_all()
    close(desk, day + timedelta(days=1))
    assert proposals.propose_all() == 1
    assert the_displacement(token).new_day == day + timedelta(days=2)
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "displaced")) == 2


def test_near_places_are_confirmed_at_once(desk, procedure):
    soon = next_workday()
    token = book(desk, procedure, soon)
    close(desk, soon)
    proposals.propose_all()
    assert the_displacement(token).status == "placed"
    assert (turn(token).status, turn(token).day) == ("confirmed", soon + timedelta(days=1))


def test_a_proposal_lapses_a_day_before_its_hour(desk, procedure, day, clock_shift):
    token = book(desk, procedure, day)
    close(desk, day)
    proposals.propose_all()
    clock_shift(the_displacement(token).new_starts_at - timedelta(hours=23) - clock.now())
    with pytest.raises(NoProposal):
        proposals.accept_proposal(token)
    assert turn(token).status == "displaced"


def test_a_late_hand_over_confirms_the_place(desk, procedure, day, clock_shift):
    token = book(desk, procedure, day)
    close(desk, day)
    proposals.propose_all()
    notice = db.session.scalars(select(Notice).where(Notice.kind == "displaced")).one()
    clock_shift(the_displacement(token).new_starts_at - timedelta(hours=60) - clock.now())
    proposals.proposal_handed_over(notice, clock.now())
    db.session.commit()
    assert turn(token).status == "confirmed"
    assert the_displacement(token).status == "placed"


def test_without_any_place_the_mail_says_so(desk, procedure, day):
    token = book(desk, procedure, day)
    close(desk, next_workday(), days=60)
    proposals.propose_all()
    assert (the_displacement(token).status, turn(token).status) == ("unplaced", "displaced")
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "displaced")) == 1


def test_the_same_canton_comes_before_the_province(desk, procedure, day):
    province = desk.agency.province
    far = create_desk(procedure.line, agency=create_agency(province, canton="Cayambe"))
    near = create_desk(procedure.line, agency=create_agency(province, canton=desk.agency.canton))
    create_desk(procedure.line, agency=create_agency(create_province("09"), canton=desk.agency.canton))
    token = book(desk, procedure, day)
    close(desk, next_workday(), days=60)
    proposals.propose_all()
    assert the_displacement(token).new_desk_id == near.id
    close(near, next_workday(), days=60)
    proposals.propose_all()
    assert the_displacement(token).new_desk_id == far.id


def test_a_hold_in_closed_hours_ends_and_cannot_be_confirmed(desk, procedure, day):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, day, NINE)
    assert close(desk, day).cleared.holds_ended == 1
    with pytest.raises(HoldLost):
        confirm.confirm_turn(traveller.key, traveller.browser)
    with pytest.raises(NotOffered):
        holds.place(traveller.key, traveller.browser, day, TEN)


def test_closing_part_of_a_day_leaves_the_rest(desk, procedure, day):
    morning = book(desk, procedure, day, NINE, 1)
    afternoon = book(desk, procedure, day, 840, 2)
    close(desk, day, opens=time(12))
    assert (turn(morning).status, turn(afternoon).status) == ("confirmed", "displaced")


def test_a_preview_tells_what_would_happen_and_changes_nothing(desk, procedure, day):
    for number in (1, 2):
        book(desk, procedure, day, number=number)
    told = closing.preview_closing(Scope("agency", agency_id=desk.agency_id), hours_of(day))
    assert (told.cleared.displaced, told.reachable, told.placed, told.places) == (2, 2, 2, 54)
    assert db.session.scalars(select(Booking.status)).all() == ["confirmed", "confirmed"]
    assert db.session.scalar(select(func.count()).select_from(Closure)) == 0
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "displaced")) == 0


def test_reopening_gives_the_old_place_back_and_tells(desk, procedure, day):
    token = book(desk, procedure, day)
    closed = close(desk, day)
    proposals.propose_all()
    assert closing.reopen_hours(closed.closure_id, COMMAND_LINE).restored == 1
    booking = turn(token)
    assert (booking.status, booking.day, booking.minute) == ("confirmed", day, NINE)
    assert the_displacement(token).status == "restored"
    assert db.session.scalars(select(Claim.purpose)).all() == ["turn"]
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "restored")) == 1


def test_fewer_windows_move_people_to_lower_seats_and_displace_the_rest(desk, procedure, day):
    for number in (1, 2):
        book(desk, procedure, day, NINE, number)
    book(desk, procedure, day, TEN, 3)
    db.session.add(DeskDay(desk_id=desk.id, day=day, windows=1))
    db.session.commit()
    cleared = displacement.clear_desk(desk.id)
    assert cleared.displaced == 1
    seats = db.session.execute(select(Claim.minute, Claim.seat).order_by(Claim.minute)).all()
    assert seats == [(NINE, 0), (TEN, 0)]


def test_the_sweep_finds_turns_outside_the_hours_however_they_got_there(desk, procedure, day):
    token = book(desk, procedure, day)
    for row in db.session.scalars(select(WeeklyHours)).all():
        row.opens = TEN
    db.session.commit()
    sweep.sweep()
    assert turn(token).status in ("displaced", "confirmed")
    assert the_displacement(token).reason == "La agencia cambió su horario"
    assert the_displacement(token).new_minute >= TEN


def test_a_displaced_turn_without_answer_is_cancelled_after_thirty_days(desk, procedure, day, clock_shift):
    token = book(desk, procedure, day)
    close(desk, next_workday(), days=60)
    proposals.propose_all()
    clock_shift(turn(token).starts_at + timedelta(days=29) - clock.now())
    sweep.sweep()
    assert turn(token).status == "displaced"
    clock_shift(timedelta(days=1, seconds=10))
    sweep.sweep()
    assert turn(token).status == "cancelled"
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "cancellation")) == 1


def test_a_full_day_ends_with_a_notice_and_a_place_for_each(app, procedure, day):
    desk = create_desk(procedure.line, windows=12)
    people = [(480 + 20 * (number // 12), number) for number in range(CROWD)]
    for minute, number in people:
        traveller = at_hour_step(desk.agency, procedure, number)
        holds.place(traveller.key, traveller.browser, day, minute)
        confirm.confirm_turn(traveller.key, traveller.browser)
    assert close(desk, day).cleared.displaced == CROWD
    assert proposals.propose_all() == CROWD
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "displaced")) == CROWD
    statuses = db.session.execute(select(Displacement.status, func.count()).group_by(Displacement.status)).all()
    assert statuses == [("proposed", CROWD)]

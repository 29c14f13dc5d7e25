from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, next_workday
from tests.support.rows.visits import arrived, booked, turn, visit
from tests.support.rows.waiting import listed
from turnero.attention.day import attendance, calling, queries
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.errors import CannotUndo, UndoPlaceTaken, UndoTooLate
from turnero.attention.day.queries import booking_here
from turnero.attention.day.undo import undo
from turnero.booking.journey import cancel as cancelling
from turnero.booking.turn.events import What
from turnero.booking.turn.models import Claim
from turnero.booking.turn.queries import token_of
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.staff.actor import Actor

NINE, ELEVEN = 540, 660

pytestmark = pytest.mark.desk(windows=1)


@database.transaction
def cancel(booking_id, by):
    """What the window does: the event keeps the seat."""
    booking = booking_here(booking_id, by.agency_id, lock=True)
    seat = db.session.scalars(select(Claim.seat).where(Claim.booking_id == booking_id)).first()
    cancelling.give_up(booking, actor=by.actor, now=clock.now(), what=What.BY_STAFF, details={"seat": seat})
    cancelling.give_place_back(booking, clock.now())


def test_an_arrival_is_taken_back(desk, procedure, by):
    booking_id = arrived(desk, procedure, ELEVEN)
    undo(booking_id, by)
    assert (turn(booking_id).status, visit(booking_id)) == ("confirmed", None)
    assert attendance.arrive(booking_id, by).ticket == "A-002"


def test_a_call_is_taken_back_and_leaves_the_board(desk, procedure, by):
    booking_id = arrived(desk, procedure, ELEVEN)
    calling.call_next(by)
    undo(booking_id, by)
    assert (turn(booking_id).status, visit(booking_id).window) == ("arrived", None)
    assert not queries.last_calls(desk.agency_id, queries.today_at(desk.agency_id, clock.now()))
    assert calling.call_next(by) == booking_id


def test_attended_by_mistake_is_at_the_window_again(desk, procedure, by):
    booking_id = arrived(desk, procedure, ELEVEN)
    calling.call_next(by)
    attendance.attended(booking_id, by)
    undo(booking_id, by)
    assert turn(booking_id).status == "called"
    assert (visit(booking_id).window, visit(booking_id).ended_at) == (1, None)


def test_nobody_goes_back_to_a_window_that_has_called_somebody_else(desk, procedure, by):
    first = arrived(desk, procedure, ELEVEN)
    arrived(desk, procedure, 680, 2)
    calling.call_next(by)
    attendance.attended(first, by)
    calling.call_next(by)
    with pytest.raises(UndoPlaceTaken):
        undo(first, by)
    assert turn(first).status == "attended"


def test_an_absence_is_taken_back_to_where_the_person_was(desk, procedure, by, clock_shift):
    present, expected = arrived(desk, procedure, ELEVEN), booked(desk, procedure, 680, 2)
    clock_shift(timedelta(hours=2))
    for booking_id, before in ((present, "arrived"), (expected, "confirmed")):
        attendance.absent(booking_id, by)
        undo(booking_id, by)
        assert turn(booking_id).status == before
    assert visit(present).ended_at is None


def test_an_absence_is_final_once_the_person_has_another_turn(desk, procedure, by, clock_shift):
    booking_id = booked(desk, procedure, ELEVEN)
    clock_shift(timedelta(hours=1, minutes=5))
    attendance.absent(booking_id, by)
    booked(desk, procedure, 800)
    with pytest.raises(UndoPlaceTaken):
        undo(booking_id, by)
    assert turn(booking_id).status == "no_show"


def test_undoing_a_cancellation_restores_the_seat_and_notifies_the_person(desk, procedure, by):
    booking_id = booked(desk, procedure, 900)
    cancel(booking_id, by)
    assert db.session.scalars(select(Claim.purpose)).all() == ["delay"]
    undo(booking_id, by)
    assert turn(booking_id).status == "confirmed"
    assert db.session.scalars(select(Claim.purpose)).all() == ["turn"]
    assert "restored" in db.session.scalars(select(Notice.kind)).all()


def test_a_cancelled_turn_whose_seat_was_taken_stays_cancelled(desk, procedure, by):
    booking_id = booked(desk, procedure, NINE, day=next_workday())
    listed(desk, procedure, 2)  # waits for a place, and is offered it at once
    cancel(booking_id, by)
    with pytest.raises(UndoPlaceTaken):
        undo(booking_id, by)
    assert turn(booking_id).status == "cancelled"


def test_after_ten_minutes_it_is_too_late(desk, procedure, by, clock_shift):
    booking_id = arrived(desk, procedure, ELEVEN)
    clock_shift(timedelta(minutes=10))
    with pytest.raises(UndoTooLate):
        undo(booking_id, by)
    assert turn(booking_id).status == "arrived"


def test_what_was_taken_back_is_not_taken_back_again(desk, procedure, by):
    booking_id = arrived(desk, procedure, ELEVEN)
    undo(booking_id, by)
    with pytest.raises(CannotUndo):
        undo(booking_id, by)


def test_what_the_person_did_is_not_undone_by_the_staff(desk, procedure, by):
    booking_id = booked(desk, procedure, ELEVEN)
    cancelling.cancel_turn(token_of(turn(booking_id)))
    with pytest.raises(CannotUndo):
        undo(booking_id, by)


def test_another_agencys_turn_does_not_exist(desk, procedure, by):
    booking_id = arrived(desk, procedure, ELEVEN)
    with pytest.raises(NotFound):
        undo(booking_id, Clerk(Actor.staff(1), create_agency().id, window=1))

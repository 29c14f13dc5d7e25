"""The closing job: people who never came become absent; people who were present are left unchanged."""

from datetime import timedelta

import pytest

from tests.support.rows.build import create_agency, create_desk, create_province, today
from tests.support.rows.turns import close
from tests.support.rows.visits import arrived, booked, turn
from turnero.attention.day import attendance, calling, closing_day
from turnero.attention.day.attendance import Clerk
from turnero.booking.turn.models import Event
from turnero.core.extensions import db
from turnero.staff.actor import Actor

ELEVEN, THREE = 660, 900
# The tests begin on Monday at 10:00; the agency closes at 17:00.
TO_1729, TO_1731 = timedelta(hours=7, minutes=29), timedelta(hours=7, minutes=31)


def statuses(*booking_ids):
    return [turn(one).status for one in booking_ids]


def test_no_shows_become_absent_half_an_hour_after_closing(desk, procedure, clock_shift):
    there, missing = arrived(desk, procedure, ELEVEN), booked(desk, procedure, THREE, 2)
    clock_shift(TO_1729)
    assert closing_day.close_days() == 0
    clock_shift(timedelta(minutes=2))
    assert closing_day.close_days() == 1
    assert statuses(there, missing) == ["arrived", "no_show"]
    last = db.session.query(Event).filter_by(booking_id=missing).order_by(Event.id.desc()).first()
    assert (str(last.actor), last.before, last.after, last.what) == ("close_day", "confirmed", "no_show", "not_arrived")
    assert closing_day.close_days() == 0


def test_the_closing_job_never_ends_people_who_were_present(desk, procedure, clock_shift):
    by = Clerk(Actor.staff(1), desk.agency_id, window=1)
    called, waiting, attended = (arrived(desk, procedure, ELEVEN, number) for number in (1, 2, 3))
    calling.call(attended, by)
    attendance.attended(attended, by)
    calling.call(called, by)
    clock_shift(timedelta(days=10))
    assert closing_day.close_days() == 0
    assert statuses(called, waiting, attended) == ["called", "arrived", "attended"]


def test_an_office_where_nobody_checked_in_has_a_day_for_its_paper_list(desk, procedure, clock_shift):
    missing = booked(desk, procedure, THREE)
    clock_shift(TO_1731)
    assert closing_day.close_days() == 0
    clock_shift(timedelta(hours=23, minutes=28))  # 16:59
    assert closing_day.close_days() == 0
    clock_shift(timedelta(minutes=2))
    assert closing_day.close_days() == 1
    assert statuses(missing) == ["no_show"]


def test_each_agency_closes_by_its_own_clock(desk, procedure, clock_shift):
    islands = create_desk(procedure.line, agency=create_agency(create_province("20")), windows=3)
    there = [arrived(one, procedure, ELEVEN, number) for number, one in enumerate((desk, islands), 1)]
    missing = [booked(one, procedure, THREE, number) for number, one in enumerate((desk, islands), 3)]
    clock_shift(TO_1731)  # 16:31 in Galápagos
    assert closing_day.close_days() == 1
    assert statuses(*missing) == ["no_show", "confirmed"]
    clock_shift(timedelta(hours=1))
    assert closing_day.close_days() == 1
    assert statuses(*missing, *there) == ["no_show", "no_show", "arrived", "arrived"]


def test_displaced_and_future_turns_are_not_touched(desk, procedure, clock_shift):
    elsewhere = create_desk(procedure.line)
    there = arrived(desk, procedure, ELEVEN)
    future = booked(desk, procedure, ELEVEN, 2, day=today() + timedelta(days=1))
    displaced = booked(elsewhere, procedure, THREE, 3)
    close(elsewhere, today())
    clock_shift(TO_1731)
    assert closing_day.close_days() == 0
    assert statuses(there, future, displaced) == ["arrived", "confirmed", "displaced"]


def test_the_cedula_may_book_the_same_tramite_again(desk, procedure, clock_shift):
    arrived(desk, procedure, ELEVEN, 2)
    booked(desk, procedure, THREE)
    clock_shift(TO_1731)
    closing_day.close_days()
    again = booked(desk, procedure, ELEVEN, day=today() + timedelta(days=2))
    assert statuses(again) == ["confirmed"]


def test_a_killed_run_keeps_whole_batches_and_the_next_goes_on(desk, procedure, clock_shift, monkeypatch):
    monkeypatch.setattr(closing_day, "_BATCH", 2)
    arrived(desk, procedure, ELEVEN, 9)
    missing = [booked(desk, procedure, minute, number) for number, minute in enumerate((720, 740, 760, 780, 800), 1)]
    clock_shift(TO_1731)
    moved, move = [], closing_day.history.move

    def killed_at_the_fourth(booking, *rest, **values):
        moved.append(booking.id)
        if len(moved) == 4:
            raise KeyboardInterrupt
        return move(booking, *rest, **values)

    with monkeypatch.context() as patch:
        patch.setattr(closing_day.history, "move", killed_at_the_fourth)
        with pytest.raises(KeyboardInterrupt):
            closing_day.close_days()
    assert sorted(statuses(*missing)) == ["confirmed"] * 3 + ["no_show"] * 2
    assert closing_day.close_days() == 3
    ended = db.session.query(Event).filter_by(actor=closing_day.ACTOR)
    assert sorted(event.booking_id for event in ended) == sorted(missing)


def test_a_stopped_job_begins_no_batch(desk, procedure, clock_shift):
    arrived(desk, procedure, ELEVEN, 2)
    booked(desk, procedure, THREE)
    clock_shift(TO_1731)
    assert closing_day.close_days(lambda: False) == 0


def test_the_command_says_what_it_did(app, desk, procedure, clock_shift):
    arrived(desk, procedure, ELEVEN, 2)
    booked(desk, procedure, THREE)
    clock_shift(TO_1731)
    result = app.test_cli_runner().invoke(args=["jobs", "--once", "close_day"])
    assert (result.exit_code, result.output) == (0, "Turnos marcados ausentes: 1.\n")

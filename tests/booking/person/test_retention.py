"""Retention: old turns identify nobody, and figures are unchanged."""

from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select, text

from tests.support.rows.build import create_agency, create_desk, create_procedure, next_workday, set_policy
from tests.support.rows.journeys import at_hour_step, cedula
from turnero.booking.closures import closing, sweep
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.journey.steps import Details, give_details
from turnero.booking.person import retention
from turnero.booking.turn import history, queries, reference
from turnero.booking.turn.events import CancelReason, What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking, Event, Journey, SpentReference
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.operations.audit import audit
from turnero.staff.actor import CITIZEN, COMMAND_LINE

NINE = 540
DAYS = timedelta(days=60)

pytestmark = [pytest.mark.desk(windows=3), pytest.mark.usefixtures("nothing_broken")]


def hold(desk, procedure, number=1, day=None, **values):
    traveller = at_hour_step(desk.agency, procedure, number, **values)
    holds.place(traveller.key, traveller.browser, day or next_workday(), NINE)
    return traveller


def book(desk, procedure, number=1, day=None, **values):
    traveller = hold(desk, procedure, number, day, **values)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))


def everything():
    """All that is in the database, as text, apart from the citizen registry: "table.column" → values."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            f"{table}.{column['name']}": [
                str(value) for value in connection.execute(text(f'SELECT "{column["name"]}" FROM {table}')).scalars()
            ]
            for table in inspect(db.engine).get_table_names()
            if table != "citizens"
            for column in inspect(db.engine).get_columns(table)
        }


def where_found(*data):
    return sorted(
        name for name, values in everything().items() if any(datum in value for datum in data for value in values)
    )


def figures():
    db.session.rollback()
    return (
        db.session.execute(
            text(
                "SELECT agencia, tramite, estado, canal, count(*), count(DISTINCT cedula) FROM v_turnos"
                " WHERE estado NOT IN ('retenido', 'vencido')"
                " GROUP BY agencia, tramite, estado, canal ORDER BY 1, 2, 3, 4"
            )
        ).all(),
        db.session.execute(
            text(
                "SELECT estado, tipo, count(*) FROM v_correos WHERE tipo <> 'code' GROUP BY estado, tipo ORDER BY 1, 2"
            )
        ).all(),
    )


def tidy():
    sweep.sweep()
    return retention.retain()


def test_no_contact_datum_of_an_old_turn_is_left_and_the_figures_stay(desk, procedure, clock_shift, smtp):
    person = at_hour_step(desk.agency, procedure, 1, registry_email="dueno.demo@example.ec")
    give_details(person.key, person.browser, Details("0900000001", "Luis Apoderado", priority=True))
    holds.place(person.key, person.browser, next_workday(), NINE)
    confirm.confirm_turn(person.key, person.browser)
    again = book(
        desk,
        create_procedure(line=procedure.line, minutes=40),
        2,
        cedula=person.cedula,
        day=next_workday() + timedelta(days=1),
    )
    cancel.cancel_turn(queries.token_of(again), CancelReason.OTHER)
    book(desk, procedure, 3)
    hold(desk, procedure, 4)
    deliver_all()
    db.session.execute(
        Notice.__table__.update().values(last_error="550 <persona1@example.ec> unknown, <persona3@example.ec> too")
    )
    db.session.commit()
    data = ("persona", "+59390", "browser-", cedula(1), cedula(3), cedula(4), "dueno.demo", "0900000001", "Apoderado")
    assert {"bookings.cedula", "bookings.email", "notices.address", "journeys.cedula"} <= set(where_found(*data))
    before = figures()
    clock_shift(DAYS + timedelta(days=4))
    assert tidy() == retention.Retained(turns=3, holds=1)
    assert where_found(*data) == []
    assert figures() == before
    assert retention.retain() == retention.Retained(0, 0)


def test_contact_is_kept_until_its_days_after_the_visit_are_over(desk, procedure, clock_shift):
    booking = book(desk, procedure)
    clock_shift(booking.starts_at - clock.now() + DAYS - timedelta(minutes=1))
    assert tidy().turns == 0
    assert where_found("persona1@example.ec") == ["bookings.email", "bookings.mailbox", "notices.address"]
    clock_shift(timedelta(minutes=2))
    assert tidy().turns == 1
    assert where_found("persona1@example.ec") == []


def test_each_agency_keeps_contact_for_its_own_days(procedure, clock_shift):
    set_policy(contact_days=90)
    short = create_desk(procedure.line, agency=create_agency(policy={"contact_days": 30}))
    longer = create_desk(procedure.line)
    for number, desk in enumerate((short, longer), start=1):
        book(desk, procedure, number)
    clock_shift(timedelta(days=40))
    assert tidy().turns == 1
    assert where_found("persona1@") == []
    assert "bookings.email" in where_found("persona2@")


def test_the_links_of_a_forgotten_turn_open_nothing(desk, procedure, clock_shift):
    booking = book(desk, procedure, registry_email="dueno.demo@example.ec")
    token, owner_token = queries.token_of(booking), queries.owner_token_of(booking)
    clock_shift(DAYS + timedelta(days=2))
    tidy()
    for look, link in ((queries.booking_by_token, token), (queries.booking_by_owner_token, owner_token)):
        with pytest.raises(NotFound):
            look(link)


def test_a_mail_never_sent_is_not_sent_to_nobody(desk, procedure, clock_shift, smtp):
    book(desk, procedure)
    db.session.execute(Notice.__table__.update().values(expires_at=None))
    db.session.commit()
    clock_shift(DAYS + timedelta(days=2))
    tidy()
    deliver_all()
    assert smtp.messages == []
    assert db.session.scalars(select(Notice.status)).all() == ["dropped"]


def test_turns_that_nobody_closed_are_forgotten_too_and_the_person_may_come_again(desk, procedure, clock_shift):
    for _ in range(3):  # each stays "confirmed": nobody said whether the person came
        book(desk, procedure)
        clock_shift(DAYS + timedelta(days=5))
        assert tidy().turns == 1
    assert db.session.scalar(select(func.count(Booking.cedula.distinct()))) == 1
    assert db.session.scalar(select(func.count()).where(Booking.status == "confirmed")) == 3


def test_displaced_people_are_not_erased_before_their_answer(desk, procedure, clock_shift):
    set_policy(contact_days=5)
    booking = book(desk, procedure, day=next_workday() + timedelta(days=14))
    starts = clock.local(booking.starts_at, desk.agency.zone)
    closing.close_hours(Scope("national"), Hours(starts, starts + timedelta(hours=1), "Corte"), actor=COMMAND_LINE)
    clock_shift(booking.starts_at - clock.now() + timedelta(days=10))
    assert tidy().turns == 0
    clock_shift(timedelta(days=21))
    assert tidy().turns == 1


def test_a_hold_that_came_to_nothing_is_deleted_after_a_day_with_its_events(desk, procedure, clock_shift):
    traveller = hold(desk, procedure)
    holds.release(traveller.key, traveller.browser)
    clock_shift(timedelta(hours=23, minutes=59))
    assert tidy().holds == 0
    clock_shift(timedelta(minutes=2))
    assert tidy().holds == 1
    assert db.session.scalar(select(func.count()).select_from(Booking)) == 0
    assert db.session.scalar(select(func.count()).select_from(Event)) == 0
    assert where_found(traveller.cedula) == []


def test_a_hold_that_a_journey_still_shows_waits_for_the_journey(desk, procedure, clock_shift):
    traveller = hold(desk, procedure)
    clock_shift(timedelta(hours=20))
    sweep.sweep()
    journey = db.session.get_one(Journey, traveller.key)
    journey.verified_at = clock.now()
    db.session.commit()
    clock_shift(timedelta(hours=5))
    assert tidy().holds == 0
    clock_shift(timedelta(hours=20))
    assert tidy().holds == 1


def test_a_reference_is_never_given_twice_not_even_that_of_a_deleted_hold(desk, procedure, clock_shift, monkeypatch):
    traveller = hold(desk, procedure)
    spent = db.session.scalars(select(Booking.reference)).one()
    holds.release(traveller.key, traveller.browser)
    clock_shift(timedelta(days=2))
    tidy()
    assert db.session.scalars(select(SpentReference.reference)).all() == [spent]
    fresh = reference.new_reference(reference.Era(0, "salt"))
    candidates = iter([spent, spent, fresh])
    monkeypatch.setattr(reference, "new_reference", lambda _era: next(candidates))
    hold(desk, procedure, 2)
    assert db.session.scalars(select(Booking.reference)).all() == [fresh]


def test_the_audit_finds_a_reference_that_was_given_again(desk, procedure):
    booking = book(desk, procedure)
    db.session.add(SpentReference(reference=booking.reference))
    db.session.commit()
    assert [violation.invariant for violation in audit()] == ["I8"]
    db.session.execute(SpentReference.__table__.delete())
    db.session.commit()


def test_more_than_a_batch_is_forgotten_in_one_run_and_a_killed_run_goes_on(desk, procedure, clock_shift, monkeypatch):
    monkeypatch.setattr(retention, "_BATCH", 2)
    for number in range(1, 4):
        book(desk, procedure, number)
    clock_shift(DAYS + timedelta(days=2))
    sweep.sweep()
    forget, done = retention.forget_turns, []

    def once(turns, now):
        if done:
            raise KeyboardInterrupt
        done.append(forget(turns, now))

    monkeypatch.setattr(retention, "forget_turns", once)
    with pytest.raises(KeyboardInterrupt):
        retention.retain()
    assert db.session.scalar(select(func.count()).where(Booking.forgotten_at.is_not(None))) == 2
    monkeypatch.setattr(retention, "forget_turns", forget)
    assert retention.retain().turns == 1


def test_events_hold_no_personal_data(desk, procedure):
    booking = book(desk, procedure, registry_email="dueno.demo@example.ec")
    cancel.cancel_turn(queries.token_of(booking), CancelReason.OTHER)
    history.note(booking, What.REASSIGNED, actor=CITIZEN, now=clock.now())
    db.session.commit()
    told = str(
        [(str(event.actor), event.what, event.reason, event.details) for event in db.session.scalars(select(Event))]
    )
    for datum in (booking.cedula, "persona1", "example.ec", "+593", "browser"):
        assert datum not in told
    assert booking.status == Status.CANCELLED


def test_the_command_says_what_it_did(app, desk, procedure, clock_shift):
    book(desk, procedure)
    clock_shift(DAYS + timedelta(days=2))
    result = app.test_cli_runner().invoke(args=["jobs", "--once", "retention"])
    assert (result.exit_code, result.output) == (0, "Turnos sin datos personales: 1. Reservas vencidas borradas: 0.\n")

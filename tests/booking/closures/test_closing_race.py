"""Closing an agency while fifty people book: nobody stays confirmed in a closed hour, everybody is displaced once."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.scenes.kept import keep_rows
from turnero.booking.closures import closing, proposals
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import confirm, holds
from turnero.booking.turn.models import Booking, Displacement
from turnero.core import db as database
from turnero.core.errors import Refused
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.operations.audit import audit
from turnero.staff.actor import COMMAND_LINE

PEOPLE, THREADS = 50, 16
ROUNDS = int(os.environ.get("TURNERO_RACE_ROUNDS", "6"))  # a day each; `make race` goes on for two hundred


def one_round(app: Flask, agency_id: int, travellers, day) -> dict[str, list[int]]:
    """Fifty people hold and confirm; the office closes in the middle. Answers who was told what."""
    barrier = Barrier(THREADS)
    told: dict[str, list[int]] = {"confirmed": [], "refused": []}

    def book(number: int) -> None:
        if number < THREADS - 1:
            barrier.wait(timeout=30)
        with app.app_context():
            try:
                holds.place(travellers[number].key, travellers[number].browser, day, 480 + 20 * (number % 27))
                token = confirm.confirm_turn(travellers[number].key, travellers[number].browser)
                told["confirmed"].append(token)
            except Refused:
                told["refused"].append(number)

    def close() -> None:
        barrier.wait(timeout=30)
        with app.app_context():
            begins = datetime.combine(day, time())
            closing.close_hours(
                Scope("agency", agency_id=agency_id), Hours(begins, begins + timedelta(days=1), "Prueba"), COMMAND_LINE
            )

    with ThreadPoolExecutor(THREADS) as pool:
        work = [pool.submit(book, number) for number in range(8)]
        work.append(pool.submit(close))
        work += [pool.submit(book, number) for number in range(8, PEOPLE)]
        for done in work:
            done.result()
    return told


def confirmed_in(day) -> int:
    db.session.rollback()
    return db.session.scalar(
        select(func.count()).select_from(Booking).where(Booking.day == day, Booking.status == "confirmed")
    )


def test_closing_while_fifty_people_book(app, engine):
    """SQLite has one writer at a time, so that less can go wrong there: a third of the rounds."""
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=2)
    agency_id = desk.agency_id
    travellers = [at_hour_step(desk.agency, procedure, number) for number in range(PEOPLE)]
    first = next_workday() + timedelta(days=7)
    days = [first + timedelta(days=7 * (number // 3) + number % 3) for number in range(6)]
    start_again = keep_rows()
    for number in range(ROUNDS if engine == "postgresql" else -(-ROUNDS // 3)):
        start_again()
        day = days[number % 6]
        told = one_round(app, agency_id, travellers, day)
        assert confirmed_in(day) == 0
        displaced = db.session.scalar(select(func.count()).select_from(Displacement))
        assert displaced == len(told["confirmed"])
        proposals.propose_all()
        notices = select(func.count()).select_from(Notice).where(Notice.kind == "displaced")
        assert db.session.scalar(notices) == displaced
        assert [str(violation) for violation in audit()] == []


def test_control_without_the_desks_lock_somebody_is_confirmed_in_a_closed_hour(postgres_app, monkeypatch):
    """Holding reads the hours and takes its seat; only the desk's lock stands between the two.

    SQLite has one writer at a time, so there is no lock of a desk to take away.
    """
    app = postgres_app
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=2)
    day = next_workday() + timedelta(days=7)
    traveller = at_hour_step(desk.agency, procedure)
    agency_id = desk.agency_id
    begins = datetime.combine(day, time())
    db.session.rollback()
    closed = []
    real_take = holds._take

    def close_in_between(*arguments) -> None:
        with ThreadPoolExecutor(1) as pool:

            def close() -> None:
                with app.app_context():
                    closing.close_hours(
                        Scope("agency", agency_id=agency_id),
                        Hours(begins, begins + timedelta(days=1), "Prueba"),
                        COMMAND_LINE,
                    )

            closed.append(pool.submit(close).result(timeout=10))
        real_take(*arguments)

    monkeypatch.setattr(database, "lock_shared", lambda name: None)
    monkeypatch.setattr(holds, "_take", close_in_between)
    holds.place(traveller.key, traveller.browser, day, 540)
    confirm.confirm_turn(traveller.key, traveller.browser)
    assert closed
    assert confirmed_in(day) == 1

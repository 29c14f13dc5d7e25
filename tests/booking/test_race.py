"""The place is decided by the database: 64 people for the last three seats, and the same race without its guard."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.agencies.models import Procedure
from turnero.booking.journey import confirm as bookings
from turnero.booking.journey import holds
from turnero.booking.seats import availability, claims
from turnero.booking.turn.errors import PlaceTaken
from turnero.booking.turn.models import Claim
from turnero.core.extensions import db
from turnero.operations.audit import audit

PEOPLE, SEATS, HOUR = 64, 3, 540


def everyone_at_once(app: Flask, work: Callable[[int], str]) -> Counter[str]:
    """Run ``work`` for each person in a thread of its own, all released together; count the answers."""
    threads = 16
    barrier = Barrier(threads)

    def one(number: int) -> str:
        if number < threads:
            barrier.wait(timeout=30)
        with app.app_context():
            return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(one, range(PEOPLE)))


def race(app: Flask, *, confirm: bool = True) -> Counter[str]:
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=SEATS)
    day = next_workday()
    travellers = [at_hour_step(desk.agency, procedure, number) for number in range(PEOPLE)]
    number_of_procedure = procedure.id
    db.session.rollback()

    def hold(number: int) -> str:
        try:
            holds.place(travellers[number].key, travellers[number].browser, day, HOUR)
        except PlaceTaken as lost:
            here = db.session.get_one(Procedure, number_of_procedure)  # each thread has its own session
            near = availability.nearest(lost.data["agency"], here, day, HOUR)
            assert len(near) == 3
            return "alternatives"
        if confirm:
            bookings.confirm_turn(travellers[number].key, travellers[number].browser)
        return "won"

    return everyone_at_once(app, hold)


def test_sixty_four_people_for_the_last_three_seats(app):
    assert race(app) == {"won": SEATS, "alternatives": PEOPLE - SEATS}
    assert db.session.scalar(select(func.count()).select_from(Claim)) == SEATS
    assert list(audit()) == []


def everybody_sees_an_empty_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "taken_seats", lambda *_: ())


def test_the_row_decides_even_when_everybody_read_an_empty_day(app, monkeypatch):
    everybody_sees_an_empty_day(monkeypatch)
    assert race(app)["won"] == SEATS


def test_control_without_the_guard_in_the_row_more_people_win_than_there_are_seats(app, monkeypatch):
    everybody_sees_an_empty_day(monkeypatch)
    monkeypatch.setattr(claims, "_may_be_taken_over", lambda now: Claim.seat >= 0)
    assert race(app, confirm=False)["won"] > SEATS

"""Places given up and offered while others do the same, close the hours or press twice: the database decides each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Event

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.waiting import listed, offers, statuses
from tests.support.scenes.crowd import all_at_once
from turnero.booking.closures import closing, displacement
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import cancel as cancelling
from turnero.booking.journey import confirm, holds
from turnero.booking.turn.models import Booking, Claim
from turnero.booking.turn.request_models import SeatOffer
from turnero.booking.waiting import handing_on
from turnero.booking.waiting import offers as seat_offers
from turnero.core.errors import Refused
from turnero.core.extensions import db
from turnero.staff.actor import COMMAND_LINE

pytestmark = pytest.mark.usefixtures("nothing_broken")


@pytest.fixture
def day(app):
    return next_workday() + timedelta(days=7)


def booked(desk, procedure, day, count):
    tokens = []
    for number in range(count):
        traveller = at_hour_step(desk.agency, procedure, 90 + number)
        holds.place(traveller.key, traveller.browser, day, 540 + 20 * number)
        tokens.append(confirm.confirm_turn(traveller.key, traveller.browser))
    return tokens


def test_eight_places_given_up_at_once_go_to_eight_different_people(app, desk, procedure, day):
    tokens = booked(desk, procedure, day, 8)
    for number in range(1, 11):
        listed(desk, procedure, number)
    all_at_once(app, [lambda token=token: cancelling.cancel_turn(token) for token in tokens])
    assert sorted(statuses()) == ["offered"] * 8 + ["waiting"] * 2
    assert db.session.scalar(select(func.count(SeatOffer.request_id.distinct()))) == 8
    assert offers() == ["open"] * 8


def test_an_offer_that_is_accepted_sixteen_times_is_one_turn(app, desk, procedure, day):
    (turn,) = booked(desk, procedure, day, 1)
    first = listed(desk, procedure, 1)
    cancelling.cancel_turn(turn)
    assert len(set(all_at_once(app, [lambda: seat_offers.accept_offer(first)] * 16))) == 1
    assert db.session.scalar(select(func.count()).where(Booking.status == "confirmed")) == 1


def test_accepting_and_declining_at_once_is_one_of_the_two(app, desk, procedure, day):
    (turn,) = booked(desk, procedure, day, 1)
    first, second = (listed(desk, procedure, number) for number in (1, 2))
    cancelling.cancel_turn(turn)

    def accept():
        try:
            return seat_offers.accept_offer(first)
        except Refused:
            return None

    accepted, _ = all_at_once(app, [accept, lambda: seat_offers.decline_offer(first)])
    assert offers() == (["accepted"] if accepted else ["declined", "open"])
    assert second


def close_while_a_place_is_handed_on(app, desk, procedure, day, monkeypatch):
    """The closing waits for the row of a turn that is being cancelled; meanwhile its place goes to somebody else."""
    (turn,) = booked(desk, procedure, day, 1)
    listed(desk, procedure, 1)
    handed, agency_id = Event(), desk.agency_id
    tell = handing_on.tell_request

    def tell_late(*args, **kwargs):
        tell(*args, **kwargs)
        db.session.flush()
        handed.set()
        db.session.connection().exec_driver_sql("SELECT pg_sleep(1.5)")

    monkeypatch.setattr(handing_on, "tell_request", tell_late)

    def cancel():
        with app.app_context():
            cancelling.cancel_turn(turn)

    def close():
        handed.wait(timeout=30)
        begins = datetime.combine(day, time())
        with app.app_context():
            closing.close_hours(
                Scope("agency", agency_id=agency_id), Hours(begins, begins + timedelta(days=1), "Corte"), COMMAND_LINE
            )

    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(cancel), pool.submit(close)]:
            done.result()


@pytest.mark.engines("postgresql")
def test_a_place_that_is_handed_on_while_its_hours_close_is_closed_too(app, desk, procedure, day, monkeypatch):
    close_while_a_place_is_handed_on(app, desk, procedure, day, monkeypatch)
    assert db.session.scalars(select(Claim)).all() == []
    assert db.session.scalars(select(Booking.status).order_by(Booking.id)).all() == ["cancelled", "lapsed"]
    seat_offers.serve_waiting()
    assert statuses() == ["waiting"]


@pytest.mark.engines("postgresql")
def test_control_without_looking_again_the_closing_fails(app, desk, procedure, day, monkeypatch):
    looked = displacement._locked
    monkeypatch.setattr(displacement, "_locked", lambda ids: {} if isinstance(ids, list) else looked(ids))
    with pytest.raises(KeyError):
        close_while_a_place_is_handed_on(app, desk, procedure, day, monkeypatch)

"""Requests in exports, erasure and retention."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import next_workday
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.rows.waiting import listed, statuses
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.person import privacy, retention
from turnero.booking.turn.models import Booking
from turnero.booking.turn.request_models import SeatRequest
from turnero.booking.waiting import offers
from turnero.core.extensions import db
from turnero.notices.models import Notice

pytestmark = pytest.mark.usefixtures("nothing_broken")


@pytest.fixture
def offered(desk, procedure):
    """Person 1 is offered what person 90 gave up; person 2 waits behind. The token of the first."""
    traveller = at_hour_step(desk.agency, procedure, 90)
    holds.place(traveller.key, traveller.browser, next_workday() + timedelta(days=7), 540)
    turn = confirm.confirm_turn(traveller.key, traveller.browser)
    first, _ = (listed(desk, procedure, number) for number in (1, 2))
    cancel.cancel_turn(turn)
    return first


def mails_of(number):
    return db.session.scalars(select(Notice).where(Notice.address == f"persona{number}@example.ec")).all()


def test_an_export_tells_requests_and_offers(offered, desk):
    (told,) = privacy.everything_about(cedula(1))["solicitudes"]
    assert (told["estado"], told["correo"], told["agencias"]) == ("offered", "persona1@example.ec", [desk.agency.slug])
    assert [offer["estado"] for offer in told["ofertas"]] == ["open"]


def test_erasing_a_person_hands_their_offer_on(offered):
    done = privacy.erase(cedula(1), "Solicitud 12")
    assert (done.requests, done.holds) == (1, 1)
    assert statuses() == ["offered"]
    assert mails_of(1) == []
    assert db.session.scalars(select(Booking).where(Booking.cedula == cedula(1))).all() == []


def test_a_request_is_deleted_some_time_after_it_ended(offered, clock_shift):
    offers.leave_list(offered)
    clock_shift(timedelta(days=59))
    offers.serve_waiting()
    assert retention.retain().requests == 0
    clock_shift(timedelta(days=2))
    assert retention.retain().requests == 1
    assert mails_of(1) == []
    assert len(db.session.scalars(select(SeatRequest)).all()) == 1


def test_a_lapsed_hold_of_an_offer_is_deleted_like_any_other(offered, clock_shift):
    offers.leave_list(offered)
    clock_shift(timedelta(days=2))
    offers.serve_waiting()
    assert retention.retain().holds >= 1

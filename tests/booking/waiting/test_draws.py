import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.support.rows.build import create_agency, create_desk, today
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.waiting import in_draw, offers, statuses
from turnero.booking.journey import cancel, holds, joining
from turnero.booking.seats import availability
from turnero.booking.turn import queries
from turnero.booking.turn.errors import AlreadyAsked, DrawClosed, NotOffered
from turnero.booking.turn.models import Claim
from turnero.booking.turn.request_models import Draw, SeatOffer, SeatRequest
from turnero.booking.waiting import draw, draws
from turnero.booking.waiting import offers as seat_offers
from turnero.booking.waiting.queries import request_by_token, request_token_of
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.operations.audit import audit

NINE = 540

pytestmark = pytest.mark.usefixtures("nothing_broken")


@pytest.fixture
def monday(app):
    """Of the week after next: its window, from a fortnight to a week before, is open now."""
    now = today()
    return now - timedelta(days=now.weekday()) + timedelta(days=14)


@pytest.fixture
def desk(procedure, monday):
    """Of a scarce agency: two windows from eight to nine, so six places a day."""
    lots = {"first": monday.isoformat(), "opens_days": 14, "closes_days": 7}
    agency = create_agency(policy={"draw": lots}, hours=((range(5), 480, 540),))
    return create_desk(procedure.line, agency=agency, windows=2)


@pytest.fixture
def open_draw(desk, clock_shift):
    """The draw of the week after next while it collects requests."""
    draws.run_due()
    row = db.session.scalars(select(Draw).order_by(Draw.first_day)).first()
    clock_shift(row.opens_at + timedelta(minutes=1) - clock.now())
    return row


def close(row, clock_shift):
    clock_shift(row.closes_at + timedelta(minutes=1) - clock.now())
    assert draws.run_due() == 1
    db.session.expire_all()


def test_the_hash_is_published_before_the_window_opens(desk):
    draws.run_due()
    draws.run_due()
    rows = db.session.scalars(select(Draw).order_by(Draw.first_day)).all()
    assert len({row.first_day for row in rows}) == len(rows) > 0
    for row in rows:
        assert row.created_at < row.opens_at < row.closes_at
        assert (row.secret, row.document, row.drawn_at) == (None, None, None)
        assert len(row.secret_hash) == 64


def test_drawn_days_are_never_first_come(desk, procedure, monday):
    traveller = at_hour_step(desk.agency, procedure, 1)
    with pytest.raises(NotOffered):
        holds.place(traveller.key, traveller.browser, monday, 480)
    assert availability.hours(desk.agency, procedure, monday) == ()
    before = monday - timedelta(days=3)
    assert availability.hours(desk.agency, procedure, before)


def test_excess_requests_are_drawn_and_notified(open_draw, procedure, clock_shift):
    tokens = [in_draw(open_draw, procedure, number) for number in range(1, 41)]
    close(open_draw, clock_shift)
    assert sorted(statuses()) == ["offered"] * 30 + ["waiting"] * 10
    told = db.session.execute(select(Notice.kind, Notice.address)).all()
    assert sum(kind == "offer" for kind, _ in told) == 30
    assert sum(kind == "not_drawn" for kind, _ in told) == 10
    document = db.session.get(Draw, open_draw.id).document
    assert draw.verify(json.loads(json.dumps(document))) == []
    assert document["hash_secreto"] == open_draw.secret_hash
    ranks = {request.number: request.rank for request in db.session.scalars(select(SeatRequest))}
    assert sorted(ranks, key=ranks.get) == document["orden"]
    # Each winner holds the very place that the file says.
    for offer in db.session.scalars(select(SeatOffer)):
        won = document["asignados"][offer.request.number]
        claim = db.session.scalars(select(Claim).where(Claim.booking_id == offer.booking_id)).one()
        assert (claim.day.isoformat(), claim.minute, claim.seat) == (won["dia"], won["minuto"], won["asiento"])
    winner = next(token for token in tokens if request_by_token(token).status == "offered")
    assert queries.booking_by_token(seat_offers.accept_offer(winner)).status == "confirmed"


def test_nothing_personal_is_published(open_draw, procedure, clock_shift):
    in_draw(open_draw, procedure, 7)
    close(open_draw, clock_shift)
    request = db.session.scalars(select(SeatRequest)).one()
    published = json.dumps(db.session.get(Draw, open_draw.id).document)
    assert request.number in published
    for secret in (request.cedula, request.mailbox, request.mobile, request.token_nonce, open_draw.nonce):
        assert secret not in published


def test_a_drawn_place_not_confirmed_in_a_day_passes_on(open_draw, procedure, clock_shift):
    for number in range(1, 33):
        in_draw(open_draw, procedure, number)
    close(open_draw, clock_shift)
    winners = [request.id for request in db.session.scalars(select(SeatRequest).where(SeatRequest.status == "offered"))]
    reserve = db.session.scalars(select(SeatRequest).where(SeatRequest.status == "waiting").order_by(SeatRequest.rank))
    next_one = reserve.first().id
    refused = db.session.get(SeatRequest, winners[0])
    seat_offers.decline_offer(token_of(refused))
    assert db.session.get(SeatRequest, next_one).status == "offered"
    assert db.session.get(SeatRequest, winners[0]).status == "spent"
    db.session.execute(update(SeatOffer).values(told_at=clock.now()))
    db.session.commit()
    clock_shift(timedelta(hours=24, minutes=2))
    seat_offers.serve_waiting()
    assert sorted(offers()).count("lapsed") == 30
    assert db.session.scalars(select(SeatRequest.status)).all().count("offered") <= 1


def token_of(request):
    return request_token_of(request)


def test_a_cedula_counts_once(open_draw, procedure):
    in_draw(open_draw, procedure, 1)
    again = at_hour_step(
        open_draw.desk.agency, procedure, 1, browser="b", mailbox="b@example.ec", mobile="+593999999999"
    )
    with pytest.raises(AlreadyAsked):
        joining.join_draw(again.key, again.browser, joining.DrawWish(open_draw.id, procedure.slug))


def test_outside_its_window_nobody_takes_part(desk, procedure, clock_shift):
    draws.run_due()
    row = db.session.scalars(select(Draw).order_by(Draw.first_day)).first()
    with pytest.raises(DrawClosed):
        in_draw(row, procedure, 1)
    clock_shift(row.closes_at - clock.now())
    with pytest.raises(DrawClosed):
        in_draw(row, procedure, 2)


def test_a_draw_is_run_once(open_draw, procedure, clock_shift):
    in_draw(open_draw, procedure, 1)
    close(open_draw, clock_shift)
    before = db.session.get(Draw, open_draw.id).document
    assert draws.draw_now(open_draw.id) is False
    assert db.session.get(Draw, open_draw.id).document == before
    assert offers() == ["open"]


def test_a_draw_without_requests_ends_too(open_draw, clock_shift):
    close(open_draw, clock_shift)
    assert db.session.get(Draw, open_draw.id).document["orden"] == []


def test_a_winner_who_cancels_makes_place_for_the_next(open_draw, procedure, clock_shift):
    for number in range(1, 32):
        in_draw(open_draw, procedure, number)
    close(open_draw, clock_shift)
    winner = db.session.scalars(select(SeatRequest).where(SeatRequest.rank == 1)).one()
    turn = seat_offers.accept_offer(token_of(winner))
    cancel.cancel_turn(turn)
    last = db.session.scalars(select(SeatRequest).where(SeatRequest.rank == 31)).one()
    assert last.status == "offered"


def test_the_audit_finds_a_draw_that_was_tampered_with(open_draw, procedure, clock_shift):
    for number in (1, 2):
        in_draw(open_draw, procedure, number)
    close(open_draw, clock_shift)
    row = db.session.get(Draw, open_draw.id)
    honest = row.document
    row.document = {**honest, "orden": honest["orden"][::-1]}
    db.session.commit()
    found = {violation.invariant for violation in audit()}
    row.document = honest
    db.session.commit()
    assert found == {"I9"}

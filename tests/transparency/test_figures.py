from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_desk, next_workday, today
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.visits import arrived
from tests.support.rows.waiting import in_draw, listed
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.turn.request_models import Draw, SeatRequest
from turnero.booking.waiting import draws, offers
from turnero.booking.waiting.queries import request_token_of
from turnero.core import clock
from turnero.core.extensions import db
from turnero.transparency import figures
from turnero.transparency.models import Given, Scarcity

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas"),
    pytest.mark.desk(agency={"name": "Centro"}, windows=1),
]


def book(desk, procedure, number, minute=540):
    traveller = at_hour_step(desk.agency, procedure, number)
    holds.place(traveller.key, traveller.browser, next_workday() + timedelta(days=7), minute)
    return confirm.confirm_turn(traveller.key, traveller.browser)


def rows(table):
    return db.session.scalars(select(table)).all()


def test_the_first_free_turn_is_measured_once_a_day(desk, procedure, clock_shift):
    figures.measure()
    figures.measure()
    (row,) = rows(Scarcity)
    assert (row.day, row.agency_id, row.days_ahead) == (today(), desk.agency_id, 0)
    clock_shift(timedelta(days=1))
    figures.measure()
    assert [row.day for row in rows(Scarcity)] == [today() - timedelta(days=1), today()]


def test_before_a_new_day_opens_nothing_is_measured(desk, clock_shift):
    clock_shift(timedelta(hours=-2))  # 08:00
    figures.measure()
    assert rows(Scarcity) == []


def test_a_full_agency_has_no_number_and_a_drawn_one_no_row(procedure):
    create_desk(procedure.line, agency=create_agency(hours=()), windows=1)
    lots = {"first": (today() - timedelta(days=today().weekday())).isoformat(), "opens_days": 14, "closes_days": 7}
    create_desk(procedure.line, agency=create_agency(policy={"draw": lots}), windows=1)
    figures.measure()
    assert [row.days_ahead for row in rows(Scarcity)] == [None]


def test_turns_are_counted_by_how_they_were_given(desk, procedure, clock_shift):
    book(desk, procedure, 1)
    given_up = book(desk, procedure, 2, minute=560)
    waiting = listed(desk, procedure, 3)
    cancel.cancel_turn(given_up)
    offers.accept_offer(waiting)
    arrived(desk, procedure, 640, 4)
    day = today()
    clock_shift(timedelta(days=1))
    figures.measure()
    assert {row.how: row.turns for row in rows(Given) if row.day == day} == figures.given_on(day)
    counted = figures.given_on(day)
    assert (counted["list"], counted["draw"]) == (1, 0)
    # The one that was given up had been given; ``arrived`` books online first.
    assert counted["first_come"] + counted["window"] == 3


def test_a_turn_won_in_a_draw_counts_as_drawn(procedure, clock_shift):
    monday = today() - timedelta(days=today().weekday())
    lots = {"first": monday.isoformat(), "opens_days": 14, "closes_days": 7}
    desk = create_desk(procedure.line, agency=create_agency(policy={"draw": lots}), windows=1)
    draws.announce()
    row = db.session.scalars(select(Draw).order_by(Draw.first_day.desc())).first()
    clock_shift(row.opens_at - clock.now() + timedelta(minutes=1))
    in_draw(row, procedure, 1)
    clock_shift(row.closes_at - clock.now() + timedelta(minutes=1))
    draws.run_due()
    offers.accept_offer(request_token_of(db.session.scalars(select(SeatRequest)).one()))
    assert desk.id == row.desk_id
    assert figures.given_on(today())["draw"] == 1


def test_days_on_which_nothing_ran_are_counted_later_and_once(desk, procedure, clock_shift):
    book(desk, procedure, 1)
    clock_shift(timedelta(days=5))
    figures.measure()
    figures.measure()
    assert len({row.day for row in rows(Given)}) == 5
    assert sum(row.turns for row in rows(Given)) == 1


def test_the_page_tells_rules_scarcity_and_shares(desk, procedure, client, clock_shift):
    book(desk, procedure, 1)
    figures.measure()
    clock_shift(timedelta(days=1))
    figures.measure()
    client.get(f"/reparto?provincia=17&tramite={procedure.slug}")
    said = client.page.text
    for words in ("Cómo se reparten los turnos", "se dio 1 turno:", "100 %", "Centro", "hoy"):
        assert words in said, words


def test_the_page_of_an_empty_site(app, client):
    client.get("/reparto")
    assert "Todavía no hay cifras" in client.page.text


@pytest.mark.parametrize("address", ["/reparto?provincia=99", "/reparto?tramite=nada"])
def test_what_does_not_exist_has_no_page(desk, client, address):
    assert client.get(address).status_code == 404

"""The shared cache: computed once, never too old, never used for decisions."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.inspection.statements import recorded
from tests.support.pages.walking import Walker, browser_of
from tests.support.rows.build import next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.turns import begin_change
from turnero.booking.journey import holds
from turnero.booking.pages.journey import hour
from turnero.booking.pages.journey.page import at
from turnero.booking.seats import availability
from turnero.booking.turn.errors import PlaceTaken
from turnero.core import shared_values
from turnero.core.extensions import db
from turnero.core.messages import TEXTS
from turnero.core.shared_values import Shelf, shared, shelf_of

TEN = 600
SAME_PLACE = TEXTS["same_place"]


def test_a_value_is_made_once_and_again_when_its_time_has_passed(app, moments):
    made = iter("abc")
    shelf = Shelf()

    def look():
        return shelf.get("key", 2.0, lambda: next(made))

    assert [look(), look()] == ["a", "a"]
    moments[0] += 1.9
    assert look() == "a"
    moments[0] += 0.2
    assert [look(), look()] == ["b", "b"]


def test_what_could_not_be_made_is_tried_again(app):
    shelf = Shelf()
    with pytest.raises(ZeroDivisionError):
        shelf.get("key", 2.0, lambda: 1 // 0)
    assert shelf.get("key", 2.0, lambda: "made") == "made"


def test_concurrent_requests_wait_for_a_running_computation(app):
    shelf, begun, go_on, made = Shelf(), threading.Event(), threading.Event(), []

    def make():
        begun.set()
        assert go_on.wait(10)
        made.append(1)
        return "made"

    def look(_number):
        with app.app_context():
            return shelf.get("key", 60, make)

    with ThreadPoolExecutor(8) as crowd:
        answers = crowd.map(look, range(8))
        assert begun.wait(10)
        go_on.set()
        assert list(answers) == ["made"] * 8
    assert made == [1]


def test_a_shelf_of_too_many_things_keeps_those_of_this_moment(app, moments, monkeypatch):
    monkeypatch.setattr(shared_values, "_MAX_ENTRIES", 3)
    shelf = Shelf()
    for number in range(3):
        shelf.get(number, 2.0 + number, lambda: "old")
    moments[0] += 3.5
    assert shelf.get(3, 2.0, lambda: "new") == "new"
    assert [shelf.get(number, 2.0, lambda: "again") for number in (2, 3, 0)] == ["old", "new", "again"]


def test_rows_that_are_shared_belong_to_no_request(desk, procedure):
    (offer,) = shared("offers", lambda: availability.agency_offers("17", procedure))
    db.session.rollback()  # whatever becomes of the request's own rows
    with recorded() as said:
        assert offer.agency.slug.startswith("agencia")
        assert offer.agency.province.name == "Pichincha"
    assert said == []
    assert offer.agency not in db.session


def test_a_page_waits_for_what_is_shared_without_a_connection(client, desk, procedure, monkeypatch):
    held = []
    inside = availability._all_days
    monkeypatch.setattr(
        availability, "_all_days", lambda *what: (held.append(db.engine.pool.checkedout()), inside(*what))[1]
    )
    Walker.at_hours(client, desk, procedure).get("horario")
    assert held == [0]


def test_what_is_seen_may_be_old_and_the_claim_decides(app, client, desk, procedure, moments):
    shelf_of(app).most_seconds = 60
    day = next_workday()
    walker = Walker.at_hours(client, desk, procedure)
    walker.get("horario", dia=str(day))
    other = at_hour_step(desk.agency, procedure, 2)
    holds.place(other.key, other.browser, day, TEN)
    walker.get("horario", dia=str(day))
    assert f"{day}T10:00" in {radio["value"] for radio in client.page.all("input", name="hora")}
    walker.post("horario", hora=f"{day}T10:00", acepta="si")
    assert client.response.status_code == 409
    offered = [radio["value"] for radio in client.page.all("input", type="radio")]
    assert len(offered) == 3
    assert f"{day}T10:00" not in offered
    with pytest.raises(PlaceTaken):
        holds.place(walker.key, browser_of(client), day, TEN)


def test_the_holder_of_a_place_never_sees_it_as_taken(app, client, desk, procedure, moments):
    shelf_of(app).most_seconds = 60
    day = next_workday()
    yes = {"hora": f"{day}T10:00", "acepta": "si"}
    walker = Walker.at_hours(client, desk, procedure)
    walker.hold(day, TEN)
    availability.found_taken(desk.agency, procedure, day, TEN)  # of somebody else, who came too late
    walker.get("horario", dia=str(day))
    walker.post("horario", **yes)
    assert walker.is_at("confirmar")
    walker.post("confirmar")
    change = begin_change(client, client.response.location)
    change.get("horario", dia=str(day))
    change.post("horario", **yes)
    assert SAME_PLACE in client.page.text


def test_in_a_rush_a_late_request_costs_one_page(app, client, desk, procedure, moments):
    shelf_of(app).most_seconds = 60
    day = next_workday()
    yes = {"hora": f"{day}T10:00", "acepta": "si"}
    first = at_hour_step(desk.agency, procedure, 2)
    holds.place(first.key, first.browser, day, TEN)
    for _ in range(2):
        walker = Walker.at_hours(client, desk, procedure)
        walker.get("horario", dia=str(day))
        with recorded() as said:
            walker.post("horario", **yes)
        assert client.response.status_code == 409
        assert len(list(client.page.all("input", type="radio"))) == 3
    assert len(said) == 1
    walker.post("horario", hora=f"{day}T10:20", acepta="si")  # another hour is nobody's
    assert walker.is_at("confirmar")


def test_a_second_press_that_overtakes_the_first_keeps_the_place(app, client, desk, procedure, monkeypatch):
    shelf_of(app).most_seconds = 60
    day = next_workday()
    walker = Walker.at_hours(client, desk, procedure)
    who = browser_of(client)
    availability.found_taken(desk.agency, procedure, day, TEN)

    def read_and_overtaken(key, step):
        journey = at(key, step)
        with app.app_context():  # the first press, in another thread of the server; then somebody looks at the hours
            holds.place(key, who, day, TEN)
            availability.hours(desk.agency, procedure, day)
        return journey

    monkeypatch.setattr(hour, "at", read_and_overtaken)
    walker.post("horario", hora=f"{day}T10:00", acepta="si")
    assert walker.is_at("confirmar")

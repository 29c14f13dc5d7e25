"""The offline kiosk in Chromium: today's references get tickets that are entered later."""

import json

import pytest
from playwright.sync_api import expect

from tests.support.pages.looking import look_closely, until
from tests.support.rows.build import next_workday
from tests.support.rows.journeys import cedula
from tests.support.rows.visits import booked, turn, visit
from tests.support.scenes.door import at_start, open_door, reference_of, says, scan, ticket
from turnero.core.extensions import db

SOON, FAR = 640, 960  # it is 10:00

pytestmark = pytest.mark.desk(windows=9)


@pytest.fixture
def booking_id(desk, procedure):
    """A turn at 10:40."""
    return booked(desk, procedure, SOON)


@pytest.fixture
def reference(booking_id):
    return reference_of(booking_id)


@pytest.fixture
def cut(open_context, live_server, desk, browser_faults):
    """Opens a kiosk whose server then goes away."""

    def opened():
        page = open_door(open_context, live_server, desk)
        page.wait_for_load_state("networkidle")  # today's list is there
        expect(page.locator(".offline")).to_be_hidden()
        page.context.set_offline(True)
        return page

    yield opened
    # What the cut itself makes the console complain of.
    browser_faults[:] = [fault for fault in browser_faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_without_the_server_a_reference_of_today_gets_a_ticket_that_is_entered_later(cut, booking_id, reference):
    page = cut()
    scan(page, reference)
    says(page, "confirmado")
    expect(ticket(page)).to_have_text("Z-001")
    expect(page.locator(".offline")).to_be_visible()
    expect(page.locator(".note")).to_contain_text("10:40")
    look_closely(page)
    assert page.evaluate("printed") == 1
    page.clock.run_for(61_000)
    at_start(page)
    scan(page, reference)
    expect(ticket(page)).to_have_text("Z-001")
    kept = json.loads(page.evaluate("localStorage['turnero-por-enviar']"))
    assert [sorted(one) for one in kept] == [["momento", "referencia", "ticket"]]
    page.context.set_offline(False)
    with page.expect_response("**/sincronizar"):
        page.clock.run_for(61_000)
    expect(page.locator(".offline")).to_be_hidden()
    until(page, "localStorage['turnero-por-enviar'] === '[]'")
    assert (turn(booking_id).status, visit(booking_id).ticket) == ("arrived", "Z-001")
    db.session.rollback()
    scan(page, reference)
    expect(ticket(page)).to_have_text("Z-001")


def test_without_the_server_nobody_too_early_or_of_another_day_gets_a_ticket(cut, desk, procedure):
    early = reference_of(booked(desk, procedure, FAR))
    tomorrow = reference_of(booked(desk, procedure, SOON, 2, day=next_workday()))
    page = cut()
    scan(page, early)
    says(page, "temprano")
    expect(page.locator(".hero")).to_contain_text("desde las 15:00")
    for typed in (tomorrow, cedula(1), "K7MQ4XX"):
        scan(page, typed)
        says(page, "no-reconocido")
        expect(page.locator(".note")).to_contain_text("ventanilla de información")
        assert typed not in page.content()
    look_closely(page)
    assert not page.evaluate("localStorage.length")


def test_without_the_server_no_button_leads_off_the_page(cut):
    page = cut()
    page.evaluate("window.stayed = true")
    for press_it in (
        page.get_by_role("link", name="No tengo turno"),
        page.get_by_role("button", name="Llamar a una persona"),
    ):
        press_it.click()
        says(page, "no-reconocido")
        page.get_by_role("link", name="Terminar").click()
        at_start(page)
    assert page.evaluate("window.stayed")


def test_a_list_older_than_ten_minutes_is_not_believed(cut, reference):
    page = cut()
    page.clock.run_for(6 * 60_000)
    scan(page, reference)
    says(page, "confirmado")
    page.clock.run_for(5 * 60_000)
    scan(page, reference)
    says(page, "no-reconocido")

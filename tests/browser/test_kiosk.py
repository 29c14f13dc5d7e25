"""The kiosk in Chromium: a scanner types, keys on the screen, nothing left behind, ten minutes without the server."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.build import create_agency, create_desk, create_procedure, next_workday
from tests.support.looking import look_closely
from tests.support.staff import create_device, pair_browser
from tests.support.visits import booked, turn, visit
from turnero.extensions import db

SOON = 640
DOOR = {"width": 1080, "height": 1920}
PRINTER = "window.printed = 0; window.print = () => { window.printed += 1 }"


@pytest.fixture
def procedure(live_server):
    return create_procedure(minutes=20, name="Notificación de glosas")


@pytest.fixture
def desk(procedure):
    return create_desk(procedure.line, agency=create_agency(name="Agencia de demostración Quito Norte"), windows=9)


@pytest.fixture
def kiosk_device(desk):
    return create_device(desk.agency)


@pytest.fixture
def door(open_context, live_server, kiosk_device):
    def opened(**options):
        context = open_context(viewport=DOOR, **options)
        context.add_init_script(PRINTER)
        pair_browser(context, kiosk_device, live_server.url)
        db.session.rollback()
        return context.new_page()

    return opened


def reference(booking_id):
    found = turn(booking_id).reference
    db.session.rollback()
    return found


def scan(page, typed):
    """What a scanner does: it types and presses Enter, wherever the focus is."""
    page.goto("/kiosco")
    expect(page.locator("#lectura")).to_be_focused()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")


def answer(page, result):
    shown = page.locator(f"[data-resultado={result}]")
    expect(shown).to_be_visible()
    return shown


def test_a_scanned_reference_gives_a_ticket_without_leaving_the_page(door, desk, procedure):
    booking_id = booked(desk, procedure, SOON)
    page = door()
    page.goto("/kiosco")
    before = page.evaluate("history.length")
    look_closely(page)
    page.keyboard.type(reference(booking_id))
    page.keyboard.press("Enter")
    expect(answer(page, "confirmado").locator(".big")).to_have_text("A-001")
    assert page.evaluate("[history.length, location.pathname]") == [before, "/kiosco"]
    assert page.evaluate("window.printed") == 1
    page.get_by_role("button", name="Imprimir de nuevo").click()
    assert page.evaluate("window.printed") == 2
    look_closely(page)


def test_keys_on_the_screen_type_letters_and_digits(door, desk, procedure):
    code = reference(booked(desk, procedure, SOON))
    page = door()
    page.goto("/kiosco")
    for key in code:
        if page.locator(f".keypad:visible [data-key='{key}']").count() == 0:
            page.locator(".keypad:visible [data-key=letras]").click()
        page.locator(f".keypad:visible [data-key='{key}']").click()
    page.locator(".keypad:visible [data-key=borrar]").click()
    expect(page.locator("#lectura")).to_have_value(code[:-1])
    page.keyboard.type(code[-1])
    page.get_by_role("button", name="Registrar llegada").click()
    answer(page, "confirmado")


@pytest.mark.parametrize("mode", ["low", "contrast"])
def test_the_modes_are_kept_from_one_page_to_the_next_and_are_legible(door, desk, procedure, mode):
    page = door()
    page.goto("/kiosco")
    page.locator(f"[data-toggle={mode}]").click()
    expect(page.locator("body")).to_have_class(re.compile(mode))
    look_closely(page)
    page.keyboard.press("Tab")
    page.locator("#lectura").fill("no existe")
    page.keyboard.press("Enter")
    answer(page, "no-reconocido")
    expect(page.locator("body")).to_have_class(re.compile(mode))
    look_closely(page)


def test_after_a_minute_nothing_of_the_person_is_left(door, desk, procedure):
    code = reference(booked(desk, procedure, SOON))
    page = door()
    page.clock.install()
    scan(page, code)
    answer(page, "confirmado")
    page.clock.fast_forward(46_000)
    expect(page.get_by_text("¿Sigue ahí?")).to_be_visible()
    page.get_by_role("button", name="Sí, un momento").click()
    expect(page.get_by_text("¿Sigue ahí?")).to_be_hidden()
    with page.expect_navigation():
        page.clock.fast_forward(61_000)
    expect(page.locator("#lectura")).to_be_visible()
    assert "A-001" not in page.content() and code not in page.content()
    assert page.evaluate("JSON.stringify([localStorage, sessionStorage])") == "[{},{}]"
    page.go_back()
    assert "A-001" not in page.content() and code not in page.content()


def test_without_the_server_todays_references_get_tickets_that_are_entered_later(door, desk, procedure, browser_faults):
    booking_id, tomorrow = booked(desk, procedure, SOON), booked(desk, procedure, SOON, 2, day=next_workday())
    code, other = reference(booking_id), reference(tomorrow)
    page = door()
    with page.expect_response("**/kiosco/hoy.json"):
        page.goto("/kiosco")
    page.route("**/kiosco**", lambda route: route.abort())
    page.keyboard.type(other)
    page.keyboard.press("Enter")
    look_closely(page)
    answer(page, "no-reconocido")
    page.get_by_role("link", name="Terminar").click()
    page.locator("#lectura").fill(code)
    page.keyboard.press("Enter")
    shown = answer(page, "confirmado")
    expect(shown.locator(".big")).to_have_text("Z-001")
    expect(page.get_by_text("Sin conexión")).to_be_visible()
    assert turn(booking_id).status == "confirmed"
    db.session.rollback()
    page.unroute("**/kiosco**")
    with page.expect_response("**/kiosco/sincronizar"):
        page.goto("/kiosco")
    expect(page.locator("#lectura")).to_be_visible()
    assert (turn(booking_id).status, visit(booking_id).ticket) == ("arrived", "Z-001")
    db.session.rollback()
    page.wait_for_function("JSON.parse(localStorage['turnero-por-enviar']).length === 0")
    browser_faults[:] = [fault for fault in browser_faults if "ERR_FAILED" not in fault]  # the server was away


def test_without_a_script_the_field_is_enough(door, desk, procedure):
    code = reference(booked(desk, procedure, SOON))
    page = door(java_script_enabled=False)
    page.goto("/kiosco")
    page.locator("#lectura").fill(code)
    page.get_by_role("button", name="Registrar llegada").click()
    expect(page.locator("[data-resultado=confirmado] .big")).to_have_text("A-001")


def test_who_has_no_turn_gets_a_ticket(door, desk, procedure):
    page = door()
    page.goto("/kiosco")
    page.get_by_role("link", name="No tengo turno").click()
    look_closely(page)
    page.locator("#cedula").fill("1700000000")
    page.get_by_role("button", name="Pedir ticket").click()
    expect(page.get_by_text("El número no es válido")).to_be_visible()
    look_closely(page)
    page.locator("#cedula").fill("1700000001")
    page.get_by_role("button", name="Pedir ticket").click()
    expect(answer(page, "confirmado").locator(".big")).to_have_text("A-001")
    look_closely(page)

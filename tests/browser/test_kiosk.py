"""The kiosk in Chromium: scanner, keys, every state, and clearing after each person."""

from functools import partial

import pytest
from playwright.sync_api import expect

from tests.support.pages.browser import DESKTOP
from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_citizen
from tests.support.rows.journeys import cedula
from tests.support.rows.visits import booked
from tests.support.scenes.door import SCREEN, at_start, open_door, reference_of, says, scan, ticket

SOON, ELEVEN, FAR = 640, 660, 960  # it is 10:00
TARGET = 76  # px of what is pressed at the door

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas"),
    pytest.mark.desk(agency={"name": "Agencia de demostración Quito Norte"}, windows=9),
]


@pytest.fixture
def door(open_context, live_server, desk):
    """Opens the kiosk's start in a browser."""
    return partial(open_door, open_context, live_server, desk)


def press(page, *keys):
    for key in keys:
        page.locator(f"[data-key='{key}']:visible").click()


@pytest.fixture
def booking_id(desk, procedure):
    """A turn at 10:40."""
    return booked(desk, procedure, SOON)


@pytest.fixture
def reference(booking_id):
    return reference_of(booking_id)


def test_a_scan_gives_a_ticket_on_paper_without_leaving_the_page(door, reference):
    page = door()
    steps = page.evaluate("history.length")
    page.evaluate("window.stayed = true")
    scan(page, reference)
    says(page, "confirmado")
    expect(ticket(page)).to_have_text("A-001")
    assert page.evaluate("[window.stayed, printed, history.length]") == [True, 1, steps]
    page.get_by_role("button", name="Imprimir de nuevo").click()
    assert page.evaluate("printed") == 2
    page.emulate_media(media="print")
    expect(page.locator(".slip")).to_be_visible()
    expect(page.locator(".hero, .topbar, .kiosk-foot").filter(visible=True)).to_have_count(0)


def test_the_next_person_scans_while_the_last_ticket_is_still_there(door, desk, procedure, reference):
    second = reference_of(booked(desk, procedure, ELEVEN, 2))
    page = door()
    page.get_by_role("button", name="Contraste").focus()
    scan(page, reference)
    expect(ticket(page)).to_have_text("A-001")
    scan(page, second)
    expect(ticket(page)).to_have_text("A-002")


def test_the_keys_on_the_screen_type_digits_and_letters(door, reference):
    page = door()
    field = page.get_by_label("O escriba su referencia o su cédula")
    press(page, "1", "2", "borrar")
    expect(field).to_have_value("1")
    press(page, "borrar")
    for character in reference:
        if not page.locator(f"[data-key='{character}']:visible").count():
            press(page, "letras")
        press(page, character)
    expect(field).to_have_value(reference)
    page.get_by_role("button", name="Registrar llegada").click()
    says(page, "confirmado")


@pytest.fixture
def early(desk, procedure):
    """The reference of a turn at 16:00; number 3 has no turn, number 4 has one."""
    create_citizen(cedula(3))
    booked(desk, procedure, FAR, 4)
    return reference_of(booked(desk, procedure, FAR, 2))


@pytest.mark.parametrize(
    ("viewport", "mode"),
    [(SCREEN, ""), (SCREEN, "Modo bajo"), (SCREEN, "Contraste"), (DESKTOP, ""), (DESKTOP, "Modo bajo")],
)
def test_every_state_is_looked_at(door, early, reference, viewport, mode):
    page = door(viewport=viewport)

    def seen():
        if mode:
            page.get_by_role("button", name=mode).click()
            expect(page.get_by_role("button", name=mode)).to_have_attribute("aria-pressed", "true")
        look_closely(page)
        for target in page.locator("main :is(button, a, input.input), .kiosk-foot button").filter(visible=True).all():
            assert target.bounding_box()["height"] >= (TARGET if viewport == SCREEN else 44)
        if page.locator("[data-end]").count():
            page.locator("[data-end]").click()
            at_start(page)

    seen()
    press(page, "letras")
    look_closely(page)
    page.reload()
    for typed, name in ((reference, "confirmado"), (early, "temprano"), ("hola", "no-reconocido")):
        scan(page, typed)
        says(page, name)
        seen()
    for number, ends in ((cedula(3), "confirmado"), (cedula(4), "no-reconocido")):
        page.get_by_role("link", name="No tengo turno").click()
        page.get_by_label("Su cédula").fill("17")
        page.get_by_role("button", name="Pedir ticket").click()
        expect(page.locator(".error")).to_be_visible()
        look_closely(page)
        page.get_by_label("Su cédula").fill(number)
        page.get_by_role("button", name="Pedir ticket").click()
        says(page, ends)
        seen()


def test_a_turn_for_another_hour_from_the_door_to_the_paper(door, procedure, tmp_path):
    """Without e-mail: four questions by touch, the paper is printed, and a minute later nothing of it is left."""
    create_citizen(cedula(70))
    page = door()
    page.get_by_role("link", name="No tengo turno").click()
    page.get_by_role("link", name="Turno para otra hora").click()
    for question in ("¿Para qué trámite?", "¿Qué día desea venir?", "¿A qué hora desea venir?"):
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        expect(page.get_by_role("radio").first).to_be_focused()
        look_closely(page)
        page.get_by_role("radio").last.check()
        page.get_by_role("button", name="Siguiente").click()
    expect(page.get_by_label("Su cédula")).to_be_focused()
    look_closely(page)
    page.get_by_role("button", name="Confirmar turno").click()
    expect(page.locator(".error")).to_have_text("Ingrese su número de cédula.")
    press(page, *cedula(70))
    page.get_by_role("button", name="Confirmar turno").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Su turno está confirmado")
    look_closely(page)
    assert page.evaluate("printed") == 1
    assert cedula(70) not in page.content()
    page.clock.run_for(61_000)
    at_start(page)


def test_low_mode_moves_every_control_to_the_lower_half(door):
    page = door()
    page.get_by_role("button", name="Modo bajo").click()
    for part in page.locator("main :is(button, a, input.input), .kiosk-foot button").filter(visible=True).all():
        assert part.bounding_box()["y"] >= SCREEN["height"] / 2


def test_a_minute_without_a_touch_wipes_what_was_shown_and_typed(door, reference):
    page = door()
    scan(page, reference)
    expect(ticket(page)).to_be_visible()
    question = page.get_by_text("¿Sigue ahí?")
    page.clock.run_for(40_000)
    expect(question).to_be_hidden()
    page.clock.run_for(6000)
    expect(question).to_be_visible()
    look_closely(page)
    page.get_by_role("button", name="Sí, un momento").click()
    expect(question).to_be_hidden()
    page.clock.run_for(54_000)
    expect(ticket(page)).to_be_visible()
    page.clock.run_for(7000)
    at_start(page)
    for secret in (reference, "A-001", "10:40"):
        assert secret not in page.content()
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    page.go_back()
    assert reference not in page.content()


def test_a_half_typed_cedula_and_the_modes_are_wiped_too(door):
    page = door()
    page.get_by_role("button", name="Contraste").click()
    press(page, "1", "7")
    page.clock.run_for(61_000)
    expect(page.locator("#lectura")).to_have_value("")
    expect(page.get_by_role("button", name="Contraste")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("body.contrast")).to_have_count(0)


def test_on_an_untouched_start_nobody_is_asked(door):
    page = door()
    at_start(page)
    page.clock.run_for(50_000)
    expect(page.get_by_text("¿Sigue ahí?")).to_be_hidden()


def test_help_is_called_without_leaving_the_page_and_its_answer_goes(door):
    page = door()
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Llamar a una persona").click()
    expect(page.get_by_text("Ya viene una persona a ayudarle.")).to_be_visible()
    look_closely(page)
    page.clock.run_for(61_000)
    expect(page.get_by_text("Ya viene una persona a ayudarle.")).to_have_count(0)
    assert page.evaluate("window.stayed")


def test_with_audio_the_keys_and_the_answers_are_spoken(door, reference):
    page = door()
    page.get_by_role("button", name="Audio").click()
    press(page, "1", "borrar")
    scan(page, reference)
    expect(ticket(page)).to_be_visible()
    said = page.evaluate("said")
    assert "Registre su llegada" in said[0]
    assert said[1] == "1"
    assert "Su llegada está registrada" in said[-1] and "A-001" in said[-1]


def test_without_a_script_the_field_is_enough(door, reference):
    page = door(java_script_enabled=False)
    expect(page.locator(".keypad").filter(visible=True)).to_have_count(0)
    page.get_by_label("O escriba su referencia o su cédula").fill(reference)
    page.get_by_role("button", name="Registrar llegada").click()
    says(page, "confirmado")
    expect(page.get_by_role("button", name="Imprimir de nuevo")).to_be_hidden()
    expect(page.locator("meta[http-equiv=refresh]")).to_have_attribute("content", "60; url=/kiosco")

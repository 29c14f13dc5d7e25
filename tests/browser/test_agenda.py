"""The agenda in Chromium: live updates, keys, search, and an unreachable server."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.pages.browser import DESKTOP, PHONE
from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_citizen
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, create_device, sign_in_browser
from tests.support.rows.visits import arrived, booked, turn
from turnero.attention.agenda import stream
from turnero.attention.day import attendance, calling
from turnero.attention.day.attendance import Clerk
from turnero.attention.kiosk import assistance
from turnero.core.extensions import db
from turnero.staff.actor import Actor

ELEVEN, NOON = 660, 720
WITHIN_MS = 5000

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas"),
    pytest.mark.desk(agency={"name": "Agencia de demostración Quito Norte"}, windows=9),
]


@pytest.fixture
def by(desk):
    return Clerk(Actor.staff(1), desk.agency_id, window=2)


@pytest.fixture
def account(desk):
    return create_account(desk.agency)


@pytest.fixture
def clerk(desktop_page, live_server, account):
    """A desktop page whose browser is signed in at window 1."""
    sign_in_browser(desktop_page.context, account, live_server.url)
    db.session.rollback()
    return desktop_page


def row(page, booking_id):
    return page.locator(f"#t{booking_id}")


def opened(page):
    """The agenda, once it is live."""
    db.session.rollback()
    page.goto("/agencia/agenda")
    expect(page.locator(".live")).to_contain_text("En vivo")
    return page


def top(page, booking_id):
    return round(row(page, booking_id).evaluate("row => row.getBoundingClientRect().top"))


@pytest.mark.parametrize("streams", [4, 0], ids=["by the stream", "by polling"])
def test_a_new_turn_appears_within_five_seconds_and_the_focused_row_stays(clerk, desk, procedure, monkeypatch, streams):
    if not streams:
        monkeypatch.setattr(stream, "take_stream", lambda: False)
    looked = booked(desk, procedure, NOON)
    opened(clerk)
    clerk.evaluate("window.stayed = true")
    row(clerk, looked).focus()
    before = top(clerk, looked)
    new = booked(desk, procedure, ELEVEN, 2)
    db.session.rollback()
    began = datetime.now()  # noqa: DTZ005  (a stop-watch)
    expect(row(clerk, new)).to_be_visible(timeout=WITHIN_MS + 1000)
    assert datetime.now() - began < timedelta(seconds=6)  # noqa: DTZ005  (a stop-watch)
    expect(clerk.locator("#novedades")).to_have_text("Nuevo turno a las 11:00")
    expect(row(clerk, looked)).to_be_focused()
    assert top(clerk, looked) == before
    assert clerk.evaluate("[...document.querySelectorAll('tbody tr')].map(row => row.id)") == [f"t{new}", f"t{looked}"]
    assert clerk.evaluate("window.stayed")


def test_news_do_not_take_what_one_types_nor_the_focus(clerk, desk, procedure, by):
    first, second = arrived(desk, procedure, ELEVEN), booked(desk, procedure, NOON, 2)
    calling.call(first, Clerk(Actor.staff(1), desk.agency_id, window=1))
    opened(clerk)
    clerk.get_by_label("Derivar a ventanilla").fill("7")
    attendance.arrive(second, by)
    db.session.rollback()
    expect(row(clerk, second)).to_contain_text("Presente", timeout=WITHIN_MS)
    expect(clerk.get_by_label("Derivar a ventanilla")).to_be_focused()
    expect(clerk.get_by_label("Derivar a ventanilla")).to_have_value("7")
    button = row(clerk, second).get_by_role("button", name="Llamar")
    button.focus()
    calling.call(second, by)
    db.session.rollback()
    expect(row(clerk, second)).to_contain_text("Ventanilla 2", timeout=WITHIN_MS)
    expect(row(clerk, second)).to_be_focused()  # its button is gone with its state


def test_a_day_at_the_window_by_keys_alone(clerk, desk, procedure):
    booking_id = booked(desk, procedure, ELEVEN)
    opened(clerk)
    keys = clerk.keyboard
    keys.press("ArrowDown")
    expect(row(clerk, booking_id)).to_be_focused()
    for key, state in (("p", "Presente"), ("l", "Llamado"), ("o", "Presente"), ("l", "Llamado"), ("a", "Atendido")):
        keys.press(key)
        expect(row(clerk, booking_id).locator(".tag")).to_have_text(state)
        expect(row(clerk, booking_id)).to_be_focused()
        expect(clerk.locator("#teclas")).to_be_visible()
    keys.press("z")
    expect(row(clerk, booking_id).locator(".tag")).to_have_text("Llamado")
    keys.press("n")
    expect(row(clerk, booking_id).locator(".tag")).to_have_text("Ausente")


def test_enter_s_and_the_letters_for_moving(clerk, desk, procedure):
    first, second = booked(desk, procedure, ELEVEN), booked(desk, procedure, NOON, 2)
    opened(clerk)
    keys = clerk.keyboard
    for key, there in (("j", first), ("j", second), ("j", second), ("k", first)):
        keys.press(key)
        expect(row(clerk, there)).to_be_focused()
    keys.press("Enter")
    expect(row(clerk, first).locator(".tag")).to_have_text("Presente")
    expect(row(clerk, first)).to_be_focused()
    expect(clerk.locator("#teclas")).to_be_visible()
    keys.press("s")
    expect(clerk.locator(".mine")).to_contain_text("A-001")


def test_search_in_two_keystrokes(clerk, desk, procedure):
    create_citizen(cedula(2), names="Rosa Demo", surnames="Chiluisa Núñez")
    other, wanted = booked(desk, procedure, ELEVEN), booked(desk, procedure, NOON, 2)
    opened(clerk)
    clerk.keyboard.press("/")
    clerk.keyboard.type("nu")
    expect(row(clerk, other)).to_be_hidden()
    expect(row(clerk, wanted)).to_be_visible()
    clerk.keyboard.press("Enter")
    expect(row(clerk, wanted)).to_be_focused()
    assert "nu" not in clerk.url.split("/")[-1]
    clerk.keyboard.press("/")
    clerk.keyboard.type("pla")  # no key does anything while one types
    assert turn(wanted).status == "confirmed"
    clerk.keyboard.press("Escape")
    expect(row(clerk, other)).to_be_visible()


def test_keys_can_be_switched_off_and_stay_off(clerk, desk, procedure):
    booking_id = booked(desk, procedure, ELEVEN)
    opened(clerk).get_by_role("button", name="Apagar las teclas").click()
    opened(clerk)
    row(clerk, booking_id).focus()
    clerk.keyboard.press("p")
    clerk.keyboard.press("Enter")
    clerk.get_by_role("button", name="Encender las teclas").click()
    assert turn(booking_id).status == "confirmed"
    row(clerk, booking_id).focus()
    clerk.keyboard.press("p")
    expect(row(clerk, booking_id).locator(".tag")).to_have_text("Presente")


def test_a_banner_says_since_when_the_server_is_gone(clerk, desk, procedure, browser_faults):
    booking_id = booked(desk, procedure, ELEVEN)
    opened(clerk)
    clerk.context.set_offline(True)
    expect(clerk.locator("#sin-conexion")).to_have_text("Sin conexión desde 10:00. Lo que ve puede haber cambiado.")
    expect(row(clerk, booking_id)).to_be_visible()
    look_closely(clerk)
    clerk.context.set_offline(False)
    expect(clerk.locator("#sin-conexion")).to_be_hidden()
    expect(clerk.locator(".live")).to_contain_text("En vivo")
    browser_faults[:] = [fault for fault in browser_faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def fill_a_day(desk, procedure, by, clock_shift):
    """Every state at once; answers somebody who waits."""
    create_citizen(cedula(1), names="Ana Lucía Demo", surnames="Paredes Zambrano")
    create_citizen(cedula(3), names="Luis Demo", surnames="Andrade")
    minutes = range(ELEVEN, ELEVEN + 160, 20)
    values = {"third_party_name": "Marta Demo Cevallos", "third_party_cedula": cedula(20)}
    people = [
        booked(desk, procedure, minute, number, **(values if number == 7 else {"priority": number == 3}))
        for number, minute in enumerate(minutes, start=1)
    ]
    for booking_id in people[:5]:
        attendance.arrive(booking_id, by)
    calling.call(people[0], by)
    attendance.attended(people[0], by)
    calling.call(people[1], Clerk(Actor.staff(1), desk.agency_id, window=1))
    clock_shift(timedelta(minutes=190))
    attendance.absent(people[6], by)
    assistance.help_asked(create_device(desk.agency, name="Puerta principal").id)
    return people[3]


@pytest.fixture
def full_day(desk, procedure, by, clock_shift):
    return lambda: fill_a_day(desk, procedure, by, clock_shift)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_state_is_accessible_and_fits(open_context, live_server, account, full_day, viewport):
    page = open_context(viewport=viewport).new_page()
    sign_in_browser(page.context, account, live_server.url)
    opened(page)
    look_closely(page)
    page.goto("about:blank")
    waits = full_day()
    sign_in_browser(page.context, account, live_server.url)  # the morning's session has ended
    opened(page)
    look_closely(page)
    row(page, waits).get_by_role("button", name="Llamar").click()
    expect(page.get_by_role("alert")).to_contain_text("La ventanilla 1 todavía atiende")
    look_closely(page)
    page.get_by_label("Derivar a ventanilla").fill("cien")
    page.get_by_role("button", name="Derivar").click()
    expect(page.locator("#ventanilla")).to_have_attribute("aria-invalid", "true")
    look_closely(page)


def test_on_paper_it_is_a_list(clerk, full_day, account, live_server):
    full_day()  # until ten past one
    sign_in_browser(clerk.context, account, live_server.url)  # the morning's session has ended
    opened(clerk).emulate_media(media="print")
    expect(clerk.locator("table.agenda")).to_be_visible()
    for gone in (".keys", ".mine", ".search", "a.button >> nth=0", ".row-actions >> nth=0"):
        expect(clerk.locator(gone)).to_be_hidden()


def test_without_scripts_the_page_is_whole(no_js_page, live_server, account, desk, procedure):
    booking_id = booked(desk, procedure, ELEVEN)
    sign_in_browser(no_js_page.context, account, live_server.url)
    db.session.rollback()
    no_js_page.goto("/agencia/agenda")
    row(no_js_page, booking_id).get_by_role("button", name="Llegó").click()
    expect(row(no_js_page, booking_id)).to_contain_text("Presente")
    no_js_page.get_by_label("Buscar por cédula").fill("zzz")
    no_js_page.get_by_role("button", name="Buscar").click()
    expect(no_js_page.locator("#turnos")).to_contain_text("Nadie de este día coincide")

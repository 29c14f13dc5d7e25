"""Coming in, in Chromium: with the keyboard alone, and every state looked at closely on a phone and a desktop."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support.pages.browser import DESKTOP, PHONE
from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_agency, create_desk, create_procedure
from tests.support.rows.staff import create_account, sign_in_browser
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff import accounts, devices, totp

PASSWORD = "cometa lenta azul"
EMAIL = "rosa@example.ec"


NARROW = {"width": 320, "height": 640}


@pytest.fixture(params=[NARROW, PHONE, DESKTOP], ids=["narrow", "phone", "desktop"])
def page(request, open_context):
    return open_context(viewport=request.param).new_page()


@pytest.fixture
def agency(live_server):
    return create_desk(create_procedure().line, agency=create_agency(name="Agencia de demostración Quito Norte")).agency


def test_a_supervisor_activates_the_account_and_comes_in_by_keyboard(page, agency, clock_shift):
    token = accounts.add_account(EMAIL, accounts.Post("supervisor", agency.id))
    secret = accounts.totp_secret(accounts.to_activate(token))
    db.session.rollback()
    page.goto(f"/agencia/activar/{token}")
    look_closely(page)
    page.get_by_label("Clave nueva").fill("12345678")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    look_closely(page)
    page.get_by_label("Clave nueva").fill(PASSWORD)
    page.get_by_label("La misma clave otra vez").fill(PASSWORD)
    page.get_by_label("Código que muestra la aplicación").fill(totp.code_at(secret, clock.now()))
    db.session.rollback()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Entre con su cuenta")).to_be_visible()
    look_closely(page)
    page.get_by_label("Correo institucional").focus()
    for typed in (EMAIL, "una clave que no es", "000000"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no coinciden")
    look_closely(page)
    clock_shift(timedelta(seconds=30))  # the code of the activation was used
    page.get_by_label("Correo institucional").focus()
    for typed in (EMAIL, PASSWORD, totp.code_at(secret, clock.now())):
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/agencia/agenda")


def test_a_window_is_chosen_and_the_agenda_opens(page, agency, live_server):
    sign_in_browser(page.context, create_account(agency), live_server.url, None)
    db.session.rollback()
    page.goto("/agencia/ventanilla")
    look_closely(page)
    page.get_by_label("Número de ventanilla").fill("cien")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    look_closely(page)
    page.get_by_label("Número de ventanilla").fill("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ventanilla 3")).to_be_visible()


def test_too_many_failures_have_to_wait(page, agency):
    page.goto("/agencia/entrar")
    status = []
    page.on("response", lambda answer: status.append(answer.status) if answer.status == 429 else None)
    for _ in range(6):
        page.get_by_label("Correo institucional").fill(EMAIL)
        page.get_by_label("Clave", exact=True).fill("una clave que no es")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_contain_text("Podrá intentar otra vez")
    assert status == [429]
    look_closely(page)


def test_another_role_gets_403(page, agency, live_server):
    sign_in_browser(page.context, create_account(agency), live_server.url)
    db.session.rollback()
    assert page.goto("/agencia/control").status == 403
    expect(page.get_by_role("heading", name="Esta página no es para usted")).to_be_visible()
    look_closely(page)


def test_a_device_is_paired_by_one_press_and_strangers_see_why_not(page, agency):
    page.goto("/pantalla")
    expect(page.get_by_role("heading", name="Esta página no es para usted")).to_be_visible()
    look_closely(page)
    token = devices.add_device("sala", agency.id, "board")
    db.session.rollback()
    page.goto(f"/dispositivo/{token}")
    look_closely(page)
    page.get_by_role("button", name="Vincular").click()
    expect(page).to_have_url("/pantalla")


def test_what_stands_out_is_legible(page, agency, live_server):
    sign_in_browser(page.context, create_account(agency, "supervisor"), live_server.url, None)
    db.session.rollback()
    page.goto("/agencia/control")
    look_closely(page)

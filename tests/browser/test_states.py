"""Error, refusal and empty states of the journey on a phone, checked by axe, with scripts."""

import re
from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages.citizen import Citizen
from tests.support.pages.looking import look_closely
from tests.support.rows.build import (
    create_agency,
    create_citizen,
    create_closure,
    create_desk,
    create_province,
    next_workday,
)
from tests.support.rows.journeys import at_hour_step
from turnero.booking.journey import confirm, holds
from turnero.core.extensions import db

SLUG = "notificacion-de-glosas"
NINE = 540

pytestmark = pytest.mark.procedure(
    slug=SLUG, name="Notificación de glosas", sheet={"bring": ["Cédula original", "Fotocopia del RUC"]}
)


@pytest.fixture
def desk(procedure):
    create_citizen()
    agency = create_agency(slug="centro", name="Agencia de demostración Quito Centro")
    return create_desk(procedure.line, agency=agency, windows=1)


@pytest.fixture
def ana(desk, page, smtp):
    return Citizen(page, smtp)


def come_to_place(ana: Citizen) -> None:
    ana.page.goto("/turno")
    ana.give_cedula()
    ana.give_contact()
    ana.give_code()


def come_to_hours(ana: Citizen) -> None:
    come_to_place(ana)
    ana.choose_place("17", SLUG, "centro")
    ana.page.wait_for_url("**/horario")
    ana.choose_day(1)


def come_to_review(ana: Citizen) -> None:
    come_to_hours(ana)
    ana.choose_hour()
    ana.say_yes()
    ana.page.wait_for_url("**/confirmar")


def take(desk, procedure, minute, number=7):
    """Somebody else has the only place of that minute on the next workday."""
    other = at_hour_step(desk.agency, procedure, number)
    holds.place(other.key, other.browser, next_workday(), minute)
    confirm.confirm_turn(other.key, other.browser)
    db.session.rollback()


def shows(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    look_closely(page)


def tells_an_error(page: Page, field: str) -> None:
    """The summary has the focus, and its link leads to the field."""
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    look_closely(page)
    page.locator(".error-summary a").first.click()
    expect(page.locator(f"#{field}")).to_be_focused()


def test_errors_of_who_is_asking(ana):
    page = ana.page
    page.goto("/turno")
    page.fill("[name=cedula]", "1700000002")
    ana.press("Consultar")
    tells_an_error(page, "cedula")
    page.fill("[name=cedula]", ana.cedula)
    ana.press("Consultar")
    ana.press("Siguiente")
    tells_an_error(page, "correo")
    page.fill("[name=correo]:not([type=hidden])", "ana.demo@gmial.com")
    page.fill("[name=celular]:not([type=hidden])", ana.mobile)
    ana.press("Siguiente")
    expect(page.get_by_role("heading", name="¿Quiso decir ana.demo@gmail.com?")).to_be_visible()
    ana.press("Sí, usar ana.demo@gmail.com")
    page.wait_for_url("**/verificar")
    page.fill("[name=codigo]", "12")
    ana.press("Verificar")
    tells_an_error(page, "codigo")


def test_a_code_asked_for_too_soon_and_again(ana, clock_shift):
    page = ana.page
    page.goto("/turno")
    ana.give_cedula()
    ana.give_contact()
    expect(page.locator("[data-resend]")).to_have_text(re.compile(r"Disponible en \d+ s"))
    ana.press("Reenviar código")
    expect(page.get_by_role("alert")).to_contain_text("Acabamos de enviarle un código")
    look_closely(page)
    clock_shift(timedelta(seconds=61))
    ana.press("Reenviar código")
    expect(page.get_by_role("status")).to_contain_text("Le enviamos otro código")
    look_closely(page)
    ana.give_code(number=2)
    shows(page, "¿Dónde desea que le atiendan?")


def test_spent_tries_end_calmly(ana):
    page = ana.page
    page.goto("/turno")
    ana.give_cedula()
    ana.give_contact()
    for _ in range(5):
        page.fill("[name=codigo]", "000000")
        page.get_by_role("button", name="Verificar").click()
    expect(page.get_by_role("alert")).to_contain_text("Se terminaron los intentos")
    look_closely(page)


def test_who_is_not_in_the_registry(ana):
    ana.cedula = "0900000001"
    come_to_place(ana)
    shows(ana.page, "No podemos darle un turno en línea")


def test_agencies_follow_province_and_tramite_without_leaving_the_page(ana, procedure):
    guayaquil = create_agency(create_province("09"), slug="sur", name="Agencia de demostración Guayaquil Sur")
    create_desk(procedure.line, agency=guayaquil)
    create_province("20")
    closed = datetime.combine(next_workday(), time()) - timedelta(days=1)
    create_closure(closed, closed + timedelta(days=60), scope="province", province_code="17", name="Remodelación")
    page = ana.page
    come_to_place(ana)
    ana.press("Siguiente")
    tells_an_error(page, "provincia")
    page.select_option("[name=provincia]", "09")
    expect(page.get_by_role("radio")).to_have_count(1)
    ana.press("Siguiente")
    tells_an_error(page, "agencia")
    page.select_option("[name=provincia]", "17")
    expect(page.locator(".unavailable")).to_contain_text("por un cierre: Remodelación")
    expect(page.locator(".error-summary, .field-error")).to_have_count(0)
    expect(page).not_to_have_title(re.compile("Error"))
    expect(page.get_by_role("button", name="Siguiente")).to_have_count(0)
    look_closely(page)
    page.select_option("[name=provincia]", "20")
    expect(page.locator("[data-agencies]")).to_contain_text("En Galápagos ninguna agencia")
    look_closely(page)
    page.get_by_role("link", name="Guayas").click()
    shows(page, "¿Dónde desea que le atiendan?")
    page.check("[name=agencia]")
    ana.press("Siguiente")
    page.wait_for_url("**/horario")


def test_an_agency_without_places_and_a_day_without(ana, desk):
    page = ana.page
    come_to_hours(ana)
    hours = page.url
    closed = datetime.combine(next_workday(), time())
    create_closure(closed, closed + timedelta(days=1), name="Corte de energía")
    page.goto(hours)
    expect(page.get_by_role("status")).to_contain_text("no hay turnos libres. Elija otro día")
    expect(page.get_by_text("no se atiende por un cierre: Corte de energía")).to_be_visible()
    look_closely(page)
    page.get_by_role("link", name="Ver más fechas").click()
    shows(page, "¿Qué día desea venir?")
    create_closure(closed - timedelta(days=1), closed + timedelta(days=60), name="Remodelación")
    page.goto(hours)
    expect(page.get_by_role("link", name="Elegir otra agencia")).to_be_visible()
    look_closely(page)


def test_no_hour_chosen(ana):
    come_to_hours(ana)
    ana.press("Siguiente")
    tells_an_error(ana.page, "hora")


def test_the_question_is_a_dialog_that_escape_and_no_close(ana):
    page = ana.page
    come_to_hours(ana)
    ana.choose_hour(3)
    dialog = page.get_by_role("dialog", name="¿Desea este turno?")
    expect(dialog).to_contain_text("09:00")
    look_closely(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Siguiente")).to_be_focused()
    ana.press("Siguiente")
    dialog.get_by_role("button", name="No, elegir otro").click()
    expect(dialog).to_be_hidden()
    ana.press("Siguiente")
    ana.say_yes()
    shows(page, "Revise y confirme su turno")


def test_the_question_page_without_javascript(no_js_page, smtp, desk):
    ana = Citizen(no_js_page, smtp)
    come_to_hours(ana)
    ana.choose_hour(3)
    expect(no_js_page.get_by_role("heading", level=1)).to_have_text("¿Desea este turno?")
    no_js_page.get_by_role("button", name="No, elegir otro").click()
    expect(no_js_page.get_by_role("heading", level=1)).to_have_text("¿A qué hora desea venir?")


def test_a_place_lost_to_somebody_else(ana, desk, procedure):
    come_to_hours(ana)
    take(desk, procedure, NINE)
    ana.page.locator("[name=hora][value$='09:00']").check()
    ana.press("Siguiente")
    ana.say_yes()
    shows(ana.page, "Elija otra hora")
    expect(ana.page.get_by_role("radio")).to_have_count(3)
    ana.press("Quiero este turno")
    shows(ana.page, "Revise y confirme su turno")


def test_a_hold_is_extended_then_runs_out_and_nothing_is_typed_again(ana, clock_shift):
    page = ana.page
    ana.email = "maria.fernanda.de.los.angeles.demostracion@ejemplo-de-un-dominio-largo.example.ec"
    come_to_review(ana)
    expect(page.locator("[data-left]")).to_have_text(re.compile(r"^Quedan 4 min \d+ s$"))
    ana.press("Necesito 5 minutos más")
    expect(page.get_by_role("button", name="Necesito 5 minutos más")).to_have_count(0)
    look_closely(page)
    clock_shift(timedelta(minutes=11))
    ana.press("Confirmar")
    expect(page.get_by_role("alert")).to_contain_text("Se terminó el tiempo para confirmar")
    shows(page, "Elija otra hora")
    ana.press("Quiero este turno")
    ana.press("Confirmar")
    shows(page, "Confirmación del Turno en Línea")


def test_a_limit_says_no_calmly(ana, desk, procedure):
    take(desk, procedure, NINE)
    come_to_place(ana)
    other = at_hour_step(desk.agency, procedure, 8, cedula=ana.cedula)
    holds.place(other.key, other.browser, next_workday(), NINE + 20)
    confirm.confirm_turn(other.key, other.browser)
    db.session.rollback()
    ana.choose_place("17", SLUG, "centro")
    expect(ana.page.get_by_role("alert")).to_contain_text("Ya existe un turno para este trámite")
    look_closely(ana.page)


def test_a_turn_is_cancelled_and_its_link_mailed(ana, desk):
    page = ana.page
    come_to_review(ana)
    ana.confirm()
    turn = page.url
    page.get_by_role("link", name="Cancelar turno").click()
    shows(page, "¿Desea cancelar su turno?")
    ana.press("Sí, cancelar el turno")
    shows(page, "Su turno está cancelado")
    assert page.url == turn
    page.goto("/mi-turno")
    ana.press("Enviar el enlace")
    tells_an_error(page, "referencia")
    page.fill("[name=referencia]", "K7M 4XRT")
    page.fill("[name=cedula]", ana.cedula)
    ana.press("Enviar el enlace")
    tells_an_error(page, "referencia")


def test_a_page_that_lost_its_form_token_goes_on(ana):
    page = ana.page
    page.goto("/turno")
    ana.give_cedula()
    page.evaluate("document.querySelector('[name=csrf_token]').value = 'gone'")
    ana.give_contact()
    shows(page, "Confirme que desea continuar")
    ana.press("Continuar")
    page.wait_for_url("**/verificar")


def test_a_journey_of_somebody_else(ana):
    ana.page.goto("/turno/xxxxxxxxxxxxxxxxxxxxxx/lugar")
    shows(ana.page, "No encontramos esta página")

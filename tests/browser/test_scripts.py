"""Scripts that enhance pages which work without them."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages.citizen import Citizen
from tests.support.rows.build import (
    create_agency,
    create_citizen,
    create_desk,
    create_procedure,
    create_province,
    today,
)
from turnero.agencies import queries
from turnero.core.extensions import db

SLUG = "notificacion-de-glosas"


@pytest.fixture
def ana(page, smtp, live_server):
    """Somebody who has not chosen an agency yet; there is one in Quito and one in Guayaquil."""
    procedure = create_procedure(slug=SLUG, name="Notificación de glosas")
    create_desk(procedure.line, agency=create_agency(slug="quito", name="Agencia Quito"))
    create_desk(procedure.line, agency=create_agency(create_province("09"), slug="guayaquil", name="Agencia Guayaquil"))
    create_citizen()
    db.session.rollback()
    return Citizen(page, smtp)


def go_to_the_place(ana: Citizen) -> Page:
    ana.page.goto("/turno")
    ana.give_cedula()
    ana.give_contact()
    ana.give_code()
    ana.page.wait_for_url("**/lugar")  # loaded, and its script with it
    return ana.page


def go_to_the_hours(ana: Citizen) -> Page:
    page = go_to_the_place(ana)
    ana.choose_place("17", SLUG, "quito")
    ana.choose_day()
    return page


def test_the_list_of_agencies_follows_the_province_without_leaving_the_page(ana):
    page = go_to_the_place(ana)
    page.evaluate("window.stayed = true")
    page.select_option("[name=provincia]", "17")
    expect(page.get_by_label("Agencia Quito")).to_be_visible()
    page.select_option("[name=provincia]", "09")
    expect(page.get_by_label("Agencia Guayaquil")).to_be_visible()
    expect(page.get_by_label("Agencia Quito")).to_have_count(0)
    expect(page.get_by_role("button", name="Ver agencias")).to_be_hidden()
    assert page.evaluate("window.stayed")
    page.get_by_label("Agencia Guayaquil").check()
    ana.press("Siguiente")
    expect(page.get_by_role("heading", level=1)).to_have_text("¿Qué día desea venir?")


def test_enter_on_an_agency_goes_on(ana):
    page = go_to_the_place(ana)
    page.select_option("[name=provincia]", "17")
    agency = page.get_by_label("Agencia Quito")
    agency.check()
    agency.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("¿Qué día desea venir?")


def test_the_term_comes_with_its_tramite_and_can_be_computed(ana):
    create_procedure(queries.procedure(SLUG).line, slug="con-plazo", name="Con plazo", term_days=8)
    db.session.rollback()
    page = go_to_the_place(ana)
    page.select_option("[name=provincia]", "17")
    page.select_option("[name=tramite]", "con-plazo")
    page.get_by_text("¿Le notificaron? Vea su plazo").click()
    page.fill("[name=fecha_notificacion]", (today() - timedelta(days=3)).isoformat())
    page.select_option("[name=provincia]", "09")
    expect(page.get_by_label("Agencia Guayaquil")).to_be_visible()
    page.get_by_role("button", name="Calcular").click()
    expect(page.get_by_role("status")).to_contain_text("Último día estimado")


def test_where_the_list_cannot_be_had_the_form_asks_for_the_page(ana):
    page = go_to_the_place(ana)
    another_page = {"body": "<title>Otra</title>", "content_type": "text/html"}
    page.route(
        "**/lugar",
        lambda route: route.fulfill(**another_page) if route.request.resource_type == "fetch" else route.continue_(),
    )
    page.select_option("[name=provincia]", "17")
    expect(page.get_by_label("Agencia Quito")).to_be_visible()


def test_the_question_is_a_dialog_and_escape_is_a_no(ana):
    page = go_to_the_hours(ana)
    hour = page.locator("[name=hora][type=radio]").first
    hour.check()
    page.get_by_role("button", name="Siguiente").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="¿Desea este turno?")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text(hour.get_attribute("value")[11:])
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Siguiente")).to_be_focused()
    expect(hour).to_be_checked()


def test_no_closes_the_dialog_and_another_hour_can_be_asked_about(ana):
    page = go_to_the_hours(ana)
    ana.choose_hour(0)
    page.get_by_role("button", name="No, elegir otro").click()
    ana.choose_hour(1)
    expect(page.get_by_role("dialog")).to_contain_text(
        page.locator("[name=hora][type=radio]").nth(1).input_value()[11:]
    )
    page.get_by_role("button", name="Sí").click()
    expect(page.get_by_text("Todavía no está confirmado")).to_be_visible()


def test_the_time_to_confirm_is_seen_every_second_and_spoken_twice(ana):
    page = ana.page
    page.clock.install()
    go_to_the_hours(ana)
    ana.choose_hour()
    ana.say_yes()
    left, said = page.locator("[data-left]"), page.locator("[data-say]")
    seconds = int(left.get_attribute("data-left"))
    expect(said).to_have_text("")
    page.clock.fast_forward((seconds - 125) * 1000)
    expect(said).to_have_text("")
    page.clock.fast_forward(10_000)
    expect(left).to_contain_text("Quedan 1 min 5")
    expect(said).to_contain_text("para confirmar")
    first = said.text_content()
    page.clock.fast_forward(60_000)
    expect(said).to_have_text(first)
    page.clock.fast_forward(30_000)
    expect(said).not_to_have_text(first)
    page.clock.fast_forward(60_000)
    expect(left).to_contain_text("El tiempo terminó")
    expect(page.locator(".hold progress")).to_have_js_property("value", 0)


def test_the_wait_for_another_code_runs_down(ana):
    page = ana.page
    page.clock.install()
    page.goto("/turno")
    ana.give_cedula()
    ana.give_contact()
    wait = page.locator("[data-resend]")
    expect(wait).to_have_text(re.compile(r"^Disponible en \d+ s$|^Disponible en 1 min 0 s$"))
    page.clock.fast_forward(60_000)
    expect(wait).to_have_text("Ya puede pedir otro código.")

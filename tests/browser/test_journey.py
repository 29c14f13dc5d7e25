"""The whole journey in Chromium, with a real mail."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages.citizen import Citizen
from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_agency, create_citizen, create_desk, create_procedure
from tests.support.servers.smtp import text_of
from turnero.core.extensions import db
from turnero.operations.audit import audit


@pytest.fixture
def place(live_server):
    """Where everybody goes: province, trámite, agency."""
    procedure = create_procedure(
        slug="notificacion-de-glosas", name="Notificación de glosas", sheet={"bring": ["Cédula original"]}
    )
    desk = create_desk(procedure.line, agency=create_agency(slug="demo-quito-centro", name="Agencia de demostración"))
    create_citizen(cedula="1700000001")
    place = (desk.agency.province_code, procedure.slug, desk.agency.slug)
    db.session.rollback()
    return place


def confirmed(page: Page) -> str:
    """The reference shown on the confirmation page."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmación del Turno en Línea")
    return re.sub(r"\s", "", page.locator(".reference").inner_text())


def test_a_phone_leaves_with_a_confirmed_turn_and_its_mail(page, place, smtp):
    ana = Citizen(page, smtp, look=look_closely)
    ana.up_to_the_review(*place)
    expect(page.get_by_text("Todavía no está confirmado")).to_be_visible()
    ana.confirm()
    reference = confirmed(page)
    mail = smtp.wait_for(ana.email, "Confirmación del Turno en Línea")
    assert reference in re.sub(r"\s", "", text_of(mail))
    link = re.search(r"http://\S+/mi-turno/\S+", text_of(mail)).group()
    assert link == page.url
    assert [str(violation) for violation in audit()] == []


def test_the_journey_is_complete_without_javascript(no_js_page, place, smtp):
    ana = Citizen(no_js_page, smtp)
    ana.up_to_the_review(*place)
    ana.confirm()
    assert confirmed(no_js_page)


def test_a_desktop_walks_the_same_way(desktop_page, place, smtp):
    ana = Citizen(desktop_page, smtp, look=look_closely)
    ana.up_to_the_review(*place)
    ana.confirm()
    assert confirmed(desktop_page)

"""The optional details and the eight-day term, as a phone shows them."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support.pages.citizen import Citizen
from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_agency, create_citizen, create_desk, create_procedure, today
from turnero.core.extensions import db

SLUG = "notificacion-de-glosas"


@pytest.fixture
def ana(live_server, page, smtp):
    third_party = "Traiga la autorización a terceros."
    procedure = create_procedure(
        slug=SLUG, name="Notificación de glosas", term_days=8, sheet={"requirements": {"third_party": third_party}}
    )
    create_desk(procedure.line, agency=create_agency(slug="centro", name="Agencia de demostración Quito Centro"))
    create_citizen()
    db.session.rollback()
    return Citizen(page, smtp)


def test_the_review_shows_third_party_and_priority(ana, page):
    ana.up_to_the_review("17", SLUG, "centro")
    page.get_by_role("link", name="Cambiar quién viene").click()
    look_closely(page)
    expect(page.locator("[name=tercero_cedula]")).to_be_hidden()
    page.get_by_text("Otra persona, autorizada").click()
    expect(page.locator("[name=tercero_cedula]")).to_be_visible()
    ana.press("Guardar")
    expect(page.get_by_role("alert")).to_contain_text("Hay 2 datos por corregir")
    look_closely(page)
    page.fill("[name=tercero_cedula]", "0900000001")
    page.fill("[name=tercero_nombre]", "Ñusta Güiracocha")
    page.locator("[name=prioridad][value=si]").check()
    ana.press("Guardar")
    expect(page.locator("dl.summary")).to_contain_text("Ñusta Güiracocha")
    look_closely(page)
    ana.confirm()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmación del Turno en Línea")


def test_the_term_is_estimated_on_the_sheet_and_shown_in_the_journey(ana, page):
    notified = (today() - timedelta(days=3)).isoformat()
    page.goto(f"/tramites/{SLUG}")
    page.fill("[name=fecha_notificacion]", notified)
    ana.press("Calcular")
    expect(page.get_by_role("status")).to_contain_text("Último día estimado")
    look_closely(page)
    ana.start()
    ana.give_cedula()
    ana.give_contact()
    ana.give_code()
    page.select_option("[name=provincia]", "17")
    page.get_by_text("¿Le notificaron? Vea su plazo").click()
    page.fill("[name=fecha_notificacion]", notified)
    page.check("[name=agencia][value=centro]")
    ana.press("Siguiente")
    expect(page.locator(".note.warn")).to_contain_text("último día estimado")
    look_closely(page)

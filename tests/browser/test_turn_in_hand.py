"""The turn after its confirmation, as a person with a phone meets it: changed, given up, displaced."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages.citizen import Citizen
from tests.support.pages.looking import look_closely
from tests.support.rows.turns import book, close, the_monday
from tests.support.servers.smtp import text_of
from turnero.booking.closures import proposals
from turnero.core.extensions import db

EMAIL = "persona1@example.ec"

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas", sheet={"bring": ["Cédula original"]}),
    pytest.mark.desk(agency={"name": "Agencia de demostración Quito Norte"}),
    pytest.mark.usefixtures("nothing_broken"),
]


@pytest.fixture
def address(live_server, desk, procedure):
    """Of the page of a turn two weeks ahead, on Monday 23 November at nine."""
    address = f"/mi-turno/{book(desk, procedure, the_monday())}"
    db.session.rollback()
    return address


def displace(desk):
    close(desk, the_monday())
    proposals.propose_all()
    db.session.rollback()


def link_in(mail):
    return re.search(r"http://\S+/mi-turno/\S+", text_of(mail)).group()


def shows(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    look_closely(page)


def choose(ana: Citizen, day: int = 2, hour: int = 3) -> None:
    """Another day and hour, up to the review of the change."""
    ana.choose_day(day)
    ana.choose_hour(hour)
    ana.say_yes()
    shows(ana.page, "Revise y confirme el cambio")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_turn_is_changed_to_another_hour(open_context, address, smtp, scripts):
    page = open_context(java_script_enabled=scripts).new_page()
    ana = Citizen(page, smtp, look=look_closely if scripts else lambda page: None)
    page.goto(address)
    reference = page.locator(".reference").inner_text()
    ana.press("Cambiar")
    expect(page.get_by_text("Lo conserva hasta que confirme el nuevo.")).to_be_visible()
    ana.choose_day(2)
    ana.choose_hour(3)
    ana.say_yes()
    expect(page.get_by_text("Turno que tiene")).to_be_visible()
    ana.confirm()
    page.wait_for_url(f"**{address}")
    expect(page.get_by_text("Su turno cambió.")).to_be_visible()
    assert page.locator(".reference").inner_text() == reference
    when = page.locator(".ticket .when").inner_text()
    assert re.sub(r"\D", "", when)[-4:] in re.sub(r"\D", "", text_of(smtp.wait_for(EMAIL, "Su turno cambió")))


def test_a_change_that_is_left_changes_nothing(page, address, smtp):
    ana = Citizen(page, smtp, look=look_closely)
    page.goto(address)
    ana.press("Cambiar")
    choose(ana)
    page.get_by_role("link", name="Dejarlo como está").click()
    shows(page, "Confirmación del Turno en Línea")
    expect(page.locator(".ticket .when")).to_contain_text("lunes 23 de noviembre de 2026")


def test_a_turn_is_cancelled_with_its_reason(page, address, smtp):
    ana = Citizen(page, smtp, look=look_closely)
    page.goto(address)
    page.get_by_role("link", name="Cancelar turno").click()
    shows(page, "¿Desea cancelar su turno?")
    page.get_by_label("No puedo ese día").check()
    ana.press("Sí, cancelar el turno")
    shows(page, "Su turno está cancelado")
    smtp.wait_for(EMAIL, "Su turno fue cancelado")
    page.get_by_role("link", name="Pedir otro turno").click()
    page.wait_for_url("**/turno")


def test_a_displaced_person_follows_the_mail_and_accepts(page, address, desk, smtp):
    displace(desk)
    ana = Citizen(page, smtp, look=look_closely)
    page.goto(link_in(smtp.wait_for(EMAIL, "no podrá ser")))
    shows(page, "Su turno no podrá ser a esa hora")
    expect(page.get_by_text("Motivo: Corte de luz")).to_be_visible()
    ana.press("Acepto este turno")
    shows(page, "Confirmación del Turno en Línea")
    expect(page.locator(".ticket .when")).to_have_text(re.compile(r"martes 24 de noviembre de 2026\s+09:00"))
    mail = smtp.wait_for(EMAIL, "Su turno cambió")
    assert {part.get_content_type() for part in mail.iter_attachments()} >= {"application/pdf", "text/calendar"}


def test_a_displaced_person_chooses_another_turn(page, address, desk, smtp):
    displace(desk)
    ana = Citizen(page, smtp, look=look_closely)
    page.goto(link_in(smtp.wait_for(EMAIL, "no podrá ser")))
    ana.press("Elegir otro")
    expect(page.get_by_text("Está eligiendo otro turno")).to_be_visible()
    choose(ana)
    ana.confirm()
    page.wait_for_url(f"**{address}")
    shows(page, "Confirmación del Turno en Línea")
    expect(page.locator(".tag")).to_have_text("Confirmado")


def test_the_papers_are_saved_and_the_ticket_is_a_page_for_the_printer(page, address):
    page.goto(address)
    for link, ending in (("Descargar PDF", ".pdf"), ("Añadir al calendario", ".ics")):
        with page.expect_download() as saved:
            page.get_by_role("link", name=link).click()
        assert re.fullmatch(rf"turno-[A-Z0-9]{{7}}\{ending}", saved.value.suggested_filename)
    page.get_by_role("link", name="Imprimir ticket").click()
    shows(page, "Confirmación del Turno en Línea")
    expect(page.get_by_role("button", name="Imprimir")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Volver a mi turno")).to_be_hidden()
    assert page.locator("main").bounding_box()["width"] <= 80 / 25.4 * 96

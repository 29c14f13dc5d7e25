"""The paper list and the supervisor's page in Chromium: axe, a narrow screen, and print."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_citizen, today
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, sign_in_browser
from tests.support.rows.visits import arrived, booked, turn
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.undo import undo
from turnero.core.extensions import db
from turnero.staff.actor import Actor

PICTURES = os.environ.get("TURNERO_PICTURES")
ELEVEN = 660
# What the margins of 16 mm leave of an A4 sheet, in CSS pixels.
SHEET = {"width": 672, "height": 1001}

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas"),
    pytest.mark.desk(agency={"name": "Agencia de demostración Quito Norte"}, windows=8),
]


@pytest.fixture(params=["page", "desktop_page"])
def screen(request):
    """A phone and a desktop."""
    return request.getfixturevalue(request.param)


def sign_in(page, live_server, account, window=1):
    sign_in_browser(page.context, account, live_server.url, window)
    db.session.rollback()


def seen(page, name):
    look_closely(page)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


def test_the_list_is_entered(screen, live_server, desk, procedure, clock_shift):
    create_citizen(cedula(1), names="Ana", surnames="Ficticia")
    came, missing = (booked(desk, procedure, ELEVEN, number, priority=number == 1) for number in (1, 2))
    clock_shift(timedelta(hours=4))
    sign_in(screen, live_server, create_account(desk.agency))
    screen.goto(f"/agencia/agenda/{today()}/papel")
    expect(screen.get_by_role("button", name="Imprimir")).to_be_visible()
    seen(screen, "paper")
    screen.locator(f"[name=t{came}][value=atendido]").check()
    screen.locator(f"#h{came}").fill("once")
    screen.locator(f"[name=t{missing}][value=ausente]").check()
    screen.get_by_role("button", name="Anotar la lista").click()
    expect(screen.locator(".error-summary")).to_be_focused()
    seen(screen, "paper-faults")
    expect(screen.locator(f"[name=t{missing}][value=ausente]")).to_be_checked()
    screen.locator(f"#h{came}").fill("11:25")
    screen.get_by_role("button", name="Anotar la lista").click()
    expect(screen.get_by_role("status")).to_contain_text("Anotados: 2")
    seen(screen, "paper-entered")
    assert [turn(each).status for each in (came, missing)] == ["attended", "no_show"]


def test_the_sheet_fits_a4_with_what_is_filled_in_by_hand(desktop_page, live_server, desk, procedure):
    page = desktop_page
    create_citizen(cedula(1), names="María de los Ángeles", surnames="Ficticia Demostración")
    booked(desk, procedure, ELEVEN, priority=True)
    sign_in(page, live_server, create_account(desk.agency))
    page.goto(f"/agencia/agenda/{today()}/papel")
    sign = page.get_by_role("columnheader", name="Firma")
    expect(sign).to_be_hidden()
    page.emulate_media(media="print")
    page.set_viewport_size(SHEET)
    expect(sign).to_be_visible()
    assert page.evaluate("document.querySelector('.paper').getBoundingClientRect().right <= window.innerWidth")
    assert page.locator("th, td").evaluate_all("cells => cells.every(each => each.scrollWidth <= each.clientWidth + 1)")
    expect(page.locator("tr.by-hand").first).to_be_visible()
    for control in page.locator("input:not([type=hidden]), button").all():
        expect(control).to_be_hidden()
    if PICTURES:
        page.pdf(path=Path(PICTURES) / "paper.pdf", format="A4")


def test_what_stands_out(screen, live_server, desk, procedure, clock_shift):
    arrived(desk, procedure, ELEVEN, 20)
    clock_shift(timedelta(days=1))
    busy, _ = create_account(desk.agency, email="a@example.ec"), create_account(desk.agency, email="b@example.ec")
    by = Actor.staff(busy.id)
    for number in range(6):
        undo(arrived(desk, procedure, ELEVEN, number, by=by), Clerk(by, desk.agency_id))
    sign_in(screen, live_server, create_account(desk.agency, "supervisor"), None)
    screen.goto("/agencia/control")
    expect(screen.get_by_text("Destaca", exact=True).first).to_be_visible()
    seen(screen, "oversight")
    screen.locator("summary").first.click()
    seen(screen, "oversight-turns")
    screen.locator("details a").first.click()
    expect(screen).to_have_url(re.compile(r"/agencia/turnos/\d+$"))


def test_the_administrator_chooses_an_agency(screen, live_server, desk):
    sign_in(screen, live_server, create_account(None, "admin"), None)
    screen.goto("/agencia/control")
    seen(screen, "oversight-choose")
    screen.get_by_label("Agencia", exact=True).select_option(desk.agency.slug)
    screen.get_by_role("button", name="Ver").click()
    expect(screen.get_by_role("heading", level=1)).to_contain_text("Quito Norte")
    seen(screen, "oversight-chosen")

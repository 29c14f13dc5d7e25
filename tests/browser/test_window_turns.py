"""Turns at the window in Chromium: nothing for axe to say, nothing that scrolls sideways, and a turn made by keys."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.pages.looking import look_closely
from tests.support.rows.build import next_workday
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, sign_in_browser
from tests.support.rows.turns import book
from turnero.booking.turn import queries
from turnero.core.extensions import db

PICTURES = os.environ.get("TURNERO_PICTURES")

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas", slug="glosas"),
    pytest.mark.desk(agency={"name": "Agencia de demostración Quito Norte"}),
]


@pytest.fixture
def signed(live_server, desk):
    """Signs a page's browser in as a clerk at window 1."""

    def sign(page):
        sign_in_browser(page.context, create_account(desk.agency), live_server.url)
        db.session.rollback()
        return page

    return sign


def seen(page, name):
    look_closely(page)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.fixture(params=["page", "desktop_page"])
def clerk(request, signed):
    """A phone and a desktop."""
    return signed(request.getfixturevalue(request.param)), request.param


def test_a_walk_in_and_an_assisted_turn(clerk):
    page, size = clerk
    page.goto("/agencia/turnos/nuevo")
    seen(page, f"new-{size}")
    page.get_by_label("Número de cédula", exact=True).fill("1700000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("datos por corregir")
    seen(page, f"errors-{size}")
    page.get_by_label("Número de cédula", exact=True).fill(cedula(1))
    page.get_by_label("Trámite").select_option("glosas")
    page.get_by_role("button", name="Dar ticket ahora").click()
    expect(page.get_by_text("A-001")).to_be_visible()
    seen(page, f"walk-in-{size}")
    page.get_by_role("link", name="Imprimir ticket").click()
    seen(page, f"slip-{size}")
    page.go_back()
    page.get_by_role("link", name="Otro turno asistido").click()
    page.get_by_label("Número de cédula", exact=True).fill(cedula(2))
    page.get_by_label("Trámite").select_option("glosas")
    page.get_by_role("button", name="Ver horas libres").click()
    expect(page.get_by_label("Número de cédula", exact=True)).to_have_value(cedula(2))
    seen(page, f"hours-{size}")
    page.get_by_label("Hora", exact=True).select_option(f"{next_workday()}T09:00")
    page.get_by_role("button", name="Dar el turno").click()
    expect(page.get_by_text("en ventanilla", exact=True)).to_be_visible()
    seen(page, f"assisted-{size}")


def test_cancelling_and_other_hands(clerk, desk, procedure):
    page, size = clerk
    number = queries.booking_by_token(book(desk, procedure, next_workday())).id
    db.session.rollback()
    page.goto(f"/agencia/turnos/{number}")
    seen(page, f"details-{size}")
    page.get_by_role("link", name="Reasignar con cédula física").click()
    page.get_by_label("Correo nuevo").fill("x")
    page.get_by_role("button", name="Reasignar").click()
    seen(page, f"reassign-{size}")
    page.get_by_label("Número de la cédula física").fill(cedula(1))
    page.get_by_label("Correo nuevo").fill("duena@example.ec")
    page.get_by_role("button", name="Reasignar").click()
    expect(page.get_by_text("Se cambiaron correo, celular y enlace")).to_be_visible()
    page.get_by_role("link", name="Cancelar turno").click()
    page.get_by_role("button", name="Sí, cancelar el turno").click()
    seen(page, f"cancel-{size}")
    page.get_by_label("Motivo").fill("La persona llamó a la agencia")
    page.get_by_role("button", name="Sí, cancelar el turno").click()
    expect(page.get_by_text("motivo: La persona llamó a la agencia")).to_be_visible()
    seen(page, f"cancelled-{size}")

"""A new administrator, in a real browser and without help: an agency opened, closed by decree, opened again."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support.pages.looking import look_closely
from tests.support.rows.build import create_desk, create_procedure, create_province, next_workday
from tests.support.rows.staff import create_account, sign_in_browser
from tests.support.rows.visits import booked, turn
from turnero.agencies import queries
from turnero.core.extensions import db
from turnero.operations.audit import audit

SECTIONS = [
    "agencias",
    "tramites",
    "feriados",
    "cierres",
    "cierres/desplazados",
    "personal",
    "equipos",
    "limites",
    "correos",
    "esperas",
    "quejas",
    "estadisticas",
    "registro",
]
FORMS = [
    "agencias/nueva",
    *(f"{section}/nuevo" for section in ("tramites", "feriados", "cierres", "personal", "equipos")),
]
# What a clock of twelve hours takes of a box, with its icon.
NEEDED = """box => {
  const style = getComputedStyle(box), pen = document.createElement("canvas").getContext("2d")
  pen.font = `${style.fontSize} ${style.fontFamily}`
  const sides = ["paddingLeft", "paddingRight", "borderLeftWidth", "borderRightWidth"]
  return pen.measureText("08:00 a. m.").width + 24 + sides.reduce((sum, side) => sum + parseFloat(style[side]), 0)
}"""


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).click()


def agree(page, *sentences):
    """Read what will happen, and save it."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Antes de guardar")
    for sentence in sentences:
        expect(page.get_by_role("main")).to_contain_text(sentence)
    look_closely(page)
    press(page, "Guardar")
    expect(page.get_by_role("status")).to_contain_text("Guardado.")


@pytest.fixture
def screen(app, desktop_page, live_server):
    create_province()
    sign_in_browser(desktop_page.context, create_account(None, "admin"), live_server.url, None)
    db.session.rollback()
    return desktop_page


def test_an_agency_is_opened_closed_by_decree_and_opened_again(screen):
    screen.goto("/admin")
    follow(screen, "Agencias")
    follow(screen, "Agregar agencia")
    screen.get_by_label("Nombre", exact=True).fill("Agencia Ñuñoa")
    screen.get_by_label("Cantón").fill("Quito")
    screen.get_by_label("Provincia", exact=True).select_option(label="Pichincha")
    press(screen, "Ver qué pasará")
    agree(screen, "de lunes a viernes de 08:00 a 17:00")
    follow(screen, "Trámites")
    follow(screen, "Agregar trámite")
    screen.get_by_label("Nombre", exact=True).fill("Entrega de claves")
    screen.get_by_label("O una línea nueva (opcional)").fill("Información")
    press(screen, "Ver qué pasará")
    agree(screen, "Agrega el trámite «Entrega de claves»")
    follow(screen, "Agencias")
    follow(screen, "Agencia Ñuñoa")
    follow(screen, "ventanillas")  # what it lacks leads there
    screen.get_by_label("Número de ventanillas").fill("2")
    press(screen, "Ver qué pasará")
    agree(screen, "Crea ")
    follow(screen, "Cambiar horario")
    screen.get_by_role("group", name="Viernes").get_by_label("Cierra", exact=True).fill("13:00")
    press(screen, "Ver qué pasará")
    agree(screen, "Quita ", "viernes, de 08:00 a 13:00")
    expect(screen.get_by_role("link", name="Entrega de claves")).to_be_visible()
    person = close_by_decree(screen)
    assert turn(person).status == "displaced"
    press(screen, "Abrir otra vez estas horas")
    agree(screen, "Turnos que recuperan su hora: 1.")
    assert turn(person).status == "confirmed"
    assert [str(violation) for violation in audit()] == []


def close_by_decree(screen):
    """With one person booked at these hours; who that is."""
    agency, procedure = queries.agency("agencia-nunoa"), queries.procedure("entrega-de-claves")
    day = next_workday() + timedelta(days=7)
    person = booked(queries.desk_for(agency, procedure), procedure, 600, day=day)
    db.session.rollback()
    follow(screen, "Cierres")
    follow(screen, "Cerrar horas")
    screen.get_by_label("Agencia", exact=True).select_option(label="Agencia Ñuñoa")
    screen.get_by_label("Desde").fill(f"{day}T00:00")
    screen.get_by_label("Hasta").fill(f"{day + timedelta(days=1)}T00:00")
    screen.get_by_label("Motivo").fill("Feriado por decreto")
    screen.get_by_label("Decreto", exact=True).check()
    press(screen, "Ver qué pasará")
    agree(screen, "1 persona afectada: pierde su hora.", "Con otro turno guardado: 1.")
    screen.get_by_role("link", name="Agencia Ñuñoa").click()
    expect(screen.get_by_role("main")).to_contain_text(turn(person).reference)
    look_closely(screen)
    return person


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_section_and_form_on_a_narrow_phone(app, open_context, live_server, scheme):
    desk = create_desk(create_procedure(minutes=20).line, windows=2)
    context = open_context(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    sign_in_browser(context, create_account(None, "admin"), live_server.url, None)
    db.session.rollback()
    page = context.new_page()
    agency = f"agencias/{desk.agency.slug}"
    parts = [agency, *(f"{agency}/{part}" for part in ("datos", "horario", "ventanillas", "dias", "limites"))]
    for address in ("", *SECTIONS, *FORMS, *parts):
        page.goto(f"/admin/{address}".rstrip("/"))
        look_closely(page)
    page.goto("/admin/cierres/nuevo")
    press(page, "Ver qué pasará")
    expect(page).to_have_title(re.compile("^Error: "))
    look_closely(page)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740)])
def test_an_hour_stands_beside_its_word_and_is_not_cut(app, open_context, live_server, width, height):
    desk = create_desk(create_procedure(minutes=20).line, windows=2)
    context = open_context(viewport={"width": width, "height": height})
    sign_in_browser(context, create_account(None, "admin"), live_server.url, None)
    db.session.rollback()
    page = context.new_page()
    page.goto(f"/admin/agencias/{desk.agency.slug}/horario")
    for field in page.locator("input[type=time]").all()[:4]:
        box, name = field.bounding_box(), page.locator(f"label[for={field.get_attribute('id')}]").bounding_box()
        assert box["y"] < name["y"] + name["height"] / 2 < box["y"] + box["height"]
        assert name["x"] < box["x"]
        assert box["width"] > field.evaluate(NEEDED)

"""Other ways to a turn: by keyboard alone, found by role and name as a screen reader does, and without any style."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages.citizen import Citizen
from tests.support.rows.build import create_agency, create_citizen, create_desk, create_procedure
from tests.support.servers.smtp import code_in, text_of
from turnero.core.extensions import db

MAX_TABS = 60
DAY = re.compile("lunes|martes|miércoles|jueves|viernes")
MAX_WORDS_OF_A_SENTENCE = 20
BLOCKS = "main :is(h1, h2, h3, p, li, legend, label, dt, dd, figcaption)"


@pytest.fixture
def place(live_server):
    procedure = create_procedure(slug="notificacion-de-glosas", name="Notificación de glosas")
    desk = create_desk(procedure.line, agency=create_agency(slug="demo-quito-centro", name="Agencia de demostración"))
    create_citizen(cedula="1700000001")
    where = (desk.agency.province_code, procedure.slug, desk.agency.slug)
    db.session.rollback()
    return where


class Keyboard:
    """Only keys: Tab until what is wanted has the focus, known by its role and name in the accessibility tree."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, role, name) -> None:
        wanted = self.page.get_by_role(role, name=name).and_(self.page.locator(":focus"))
        for _ in range(MAX_TABS):
            if wanted.count():
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"no {role} {name} within {MAX_TABS} tabs of {self.page.url}")

    def press(self, role, name, key="Enter") -> None:
        self.reach(role, name)
        self.page.keyboard.press(key)

    def write(self, name, text) -> None:
        self.reach("textbox", name)
        self.page.keyboard.type(text)

    def choose(self, name, option) -> None:
        self.reach("combobox", name)
        self.page.keyboard.type(option)


def at(page, name):
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_journey_by_keyboard_alone_read_as_a_screen_reader_does(page, place, smtp):
    keys = Keyboard(page)
    page.goto("/")
    keys.press("link", "Genere su turno")
    keys.write(re.compile("cédula"), "1700000001")
    page.keyboard.press("Enter")
    keys.write(re.compile("Correo"), "ana.demo@example.ec")
    keys.write(re.compile("[Cc]elular"), "0991234567")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("verificar"))
    keys.write(re.compile("[Cc]ódigo"), code_in(smtp.wait_for("ana.demo@example.ec", "Verificar IESS turno online")))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("lugar"))
    keys.choose("Provincia", "Pichincha")
    keys.choose("Trámite", "Notificación")
    expect(page.get_by_role("radio", name=re.compile("Agencia de demostración"))).to_be_visible()
    keys.press("radio", re.compile("Agencia de demostración"), "Space")
    keys.press("button", "Siguiente")
    expect(page).to_have_url(re.compile("horario"))
    keys.press("link", DAY)
    expect(page).to_have_url(re.compile("dia="))
    keys.press("radio", re.compile(r"\d\d:\d\d"), "Space")
    keys.press("button", "Siguiente")
    keys.press("button", "Sí")
    expect(page).to_have_url(re.compile("confirmar"))
    keys.press("button", "Confirmar")
    at(page, "Confirmación del Turno en Línea")


@pytest.fixture
def plain_page(open_context):
    """A browser that gets no style at all."""
    context = open_context()
    context.route("**/*.css", lambda route: route.fulfill(body="", content_type="text/css"))
    return context.new_page()


def heading_first(page):
    """What is read first in the main part is what the page is about, or what is wrong with it."""
    first = page.locator("main :is(h1, form, table)").first.evaluate("element => element.tagName")
    assert first == "H1", page.url


def test_without_styles_the_order_is_that_of_the_page(plain_page, place, smtp):
    ana = Citizen(plain_page, smtp, look=heading_first)
    ana.up_to_the_review(*place)
    ana.confirm()
    at(plain_page, "Confirmación del Turno en Línea")


def words_of_sentences(text):
    sentences = [part.split() for part in re.split(r"[.:;!?…]\s+|\n", text)]
    return [len(words) for words in sentences if words]


def test_sentences_are_short(no_js_page, place, smtp):
    """The mean over every page of the journey, and over its mails; no sentence is twice as long."""
    lengths = []

    def read(page):
        for block in page.locator(BLOCKS).all_inner_texts():
            lengths.extend(words_of_sentences(block))

    ana = Citizen(no_js_page, smtp, look=read)
    ana.up_to_the_review(*place)
    ana.confirm()
    for mail in smtp.messages:
        lengths += words_of_sentences(text_of(mail))
    assert len(lengths) > 200
    assert sum(lengths) / len(lengths) <= MAX_WORDS_OF_A_SENTENCE
    assert max(lengths) <= 2 * MAX_WORDS_OF_A_SENTENCE
    assert words_of_sentences("uno dos. tres") == [2, 1]

"""With a catalogue beside ours the whole service speaks that language: pages, mails and papers, to the last word."""

import re

import pytest
from babel import dates
from flask_babel import force_locale
from sqlalchemy import select

from tests.support.inspection import other_language
from tests.support.inspection.other_language import LOCALE, outside
from tests.support.pages import reader
from tests.support.scenes.everyone import Everyone
from turnero.booking.documents import files
from turnero.core import language
from turnero.core.extensions import db
from turnero.core.paths import resource
from turnero.notices.models import Notice
from turnero.notices.rendering import render
from turnero.transparency.months import history
from turnero.transparency.open_data import closed_hours, tables
from turnero.web import setup

# Said alike in every language: the product, signs, and the columns of files.
COLUMNS = tables.COLUMNS | tables.DETAIL_COLUMNS | closed_hours.COLUMNS
ALIKE = {"Turnero", "PDF", "CSV", "JSON", "min", *(word for name in COLUMNS for word in name.split("_"))}
# What the tests' own people, places and accounts are called, and the calendar's names, which Babel knows.
DATA = {"Pichincha", "Quito", "Línea", "Ana", "María", "Ficticia", "Prueba", "persona", "example"}
DATA |= {"window", "supervisor", "board", "kiosk"}
CALENDAR = {
    name.rstrip(".").capitalize()
    for names in (dates.get_day_names, dates.get_month_names)
    for width in ("wide", "abbreviated")
    for name in names(width, locale=LOCALE).values()
}
NAME = "⟦Nombre⟧"


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        ([], "es_EC"),
        (["es-EC", "en"], "es_EC"),
        (["es-419", "es", "en"], "es_EC"),
        (["es", "en"], "es_EC"),
        (["en-US", "en", "es"], "en"),
        (["qu", "es"], "qu_EC"),
        (["qu-PE"], "qu_EC"),
        (["fr", "de"], "es_EC"),
        (["fr", "en"], "en"),
        (["*"], "es_EC"),
    ],
)
def test_language_matters_more_than_country(asked, locale):
    assert language.chosen(asked, ("es_EC", "en", "qu_EC")) == locale


@pytest.fixture
def spoken(tmp_path, monkeypatch):
    folder = tmp_path / "locale"
    folder.mkdir()
    found = other_language.compile_into(folder)
    monkeypatch.setattr(setup, "resource", lambda name: folder if name == "locale" else resource(name))
    return found


@pytest.fixture
def app(spoken, make_app):
    with make_app("sqlite") as made:
        yield made


def left_out(text):
    known = ALIKE | DATA | CALENDAR
    return [word for word in outside(text) if word not in known and not word.isupper()]  # capitals: references


def test_what_stands_outside_of_the_brackets_is_found():
    assert outside("⟦Su turno es el ⟦lunes⟧⟧ Hola ⟦, a las⟧ 09:00") == ["Hola"]


def test_the_language_follows_the_browser_and_varies_the_cache(app, monkeypatch):
    client = app.test_client()
    assert "Accept-Language" in client.get("/ayuda").vary
    assert "⟦" not in client.page.text
    for asked in ("es-EC, qu;q=0.5", "es-419, es, qu", "qu;q=0, fr", "fr", ""):
        client.get("/ayuda", headers={"Accept-Language": asked})
        assert "⟦" not in client.page.text, asked
    monkeypatch.setattr(reader, "LANGUAGE", LOCALE)
    client.get("/ayuda", headers={"Accept-Language": "qu, es;q=0.5"})
    assert "⟦" in client.page.text


def test_every_page_speaks_it(app, monkeypatch):
    history.load_history_path(resource("catalogue") / "historical_figures.csv")
    everyone = Everyone(app, NAME)
    clients = (everyone.anybody, everyone.clerk, everyone.supervisor, everyone.admin, everyone.kiosk, everyone.board)
    for client in clients:
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = LOCALE
    monkeypatch.setattr(reader, "LANGUAGE", LOCALE)
    wrong = {address: left for address, page in everyone.pages() if (left := left_out(page.text))}
    for address in (
        "/ayuda",
        "/privacidad",
        "/accesibilidad",
        "/transparencia",
        "/reparto?provincia=17",
        "/queja",
        "/sorteos",
    ):
        everyone.anybody.get(address)
        if left := left_out(everyone.anybody.page.text):
            wrong[address] = left
    assert wrong == {}


def test_mails_and_papers_speak_it(app):
    everyone = Everyone(app, NAME)
    with app.app_context(), force_locale(LOCALE):
        notices = db.session.scalars(select(Notice)).all()
        mails = {notice.kind: mail for notice in notices if (mail := render(notice))}
        assert len(mails) >= 4
        for kind, mail in mails.items():
            said = [re.sub(r"http://\S+", "", part) for part in (mail.subject, mail.text)]
            assert [left_out(part) for part in said] == [[], []], kind
        booking = db.session.get_one(files.Booking, everyone.coming)
        assert files.sheet_of(booking).data.startswith(b"%PDF")


def test_translations_keep_all_placeholders(spoken):
    """What a translator would be told by the machine: values keep their names. The control is the pattern itself."""
    wrong = [message.id for message in spoken if message.id and list(message.check())]
    assert wrong == []
    assert language.languages(resource("locale")) == (language.SOURCE,)

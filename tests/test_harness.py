"""The harness itself: what it promises to catch, it catches."""

import os
import socket
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace

import pytest
from flask import redirect
from sqlalchemy import text

from tests.support.machine import provision
from tests.support.machine.network import NetworkForbidden
from tests.support.pages import browser, reader
from tests.support.pages.page import BrokenHtml, filled
from tests.support.rows.build import create_line
from tests.support.servers.application import entered
from turnero.core.extensions import csrf, db

PAGE = """<!doctype html>
<html lang="es-EC"><head><title>Turnos</title></head>
<body><main><h1>Su turno</h1>{}</main></body></html>"""
FORM = '<form method="post"><input type="hidden" name="csrf_token" value="x">{}</form>'

pytestmark = pytest.mark.engines("sqlite")


def test_a_right_page_passes_and_can_be_read():
    page = reader.check(
        PAGE.format(
            FORM.format(
                '<label for="correo">Correo</label><input id="correo" name="correo" value="ana@example.ec" '
                'aria-invalid="true" aria-describedby="correo-error"><p id="correo-error">Escriba su correo.</p>'
                '<fieldset><legend>Hora</legend><label><input type="radio" name="hora" value="9">9</label>'
                '<label><input type="radio" name="hora" value="10" checked>10</label></fieldset>'
                "<button>Siguiente</button>"
            )
            + '<a href="#correo">Correo</a>'
        )
    )
    assert (page.title, page.h1) == ("Turnos", "Su turno")
    assert page.errors == {"correo": "Escriba su correo."}
    assert filled(page.form()) == {"csrf_token": "x", "correo": "ana@example.ec", "hora": "10"}
    assert page.links == {"Correo": "#correo"}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<h1>Otro</h1>", "one h1"),
        ('<p id="a"></p><p id="a"></p>', "given 2 times"),
        ('<form method="post"></form>', "no csrf_token"),
        ('<form method="post"><input type="hidden" name="csrf_token" value=""></form>', "no csrf_token"),
        ("<form></form>", "has no method"),
        ('<form method="get"><input type="hidden" name="csrf_token" value="x"></form>', "into the address"),
        (FORM.format('<input name="correo">'), "'correo' has no label"),
        (FORM.format('<label for="otro">Correo</label><input id="correo" name="correo">'), "'correo' has no label"),
        (FORM.format('<label for="a"></label><select id="a" name="lugar"></select>'), "'lugar' has no label"),
        ('<p aria-describedby="nada"></p>', "names nothing"),
        ('<a href="#nada">Ir</a>', "leads nowhere"),
        ('<a href="/x"></a>', "without a name"),
        ('<img src="/a.png">', "has no alt"),
        ('<p style="color: red">Hola</p>', "has the attribute style"),
        ('<p onclick="x()">Hola</p>', "has the attribute onclick"),
        ("<script>x()</script>", "an inline script"),
        ("<style>p {}</style>", "a <style> element"),
        ('<img alt="" src="https://example.org/a.png">', "from another host"),
        ("<p>{{ name }}</p>", "of the template"),
    ],
)
def test_an_error_of_a_page_is_reported(body, fault):
    with pytest.raises(AssertionError, match=fault):
        reader.check(PAGE.format("").replace("</main>", body + "</main>"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("es-EC", "es", "lang"),
        ("<title>Turnos</title>", "", "one title"),
        ("<title>Turnos", "<title>", "one title"),
        ("main>", "div>", "one <main>"),
    ],
)
def test_an_error_of_the_layout_is_reported(old, new, fault):
    with pytest.raises(AssertionError, match=fault):
        reader.check(PAGE.format("").replace(old, new))


@pytest.mark.parametrize("html", ["<p>", "</p>", "<p><b></p></b>", '<p id="a" id="b"></p>'])
def test_html_that_is_not_well_formed_is_refused(html):
    with pytest.raises(BrokenHtml):
        reader.check(PAGE.format(html))


@pytest.mark.own_app
def test_a_post_that_redirects_with_anything_but_303_is_refused(client, app):
    app.add_url_rule("/wrong", view_func=csrf.exempt(lambda: redirect("/", 302)), methods=["POST"])
    with pytest.raises(AssertionError, match="not 303"):
        client.post("/wrong")


@pytest.mark.own_app
def test_an_error_page_whose_title_does_not_say_so_is_refused(client, app):
    app.add_url_rule("/wrong", view_func=lambda: (PAGE.format(""), 422))
    with pytest.raises(AssertionError, match="422"):
        client.get("/wrong")


@pytest.mark.own_app
def test_two_pages_with_one_title_are_refused(client, app):
    app.add_url_rule("/one", "one", lambda: PAGE.format(""))
    app.add_url_rule("/two", "two", lambda: PAGE.format(""))
    client.get("/one")
    client.get("/one")
    with pytest.raises(AssertionError, match="same title"):
        client.get("/two")


def test_a_connection_to_the_database_of_the_test_before_is_not_used_again(applications, addresses, tmp_path):
    """As a stream leaves one in the pool that outlives its test: what went through it would be nowhere."""
    before = applications.fresh("sqlite", tmp_path, **addresses)
    with before.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.remove()
    with entered(applications.fresh("sqlite", tmp_path, **addresses)) as app:
        create_line("cartera")
        with closing(sqlite3.connect(app.config["SETTINGS"].database_url.removeprefix("sqlite:///"))) as file:
            assert file.execute("SELECT slug FROM lines").fetchall() == [("cartera",)]


def test_there_is_no_network():
    with pytest.raises(NetworkForbidden, match=r"example\.org"):
        socket.create_connection(("example.org", 80))
    with pytest.raises(NetworkForbidden), socket.socket() as connection:
        connection.connect(("192.0.2.1", 80))


def test_a_missing_browser_ends_the_run_in_one_sentence(monkeypatch):
    missing = [replace(part, find=lambda: None) if part.name == "Chromium" else part for part in provision.PARTS]
    monkeypatch.setattr(provision, "PARTS", missing)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as ended:
        provision.main()
    assert str(ended.value).startswith("No se pueden ejecutar las pruebas: falta Chromium")
    assert "\n" not in str(ended.value)


def test_a_package_that_cannot_be_installed_ends_the_run_in_one_sentence():
    command = [sys.executable, "-c", "import sys; print('one'); sys.exit('no such package')"]
    with pytest.raises(provision.MissingPart, match=r"^falta todo\. \(no such package\)$"):
        provision.run(command, or_else="falta todo.")


@pytest.mark.own_app
def test_chromium_is_a_phone_on_the_live_server(live_server, page):
    live_server.app.add_url_rule("/right", view_func=lambda: PAGE.format(""))
    page.goto("/right")
    assert page.inner_text("h1") == "Su turno"
    assert page.viewport_size == browser.PHONE


@pytest.mark.own_app
@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('oh')", "console: oh"),
        ("setTimeout(() => { throw Error('ay') })", "script: ay"),
        ("fetch('http://example.org/').catch(() => 0)", "example.org"),
    ],
)
def test_what_the_browser_complains_of_is_noted(live_server, page, browser_faults, script, complaint):
    live_server.app.add_url_rule("/right", view_func=lambda: PAGE.format(""))
    page.goto("/right")
    page.evaluate(script)
    page.wait_for_timeout(100)  # complaints come as events of the browser, after the script
    assert any(complaint in fault for fault in browser_faults)
    browser_faults.clear()

"""Canary data through every function; then everything stored, logged and sent is searched for it."""

import json
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.support.inspection import leaks
from tests.support.inspection.tape import Tape
from tests.support.pages.browser import DESKTOP
from tests.support.pages.citizen import Citizen
from tests.support.rows.build import today
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, sign_in_browser
from tests.support.rows.turns import turn
from tests.support.rows.visits import booked
from tests.support.scenes.agency_life import SOON, AgencyLife, Person, Words
from tests.support.scenes.door import open_door, reference_of, says, scan
from tests.support.scenes.whole_day import OTHER_THIRD, THIRD, WholeDay, person
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer, environ_of, running
from turnero.booking.documents import files as documents
from turnero.core.db import transaction
from turnero.core.extensions import db

CARELESS = Person(THIRD, "canaria.f@jaula.example.ec", "0987650177")
WORDS = Words(names="Canariaxiomara", surnames="Pajareraficticia", third="Tercerajilguera Ficticia")


@dataclass(frozen=True, repr=False)
class Day:
    """What is left of the day: its people and secrets, the wire, the mails and the log."""

    app: object
    life: AgencyLife
    people: list
    tape: Tape
    mails: list
    log: str

    @property
    def personal(self):
        """Facts that name a person."""
        facts = set().union(*(leaks.spellings(one) for one in (*self.people, CARELESS)))
        return facts | {OTHER_THIRD} | leaks.names(WORDS)

    @property
    def openers(self):
        """All that opens something: what was handed out, and every cookie."""
        cookies = {value for one in self.tape.exchanges for value in cookie_values(one)}
        return self.life.secrets.tokens | cookies


def cookie_values(exchange):
    cookies = [value for name, value in exchange.headers if name.lower() == "set-cookie"]
    return {value.partition(";")[0].partition("=")[2] for value in cookies} - {""}


def fail_with_identities():
    """What a careless line would say."""
    number, mobile, known_as = CARELESS.cedula, CARELESS.mobile, WORDS.names
    facts = f"{number[:9]}-{number[9]}, cedula_{number}, {CARELESS.email}, {mobile[:3]} {mobile[3:6]} {mobile[6:]}"
    raise RuntimeError(f"no turn for {facts}, a person of {len(known_as)} letters")


@transaction
def break_a_rule():
    """The database's complaint shows the whole row, and SQLAlchemy's what was asked for."""
    about = {"name": WORDS.third, "cedula": THIRD}
    db.session.execute(
        text("UPDATE bookings SET minute = -5, third_party_name = :name, third_party_cedula = :cedula"), about
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def day(request, make_app, smtp, clock_shift, capsys):
    if request.param == "postgresql":  # drawing knows no database: the papers of SQLite's day are drawn
        request.getfixturevalue("monkeypatch").setattr(documents, "pdf", lambda _turn: b"%PDF-1.7")
    with make_app(request.param, TURNERO_LOG="json") as app:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.add_url_rule("/falla", view_func=fail_with_identities)
        app.add_url_rule("/regla", view_func=break_a_rule)
        tape = Tape(app)
        life = AgencyLife(app, smtp, clock_shift, WORDS)
        whole = WholeDay(life)
        capsys.readouterr()
        whole.run()
        assert [life.browser().get(address).status_code for address in ("/falla", "/regla")] == [500, 500]
        yield Day(app, life, whole.people, tape, list(smtp.messages), capsys.readouterr().err)


def test_what_opens_something_is_neither_kept_nor_logged_and_facts_are_where_they_belong(day):
    nothing_is_kept(day)
    the_log_names_nobody(day)
    no_address_names_anybody(day)
    no_cookie_names_anybody(day)
    no_mail_header_names_anybody(day)


def nothing_is_kept(day):
    dump = leaks.database_text(day.app)
    assert leaks.in_text(leaks.spellings(day.people[1]), dump), "the dump holds what must be there"
    assert len(day.life.secrets.codes) > 7 and len(day.openers) > 20
    assert leaks.in_text(day.openers, dump) == []
    assert leaks.codes_in(day.life.secrets.codes, dump) == []
    files = leaks.files_text(day.app)
    assert [token for token in day.openers if token in files] == []
    code, token = min(day.life.secrets.codes), max(day.openers)
    plant(f"550 {code} {token}")
    dump = leaks.database_text(day.app)
    assert (leaks.in_text(day.openers, dump), leaks.codes_in(day.life.secrets.codes, dump)) == ([token], [code])


@transaction
def plant(words):
    db.session.execute(text("UPDATE notices SET last_error = :words"), {"words": words})


def the_log_names_nobody(day):
    lines = [json.loads(line) for line in day.log.splitlines()]
    assert {"request", "signed_in", "sign_in_failed"} <= {line["event"] for line in lines}
    assert any("RuntimeError: no turn for" in line.get("exception", "") for line in lines)
    assert any("IntegrityError" in line.get("exception", "") for line in lines)
    assert leaks.in_text(day.personal, day.log) == []
    assert leaks.in_text(day.openers, day.log) == []
    assert leaks.codes_in(day.life.secrets.codes, day.log) == []


def no_address_names_anybody(day):
    addresses = "\n".join(f"{one.address} {one.header('Location')}" for one in day.tape.exchanges)
    assert "/mi-turno/" in addresses and "/agencia/agenda/" in addresses
    assert leaks.in_text(day.personal, addresses) == []
    assert leaks.codes_in(day.life.secrets.codes, addresses) == []


def no_cookie_names_anybody(day):
    cookies = [value for one in day.tape.exchanges for name, value in one.headers if name.lower() == "set-cookie"]
    assert {value.partition("=")[0] for value in cookies} == {"turnero", "turnero-staff", "turnero-device"}
    assert max(len(value) for value in cookies) < 4096
    assert leaks.in_text(day.personal, "\n".join(cookies)) == []


def no_mail_header_names_anybody(day):
    assert {str(mail["Subject"]).partition(":")[0] for mail in day.mails} >= {
        "Verificar IESS turno online",
        "Confirmación del Turno en Línea",
        "El enlace de su turno",
        "Su turno cambió",
        "Su turno fue cancelado",
        "Se pidió un turno con su cédula",
    }
    headers = "\n".join(leaks.headers_of(mail) for mail in day.mails)
    assert leaks.in_text(day.personal | day.openers, headers) == []
    assert leaks.codes_in(day.life.secrets.codes, headers) == []


def test_the_scanner_finds_what_is_hidden_badly():
    who = person(1)
    for hidden in (
        f"x{who.email}x",
        f"correo={who.email.replace('@', '%40')}",
        f"cedula={who.cedula[:9]}-{who.cedula[9]}",
        f"+593 {who.mobile[1:3]} {who.mobile[3:6]} {who.mobile[6:]}",
        "eyJjIjoiIn0." + "ZXMgY2FuYXJpYS5iIHkgbWFz",  # base64: es canaria.b y mas
    ):
        assert leaks.in_text(leaks.spellings(who), hidden), hidden
    assert leaks.codes_in({"048213"}, "15:00:00.123456 048213\t") == ["048213"]
    assert leaks.codes_in({"123456", "048213"}, "15:00:00.123456 a048213 1048213") == []


def test_a_mailbox_proof_reveals_no_registry_data(sqlite_app, smtp, clock_shift):
    """A stranger with a cédula, an address of their own and patience."""
    tape = Tape(sqlite_app)
    life = AgencyLife(sqlite_app, smtp, clock_shift, WORDS)
    stranger = person(0, on_file="duena.canaria@example.ec", mobile_on_file="+593987651234")
    life.register(stranger)
    browser, kiosk = life.browser(), life.device("kiosk")
    token = life.book(browser, stranger)
    life.look_at(browser, token)
    life.lose_the_link(browser, stranger, turn(token).reference)
    token = life.change(browser, token)
    browser.get("/mi-turno/" + token)
    life.cancel(browser, token)
    life.stand_at(kiosk, turn(token).reference, stranger.cedula)
    life.without_turn(kiosk, stranger)
    kiosk.get("/kiosco/hoy.json")
    on_file = {stranger.on_file, stranger.on_file.partition("@")[0], "987651234", "98 765 1234", "098 765 1234"}
    on_file |= {WORDS.names, WORDS.surnames}
    answers = "\n".join(leaks.readable(one) for one in tape.exchanges)
    mails = "\n".join(leaks.readable_mail(mail) for mail in smtp.to(stranger.email))
    assert "Confirmación del Turno" in answers and "BEGIN:VCALENDAR" in answers
    assert "BEGIN:VCALENDAR" in mails and stranger.email in mails
    assert leaks.in_text(on_file, answers) == []
    assert leaks.in_text(on_file, mails) == []
    clerk = life.member("otra.ventanilla@example.ec")
    clerk.get("/agencia/agenda")  # who attends knows who comes: words that are there are found
    assert leaks.in_text(on_file, leaks.readable(tape.exchanges[-1])) == sorted({WORDS.names, WORDS.surnames})


def rests_in(context):
    """All that a browser keeps of us: web storage of its open pages, and cookies."""
    kept = [
        page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
        for page in context.pages
    ]
    return kept, context.cookies()


@pytest.fixture
def life(live_server, smtp, clock_shift):
    return AgencyLife(live_server.app, smtp, clock_shift, WORDS)


def test_nothing_personal_rests_in_a_browser(life, live_server, open_context, page):
    tape, who = Tape(life.app), person(1)
    life.register(who)
    Citizen(page, life.mailbox, who.cedula, who.email, who.mobile).up_to_the_review(
        life.desk.agency.province_code, life.procedure.slug, life.agency_slug
    )
    page.get_by_role("button", name="Confirmar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmación del Turno en Línea")
    booking_id = booked(life.desk, life.procedure, SOON, 2)
    reference = reference_of(booking_id)
    staff = open_context(viewport=DESKTOP)
    sign_in_browser(staff, create_account(life.desk.agency, email="canaria.z@example.ec"), live_server.url)
    agenda = staff.new_page()
    agenda.goto(f"/agencia/agenda/{today()}")
    agenda.locator("[name=busca]").fill(who.cedula)
    door = open_door(open_context, live_server, life.desk)
    scan(door, reference)
    says(door, "confirmado")
    personal = leaks.spellings(who) | leaks.names(WORDS) | {cedula(2), "persona2@example.ec", "canaria.z"}
    for context in (page.context, staff, door.context):
        kept, cookies = rests_in(context)
        assert cookies and max(len(one["value"]) for one in cookies) < 4096
        assert leaks.in_text(personal, json.dumps([kept, cookies])) == []
    addresses = "\n".join(one.address for one in tape.exchanges)
    assert leaks.in_text(personal, addresses) == []
    page.evaluate("sessionStorage.setItem('borrador', 'canaria.b')")
    assert leaks.in_text(personal, json.dumps(rests_in(page.context)[0])) == ["canaria.b"]


def test_a_server_killed_in_the_middle_leaves_nothing_of_what_was_typed(sqlite_app, tmp_path):
    who, port = person(2), free_port()
    typed = f"cedula={who.cedula}&correo={who.email}&celular={who.mobile}&nombre={WORDS.names}"
    form = "Content-Type: application/x-www-form-urlencoded"
    head = f"POST /turno HTTP/1.1\r\nHost: x\r\n{form}\r\nContent-Length: {{}}\r\n"
    with running("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1", environ=environ_of(sqlite_app)) as server:
        assert answer(port, "/healthz")[0] == 200
        here = ("127.0.0.1", port)
        with socket.create_connection(here) as whole, socket.create_connection(here) as half:
            whole.sendall(f"{head.format(len(typed))}\r\n{typed}".encode())
            assert b" 400 " in whole.recv(4096)
            half.sendall(f"{head.format(len(typed) + 500)}\r\n{typed}".encode())
            workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
            for process in (*map(int, workers), server.pid):
                os.kill(process, signal.SIGKILL)
        said, _ = server.communicate(timeout=30)
    personal = leaks.spellings(who) | {WORDS.names}
    assert "/turno" in said
    assert leaks.in_text(personal, said) == []
    assert [fact for fact in personal if fact in leaks.files_text(sqlite_app)] == []

"""Hostile names stay text on every surface: pages, documents, files, mails and screens."""

import csv
import io
import json
import re

import pytest
from icalendar import Calendar
from playwright.sync_api import expect
from pypdf import PdfReader
from sqlalchemy import select

from tests.support.inspection.tape import Tape
from tests.support.pages import reader
from tests.support.pages.browser import DESKTOP
from tests.support.pages.page import read
from tests.support.pages.walking import Walker
from tests.support.rows.hostile import ALL, PAYLOADS, WORKED_OUT, bones, call_everything, skin
from tests.support.rows.notices import use_mail_server
from tests.support.rows.visits import turn
from tests.support.scenes.agency_life import AgencyLife, Words
from tests.support.scenes.door import open_door, says, scan
from tests.support.scenes.everyone import OWNER, Everyone
from tests.support.scenes.whole_day import WholeDay
from tests.support.servers.mail_servers import Sink, serving
from turnero.attention.agenda import files
from turnero.booking.documents import files as documents
from turnero.booking.documents.notices import hour_of
from turnero.booking.journey.forms import MAX_NAME_CHARACTERS
from turnero.booking.turn.models import Displacement
from turnero.core import clock
from turnero.core.cleaning import clean_email
from turnero.core.db import transaction
from turnero.core.extensions import db
from turnero.notices import delivery, outbox

PLAIN = "Llanita"
ANA = "ana@example.ec"
WORST = ("script", "attribute", "template", "lines", "calendar", "turned", "long", "terminal", "nothing")
HALVES = (tuple(PAYLOADS)[::2], tuple(PAYLOADS)[1::2])
ONCE = {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted"}
OF_PARTS = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID"}


@pytest.fixture(autouse=True)
def words_may_look_like_templates(monkeypatch):
    """The strict reader takes them for something left over."""
    monkeypatch.setattr(reader, "LEFT_OVER", re.compile("(?!)"))


@pytest.fixture
def sink(sqlite_app):
    with serving(Sink()) as server:
        use_mail_server(sqlite_app, server.port)
        yield server


def as_read(name):
    """What a page makes of the spaces in it."""
    return " ".join(name.split())


@pytest.mark.parametrize("names", HALVES, ids=["one half", "the other"])
def test_every_page_keeps_its_bones_and_says_the_words(sqlite_app, names):
    everyone = Everyone(sqlite_app, PLAIN)
    call_everything(PLAIN)
    plain = {address: (bones(page), skin(page).count(PLAIN)) for address, page in everyone.pages()}
    assert sum(times > 0 for _, times in plain.values()) > 25
    for name in names:
        payload = PAYLOADS[name]
        call_everything(payload)
        for address, page in everyone.pages():
            shown, (before, times) = skin(page), plain[address]
            assert bones(page) == before, (name, address)
            assert WORKED_OUT not in shown, (name, address)
            assert shown.count(as_read(payload)) == times, (name, address)


@pytest.mark.own_app  # a template stays as it was compiled
def test_a_page_that_forgets_to_escape_would_be_seen(sqlite_app, monkeypatch):
    """The control of the test above: the strict reader, or else the bones."""
    everyone = Everyone(sqlite_app, PLAIN)
    call_everything(PLAIN)
    monkeypatch.setattr(sqlite_app.jinja_env, "autoescape", False)
    before = dict(everyone.pages())["/agencias"]
    call_everything("<b>Llanita</b>")
    assert bones(everyone.anybody.page) != bones(before)
    call_everything(PAYLOADS["image"])
    with pytest.raises(AssertionError, match="not right"):
        everyone.anybody.get("/agencias")


def test_every_paper_and_file_keeps_its_shape(sqlite_app):
    everyone = Everyone(sqlite_app, PLAIN)
    call_everything(PLAIN)
    plain = {address: shape_of(address, data) for address, data in everyone.files()}
    for name, payload in PAYLOADS.items():
        call_everything(payload)
        for address, data in everyone.files():
            assert shape_of(address, data) == plain[address], (name, address)
            assert WORKED_OUT.encode() not in data


def shape_of(address, data):
    """What a file is made of, names aside."""
    match address.rpartition(".")[2]:
        case "pdf":
            pages = PdfReader(io.BytesIO(data)).pages
            assert b"/JavaScript" not in data and b"/Launch" not in data
            links = re.findall(rb"/URI \((.*?)\)", data)
            return links, {WORKED_OUT in page.extract_text() for page in pages}
        case "ics":
            (event,) = Calendar.from_ical(data).events
            assert all(len(line) <= 75 for line in data.split(b"\r\n")) and b"\n" not in data.replace(b"\r\n", b"")
            return sorted(event.property_items(), key=str) and sorted({key for key, _ in event.property_items()})
        case "csv":
            rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
            cells = [cell for row in rows for cell in row]
            assert not [cell for cell in cells if cell.lstrip().startswith(files._FORMULA)]
            return [len(row) for row in rows]
        case _:
            return keys_of(json.loads(data))


def keys_of(value):
    if isinstance(value, dict):
        return {key: keys_of(each) for key, each in value.items()}
    if isinstance(value, list):
        return [keys_of(each) for each in value]
    return type(value).__name__


@transaction
def owe_every_mail(everyone, occasion):
    """One of each kind, told anew."""
    coming, lost = turn(everyone.coming), turn(everyone.lost)
    displacement = db.session.scalars(select(Displacement).where(Displacement.booking_id == lost.id)).one()
    occasions = {"reminder": f"{occasion}:{hour_of(coming)}", "displaced": f"{displacement.id}.{occasion}"}
    about = {"displaced": everyone.lost, "cancellation": everyone.cancelled}
    for kind in ("confirmation", "link", "change", "restored", "reminder", "not_me", "displaced", "cancellation"):
        subject = f"booking:{about.get(kind, everyone.coming)}"
        address = OWNER if kind == "not_me" else ANA
        when = occasions.get(kind, occasion)
        outbox.write(kind, subject, address, now=clock.now(), priority=2, occasion=when, reference="K7MQ4XR")


def test_no_name_reaches_a_mails_head_and_its_html_keeps_its_bones(sqlite_app, sink, monkeypatch):
    """What its PDF holds is the test of papers and files above; drawing it thirty times would be most of the time."""
    monkeypatch.setattr(documents, "pdf", lambda _turn: b"%PDF-1.7")
    everyone = Everyone(sqlite_app, PLAIN)
    delivery.deliver_all()
    plain = []
    for name in (
        "plain",
        "script",
        "attribute",
        "template",
        "lines",
        "calendar",
        "turned",
        "long",
        "terminal",
        "nothing",
    ):
        call_everything(PAYLOADS.get(name, PLAIN))
        sink.envelopes.clear()
        owe_every_mail(everyone, name)
        assert delivery.deliver_all() == delivery.Delivered(sent=8)
        assert sorted(sink.recipients) == [ANA] * 7 + [OWNER]
        for mail in sink.mails:
            head_is_ours(mail)
            assert as_read(PAYLOADS.get(name, PLAIN)) not in str(mail["Subject"]), name
            assert WORKED_OUT not in str(mail), name
        skeletons = [bones(read(mail.get_body(("html",)).get_content())) for mail in sink.mails]
        plain = plain or skeletons
        assert skeletons == plain, name


def head_is_ours(mail):
    """Each header once and no other; one line of subject."""
    assert sorted(mail.keys()) == sorted(ONCE | ({"Content-Transfer-Encoding"} & set(mail.keys())))
    assert not set(str(mail["Subject"])) & set("\r\n")
    for part in mail.walk():
        assert part is mail or set(part.keys()) <= OF_PARTS, part.keys()
        assert "evil" not in str(part.get("Content-Disposition", ""))


INJECTED = [
    "ana@example.ec\r\nBcc: eva@evil.example",
    "ana@example.ec\nSubject: otro",
    "ana@example.ec%0d%0aBcc: eva@evil.example",
    "ana@example.ec, eva@evil.example",
    "ana@example.ec; eva@evil.example",
    "ana@example.ec eva@evil.example",
    "Ana <eva@evil.example>",
    "<eva@evil.example>",
    '"ana@example.ec, eva"@evil.example',
    '"ana\r\nBcc: eva@evil.example"@example.ec',
    "ana@example.ec>\r\nRCPT TO:<eva@evil.example",
    "ana@example.ec\r\n.\r\nMAIL FROM:<x@evil.example>",
    "(comentario)ana@example.ec",
    "ana@[127.0.0.1]",
    "ana@evil.example@example.ec",
    "ana\u2028@example.ec",
    "ana\0@example.ec",
    "ñandú@example.ec",
    "eva@evil.example:ana@example.ec",
    "@evil.example:ana@example.ec",
    "=?utf-8?q?ana=0d=0aBcc:eva?=@example.ec",
    "-oQ/tmp@example.ec",
]


def test_an_address_is_one_recipient_or_none(sqlite_app, sink):
    for number, typed in enumerate(INJECTED):
        walker = Walker.begin(sqlite_app.test_client(), "1700000001")
        answer = walker.post("contacto", correo=typed, celular="0991234567")
        sink.envelopes.clear()
        delivery.deliver_all()
        assert (answer.status_code, len(sink.envelopes)) in ((422, 0), (400, 0), (303, 1)), (number, typed)
        for envelope, mail in zip(sink.envelopes, sink.mails, strict=True):
            assert envelope.rcpt_tos == [clean_email(typed)], typed
            head_is_ours(mail)
    walker.post("contacto", correo=ANA, celular="0991234567")
    delivery.deliver_all()
    assert sink.recipients[-1:] == [ANA]


def test_a_day_in_hostile_words_typed_into_every_form(sqlite_app, smtp, clock_shift):
    tape = Tape(sqlite_app)
    words = Words(*[ALL] * 7, third=ALL[:MAX_NAME_CHARACTERS], reason=ALL, device="puerta", typed=ALL[:40])
    day = WholeDay(AgencyLife(sqlite_app, smtp, clock_shift, words))
    day.run()
    pages = [one for one in tape.exchanges if one.content_type.startswith("text/html")]
    assert len(pages) > 150
    assert max(one.status for one in tape.exchanges) < 500
    for one in pages:
        assert "<script>alert" not in one.text and WORKED_OUT not in one.text, one.address
    assert sum("&lt;script&gt;alert" in one.text for one in pages) > 50
    for mail in smtp.messages:
        head_is_ours(mail)


def test_in_a_browser_no_name_runs_and_none_is_worked_out(live_server, open_context, browser_faults):
    everyone = Everyone(live_server.app, PLAIN)
    call_everything(ALL)
    contexts = {}
    for client, address in list(everyone.addresses()):
        if client not in contexts:
            contexts[client] = watched(open_context, client, live_server.url, browser_faults)
        db.session.rollback()
        page = contexts[client]
        page.goto(address)
        assert page.locator("script:not([src]), img[src=x], [onerror], [onload], [onfocus], svg svg").count() == 0
        assert WORKED_OUT not in page.content()
    reference = turn(everyone.coming).reference
    db.session.rollback()
    door = open_door(open_context, live_server, everyone.desk)
    scan(door, reference)
    says(door, "otro-dia")
    agenda = contexts[everyone.clerk]
    agenda.goto("/agencia/agenda")
    agenda.locator("[name=busca]").fill(PAYLOADS["image"])
    expect(agenda.locator("main")).to_contain_text("0 turnos")
    assert WORKED_OUT not in agenda.content() + door.content()


def watched(open_context, client, url, faults):
    """A page with the cookies of ``client``; a dialog that opens is a fault."""
    context = open_context(viewport=DESKTOP)
    names = ("turnero", "turnero-staff", "turnero-device")
    cookies = [(name, client.get_cookie(name)) for name in names]
    context.add_cookies([{"name": name, "value": cookie.value, "url": url} for name, cookie in cookies if cookie])
    page = context.new_page()

    def on_dialog(dialog):
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", on_dialog)
    return page

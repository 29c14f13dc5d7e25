"""Forged host, scheme and sender headers affect no mail, redirect, link or limit."""

import re
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from flask import request
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.support.inspection import leaks
from tests.support.inspection.tape import Tape
from tests.support.rows.build import create_agency
from tests.support.scenes.agency_life import AgencyLife
from tests.support.scenes.whole_day import WholeDay
from turnero.core.extensions import db
from turnero.staff import accounts, passwords
from turnero.staff.accounts import Post
from turnero.staff.models import SignInFailure
from turnero.web import setup

HOME = "https://turnos.example.ec"
EVIL = "evil.example"
POISON = {
    "HTTP_HOST": f"{EVIL}:666",
    "HTTP_X_FORWARDED_HOST": EVIL,
    "HTTP_X_FORWARDED_SERVER": EVIL,
    "HTTP_X_FORWARDED_PREFIX": f"/{EVIL}",
    "HTTP_X_FORWARDED_PROTO": "http",
    "HTTP_X_FORWARDED_PORT": "666",
    "HTTP_X_FORWARDED_FOR": "6.6.6.6",
    "HTTP_X_REAL_IP": "6.6.6.6",
    "HTTP_X_HOST": EVIL,
    "HTTP_X_ORIGINAL_URL": f"https://{EVIL}/",
    "HTTP_X_REWRITE_URL": f"https://{EVIL}/",
    "HTTP_FORWARDED": f"for=6.6.6.6;host={EVIL};proto=http",
    "HTTP_REFERER": f"https://{EVIL}/",
    "HTTP_ORIGIN": f"https://{EVIL}",
}
LINK = re.compile(r"https?://[^\s\"'<>)]+")
EMAIL, PASSWORD = "rosa@example.ec", "cometa lenta azul"


@pytest.mark.parametrize("hops", ["1"])
def test_a_whole_day_of_poisoned_requests_changes_no_link(make_app, smtp, clock_shift, hops):
    with make_app("sqlite", TURNERO_BASE_URL=HOME, TURNERO_TRUSTED_PROXIES=hops) as app:
        app.add_url_rule("/who", view_func=lambda: {"host": request.host_url})
        tape = Tape(app)
        tape.poison = POISON
        assert EVIL in app.test_client().get("/who").get_json()["host"], "the poison arrives"
        tape.exchanges.clear()
        WholeDay(AgencyLife(app, smtp, clock_shift)).run()
        every_answer_stays_home(tape)
        every_mail_stays_home(smtp.messages)
        assert EVIL not in leaks.database_text(app)


def every_answer_stays_home(tape):
    assert sum(bool(one.header("Location")) for one in tape.exchanges) > 50
    for one in tape.exchanges:
        place = urlsplit(one.header("Location"))
        assert (place.scheme, place.netloc) == ("", ""), one.address
        assert EVIL not in leaks.readable(one) + str(one.headers), one.address
        for name, value in one.headers:
            assert name != "Set-Cookie" or (value.startswith("__Host-") and "; Secure" in value)


def every_mail_stays_home(mails):
    assert len({str(mail["Subject"]).partition(":")[0] for mail in mails}) > 6
    links = []
    for mail in mails:
        assert re.fullmatch(r"<[0-9a-f]{32}@turnos\.example\.ec>", str(mail["Message-ID"]))
        said = leaks.readable_mail(mail)
        pdfs = [part.get_payload(decode=True).decode("latin-1") for part in mail.walk() if not part.is_multipart()]
        assert EVIL not in said + "".join(pdfs)
        links += LINK.findall(said) + re.findall(r"/URI \((.*?)\)", "".join(pdfs))
    assert len(links) > 30
    assert {link for link in links if not link.startswith(f"{HOME}/")} == set()


@pytest.mark.parametrize(
    "path", ["//agencias", "/agencias//", "/turno//x/lugar", f"//{EVIL}/%2e%2e", "/api//v1/agencias"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_router_would_put_right_is_never_sent_to_another_host(sqlite_app, path, method):
    tape = Tape(sqlite_app)
    tape.poison = POISON | {"PATH_INFO": path}
    FlaskClient(sqlite_app, sqlite_app.response_class).open("/", method=method)  # the strict one wants 303 after posts
    (answer,) = tape.exchanges
    assert answer.status in (200, 303, 308, 400, 404, 405)
    assert stays_home(answer.header("Location"))
    assert "666" not in answer.text + str(answer.headers)


def stays_home(location):
    """Whether a browser that reads ``location`` the careless way stays on this site."""
    read = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33))))).replace("\\", "/")
    return urlsplit(urljoin(f"{HOME}/agencia/entrar", read)).netloc == urlsplit(HOME).netloc


FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Client-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")


def claims(number, last=""):
    """Headers of one sender who says to be another each time; ``last``: what the trusted proxy adds."""
    address = f"198.51.100.{number}"
    headers = dict.fromkeys(FORWARDED, address) | {"Forwarded": f"for={address}", "Host": f"h{number}.{EVIL}"}
    return headers | {"X-Forwarded-For": ", ".join(filter(None, (address, last)))}


@pytest.mark.parametrize(("hops", "last"), [("0", ""), ("1", "203.0.113.9"), ("2", "203.0.113.9, 203.0.113.10")])
def test_no_claim_escapes_the_flood_limit(make_app, monkeypatch, hops, last):
    monkeypatch.setattr(setup, "_ALL_REQUESTS", "4 per minute")
    with make_app("sqlite", TURNERO_TRUSTED_PROXIES=hops) as app:
        client = app.test_client()
        statuses = [client.get("/ayuda", headers=claims(number, last)).status_code for number in range(6)]
    assert statuses == [200] * 4 + [429] * 2


def test_other_senders_behind_the_trusted_proxy_are_others(make_app, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr(setup, "_ALL_REQUESTS", "4 per minute")
    with make_app("sqlite", TURNERO_TRUSTED_PROXIES="1") as app:
        client = app.test_client()
        statuses = {client.get("/ayuda", headers=claims(1, f"203.0.113.{number}")).status_code for number in range(6)}
    assert statuses == {200}


@pytest.mark.parametrize(("hops", "last"), [("0", ""), ("1", "203.0.113.9")])
def test_no_claim_escapes_the_slow_down_of_sign_ins(make_app, hops, last):
    with make_app("sqlite", TURNERO_TRUSTED_PROXIES=hops) as app:
        accounts.activate(accounts.add_account(EMAIL, Post("window", create_agency().id)), PASSWORD, "")
        answers = [sign_in(app.test_client(), "otra clave larga", claims(number, last)) for number in range(6)]
        assert [answer.status_code for answer in answers] == [422] * 5 + [429]
        assert db.session.scalar(select(func.count(SignInFailure.source.distinct()))) == 1


def sign_in(client, password, headers=None, query="", **fields):
    client.get("/agencia/entrar", headers=headers)
    token = client.page.one("input", name="csrf_token").get("value")
    data = {"csrf_token": token, "correo": EMAIL, "clave": password, **fields}
    return client.post("/agencia/entrar", data=data, headers=headers, query_string=query)


# As it stands in the address, percent signs and all.
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%5cevil.example",
    "%5c%5cevil.example",
    "%5c/evil.example",
    "/%5c/evil.example",
    "%2f%2fevil.example",
    "%2f%5cevil.example",
    "//evil%2f..",
    "//evil.example%2f%2e%2e",
    "//evil.example/..;/agencia",
    "//turnos.example.ec@evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "HTTPS://evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "%20javascript:alert(1)",
    "java%0d%0ascript:alert(1)",
    "data:text/html,x",
    "@evil.example",
    ".evil.example",
    "%20//evil.example",
    "%00//evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "/agencia%0d%0aSet-Cookie:%20x=1",
    "%0d%0a//evil.example",
    "%EF%BC%8F%EF%BC%8Fevil.example",
    "?//evil.example",
    "",
]
OWN = ["/agencia/agenda", "/agencia/agenda/2026-11-24", "/agencia/control?x=1", "/agencia?x=//evil.example"]


@pytest.fixture
def account(sqlite_app, monkeypatch):
    """Somebody whose right password is told at once: a hundred real comparisons take five seconds."""
    monkeypatch.setattr(passwords, "is_right", lambda typed, _kept: typed == PASSWORD)
    accounts.activate(accounts.add_account(EMAIL, Post("window", create_agency().id)), PASSWORD, "")


def test_nobody_is_led_away_by_the_sign_in(sqlite_app, account):
    for wanted in ELSEWHERE:
        is_not_led_away(sqlite_app, wanted)


def is_not_led_away(sqlite_app, wanted):
    asked = f"seguir={wanted}"
    client = sqlite_app.test_client()
    client.get(f"/agencia/entrar?{asked}")
    assert client.response.status_code == 400 or not client.page.all("input", name="seguir")
    answers = [sign_in(client, PASSWORD, query=asked), client.get(f"/agencia/entrar?{asked}")]
    answers.append(sign_in(sqlite_app.test_client(), PASSWORD, seguir=unquote(wanted)))
    for answer in answers:
        assert answer.status_code in (303, 400)
        assert answer.status_code == 400 or answer.headers.getlist("Location") == ["/agencia"]
        assert not [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("x=")]


def test_the_own_paths_are_kept(sqlite_app, account):
    """The control of the test above."""
    for wanted in OWN:
        client = sqlite_app.test_client()
        client.get("/agencia/entrar", query_string={"seguir": wanted})
        assert client.page.one("input", name="seguir")["value"] == wanted
        assert sign_in(client, PASSWORD, seguir=wanted).location == wanted
        assert client.get("/agencia/entrar", query_string={"seguir": wanted}).location == wanted


@pytest.mark.parametrize("location", ["//evil.example", "/\\evil.example", "https://evil.example", "\t//evil.example"])
def test_what_leads_away_is_known_as_such(location):
    """The control of the router's test."""
    assert stays_home("/agencia") and stays_home("") and not stays_home(location)

"""Security headers and cookies of every answer."""

import re
from email.utils import formatdate

import pytest

from tests.security.test_every_route import POSTS, prepared
from tests.support.scenes.sheets import draw_once
from tests.support.scenes.world import ask, build_world, form_token, rules
from tests.support.servers.application import Applications, entered, settings_for
from turnero import create_app
from turnero.web import setup

SECURE = {"TURNERO_BASE_URL": "https://turnos.example.ec"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}
MAX_BYTES_OF_A_COOKIE = 4096


def look_at(answer):
    """Raises AssertionError for a header that is missing, and for a cookie that scripts or other sites could have."""
    where = f"{answer.request.method} {answer.request.path} {answer.status_code}"
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, where
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not {"X-Powered-By", "Via", "Access-Control-Allow-Origin"} & set(answer.headers.keys()), where
    for cookie in answer.headers.getlist("Set-Cookie"):
        name, attributes = cookie.partition("=")[0], set(cookie.split("; ")[1:])
        assert name.startswith("__Host-"), where
        assert {"Secure", "HttpOnly", "Path=/"} <= attributes, where
        assert attributes & {"SameSite=Lax", "SameSite=Strict"}, where
        assert not any(each.startswith("Domain") for each in attributes), where
        assert len(cookie) < MAX_BYTES_OF_A_COOKIE, where


@pytest.fixture(scope="module")
def secure_applications(databases, tmp_path_factory):
    """Made once for the tests of this module, as the shared ones are: most of a new one's time goes to templates."""
    made = Applications(databases, tmp_path_factory.mktemp("secure"))
    yield made
    made.end()


@pytest.fixture
def https(secure_applications, tmp_path):
    with entered(secure_applications.fresh("sqlite", tmp_path, **SECURE)) as app:
        yield app


@pytest.fixture
def own_https(make_app):
    """For tests that give it routes of their own."""
    with make_app("sqlite", **SECURE) as app:
        yield app


@pytest.fixture
def world(https):
    return build_world(https)


def test_every_page_of_everybody(world, monkeypatch):
    """HEAD is answered by the view of GET: once for each of the statuses that a rule answers."""
    draw_once(monkeypatch)
    asked = set()
    for who, client in world.clients.items():
        for rule in rules(world.app, "GET"):
            answer = ask(client, "GET", world.address(rule))
            look_at(answer)
            more = ("OPTIONS", "TRACE", "DELETE") if who == "window" else ()
            for method in (*more, *(["HEAD"] if (rule, answer.status_code) not in asked else [])):
                look_at(other := ask(client, method, world.address(rule)))
                asked.add((method, other.status_code))
            asked.add((rule, answer.status_code))
    assert {status for _, status in asked} >= {200, 303, 403, 404, 405}


def test_every_post_with_its_form_token_and_without(world):
    """One after another in one world: whatever became of the one before, it is answered."""
    seen = set()
    for rule in POSTS:
        client, address, data = prepared(world, rule)
        wrong = ask(client, "POST", address, data=data)
        right = ask(client, "POST", address, data=data | {"csrf_token": form_token(client)})
        look_at(wrong)
        look_at(right)
        assert wrong.status_code == 400, rule
        assert right.status_code < 500, rule
        seen.add(right.status_code)
    assert seen >= {200, 303, 409}


def test_all_our_cookies_were_looked_at(world):
    """The control of the cookies' sweep: signing in, pairing, the browser's id and the end of a session set them."""
    names = set()
    for rule in ("/dispositivo/<token>", "/agencia/salir"):
        client, address, data = prepared(world, rule)
        answer = ask(client, "POST", address, data=data | {"csrf_token": form_token(client)})
        names |= {cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}
    names |= {cookie.partition("=")[0] for cookie in first_cookies(world)}
    assert names == {"__Host-turnero", "__Host-turnero-staff", "__Host-turnero-device"}


def first_cookies(world):
    answer = ask(world.app.test_client(), "GET", "/turno")
    look_at(answer)
    return answer.headers.getlist("Set-Cookie")


def test_signing_in_sets_its_cookie_as_strictly(world, monkeypatch):
    monkeypatch.setattr("turnero.staff.accounts.sign_in", lambda _attempt: "k" * 43)
    client = world.clients["nobody"]
    data = {"correo": "ana@example.ec", "clave": "la que sea", "csrf_token": form_token(client)}
    answer = ask(client, "POST", "/agencia/entrar", data=data)
    look_at(answer)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-turnero-staff=kkk")


def test_what_is_too_much_or_too_often_or_not_new(https, monkeypatch):
    monkeypatch.setattr(setup, "_POSTS_OF_ONE_PAGE", "2 per minute")
    client = https.test_client()
    client.get("/turno")
    static = re.search(r"/static/\w+/turnero\.css", client.response.text)[0]
    too_much = ask(client, "POST", "/turno", data={"cedula": "1" * 70_000})
    kept = {"If-Modified-Since": formatdate(usegmt=True)}
    answers = {
        413: too_much,
        400: ask(client, "POST", "/turno"),
        429: [ask(client, "POST", "/turno") for _ in range(3)][-1],
        200: ask(client, "GET", static),
        304: ask(client, "GET", static, headers=kept),
        404: ask(client, "GET", "/static/nada.css"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        look_at(answer)
    look_at(ask(client, "GET", f"{static}/nada"))


def test_the_board_that_has_nothing_new(world):
    board = world.clients["board"]
    etag = ask(board, "GET", "/pantalla/llamados.json").headers["ETag"]
    answer = ask(board, "GET", "/pantalla/llamados.json", headers={"If-None-Match": etag})
    assert answer.status_code == 304
    look_at(answer)


def test_a_failure_of_ours(own_https):
    own_https.config["PROPAGATE_EXCEPTIONS"] = False
    own_https.add_url_rule("/fails", view_func=lambda: 1 / 0)
    answer = ask(own_https.test_client(), "GET", "/fails")
    assert answer.status_code == 500
    look_at(answer)


def test_a_database_that_does_not_answer(tmp_path):
    app = create_app(settings_for("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path, **SECURE))
    with app.app_context():
        answers = [ask(app.test_client(), "GET", path) for path in ("/agencias", "/api/v1/tramites", "/readyz")]
    assert [answer.status_code for answer in answers] == [503] * 3
    for answer in answers:
        look_at(answer)


@pytest.mark.parametrize("missing", HEADERS)
def test_a_header_that_is_missing_is_seen(https, missing):
    """The control of all the above."""
    answer = ask(https.test_client(), "GET", "/ayuda")
    look_at(answer)
    answer.headers.pop(missing)
    with pytest.raises(AssertionError):
        look_at(answer)


@pytest.mark.parametrize("wrong", ["turnero=a; Secure; HttpOnly; Path=/; SameSite=Lax", "__Host-turnero=a; Path=/"])
def test_a_cookie_that_is_not_strict_is_seen(https, wrong):
    answer = ask(https.test_client(), "GET", "/ayuda")
    answer.headers["Set-Cookie"] = wrong
    with pytest.raises(AssertionError):
        look_at(answer)

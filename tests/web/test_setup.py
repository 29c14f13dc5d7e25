"""The frame of all pages and answers: the browser's cookie, form tokens, headers, error pages, limits, static files."""

import gzip
import re

import pytest
from flask import request

from tests.support.rows.build import create_citizen
from tests.support.servers.application import settings_for
from turnero import create_app
from turnero.core.paths import resource
from turnero.web import session, setup

pytestmark = pytest.mark.engines("sqlite")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
UNREACHABLE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def static_address(client, name):
    return re.search(rf'"(/static/\w+/{re.escape(name)})"', client.get("/").text)[1]


def cookies_of(response):
    return response.headers.getlist("Set-Cookie")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/turno", 200),
        ("GET", "/nada", 404),
        ("GET", "/mi-turno/un-enlace-que-no-existe", 404),
        ("DELETE", "/ayuda", 405),
        ("POST", "/turno", 400),
        ("GET", "/api/v1/provincias", 200),
        ("GET", "/api/v1/nada", 404),
        ("GET", "/healthz", 200),
    ],
)
def test_every_answer_carries_the_security_headers(client, method, path, status):
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize("name", ["turnero.css", "turnero.js", "marca.svg"])
def test_static_files_carry_them_too_and_may_be_kept_for_ever(client, name):
    response = client.get(static_address(client, name), buffered=True)
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert "Set-Cookie" not in response.headers


def test_the_address_of_static_files_changes_with_any_of_them(tmp_path):
    (tmp_path / "a.css").write_text("a")
    (tmp_path / "b.js").write_text("b")
    before = setup._digest(tmp_path)
    assert setup._digest(tmp_path) == before
    (tmp_path / "b.js").write_text("c")
    assert setup._digest(tmp_path) != before


def test_a_page_that_asks_nothing_sets_no_cookie_and_may_be_kept(client):
    response = client.get("/")
    assert not cookies_of(response)
    assert response.headers["Cache-Control"] == "no-cache"


def test_a_page_with_a_form_sets_one_opaque_cookie_and_is_not_kept(client):
    response = client.get("/turno")
    (cookie,) = cookies_of(response)
    value, *attributes = cookie.split("; ")
    assert re.fullmatch(r"turnero=[\w-]{48}", value)
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert "Secure" not in attributes
    assert response.headers["Cache-Control"] == "no-store"
    assert "Cookie" in response.headers["Vary"]


def test_a_known_browser_keeps_its_cookie(client):
    client.get("/turno")
    assert not cookies_of(client.get("/turno"))


@pytest.mark.parametrize("value", ["", "short", "a" * 33, "ñ" * 32, "a" * 31 + "."])
def test_a_cookie_of_another_shape_is_replaced(client, value):
    client.set_cookie("turnero", value)
    assert cookies_of(client.get("/turno"))


def test_over_https_cookie_and_headers_say_so(make_app):
    with make_app("sqlite", TURNERO_BASE_URL="https://turnos.example.ec") as app:
        response = app.test_client().get("/turno")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    (cookie,) = cookies_of(response)
    assert cookie.startswith("__Host-turnero=")
    assert {"Secure", "Path=/", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_browser_is_known_by_a_hash_of_its_cookie(app):
    with app.test_request_context(headers={"Cookie": "turnero=" + "a" * 48}):
        first = session.browser()
    with app.test_request_context(headers={"Cookie": "turnero=" + "a" * 48}):
        again = session.browser()
    with app.test_request_context(headers={"Cookie": "turnero=" + "b" * 48}):
        other = session.browser()
    assert first == again != other
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    assert "aaaa" not in first


def test_the_form_token_of_another_browser_is_refused(app, client):
    stranger = app.test_client()
    stranger.get("/turno")
    token = stranger.page.form().one("input", name="csrf_token")["value"]
    client.get("/turno")
    assert client.post("/turno", data={"cedula": "1700000001", "csrf_token": token}).status_code == 400


def test_a_lost_form_token_keeps_what_was_typed_and_offers_to_continue(client):
    client.get("/turno")
    response = client.post("/turno", data={"cedula": "1700000001", "csrf_token": "old"})
    assert response.status_code == 400
    assert client.page.form().one("input", name="cedula")["value"] == "1700000001"
    assert client.submit().request.path.endswith("/contacto")


def test_on_a_journey_of_this_browser_too(client):
    create_citizen()
    client.get("/turno")
    contact = client.submit(cedula="1700000001").request.path
    typed = {"correo": "ana.demo@example.ec", "celular": "0991234567"}
    assert client.post(contact, data=typed).status_code == 400
    assert client.page.form(contact).one("input", name="correo")["value"] == "ana.demo@example.ec"
    assert client.submit().request.path.endswith("/verificar")


def test_but_not_on_the_journey_of_another(app, client):
    client.get("/turno")
    contact = client.submit(cedula="1700000001").request.path
    stranger = app.test_client()
    assert stranger.post(contact, data={"correo": "ana.demo@example.ec"}).status_code == 400
    assert "ana.demo" not in stranger.response.text


def test_too_much_input_is_refused(client):
    client.get("/turno")
    assert client.post("/turno", data={"cedula": "1" * 70_000}).status_code == 413
    assert client.page.h1 == "Lo que envió es demasiado grande"


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize(
    "path", ["/tramites/%00", "/agencias?provincia=%00", "/api/v1/agencias?tramite=%00", "/mi-turno/%00"]
)
def test_zero_bytes_are_refused_before_the_database_meets_them(client, path):
    assert client.get(path).status_code == 400


def test_zero_bytes_in_a_form_too(client):
    client.get("/turno")
    assert client.submit(cedula="17\x0000000001").status_code == 400


def test_programs_get_problem_documents(client):
    response = client.get("/api/v1/nada")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.get_json() == {"type": "about:blank", "title": "Not Found", "status": 404}
    assert client.post("/api/v1/provincias").get_json()["status"] == 405


def test_a_wrong_method_gets_the_allowed_ones(client):
    response = client.delete("/turno")
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.allow)
    assert len(response.headers.getlist("Content-Type")) == 1


def test_a_missing_journey_offers_a_new_start(client):
    assert client.get("/turno/AAAAAAAAAAAAAAAAAAAAAA/lugar").status_code == 404
    assert client.page.links["Genere su turno"] == "/turno"


@pytest.mark.own_app
def test_a_failure_of_ours_shows_no_trace(app, client):
    @app.get("/fails")
    def fails():
        raise RuntimeError("a secret of the machine")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = client.get("/fails")
    assert response.status_code == 500
    assert client.page.h1 == "Algo falló de nuestro lado"
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["Content-Security-Policy"] == POLICY


def test_without_a_database_a_page_says_so_and_the_process_lives(tmp_path):
    client = create_app(settings_for(UNREACHABLE, tmp_path)).test_client()
    response = client.get("/agencias")
    assert response.status_code == 503
    assert "En este momento no podemos atenderle" in response.text
    assert int(response.headers["Retry-After"]) > 0
    assert client.get("/api/v1/tramites").get_json()["status"] == 503
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_ready_with_the_newest_schema(client):
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_it(make_app):
    with make_app("sqlite", migrated=False) as app:
        assert app.test_client().get("/readyz").status_code == 503


def test_a_flood_is_asked_to_wait(make_app, monkeypatch):
    monkeypatch.setattr(setup, "_ALL_REQUESTS", "3 per minute")
    with make_app("sqlite") as app:
        client = app.test_client()
        assert [client.get("/ayuda").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert 1 <= int(client.response.headers["Retry-After"]) <= 61
        assert client.page.h1 == "Espere un momento"
        assert client.get("/api/v1/provincias").get_json()["status"] == 429
        assert client.get("/healthz").status_code == 200


def test_posts_to_one_page_have_a_limit_of_their_own(make_app, monkeypatch):
    monkeypatch.setattr(setup, "_POSTS_OF_ONE_PAGE", "2 per minute")
    with make_app("sqlite") as app:
        client = app.test_client()
        assert [client.post("/turno").status_code for _ in range(3)] == [400, 400, 429]
        assert client.get("/turno").status_code == 200


@pytest.mark.parametrize(("hops", "seen"), [("0", "127.0.0.1"), ("1", "198.51.100.7"), ("2", "192.0.2.1")])
def test_forwarded_addresses_count_only_from_trusted_proxies(make_app, hops, seen):
    with make_app("sqlite", TURNERO_TRUSTED_PROXIES=hops) as app:
        app.add_url_rule("/who", view_func=lambda: {"from": request.remote_addr})
        answer = app.test_client().get("/who", headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.7"})
    assert answer.get_json() == {"from": seen}


# What each kind of page loads, with everything that its scripts import; the first is the citizen's.
LOADED = {
    "citizen": ("turnero.css", "turnero.js", "question.js", "countdown.js", "place.js", "print.js"),
    "agenda": ("agency.css", "agenda.js", "agenda-keys.js", "agenda-live.js", "agenda-search.js", "patch.js"),
    "figures": ("charts.css",),
    "kiosk": ("kiosk.css", "kiosk.js", "kiosk-offline.js"),
    "board": ("board.css", "board.js", "board-queue.js", "board-sound.js"),
}


def weight(names):
    return sum(len(gzip.compress((resource("static") / name).read_bytes())) for name in names)


def test_styles_and_scripts_are_light():
    for names in LOADED.values():
        styles = [name for name in names if name.endswith(".css")]
        assert weight(styles) <= 9 * 1024
        assert weight(set(names) - set(styles)) <= 8 * 1024


def test_no_script_is_forgotten_when_they_are_weighed():
    weighed = {name for names in LOADED.values() for name in names}
    assert {path.name for path in resource("static").iterdir()} - weighed == {"marca.svg"}

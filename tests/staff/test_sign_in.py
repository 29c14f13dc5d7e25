"""Coming in and going, over HTTP, against the real database."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_agency, start_writing
from tests.support.rows.staff import create_account, signed_in
from turnero.core import clock
from turnero.core.extensions import db
from turnero.operations.jobs import JOBS
from turnero.staff import accounts, sessions, totp
from turnero.staff.accounts import Attempt, Post
from turnero.staff.models import Account, SignInFailure, StaffSession

PASSWORD = "cometa lenta azul"
EMAIL = "rosa@example.ec"


def code_of(email=EMAIL):
    """What the authenticator shows now."""
    db.session.rollback()
    account = db.session.scalars(select(Account).where(Account.email == email)).one()
    secret = accounts.totp_secret(account)
    return totp.code_at(secret, clock.now()) if secret else ""


@pytest.fixture
def account(app):
    """An active window account."""
    accounts.activate(accounts.add_account(EMAIL, Post("window", create_agency().id)), PASSWORD, "")


@pytest.fixture
def supervisor(app, clock_shift):
    """An active account with a second factor; its activation's code is used up."""
    token = accounts.add_account(EMAIL, Post("supervisor", create_agency().id))
    accounts.activate(token, PASSWORD, code_of())
    clock_shift(timedelta(minutes=2))


def sign_in(client, password=PASSWORD, email=EMAIL, code="", **fields):
    client.get("/agencia/entrar")
    token = client.page.one("input", name="csrf_token").get("value")
    data = {"csrf_token": token, "correo": email, "clave": password, "totp": code, **fields}
    return client.post("/agencia/entrar", data=data)


def is_in(client):
    return client.get("/agencia/agenda").status_code == 200


def test_right_address_and_password_come_in(client, account):
    answer = sign_in(client, email=" Rosa@Example.EC ")
    assert (answer.status_code, answer.location) == (303, "/agencia")
    assert is_in(client)


def test_the_cookie_is_opaque_and_only_for_the_server(client, account):
    header = sign_in(client).headers["Set-Cookie"]
    assert header.startswith("turnero-staff=") and "HttpOnly" in header and "SameSite=Lax" in header
    kept = db.session.scalars(select(StaffSession.key_hash)).one()
    assert kept not in header


def test_over_https_the_cookie_is_bound_to_the_host(make_app):
    with make_app("sqlite", TURNERO_BASE_URL="https://turnos.example.ec") as app:
        accounts.activate(accounts.add_account(EMAIL, Post("window", create_agency().id)), PASSWORD, "")
        header = sign_in(app.test_client()).headers["Set-Cookie"]
    assert header.startswith("__Host-turnero-staff=") and "Secure" in header and "Path=/" in header


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "otra clave larga"), ("nadie@example.ec", PASSWORD), ("no es correo", PASSWORD)]
)
def test_wrong_and_unknown_get_the_same_answer(client, account, email, password):
    answer = sign_in(client, password, email)
    assert answer.status_code == 422
    assert "no coinciden" in client.page.one("div", role="alert").text
    assert not is_in(client)


def test_empty_fields_are_reported(client, account):
    assert sign_in(client, password="", email="").status_code == 422
    assert len(client.page.one("div", class_="error-summary").all("a")) == 2


def test_a_disabled_account_does_not_come_in_and_its_session_ends(client, app, account):
    sign_in(client)
    accounts.disable(EMAIL)
    assert not is_in(client)
    assert sign_in(app.test_client()).status_code == 422


def test_signing_out_ends_the_session_wherever_its_cookie_is(client, app, account):
    sign_in(client)
    cookie = client.get_cookie(sessions.COOKIE)
    client.get("/agencia/agenda")
    client.submit(next(form for form in client.page.all("form") if form.get("action") == "/agencia/salir"))
    elsewhere = app.test_client()
    elsewhere.set_cookie(sessions.COOKIE, cookie.value)
    assert not is_in(client) and not is_in(elsewhere)


def test_a_new_password_link_ends_every_session(client, account):
    sign_in(client)
    accounts.reset(EMAIL)
    assert not is_in(client)
    assert sign_in(client).status_code == 422


def test_each_sign_in_has_a_new_key_and_a_planted_one_opens_nothing(client, account):
    client.set_cookie(sessions.COOKIE, "planted")
    sign_in(client)
    assert client.get_cookie(sessions.COOKIE).value != "planted"
    client.set_cookie(sessions.COOKIE, "planted")
    assert not is_in(client)


@pytest.mark.parametrize(("hours", "stays"), [(1.9, True), (2.1, False)])
def test_two_hours_without_a_request_end_a_session(client, account, clock_shift, hours, stays):
    sign_in(client)
    clock_shift(timedelta(hours=hours))
    assert is_in(client) is stays


def test_work_keeps_a_session_for_twelve_hours_and_no_longer(client, account, clock_shift):
    sign_in(client)
    for _ in range(7):
        clock_shift(timedelta(hours=1, minutes=40))
        assert is_in(client)
    clock_shift(timedelta(minutes=30))
    assert not is_in(client)


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/agencia/agenda/2026-11-24", "/agencia/agenda/2026-11-24"),
        ("//evil.example", "/agencia"),
        ("/\\evil.example", "/agencia"),
        ("https:evil.example", "/agencia"),
        ("https://evil.example/agencia", "/agencia"),
        ("/agencia\r\nX: y", "/agencia"),
        ("/a\\b", "/agencia"),
        ("javascript:alert(1)", "/agencia"),
        ("@evil.example", "/agencia"),
        ("", "/agencia"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(client, account, wanted, goes_to):
    assert sign_in(client, seguir=wanted).location == goes_to


def test_after_five_wrong_ones_the_next_must_wait(client, account, clock_shift):
    for _ in range(5):
        sign_in(client, "otra clave larga")
    answer = sign_in(client)
    assert answer.status_code == 429
    assert 25 <= int(answer.headers["Retry-After"]) <= 30
    clock_shift(timedelta(seconds=31))
    assert sign_in(client).status_code == 303


def test_a_stranger_cannot_lock_anybody_out(client, account, clock_shift):
    sign_in(client)
    browser_of_rosa = db.session.scalars(select(StaffSession.browser)).one()
    for number in range(40):
        stranger = Attempt(EMAIL, "otra clave larga", "", f"source-{number}", "browser-of-a-stranger")
        try:
            accounts.sign_in(stranger)
        except (accounts.SignInRefused, accounts.SignInTooSoon):
            continue
    with pytest.raises(accounts.SignInTooSoon):
        accounts.sign_in(Attempt(EMAIL, PASSWORD, "", "another source", "a new browser"))
    assert accounts.sign_in(Attempt(EMAIL, PASSWORD, "", "another source", browser_of_rosa))


@pytest.mark.parametrize("email", [EMAIL, "nadie@example.ec"])
def test_a_stranger_on_the_agencys_network_keeps_nobody_out(client, app, account, email):
    sign_in(client)
    source = hashlib.sha256(b"source:127.0.0.1").hexdigest()
    now = clock.now()
    start_writing()
    for _ in range(80):
        db.session.add(SignInFailure(account=accounts.account_hash(email), source=source, browser="stranger", at=now))
    db.session.commit()
    assert sign_in(app.test_client()).status_code == 429
    client.get("/agencia/agenda")
    client.submit(next(form for form in client.page.all("form") if form.get("action") == "/agencia/salir"))
    assert sign_in(client).status_code == 303


def test_every_role_that_is_in_already_is_sent_to_a_page_it_may_open(app):
    admin = signed_in(app, create_account(None, "admin"), None)
    assert admin.get("/agencia/entrar", follow_redirects=True).status_code == 200


def test_a_supervisor_needs_the_code_too(client, supervisor):
    assert sign_in(client).status_code == 422
    assert sign_in(client, code="000000").status_code == 422
    assert sign_in(client, code=code_of()).status_code == 303


def test_a_code_counts_once(client, app, supervisor):
    code = code_of()
    assert sign_in(client, code=code).status_code == 303
    assert sign_in(app.test_client(), code=code).status_code == 422


def test_no_secret_of_the_second_factor_is_kept(supervisor):
    account = db.session.scalars(select(Account)).one()
    secret = accounts.totp_secret(account)
    kept = {str(getattr(account, column.name)) for column in Account.__table__.columns}
    assert not any(secret in each or each in secret for each in kept if len(each) > 3)


def test_activation_by_the_link_once(client, app):
    token = accounts.add_account(EMAIL, Post("supervisor", create_agency().id))
    client.get(f"/agencia/activar/{token}")
    assert client.page.one("input", name="correo").get("value") == EMAIL
    client.submit(client.page.form(f"/agencia/activar/{token}"), clave="12345678", clave2="12345678", totp="")
    assert client.response.status_code == 422
    client.submit(client.page.form(f"/agencia/activar/{token}"), clave=PASSWORD, clave2="otra", totp=code_of())
    assert client.response.status_code == 422
    client.submit(client.page.form(f"/agencia/activar/{token}"), clave=PASSWORD, clave2=PASSWORD, totp="000000")
    assert client.response.status_code == 422
    assert (
        client.submit(
            client.page.form(f"/agencia/activar/{token}"), clave=PASSWORD, clave2=PASSWORD, totp=code_of()
        ).status_code
        == 200
    )
    assert client.get(f"/agencia/activar/{token}").status_code == 404


def test_an_activation_link_expires(client, account, clock_shift):
    token = accounts.reset(EMAIL)
    clock_shift(timedelta(days=7, minutes=1))
    assert client.get(f"/agencia/activar/{token}").status_code == 404


def test_wrong_sign_ins_and_old_sessions_are_forgotten(client, account, clock_shift):
    sign_in(client, "otra clave larga")
    sign_in(client)
    sessions.forget_sessions()
    assert (count(SignInFailure), count(StaffSession)) == (1, 1)
    clock_shift(timedelta(hours=1, seconds=1))
    sessions.forget_sessions()
    assert (count(SignInFailure), count(StaffSession)) == (0, 1)
    clock_shift(timedelta(days=60))
    assert JOBS["retention"].run(lambda: True)
    assert count(StaffSession) == 0


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))

"""Security events leave one log line each, with actor, source, event and time.

The lines name people, addresses and networks only by keyed digests.
"""

import json

import pytest

from tests.support.pages.walking import Walker, newest_code
from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from turnero.staff import accounts
from turnero.web import setup

EMAIL = "ana.demo@example.ec"


@pytest.fixture
def log(make_app, capsys):
    """The application that logs JSON, and what it has said since it was asked before, without the request lines."""
    with make_app("sqlite", TURNERO_LOG="json") as app:

        def said(*, requests=False):
            lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
            for line in lines:
                assert line["timestamp"].endswith("Z")
            return [line for line in lines if (line["event"] == "request") is requests]

        said.app = app
        yield said


@pytest.fixture
def app(log):
    return log.app


def events(lines):
    return [(line["event"], line.get("code")) for line in lines]


def test_a_code_sent_mistyped_and_locked(log, client):
    walker = Walker.begin(client)
    log()
    walker.post("contacto", correo=EMAIL, celular="0991234567")
    assert events(log()) == [("code_sent", None)]
    code = newest_code(walker.key)
    wrong = "000000" if code != "000000" else "111111"
    walker.post("verificar", codigo=wrong)
    (line,) = log()
    assert (line["event"], line["code"], line["rule"]) == ("refused", "code_wrong", "/turno/<key>/verificar")
    for _ in range(4):
        walker.post("verificar", codigo=wrong)
    assert ("refused", "code_tries_spent") in events(log())


def test_a_proof_and_a_resend_too_soon(log, client):
    walker = Walker.begin(client)
    walker.post("contacto", correo=EMAIL, celular="0991234567")
    log()
    walker.post("reenviar")
    assert events(log()) == [("refused", "resend_too_soon")]
    walker.post("verificar", codigo=newest_code(walker.key))
    assert ("mailbox_proved", None) in events(log())


def test_staff_coming_in_wrong_slowed_and_right(log, client):
    desk = create_desk(create_procedure().line)
    accounts.activate(
        accounts.add_account("eva@example.ec", accounts.Post("window", desk.agency_id)), "cometa lenta azul", ""
    )
    log()
    for _ in range(6):
        client.get("/agencia/entrar")
        client.submit(client.page.form("/agencia/entrar"), correo="eva@example.ec", clave="otra cosa larga")
    lines = log()
    names = [line["event"] for line in lines if line["event"] != "refused"]
    assert names == ["sign_in_failed"] * 5 + ["sign_in_slowed"]
    assert len({line["source"] for line in lines}) == 1
    assert not any("127.0.0.1" in json.dumps(line) or "eva" in json.dumps(line) for line in lines)


def test_another_role_another_device_and_data_that_was_looked_at(log):
    desk = create_desk(create_procedure().line)
    account = create_account(desk.agency)
    clerk, kiosk = signed_in(log.app, account), paired(log.app, create_device(desk.agency))
    log()
    clerk.get("/agencia/control")
    (line,) = log()
    assert (line["event"], line["actor"], line["rule"]) == ("access_denied", f"staff:{account.id}", "/agencia/control")
    kiosk.get("/pantalla")
    (line,) = log()
    assert (line["event"], line["actor"].split(":")[0]) == ("access_denied", "kiosk")
    clerk.get(f"/agencia/agenda/{next_workday()}.csv")
    (line,) = log()
    assert (line["event"], line["kind"], line["actor"]) == ("data_viewed", "csv", f"staff:{account.id}")


def test_every_request_says_who_and_where_from(log, client):
    clerk = signed_in(log.app, create_account(create_desk(create_procedure().line).agency))
    log()
    clerk.get("/agencia/agenda", follow_redirects=True)
    client.get("/")
    lines = log(requests=True)
    assert "actor" in lines[0]
    assert "actor" not in lines[-1]
    assert all(len(line["source"]) == 12 for line in lines)


def test_a_flood(make_app, capsys, monkeypatch):
    monkeypatch.setattr(setup, "_ALL_REQUESTS", "3 per minute")
    with make_app("sqlite", TURNERO_LOG="json") as app:
        client = app.test_client()
        assert [client.get("/ayuda").status_code for _ in range(4)][-1] == 429
    assert sum('"event": "flood"' in line for line in capsys.readouterr().err.splitlines()) == 1

"""Ids of another agency: nothing is found or changed, and one line is logged.

Generated from the map of routes: every rule with a row's number in it.
"""

import re

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from tests.support.inspection.tables import OF_LOOKING, tables_now
from tests.support.scenes.world import DISABLED, ask, form_token, rules
from turnero.core.extensions import db
from turnero.staff.models import Account, Device

CALLED = ("aplazar", "atendido", "ausente", "derivar", "deshacer", "rellamar")
# What a post needs besides its token to get as far as the turn.
DATA = {"motivo": "Se fue la luz", "ventanilla": "3", "correo": "otra.demo@example.ec", "celular": "0991234567"}
STAFF_HERE = ("window", "supervisor")
TURNED_AWAY = {"nobody": 303, "disabled": 303, "kiosk": 303, "board": 303, "citizen": 303, "admin": 403}
NAMED = {
    "window": r"staff:\d+",
    "supervisor": r"staff:\d+",
    "admin": r"staff:\d+",
    "disabled": r"staff:\d+",
    "kiosk": r"kiosk:\d+",
    "board": r"board:\d+",
    "nobody": "nobody",
    "citizen": "nobody",
}


def numbered(app, prefix="/agencia"):
    found = [(method, rule) for method in ("GET", "POST") for rule in rules(app, method)]
    return [(method, rule) for method, rule in found if "<int:" in rule and rule.startswith(prefix)]


def theirs(world, rule):
    """The address with a number of agency B, where its own staff could do it."""
    verb = rule.rpartition("/")[2]
    there = world.there
    turn = {"llamar": there.arrived}.get(verb, there.called if verb in CALLED else there.confirmed)
    rows = {"device_id": there.kiosk, "closure_id": there.closure, "account_id": there.account}
    return world.address(rule, booking_id=turn, **rows)


def ask_with_token(client, method, address):
    data = DATA | {"csrf_token": form_token(client)} if method == "POST" else None
    return ask(client, method, address, data=data)


@pytest.mark.parametrize("who", NAMED)
def test_nobody_reaches_the_rows_of_another_agency_and_each_try_is_one_line(world, who):
    client, before = world.clients[who], tables_now(but=OF_LOOKING[1:])
    for method, rule in numbered(world.app):
        with capture_logs() as lines:
            answer = ask_with_token(client, method, theirs(world, rule))
        if who in STAFF_HERE:
            assert answer.status_code == 404, (method, rule)
        else:
            assert answer.status_code == TURNED_AWAY[who], (method, rule)
        if answer.status_code == 303:
            assert answer.location.startswith("/agencia/entrar?")
        (line,) = (line for line in lines if line["log_level"] == "warning")
        assert line["event"] == ("not_theirs" if who in STAFF_HERE else "access_denied")
        assert re.fullmatch(NAMED[who], line["actor"])
        assert line["rule"] == rule
        assert tables_now(but=OF_LOOKING[1:]) == before, (method, rule)


def test_their_own_staff_does_reach_them_and_leaves_no_such_line(world):
    """The control of the test above."""
    reached = set()
    for method, rule in numbered(world.app):
        with capture_logs() as lines:
            answer = ask_with_token(world.clients["window of B"], method, theirs(world, rule))
        assert answer.status_code in (200, 303, 409, 422), (method, rule)
        assert not [line for line in lines if line["log_level"] == "warning"]
        reached.add(rule)
    assert len(reached) > 10


def governed(app):
    """What supervisors govern at their own agency: local holidays are the institute's."""
    return [(method, rule) for method, rule in numbered(app, "/admin") if "holiday_id" not in rule]


def test_no_supervisor_governs_the_rows_of_another_agency(world):
    client, before = world.clients["supervisor"], tables_now(but=OF_LOOKING[1:])
    asked = [(method, theirs(world, rule)) for method, rule in governed(world.app)]
    agency = f"/admin/agencias/{world.words()['other']}"
    for part in ("", "/horario", "/ventanillas", "/dias"):
        asked += [(method, agency + part) for method in ("GET", "POST")[: 2 if part else 1]]
    for method, address in asked:
        with capture_logs() as lines:
            assert ask_with_token(client, method, address).status_code == 404, (method, address)
        assert [line["event"] for line in lines if line["log_level"] == "warning"] == ["not_theirs"]
    assert tables_now(but=OF_LOOKING[1:]) == before


@pytest.mark.parametrize("who", ["supervisor of B", "admin"])
def test_their_own_supervisor_and_the_admin_do(world, who):
    """The control of the test above."""
    for method, rule in governed(world.app):
        assert ask_with_token(world.clients[who], method, theirs(world, rule)).status_code == 200, (method, rule)


def test_the_line_names_the_account_and_the_device_that_asked(world):
    with capture_logs() as lines:
        for who, address in (("disabled", "/agencia"), ("board", "/kiosco"), ("window", "/agencia/control")):
            ask(world.clients[who], "GET", address)
    actors = [line["actor"] for line in lines if line["log_level"] == "warning"]
    disabled = db.session.scalars(select(Account.id).filter_by(email=DISABLED)).one()
    board = db.session.scalars(select(Device.id).filter_by(kind="board")).one()
    assert actors[:2] == [f"staff:{disabled}", f"board:{board}"]
    assert actors[2] not in (actors[0], "nobody")


@pytest.mark.own_app
def test_a_staff_view_without_an_access_rule_is_refused(sqlite_app):
    for path in ("/agencia/nueva", "/kiosco/nuevo", "/pantalla/nueva", "/dispositivo", "/admin/nueva", "/abierta"):
        sqlite_app.add_url_rule(path, path, lambda: "in")
    client = sqlite_app.test_client()
    with capture_logs() as lines:
        assert ask(client, "GET", "/agencia/nueva").status_code == 403
    (line,) = (line for line in lines if line["log_level"] == "warning")
    assert (line["event"], line["actor"], line["rule"]) == ("access_denied", "nobody", "/agencia/nueva")
    for path in ("/kiosco/nuevo", "/pantalla/nueva", "/dispositivo", "/admin/nueva"):
        assert ask(client, "GET", path).status_code == 403
    assert ask(client, "GET", "/abierta").status_code == 200

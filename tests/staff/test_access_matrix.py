"""Role × route: tests/access_matrix.csv says who may open what, and every route of the application is in it."""

import csv

import pytest

from tests.support import ROOT
from tests.support.rows.build import create_desk, create_procedure, today
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from tests.support.rows.visits import booked
from turnero.extensions import db

MATRIX = ROOT / "tests" / "access_matrix.csv"
WHO = ("anonymous", "kiosk", "board", "window", "supervisor", "admin")


def matrix():
    with MATRIX.open() as file:
        return {(row["rule"], row["method"]): {who: row[who] for who in WHO} for row in csv.DictReader(file)}


def routes(app):
    return {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}


def test_every_route_is_listed_and_nothing_else(sqlite_app):
    assert routes(sqlite_app) == set(matrix())


def test_a_route_that_nobody_listed_is_found(sqlite_app):
    """The control of the test above."""
    sqlite_app.view_functions["new"] = lambda: ""
    sqlite_app.url_map.add(sqlite_app.url_rule_class("/agencia/nueva", endpoint="new", methods={"GET"}))
    assert routes(sqlite_app) - set(matrix()) == {("/agencia/nueva", "GET")}


@pytest.fixture
def everybody(sqlite_app):
    """A client for each identity, and what stands for the parts of an address."""
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=3)
    agency = desk.agency
    booking_id = booked(desk, procedure, 660)
    parts = {
        "<day>": today().isoformat(),
        "<int:booking_id>": str(booking_id),
        "<int:device_id>": str(create_device(agency).id),
        "<int:closure_id>": "1",
        "<int:holiday_id>": "1",
        "<int:account_id>": "1",
    }
    clients = {
        "anonymous": sqlite_app.test_client(),
        "kiosk": paired(sqlite_app, create_device(agency, "kiosk")),
        "board": paired(sqlite_app, create_device(agency, "board")),
        "window": signed_in(sqlite_app, create_account(agency), 1),
        "supervisor": signed_in(sqlite_app, create_account(agency, "supervisor"), 2),
        "admin": signed_in(sqlite_app, create_account(None, "admin"), None),
    }
    return clients, parts


def ask(client, rule, method, parts):
    """What an answer amounts to: open, sign-in or forbidden. A post carries a right form token."""
    for name, value in parts.items():
        rule = rule.replace(name, value)
    client.get("/mi-turno")
    token = client.page.one("input", name="csrf_token").get("value")
    answer = client.open(rule, method=method, data={"csrf_token": token} if method == "POST" else None)
    answer.close()
    if answer.status_code == 403:
        return "forbidden"
    if answer.status_code in (302, 303) and answer.location.startswith("/agencia/entrar?"):
        return "sign-in"
    return "open"


GUARDED = sorted(key for key, row in matrix().items() if set(row.values()) != {"open"})


@pytest.mark.parametrize(("rule", "method"), GUARDED)
def test_each_identity_gets_what_the_matrix_says(everybody, rule, method):
    clients, parts = everybody
    expected = matrix()[rule, method]
    assert {who: ask(client, rule, method, parts) for who, client in clients.items()} == expected
    db.session.rollback()


@pytest.mark.parametrize("prefix", ["/agencia", "/kiosco", "/pantalla"])
def test_nothing_of_the_staff_is_open_to_everybody(prefix):
    open_to_all = {
        rule for (rule, _), row in matrix().items() if rule.startswith(prefix) and row["anonymous"] == "open"
    }
    assert open_to_all <= {"/agencia/entrar", "/agencia/salir", "/agencia/activar/<token>"} | {"/agencias"}

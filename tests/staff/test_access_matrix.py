"""Role × route: tests/access_matrix.csv lists access to every route."""

import csv
from functools import cache

import pytest

from tests.support import ROOT
from tests.support.scenes.world import build_world, form_token
from turnero.core.extensions import db

MATRIX = ROOT / "tests" / "access_matrix.csv"
WHO = ("anonymous", "kiosk", "board", "window", "supervisor", "admin")


@cache
def matrix():
    with MATRIX.open() as file:
        return {(row["rule"], row["method"]): {who: row[who] for who in WHO} for row in csv.DictReader(file)}


def routes(app):
    return {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}


def test_every_route_is_listed_and_nothing_else(sqlite_app):
    assert routes(sqlite_app) == set(matrix())


@pytest.mark.own_app
def test_a_route_that_nobody_listed_is_found(sqlite_app):
    """The control of the test above."""
    sqlite_app.view_functions["new"] = lambda: ""
    sqlite_app.url_map.add(sqlite_app.url_rule_class("/agencia/nueva", endpoint="new", methods={"GET"}))
    assert routes(sqlite_app) - set(matrix()) == {("/agencia/nueva", "GET")}


@pytest.fixture
def world(sqlite_app):
    return build_world(sqlite_app)


def ask(client, address, method):
    """What an answer amounts to: open, sign-in or forbidden. A post carries a right form token."""
    data = {"csrf_token": form_token(client)} if method == "POST" else None
    answer = client.open(address, method=method, data=data)
    answer.close()
    if answer.status_code == 403:
        return "forbidden"
    if answer.status_code in (302, 303) and answer.location.startswith("/agencia/entrar?"):
        return "sign-in"
    return "open"


GUARDED = sorted(key for key, row in matrix().items() if set(row.values()) != {"open"})


@pytest.mark.parametrize(("rule", "method"), GUARDED)
def test_each_identity_gets_what_the_matrix_says(world, rule, method):
    clients = world.clients | {"anonymous": world.clients["nobody"]}
    address = world.address(rule)
    assert {who: ask(clients[who], address, method) for who in WHO} == matrix()[rule, method]
    db.session.rollback()


@pytest.mark.parametrize("prefix", ["/agencia", "/kiosco", "/pantalla"])
def test_nothing_of_the_staff_is_open_to_everybody(prefix):
    open_to_all = {
        rule for (rule, _), row in matrix().items() if rule.startswith(prefix) and row["anonymous"] == "open"
    }
    assert open_to_all <= {"/agencia/entrar", "/agencia/salir", "/agencia/activar/<token>"} | {"/agencias"}

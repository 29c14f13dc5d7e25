"""`make sqlmap` asks every route that takes something, and reads its answers right."""

import csv
import re

import pytest

from tests.support import sqlmap
from tests.support.nodes import ROOT
from tests.support.targets import targets

# What ends or spends what the run stands on, and buttons that carry nothing but an address that others carry too.
LEFT_OUT = {}


def posts():
    with (ROOT / "tests" / "access_matrix.csv").open() as file:
        return {row["rule"] for row in csv.DictReader(file) if row["method"] == "POST"}


def asked(app):
    """The rules that the targets post to."""
    urls = app.url_map.bind("")
    return {
        urls.match(target.address.partition("?")[0], method="POST", return_rule=True)[0].rule
        for target in targets(app)
        if target.body is not None
    }


def test_every_route_that_takes_a_post_is_asked_or_left_out_by_name(sqlite_app):
    assert posts() - asked(sqlite_app) == LEFT_OUT


def test_every_part_of_an_address_has_a_target(sqlite_app):
    marked = [target.address for target in targets(sqlite_app) if "*" in target.address]
    assert {re.split(r"/[^/]*\*", address)[0] for address in marked} >= {
        "/mi-turno",
        "/no-fui-yo",
        "/turno",
        "/tramites",
        "/dispositivo",
        "/agencia/turnos",
        "/agencia/agenda",
    }


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("sqlmap identified the following injection point(s) with a total of 9 requests", "injectable"),
        ("GET parameter 'slug' is vulnerable. Do you want to keep testing the others", "injectable"),
        ("[CRITICAL] all tested parameters do not appear to be injectable. Try to increase", "nothing"),
        (
            "[CRITICAL] unable to connect to the target URL",
            "no verdict: [CRITICAL] unable to connect to the target URL",
        ),
        ("", "no verdict: it said nothing"),
    ],
)
def test_what_sqlmap_says_is_read_right(said, told):
    assert sqlmap.told(said) == told

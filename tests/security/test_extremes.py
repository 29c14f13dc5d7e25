"""Extreme numbers, dates and texts in every URL and form never cause a failure."""

import json
import re
from itertools import cycle
from pathlib import Path

import pytest

import turnero
from tests.security.test_every_route import POSTS
from tests.support.scenes.world import ask, form_token, rules
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db

NUMBERS = (0, -1, "00", 2**31 - 1, 2**31, 2**32, 2**63, 2**70, "9" * 5000, "1.5", "٣", "1e3")
LAST = "2199-12-31"
DAYS = ("0001-01-01", "1999-12-31", "2026-02-30", LAST, "2200-01-01", "9999-12-31", "hoy", "2026-11-09%20", "0")
WORDS = (
    "",
    " ",
    "-1",
    str(2**70),
    "9999-12-31",
    "0001-01-01",
    "31/12/9999",
    "ñ",
    "'",
    "\ud800",
    "a" * 5000,
    "[]",
    "..",
)
MAX_CHARACTERS = 1500  # as many as all fields of a form may have
UNREAD = (400, 413, 429)  # refused for its token, its size or its number; a kiosk's list is JSON
HOURS = ("9999-12-31T23:59", "0001-01-01T00:00", "2026-02-30T10:00", "2026-11-11T10:00@nada", "T", "2200-01-01T09:00@x")
IDS = ("booking_id", "device_id", "closure_id", "account_id", "holiday_id")
# Every name by which a page is asked for something in its address.
QUERIES = sorted(
    {
        name
        for path in Path(turnero.__file__).parent.rglob("*.py")
        for name in re.findall(r'(?:args|values)\.get\("(\w+)"|"(\w+)" in request\.args', path.read_text())
        for name in name
        if name
    }
    | {"provincia", "tramite"}  # read together, from one or the other
)


def test_the_names_are_found_in_the_code():
    assert {"agencia", "anotados", "desde", "dia", "fecha_notificacion", "limite", "parte", "seguir"} <= set(QUERIES)


@pytest.mark.parametrize("who", ["window", "nobody"])
def test_a_number_that_no_row_can_have_has_no_page(world, who):
    client = world.clients[who]
    token = form_token(client)
    for method in ("GET", "POST"):
        for rule in (rule for rule in rules(world.app, method) if "<int:" in rule):
            for number in NUMBERS:
                address = world.address(rule, **dict.fromkeys(IDS, number))
                answer = ask(client, method, address, data={"csrf_token": token} if method == "POST" else None)
                small = re.fullmatch("[0-9]{1,10}", str(number)) and int(number) < 2**31
                # 405: of the two rules of an address the router looks at the method first.
                stopped = {303} if who == "nobody" else {403} if rule.startswith("/admin") else set()
                wanted = stopped if stopped and small else {404, 405}
                assert answer.status_code in wanted, (method, address[:80])


@pytest.mark.parametrize("who", ["window", "supervisor"])
def test_no_day_breaks_a_page(world, who):
    client = world.clients[who]
    token = form_token(client)
    for method in ("GET", "POST"):
        for rule in (rule for rule in rules(world.app, method) if "<day>" in rule):
            for day in DAYS:
                address = world.address(rule, day=day)
                answer = ask(client, method, address, data={"csrf_token": token} if method == "POST" else None)
                assert answer.status_code in ((200, 204, 303, 404) if day == LAST else (404,)), (method, address)


OPEN = ("/agencia/entrar", "/agencia/activar/<token>")


def reader_of(rule):
    """Who is let in."""
    if rule.startswith("/admin"):
        return "admin"
    of_windows = rule == "/agencia" or rule.startswith("/agencia/")
    return "window" if of_windows and rule not in OPEN else "citizen"


def each_word(names, most=5000):
    """Every name with the same word, for each of the words."""
    return [dict.fromkeys(names, encoded(word[:most])) for word in WORDS]


def a_mixture(names, most=5000):
    """Each of the names with another word: once, for those who are turned away whatever they ask."""
    return [{name: encoded(word[:most]) for name, word in zip(names, cycle(WORDS), strict=False)}]


def encoded(word):
    return word.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("who", ["citizen", "window", "admin"])
def test_no_question_in_an_address_breaks_a_page(world, who):
    client = world.clients[who]
    for rule in (rule for rule in rules(world.app, "GET") if not rule.endswith(".pdf")):  # slow, and asked nothing
        for query in each_word(QUERIES) if reader_of(rule) == who else a_mixture(QUERIES):
            answer = ask(client, "GET", world.address(rule), query_string=query)
            assert answer.status_code < 500, (rule, query[QUERIES[0]][:20])


def test_no_hour_breaks_the_choice_of_one(world):
    client = world.clients["citizen"]
    token = form_token(client)
    for hour in HOURS:
        for accept in ("", "si", "no"):
            data = {"hora": hour, "acepta": accept, "csrf_token": token}
            answer = ask(client, "POST", world.address("/turno/<key>/horario"), data=data)
            assert answer.status_code in (200, 303, 409, 422), (hour, accept)


@pytest.mark.engines("postgresql")  # the stricter of the two
@pytest.mark.parametrize("who", ["nobody", "citizen", "window", "supervisor", "kiosk", "admin"])
def test_no_form_field_breaks_a_post(world, who):
    """Every post by whoever may send it, each of its fields with each of the words."""
    fields = (*QUERIES, "cedula", "correo", "celular", "codigo", "hora", "acepta", "motivo", "ventanilla", "linea")
    fields += ("lectura", "referencia", "clave", "totp", "busca", "tercero_cedula", "tercero_nombre", "solicitud")
    client = world.clients[who]
    token = {"csrf_token": form_token(client)}
    for rule in sorted(POSTS.keys() - {"/agencia/salir"}):
        words = each_word if POSTS[rule][0] == who else a_mixture
        for data in words(fields, MAX_CHARACTERS):
            answer = ask(client, "POST", world.address(rule), data=data | token)
            assert answer.status_code < 500, (rule, data[fields[0]][:20])
            assert answer.status_code not in UNREAD or rule == "/kiosco/sincronizar", (rule, data[fields[0]][:20])


@pytest.mark.parametrize(
    "body",
    [
        "[" * 20_000,
        "{" + '"a":{' * 10_000,
        '[{"referencia": "\\u0000", "ticket": "Z-001", "momento": 1}]',
        '[{"referencia": "A", "ticket": "\\u0000Z-1", "momento": 1}]',
        '[{"referencia": "\\ud800", "ticket": "Z-001", "momento": 1}]',
        '[{"referencia": "A", "ticket": "\\ud800", "momento": 1}]',
        '[{"referencia": {"a": 1}, "ticket": "Z-001", "momento": 1}]',
        '[{"referencia": "A", "ticket": "Z-001", "momento": 1e999}]',
        '[{"referencia": "A", "ticket": "Z-001", "momento": NaN}]',
        '[{"referencia": "A", "ticket": "Z-001", "momento": ' + "9" * 400 + "}]",
        '[{"referencia": "A", "ticket": "Z-001", "momento": ' + "9" * 5000 + "}]",
        "\ud800",
    ],
    ids=range(12),
)
def test_a_kiosk_s_list_of_another_making_is_refused(world, body):
    answer = synchronise(world, body)
    assert answer.status_code == 400


@pytest.mark.parametrize("moment", [-62135596800000, 0, 253402300799000])
def test_no_moment_of_a_kiosk_s_list_breaks_it(world, moment):
    reference = db.session.get_one(Booking, world.here.confirmed).reference
    kept = json.dumps([{"referencia": reference, "ticket": "Y-001", "momento": moment}])
    assert synchronise(world, kept).status_code == 200


def synchronise(world, body):
    client = world.clients["kiosk"]
    header = {"X-CSRFToken": form_token(client), "Content-Type": "application/json"}
    data = body.encode("utf-8", "surrogatepass")
    return ask(client, "POST", "/kiosco/sincronizar", data=data, headers=header)

"""Logging, and data that is never logged."""

import json
import logging

import pytest
import structlog

from turnero.core import logs

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def lines(make_app, capsys):
    """Runs a request on an application that logs JSON, and reads its lines."""

    def run(method, path, **options):
        with make_app("sqlite", TURNERO_LOG="json") as app:
            app.config["PROPAGATE_EXCEPTIONS"] = False
            app.add_url_rule("/fails/<text>", view_func=_fail)
            capsys.readouterr()
            app.test_client().open(path, method=method, **options)
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return run


def _fail(text):
    raise RuntimeError(f"cannot work with {text}")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("cédula 1700000001 desconocida", "cédula 17… desconocida"),
        ("RUC 1790000000001", "RUC 17…"),
        ("a +593991234567", "a +5…"),
        ("to ana.demo+x@example.ec now", "to a***@example.ec now"),
        ("GET /mi-turno/AbCdEfGhIjKlMnOpQr_-12?x", "GET /mi-turno/…?x"),
        ("GET /turno/AbCdEfGhIjKlMnOpQr_-12/lugar", "GET /turno/…/lugar"),
        ("3 claims in 120 ms", "3 claims in 120 ms"),
        ("17-0000000-1, 170000000-1, cedula_1700000001.", "17…, 17…, cedula_17…."),
        ("099 123 4567 or +593 99 123 4567", "09… or +5…"),
        ("at 1762700000.123456 and 0.17000000010", "at 1762700000.123456 and 0.17000000010"),
        ("codigo: 048213, código=048 213, totp 048213", "codigo: …, código=…, totp …"),
        ("turn 048213 of 2026-11-09 15:00:00", "turn 048213 of 2026-11-09 15:00:00"),
        ("DETAIL:  Failing row contains (7, Rosa\nDemo (hija), x).\nnext", "DETAIL:  Failing row contains (…)\\nnext"),
        ("Failing row contains (7, Rosa Demo", "Failing row contains (…)"),
        ("Key (name, day)=(Rosa (hija), 3) already exists.", "Key (name, day)=(…) already exists."),
        ("a\r\nb\x1b[31mc\x9bd\u2028e\u202ef", "a\\r\\nb\\x1b[31mc\\x9bd\\u2028e\\u202ef"),
        ({"who": ["1700000001"]}, {"who": ["17…"]}),
        (1700000001, 1700000001),
    ],
)
def test_identities_are_masked_in_any_text(text, masked):
    assert logs.mask(None, "info", {"event": text}) == {"event": masked}


def test_a_request_is_one_line_with_its_rule_and_not_its_address(lines):
    (line,) = lines("GET", "/mi-turno/un-enlace-que-nadie-tiene")
    assert line["event"] == "request"
    assert (line["method"], line["rule"], line["status"]) == ("GET", "/mi-turno/<token>", 404)
    assert line["ms"] >= 0
    assert len(line["request_id"]) == 16
    assert line["timestamp"].endswith("Z")
    assert "enlace" not in json.dumps(line)


def test_a_failure_is_logged_with_its_trace_and_without_identities(lines):
    failure, request = lines("GET", "/fails/1700000001")
    assert failure["level"] == "error"
    assert "RuntimeError: cannot work with 17…" in failure["exception"]
    assert "1700000001" not in json.dumps(failure)
    assert failure["request_id"] == request["request_id"]
    assert request["status"] == 500


def test_what_is_typed_is_not_logged(lines):
    text = json.dumps(lines("POST", "/turno", data={"cedula": "1700000001"}))
    assert "1700000001" not in text


def test_a_line_cannot_be_forged(lines):
    failure, _ = lines("GET", "/fails/x%0a%7B%22event%22:%22forged%22%7D")
    assert "forged" in failure["exception"]


HOSTILE = "\x1b[2K\r2026-11-09 [info] forged\n2026-11-09 [info] forged\u2028forged\x85forged"


@pytest.mark.parametrize("style", ["json", "text"])
def test_neither_style_lets_a_text_begin_a_line(app, capsys, style):
    logs.configure_logging(style)
    try:
        _fail(HOSTILE)
    except RuntimeError:
        structlog.get_logger().exception(HOSTILE, other=HOSTILE)
    said = capsys.readouterr().err
    assert not set("\x1b\r\u2028\x85") & set(said)
    assert "forged" in said
    beginnings = [line[:11] for line in said.splitlines()]
    assert not [line for line in beginnings[1:] if line.startswith(("2026-11-09", "forged"))]
    assert style == "text" or len(beginnings) == 1


def test_libraries_speak_through_the_same_pipe(app, capsys):
    logs.configure_logging("json")
    logging.getLogger("some.package").warning("took %s of %s", 3, "ana.demo@example.ec")
    logging.getLogger("some.package").info("small talk")
    (line,) = capsys.readouterr().err.splitlines()
    heard = json.loads(line)
    assert (heard["event"], heard["logger"], heard["level"]) == (
        "took 3 of a***@example.ec",
        "some.package",
        "warning",
    )


def test_configuring_twice_says_nothing_twice(app, capsys):
    logs.configure_logging("json")
    logs.configure_logging("text")
    logging.getLogger("some.package").warning("once")
    structlog.get_logger().info("and once")
    assert len(capsys.readouterr().err.splitlines()) == 2

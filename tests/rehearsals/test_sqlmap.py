"""`make sqlmap` asks every route that takes something, and reads its answers right."""

import csv
import re

import pytest
from flask.testing import FlaskClient

from rehearsals.sqlmap import scan as sqlmap
from rehearsals.sqlmap.targets import targets
from tests.support import ROOT

# What takes nothing but its address, which other targets ask, or ends what the run stands on.
TURN, STEP = "/agencia/turnos/<int:booking_id>", "/turno/<key>"
LEFT_OUT = {
    "/admin/cierres/<int:closure_id>/reabrir",
    "/admin/correos/reintentar",
    "/admin/equipos/<int:device_id>/quitar",
    "/admin/personal/<int:account_id>/deshabilitar",
    "/admin/personal/<int:account_id>/restablecer",
    "/agencia/ayuda/<int:device_id>",
    "/agencia/salir",
    "/dispositivo/<token>",
    "/mi-turno/<token>/aceptar",
    "/solicitud/<token>/aceptar",
    "/solicitud/<token>/rechazar",
    *(f"{STEP}/{press}" for press in ("confirmar", "prorrogar", "soltar")),
    *(f"{TURN}/{verb}" for verb in ("aplazar", "atendido", "ausente", "deshacer", "llamar", "llego", "rellamar")),
}


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


def test_what_is_posted_gets_past_the_form_token(sqlite_app):
    """Otherwise the scan would only ask the door."""
    turned_away = []
    for target in targets(sqlite_app):
        if target.body is None:
            continue
        client = FlaskClient(sqlite_app)
        for name, value in target.cookies.items():
            client.set_cookie(name, value)
        headers = dict(header.split(": ") for header in target.headers)
        kind = headers.get("Content-Type", "application/x-www-form-urlencoded")
        answer = client.post(target.address, data=target.body, headers=headers, content_type=kind)
        if answer.status_code in (400, 403, 405):
            turned_away.append((target.name, answer.status_code))
    assert not turned_away


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

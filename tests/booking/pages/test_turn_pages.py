"""``/mi-turno``: the turn by its link, cancelling, and the link mailed again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.pages.walking import token_of
from tests.support.rows.build import next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.journey import confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db
from turnero.notices.models import Notice

NINE = 540

pytestmark = [
    pytest.mark.engines("sqlite"),
    pytest.mark.procedure(name="Notificación de glosas", sheet={"bring": ["Cédula original"]}),
    pytest.mark.desk(agency={"name": "Agencia Centro"}, windows=3),
]


@pytest.fixture
def turn(desk, procedure):
    """A confirmed turn: Tuesday at nine."""
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))


@pytest.fixture
def address(turn):
    return f"/mi-turno/{queries.token_of(turn)}"


def links_mailed():
    return db.session.query(Notice).filter_by(kind="link").count()


def test_the_page_of_a_turn_says_what_when_where_and_what_to_bring(client, turn, address):
    client.get(address)
    assert client.page.h1 == "Confirmación del Turno en Línea"
    assert client.page.all("p", class_="tag done")[0].text == "Confirmado"
    assert client.page.one("p", class_="when").text == "martes 10 de noviembre de 2026 09:00"
    assert "Agencia Centro" in client.page.text
    assert "Notificación de glosas" in client.page.text
    assert "Cédula original" in client.page.text
    assert client.page.one("p", class_="reference").text.replace(" ", "") == turn.reference
    assert client.page.one("svg", role="img")["aria-label"] == f"Código QR de la referencia {turn.reference}"


def test_the_page_reveals_neither_cedula_nor_address(client, turn, address):
    client.get(address)
    html = client.response.get_data(as_text=True)
    for secret in (turn.cedula, turn.email, turn.mobile.removeprefix("+593")):
        assert secret not in html
    assert client.response.headers["Cache-Control"] == "no-store"


def test_a_turn_is_cancelled_after_a_question(client, turn, address):
    client.get(address)
    client.get(client.page.links["Cancelar turno"])
    assert client.page.h1 == "¿Desea cancelar su turno?"
    assert db.session.get(Booking, turn.id).status == Status.CONFIRMED
    client.submit()
    assert client.response.request.path == address
    assert client.page.h1 == "Su turno está cancelado"
    assert not client.page.all("svg", role="img")
    assert client.page.links["Pedir otro turno"] == "/turno"


def test_a_repeated_cancel_shows_the_cancelled_turn_again(client, address):
    client.get(f"{address}/cancelar")
    data = {"csrf_token": token_of(client)}
    for _ in range(2):
        assert client.post(f"{address}/cancelar", data=data).location == address
    assert client.get(f"{address}/cancelar").location == address


def test_a_turn_that_has_begun_cannot_be_cancelled_any_more(client, turn, address, clock_shift):
    client.get(f"{address}/cancelar")
    data = {"csrf_token": token_of(client)}
    clock_shift(turn.starts_at - confirm.clock.now() + timedelta(minutes=1))
    assert client.post(f"{address}/cancelar", data=data).status_code == 422
    assert "ya no se puede cancelar" in client.page.one("div", role="alert").text
    client.get(address)
    assert "Cancelar turno" not in client.page.links


NOT_HERE = (Status.HELD, Status.LAPSED, Status.DISPLACED)  # displaced ones are in test_turn_in_hand


@pytest.mark.parametrize("status", [status for status in Status if status not in NOT_HERE])
def test_every_state_of_a_turn_has_a_page(client, turn, address, status):
    db.session.get(Booking, turn.id).status = status
    db.session.commit()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("token", ["x", "x" * 32, "..", "ñ"])
def test_an_unknown_token_is_not_found(client, app, token):
    for path in (f"/mi-turno/{token}", f"/mi-turno/{token}/cancelar"):
        assert client.get(path).status_code == 404
    client.get("/turno")
    assert client.post(f"/mi-turno/{token}/cancelar", data={"csrf_token": token_of(client)}).status_code == 404


def test_a_hold_has_no_page_yet(client, desk, procedure):
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(), NINE)
    held = db.session.scalars(select(Booking)).one()
    assert client.get(f"/mi-turno/{queries.token_of(held)}").status_code == 404


@pytest.mark.parametrize(("right", "mails"), [(True, 1), (False, 0)])
def test_the_answer_to_a_lost_link_is_the_same_whether_the_turn_exists_or_not(client, turn, right, mails):
    client.get("/mi-turno")
    typed = f"{turn.reference[:3].lower()} {turn.reference[3:]}"
    client.submit(referencia=typed, cedula=turn.cedula if right else "0900000001")
    assert client.response.request.full_path == "/mi-turno?enviado=si"
    assert client.page.h1 == "Revise su correo"
    assert links_mailed() == mails


def test_an_invalid_reference_or_cedula_is_reported_beside_its_field(client, turn):
    client.get("/mi-turno")
    wrong = turn.reference[:-1] + ("2" if turn.reference[-1] != "2" else "3")
    assert client.submit(referencia=wrong, cedula="17").status_code == 422
    assert "La referencia no es válida" in client.page.errors["referencia"]
    assert "usted ingresó 2" in client.page.errors["cedula"]
    assert client.page.one("input", id="referencia")["value"] == wrong
    assert links_mailed() == 0

"""The page of a displaced turn in every state."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.pages.walking import texts, token_of
from tests.support.rows.build import next_workday
from tests.support.rows.turns import TEN, begin_change, book, close, notes, post, turn
from turnero.booking.closures import closing, proposals
from turnero.booking.documents import closure_text
from turnero.booking.turn.models import Claim, Displacement
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff.actor import COMMAND_LINE

pytestmark = [
    pytest.mark.engines("sqlite"),
    pytest.mark.procedure(name="Notificación de glosas", sheet={"bring": ["Cédula original"]}),
    pytest.mark.desk(agency={"slug": "centro", "name": "Agencia Centro"}),
    pytest.mark.usefixtures("nothing_broken"),
]


def test_a_displaced_person_sees_what_happened_and_what_is_kept(client, address, desk, day):
    close(desk, day)
    client.get(address)
    assert client.page.one("p", class_="tag moved").text == "Desplazado"
    assert "Estamos buscando otro turno" in notes(client)
    proposals.propose_all()
    client.get(address)
    assert client.page.h1 == "Su turno no podrá ser a esa hora"
    for words in (
        "lunes 23 de noviembre de 2026 a las 09:00",
        "Motivo: Corte de luz.",
        "lunes 23 de noviembre a las 09:00.",
    ):
        assert words in client.page.text
    assert client.page.one("p", class_="when").text == "martes 24 de noviembre de 2026 09:00"
    assert "Es suyo hasta el lunes 23 de noviembre a las 09:00" in client.page.text
    assert not client.page.all("svg", role="img")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Corte de luz", "Corte de luz."),
        ("Corte de luz.", "Corte de luz."),
        ("¡Hay paro!", "¡Hay paro!"),
        (closure_text.HOURS_CHANGED, "La agencia cambió su horario."),
        ("", ""),
    ],
)
def test_a_reason_ends_with_one_stop(typed, told):
    assert closure_text.told_reason(typed) == told


def test_the_proposal_is_accepted_with_one_press(client, address, token, desk, day):
    close(desk, day)
    proposals.propose_all()
    client.get(address)
    form = client.page.form("/aceptar")
    client.submit(form)
    assert client.response.request.path == address
    assert "Antes era el lunes 23 de noviembre a las 09:00" in notes(client)
    assert client.page.one("p", class_="when").text == "martes 24 de noviembre de 2026 09:00"
    assert client.post(form["action"], data={"csrf_token": token_of(client)}).location == address
    assert turn(token).moves == 1


def test_another_turn_is_chosen_instead(client, address, token, desk, day):
    close(desk, day)
    proposals.propose_all()
    walker = begin_change(client, address)
    assert "Está eligiendo otro turno" in notes(client)
    walker.hold(day + timedelta(days=2), TEN)
    walker.get("confirmar")
    assert "Turno que tiene" not in client.page.text
    client.submit(client.page.form("/confirmar"))
    assert client.response.request.path == address
    assert client.page.one("p", class_="tag done").text == "Confirmado"
    assert db.session.scalars(select(Claim.purpose)).all() == ["turn"]


def test_a_displaced_turn_is_given_up(client, address, token, desk, day):
    close(desk, day)
    proposals.propose_all()
    client.get(address)
    client.get(client.page.links["Cancelar turno"])
    assert "ya no le guardaremos otro turno" in client.page.text
    client.submit(motivo="no-puedo")
    assert client.page.h1 == "Su turno está cancelado"
    assert db.session.scalars(select(Claim.purpose)).all() == []


def test_a_lapsed_proposal_is_shown_with_the_next_step(client, address, desk, day, clock_shift):
    close(desk, day)
    proposals.propose_all()
    found = db.session.scalars(select(Displacement)).one()
    clock_shift(found.new_starts_at - timedelta(hours=24, seconds=-1) - clock.now())
    assert post(client, f"{address}/aceptar") == 409
    assert "ya no está disponible" in client.page.one("div", role="alert").text
    assert "Elegir otro" in texts(client.page.all("button"))
    assert "Acepto este turno" not in texts(client.page.all("button"))


def test_without_any_place_the_page_says_so_and_what_can_be_done(client, address, desk, day):
    close(desk, day - timedelta(days=20), days=100)
    proposals.propose_all()
    client.get(address)
    assert "No encontramos un turno libre" in notes(client)
    assert "miércoles 23 de diciembre" in client.page.text
    assert "Elegir otro" in texts(client.page.all("button"))
    assert client.page.links["Cancelar turno"]


def test_a_turn_that_was_moved_at_once_says_so_and_can_be_declined(client, desk, procedure):
    tomorrow = next_workday()
    token = book(desk, procedure, tomorrow)
    close(desk, tomorrow)
    proposals.propose_all()
    client.get(f"/mi-turno/{token}")
    said = notes(client)
    assert "Movimos su turno" in said
    assert "El martes 10 de noviembre a las 09:00 Agencia Centro no atiende. Motivo: Corte de luz." in said
    assert client.page.one("p", class_="when").text == "miércoles 11 de noviembre de 2026 09:00"
    assert client.page.form("/cambiar")
    assert client.page.links["Cancelar turno"]


def test_a_turn_that_got_its_hour_back_says_so(client, address, desk, day):
    closed = close(desk, day)
    proposals.propose_all()
    closing.reopen_hours(closed, COMMAND_LINE)
    client.get(address)
    assert "su turno vuelve a ser el que tenía" in notes(client)
    assert client.page.one("p", class_="when").text == "lunes 23 de noviembre de 2026 09:00"

"""The agenda over HTTP: rows, states, buttons, search and polling."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.pages.walking import token_of
from tests.support.rows.build import create_agency, create_citizen
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, create_device, signed_in
from tests.support.rows.visits import arrived, booked, turn
from turnero.attention.kiosk import assistance
from turnero.core.extensions import db
from turnero.notices.models import Notice

AGENDA = "/agencia/agenda"
ELEVEN = 660

pytestmark = [pytest.mark.procedure(name="Notificación de glosas"), pytest.mark.desk(agency={"name": "Agencia Centro"})]


def row(client, booking_id):
    return client.page.one("tr", id=f"t{booking_id}")


def buttons(element):
    return [button.text for button in element.all("button")]


def press(client, booking_id, verb, **values):
    """As a browser does with a button of the row's form; what came back last is the page."""
    client.get(AGENDA)
    return client.post(
        f"/agencia/turnos/{booking_id}/{verb}",
        data={"csrf_token": token_of(client), **values},
        follow_redirects=True,
    )


def figures(client):
    return {group.one("dt").text: group.one("dd").text for group in client.page.one("dl").all("div")}


def test_it_opens_on_today_in_order_of_hour(clerk, desk, procedure):
    create_citizen(cedula(2), names="Rosa Demo", surnames="Chiluisa Paz")
    later, sooner = booked(desk, procedure, 700), booked(desk, procedure, ELEVEN, 2)
    clerk.get(AGENDA)
    assert clerk.page.h1 == "lunes 9 de noviembre"
    assert [line["id"] for line in clerk.page.one("tbody").all("tr")] == [f"t{sooner}", f"t{later}"]
    text = row(clerk, sooner).text
    for expected in ("11:00", "Rosa Demo Chiluisa Paz", cedula(2), turn(sooner).reference, "Notificación de glosas"):
        assert expected in text
    assert "Confirmado" in text
    assert "Sin nombre en el registro" in row(clerk, later).text


def test_it_says_priority_and_who_comes_in_ones_place(clerk, desk, procedure):
    values = {"third_party_name": "Luis Demo", "third_party_cedula": cedula(9)}
    booking_id = booked(desk, procedure, ELEVEN, priority=True, **values)
    clerk.get(AGENDA)
    assert "atención prioritaria" in row(clerk, booking_id).text
    assert f"viene Luis Demo, {cedula(9)}" in row(clerk, booking_id).text


@pytest.mark.parametrize(
    ("status", "said"), [("waiting", "correo por enviar"), ("sent", ""), ("dead", "correo fallido")]
)
def test_it_says_what_became_of_the_mail(clerk, desk, procedure, status, said):
    booking_id = booked(desk, procedure, ELEVEN)
    notice = db.session.scalars(select(Notice).where(Notice.subject == f"booking:{booking_id}")).one()
    notice.status = status
    db.session.commit()
    clerk.get(AGENDA)
    assert [text for text in ("correo por enviar", "correo fallido") if text in row(clerk, booking_id).text] == (
        [said] if said else []
    )
    assert len(row(clerk, booking_id).all("span", class_="detail bad")) == (status == "dead")


def test_each_state_has_its_buttons(clerk, desk, procedure):
    booking_id = booked(desk, procedure, ELEVEN)
    clerk.get(AGENDA)
    assert buttons(row(clerk, booking_id)) == ["Llegó"]
    press(clerk, booking_id, "llego")
    assert "Presente" in row(clerk, booking_id).text
    assert "llegó 10:00" in row(clerk, booking_id).text
    assert "A-001" in row(clerk, booking_id).text
    assert buttons(row(clerk, booking_id)) == ["Llamar", "Ausente", "Deshacer"]
    press(clerk, booking_id, "llamar")
    assert "Ventanilla 1" in row(clerk, booking_id).text
    assert buttons(row(clerk, booking_id)) == ["Atendido", "Volver a llamar", "Deshacer"]
    press(clerk, booking_id, "rellamar")
    assert "2 veces" in row(clerk, booking_id).text
    press(clerk, booking_id, "atendido")
    assert "Atendido" in row(clerk, booking_id).text
    assert buttons(row(clerk, booking_id)) == ["Deshacer"]
    press(clerk, booking_id, "deshacer")
    assert turn(booking_id).status == "called"


def test_a_step_can_be_taken_back_for_ten_minutes_only(clerk, desk, procedure, clock_shift):
    booking_id = arrived(desk, procedure, ELEVEN)
    clock_shift(timedelta(minutes=9))
    clerk.get(AGENDA)
    assert "Deshacer" in buttons(row(clerk, booking_id))
    clock_shift(timedelta(minutes=2))
    clerk.get(AGENDA)
    assert "Deshacer" not in buttons(row(clerk, booking_id))
    assert press(clerk, booking_id, "deshacer").status_code == 409


def test_a_late_person_is_shown_and_can_be_marked_absent(clerk, desk, procedure, clock_shift):
    booking_id = booked(desk, procedure, ELEVEN)
    clock_shift(timedelta(minutes=75))
    clerk.get(AGENDA)
    assert "demora 15 min" in row(clerk, booking_id).text
    assert buttons(row(clerk, booking_id)) == ["Llegó", "Ausente"]
    press(clerk, booking_id, "ausente")
    assert "Ausente" in row(clerk, booking_id).one("span", class_="tag away").text
    assert figures(clerk) == {"Presentes": "0", "Por llegar": "0", "Atendidos": "0", "Ausentes": "1"}


def test_the_next_one_is_named_called_and_prominent(clerk, desk, procedure):
    arrived(desk, procedure, ELEVEN)
    first = arrived(desk, procedure, 700, 2, priority=True)
    clerk.get(AGENDA)
    assert "A-002" in clerk.page.one("p", class_="next").text
    assert "Esperan 2." in clerk.page.one("p", class_="next").text
    clerk.submit(clerk.page.form("/siguiente"))
    assert turn(first).status == "called"
    mine = clerk.page.one("section", class_="mine")
    assert "A-002" in mine.text
    assert buttons(mine) == ["Atendido", "Volver a llamar", "No respondió", "Ausente", "Derivar"]


def test_a_window_with_somebody_calls_nobody_else(clerk, desk, procedure):
    first, second = arrived(desk, procedure, ELEVEN), arrived(desk, procedure, 700, 2)
    press(clerk, first, "llamar")
    assert clerk.submit(clerk.page.form("/siguiente")).status_code == 409
    assert "La ventanilla 1 todavía atiende el ticket A-001." in clerk.page.one("div", role="alert").text
    assert turn(second).status == "arrived"
    assert row(clerk, second)


def test_calling_with_nobody_there_shows_the_agenda(clerk, desk):
    clerk.get(AGENDA)
    assert clerk.submit(clerk.page.form("/siguiente")).status_code == 200
    assert "Nadie espera." in clerk.page.one("p", class_="next").text


def test_without_a_window_one_chooses_it_first(app, desk, procedure):
    arrived(desk, procedure, ELEVEN)
    clerk = signed_in(app, create_account(desk.agency), window=None)
    clerk.get(AGENDA)
    assert clerk.page.links["Elegir ventanilla"] == "/agencia/ventanilla"
    assert "Llamar" not in [button.text for button in clerk.page.all("button")]
    assert clerk.post("/agencia/siguiente", data={"csrf_token": token_of(clerk)}).status_code == 409


def test_somebody_is_sent_to_another_window(clerk, desk, procedure):
    booking_id = arrived(desk, procedure, ELEVEN)
    press(clerk, booking_id, "llamar")
    form = clerk.page.form("/derivar")
    assert clerk.submit(form, ventanilla="nueve").status_code == 422
    assert clerk.page.errors.keys() == {"ventanilla"}
    assert clerk.page.one("input", name="ventanilla")["value"] == "nueve"
    clerk.submit(clerk.page.form("/derivar"), ventanilla="9")
    assert "para ventanilla 9" in row(clerk, booking_id).text
    assert "Nadie espera." in clerk.page.one("p", class_="next").text


def test_an_unanswered_offer_returns_the_request_to_the_list(clerk, desk, procedure):
    booking_id = arrived(desk, procedure, ELEVEN)
    press(clerk, booking_id, "llamar")
    press(clerk, booking_id, "aplazar")
    assert "no respondió" in row(clerk, booking_id).text


def test_a_step_that_somebody_else_did_first_is_refused_with_the_page(clerk, desk, procedure):
    booking_id = booked(desk, procedure, ELEVEN)
    assert press(clerk, booking_id, "rellamar").status_code == 409
    assert "El turno ya está confirmado" in clerk.page.one("div", role="alert").text
    assert row(clerk, booking_id)


@pytest.mark.parametrize(
    "verb", ["llego", "llamar", "rellamar", "aplazar", "derivar", "atendido", "ausente", "deshacer"]
)
def test_another_agencys_turn_is_not_found(app, clerk, desk, procedure, verb):
    booking_id = arrived(desk, procedure, ELEVEN)
    other = signed_in(app, create_account(create_agency(name="Agencia Sur")))
    other.get(AGENDA)
    assert "No hay turnos para este día." in other.page.text
    assert press(other, booking_id, verb, ventanilla="2").status_code == 404
    assert turn(booking_id).status == "arrived"


def test_holds_are_hidden_and_other_days_cannot_call(clerk, desk, procedure):
    booked(desk, procedure, ELEVEN, day=date(2026, 11, 10))
    clerk.get(f"{AGENDA}/2026-11-10")
    assert clerk.page.h1 == "martes 10 de noviembre"
    assert len(clerk.page.one("tbody").all("tr")) == 1
    assert not clerk.page.all("p", class_="next")
    assert clerk.page.one("tbody").all("button") == []
    assert clerk.page.links["Día anterior"] == f"{AGENDA}/2026-11-09"
    assert clerk.get(f"{AGENDA}/2026-13-10").status_code == 404
    assert clerk.get(f"{AGENDA}/mañana").status_code == 404


def test_a_kiosk_that_asks_for_help_is_seen_until_somebody_goes(app, clerk, desk):
    device = create_device(desk.agency, name="Puerta")
    other = create_device(create_agency(name="Agencia Sur"), name="Otra puerta")
    for one in (device.id, other.id):
        assistance.help_asked(one)
    clerk.get(AGENDA)
    assert "En el kiosco «Puerta» piden ayuda desde las 10:00" in clerk.page.text
    assert "Otra puerta" not in clerk.page.text
    clerk.submit(clerk.page.form(f"/ayuda/{device.id}"))
    assert "piden ayuda" not in clerk.page.text
    assert clerk.post(f"/agencia/ayuda/{other.id}", data={"csrf_token": token_of(clerk)}).status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in(client, desk):
    assert client.get(AGENDA).headers["Location"].startswith("/agencia/entrar")


def test_only_who_works_at_an_agency_looks(app, desk):
    assert signed_in(app, create_account(None, "admin"), window=None).get(AGENDA).status_code == 403
    assert signed_in(app, create_account(desk.agency, "supervisor")).get(AGENDA).status_code == 200

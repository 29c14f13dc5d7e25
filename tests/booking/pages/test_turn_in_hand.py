"""The turn in hand: its papers, changing it, and why it is given up."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.support.inspection.papers import picture_of, qr_codes_in, words_of
from tests.support.pages.walking import browser_of, texts, token_of
from tests.support.rows.build import create_agency, create_desk, create_procedure
from tests.support.rows.turns import NINE, TEN, begin_change, close, notes, post, turn
from turnero.booking.journey import cancel, change, confirm, holds
from turnero.booking.turn.models import Event
from turnero.core import clock
from turnero.core.extensions import db

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas", sheet={"bring": ["Cédula original"]}),
    pytest.mark.desk(agency={"slug": "centro", "name": "Agencia Centro"}),
    pytest.mark.usefixtures("nothing_broken"),
]


# Papers


def test_the_page_offers_the_three_papers(client, address):
    client.get(address)
    links = client.page.links
    assert links["Descargar PDF"] == f"{address}.pdf"
    assert links["Añadir al calendario"] == f"{address}.ics"
    assert links["Imprimir ticket"] == f"{address}/ticket"


def test_the_pdf_is_the_sheet_of_the_turn(client, address, token):
    answer = client.get(f"{address}.pdf")
    reference = turn(token).reference
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="turno-{reference}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "lunes 23 de noviembre de 2026 09:00" in words_of(answer.data)
    assert [code.text for code in qr_codes_in(picture_of(answer.data))] == [reference]


def test_the_calendar_entry_is_the_turns(client, address, token):
    answer = client.get(f"{address}.ics")
    assert answer.headers["Content-Type"] == "text/calendar; method=PUBLISH; charset=UTF-8"
    assert answer.headers["Content-Disposition"].endswith(f'"turno-{turn(token).reference}.ics"')
    assert answer.headers["Cache-Control"] == "no-store"
    assert Calendar.from_ical(answer.data).events[0].start == turn(token).starts_at


def test_the_ticket_is_a_slip_with_everything_the_door_asks(client, address, token):
    client.get(f"{address}/ticket")
    page, reference = client.page, turn(token).reference
    assert page.one("body", class_="slip")
    for words in ("lunes 23 de noviembre de 2026 09:00", "Agencia Centro", "hasta las 09:10"):
        assert words in page.text
    assert page.one("p", class_="reference").text.replace(" ", "") == reference
    assert page.one("svg", role="img")["aria-label"].endswith(reference)
    assert page.links["Volver a mi turno"] == address
    assert turn(token).cedula not in client.response.get_data(as_text=True)


def test_a_turn_without_an_hour_has_no_attachments(client, address, token, desk, day):
    papers = (f"{address}.pdf", f"{address}.ics", f"{address}/ticket")
    close(desk, day)
    assert [client.get(paper).status_code for paper in papers] == [404, 404, 404]
    cancel.cancel_turn(token)
    assert [client.get(paper).status_code for paper in papers] == [404, 404, 404]
    client.get(address)
    assert not client.page.links.keys() & {"Descargar PDF", "Añadir al calendario", "Imprimir ticket"}


@pytest.mark.parametrize("paper", [".pdf", ".ics", "/ticket", "/.pdf"])
def test_papers_of_nobody_are_not_found(client, app, paper):
    assert client.get(f"/mi-turno/{'x' * 32}{paper}").status_code == 404


def test_lateness_and_tolerance_are_shown(client, address):
    client.get(address)
    assert "Le esperamos hasta las 09:10; si llega más tarde, le atenderemos después" in client.page.text


@pytest.mark.parametrize(
    ("minutes", "said"), [(-1, "Listo: su turno está"), (10, "Le esperamos hasta las 09:10."), (11, "ya pasó")]
)
def test_the_page_knows_whether_the_hour_is_ahead_now_or_past(client, address, clock_shift, minutes, said):
    clock_shift(turn(address.rpartition("/")[2]).starts_at - clock.now() + timedelta(minutes=minutes, seconds=-30))
    client.get(address)
    assert said in client.page.one("p", class_="lead").text
    changeable = [form for form in client.page.all("form") if form.get("action").endswith("/cambiar")]
    assert bool(changeable) == (minutes < 0)


# Changing


def test_a_change_walks_from_step_seven_back_to_the_same_turn(client, address, token, day):
    walker = begin_change(client, address)
    assert client.response.request.path == walker.address("horario")
    kept = "Está cambiando su turno del lunes 23 de noviembre a las 09:00. Lo conserva hasta que confirme el nuevo."
    assert kept in notes(client)
    assert client.page.links["Dejarlo como está"] == address
    walker.get("horario", dia=str(day))
    assert kept in notes(client)
    walker.post("horario", hora=f"{day}T10:00")
    assert kept in notes(client)
    walker.post("horario", hora=f"{day}T10:00", acepta="si")
    walker.follow()
    assert client.page.h1 == "Revise y confirme el cambio"
    rows = dict(zip(texts(client.page.all("dt")), texts(client.page.all("dd")), strict=False))
    assert rows["Turno que tiene"].startswith("lunes 23 de noviembre de 2026, 09:00")
    assert "10:00" in client.page.one("dl", class_="summary").text
    assert not [link for link in client.page.links if link in ("Cambiar correo", "Cambiar cédula del titular")]
    assert turn(token).minute == NINE
    reference = turn(token).reference
    client.submit(client.page.form("/confirmar"))
    assert client.response.request.path == address
    assert "Su turno cambió. Antes era el lunes 23 de noviembre a las 09:00." in notes(client)
    assert client.page.one("p", class_="when").text.endswith("10:00")
    assert (turn(token).reference, turn(token).minute) == (reference, TEN)


def test_a_change_to_another_agency_says_where_the_turn_was(client, address, procedure, desk, day):
    other = create_desk(procedure.line, agency=create_agency(name="Agencia Norte"))
    walker = begin_change(client, address)
    walker.get("lugar")
    assert "Lo conserva hasta que confirme" in notes(client)
    walker.post("lugar", provincia="17", tramite=procedure.slug, agencia=other.agency.slug)
    walker.hold(day, NINE)
    walker.get("confirmar")
    client.submit(client.page.form("/confirmar"))
    assert "a las 09:00 en Agencia Centro" in notes(client)


def test_a_change_keeps_the_tramite(client, address, procedure, day):
    other = create_procedure(procedure.line)
    walker = begin_change(client, address)
    walker.get("lugar")
    assert [option["value"] for option in client.page.one("select", id="tramite").all("option")] == [procedure.slug]
    walker.post("lugar", provincia="17", tramite=other.slug, agencia="centro")
    assert client.response.status_code == 422


def test_its_own_hour_is_not_offered_and_answered_calmly(client, address, procedure, day):
    create_desk(agency=create_agency())
    walker = begin_change(client, address)
    walker.get("horario", dia=str(day))
    assert f"{day}T09:00" not in [radio["value"] for radio in client.page.all("input", type="radio")]
    assert walker.post("horario", hora=f"{day}T09:00").status_code == 422
    assert "Ese ya es su turno." in client.page.one("div", role="alert").text
    assert walker.post("horario", hora=f"{day}T09:00", acepta="si").status_code == 422


def test_a_turn_that_changed_often_enough_says_so_and_offers_no_more(client, address, token, day):
    client.get(address)
    form_token = token_of(client)
    for minute in (TEN, TEN + 20, TEN + 40):
        key = change.begin_change(token, browser_of(client))
        holds.place(key, browser_of(client), day, minute)
        confirm.confirm_turn(key, browser_of(client))
    client.get(address)
    assert "Este turno ya cambió 3 veces." in client.page.text
    assert client.page.links["Cancelar turno"]
    assert not [form for form in client.page.all("form") if form.get("action").endswith("/cambiar")]
    assert client.post(f"{address}/cambiar", data={"csrf_token": form_token}).status_code == 422
    assert "ya cambió 3 veces" in client.page.one("div", role="alert").text


def test_a_turn_given_up_meanwhile_ends_its_change_on_its_own_page(client, address, token, day):
    walker = begin_change(client, address)
    walker.hold(day, TEN)
    cancel.cancel_turn(token)
    for step in ("horario", "lugar", "confirmar"):
        assert walker.get(step).location == address
    assert walker.post("confirmar").location == address
    assert walker.post("horario", hora=f"{day}T10:00", acepta="si").location == address
    assert post(client, f"{address}/cambiar") == 422
    assert "ya no se puede cambiar" in client.page.one("div", role="alert").text
    assert client.page.h1 == "Su turno está cancelado"


def test_no_get_begins_a_change_or_accepts(client, address):
    for verb in ("cambiar", "aceptar"):
        assert client.get(f"{address}/{verb}").status_code == 405


def test_a_change_without_its_form_token_changes_nothing(client, address):
    client.get(address)
    assert client.post(f"{address}/cambiar").status_code == 400


# Giving it up


@pytest.mark.parametrize(
    ("posted", "kept"),
    [
        ({}, None),
        ({"motivo": "no-puedo"}, "cannot_come"),
        ({"motivo": "no-necesito"}, "not_needed"),
        ({"motivo": "x"}, None),
    ],
)
def test_the_reason_of_a_cancel_is_optional_and_short(client, address, posted, kept):
    client.get(f"{address}/cancelar")
    assert len(client.page.all("input", type="radio", name="motivo")) == 4
    client.submit(**posted)
    assert client.page.h1 == "Su turno está cancelado"
    assert client.page.links["Pedir otro turno"] == "/turno"
    last = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (last.after, last.what, last.details.get("answer")) == ("cancelled", "cancelled", kept)

"""The turn in hand: its papers, changing it, why it is given up, and the answer to a displacement."""

from datetime import datetime, time, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.support.build import (
    GALAPAGOS,
    create_agency,
    create_desk,
    create_procedure,
    create_province,
    next_workday,
)
from tests.support.journeys import at_hour_step
from tests.support.papers import picture_of, qr_codes_in, words_of
from tests.support.smtp import text_of
from tests.support.walking import Walker, browser_of, texts, token_of
from turnero import clock
from turnero.audit import audit
from turnero.booking import bookings, changes, closing, holds, proposals, queries
from turnero.booking.closing import Hours, Scope
from turnero.booking.models import Claim, Displacement, Event
from turnero.extensions import db
from turnero.notices.delivery import deliver_all

NINE, TEN = 540, 600


@pytest.fixture
def procedure(app):
    return create_procedure(name="Notificación de glosas", sheet={"bring": ["Cédula original"]})


@pytest.fixture
def desk(procedure):
    return create_desk(procedure.line, agency=create_agency(slug="centro", name="Agencia Centro"), windows=1)


@pytest.fixture
def day(app):
    """Monday 23 November, two weeks ahead."""
    day = next_workday() + timedelta(days=14)
    return day - timedelta(days=day.weekday())


@pytest.fixture
def token(desk, procedure, day):
    return book(desk, procedure, day)


@pytest.fixture
def address(token):
    return f"/mi-turno/{token}"


@pytest.fixture(autouse=True)
def nothing_broken(app):
    yield
    assert [str(violation) for violation in audit()] == []


def book(desk, procedure, day, minute=NINE, number=1):
    traveller = at_hour_step(desk.agency, procedure, number)
    holds.place(traveller.key, traveller.browser, day, minute)
    return bookings.confirm(traveller.key, traveller.browser)


def close(desk, day, days=1):
    begins = datetime.combine(day, time())
    hours = Hours(begins, begins + timedelta(days=days), "Corte de luz")
    return closing.close(Scope("agency", agency_id=desk.agency_id), hours, "staff:test").closure_id


def turn(token):
    db.session.rollback()
    return queries.booking_by_token(token)


def begin_change(client, address):
    """Press "Cambiar" on the turn's page; the journey that begins."""
    client.get(address)
    client.submit(client.page.form("/cambiar"))
    return Walker(client, client.response.request.path.split("/")[2])


def notes(client):
    return " ".join(texts([*client.page.all("div", class_="note"), *client.page.all("div", class_="note good")]))


def post(client, address):
    client.get("/turno")
    return client.post(address, data={"csrf_token": token_of(client)})


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


def test_without_an_hour_there_are_no_papers(client, address, token, desk, day):
    papers = (f"{address}.pdf", f"{address}.ics", f"{address}/ticket")
    close(desk, day)
    assert [client.get(paper).status_code for paper in papers] == [404, 404, 404]
    bookings.cancel(token)
    assert [client.get(paper).status_code for paper in papers] == [404, 404, 404]
    client.get(address)
    assert not client.page.links.keys() & {"Descargar PDF", "Añadir al calendario", "Imprimir ticket"}


@pytest.mark.parametrize("paper", [".pdf", ".ics", "/ticket", "/.pdf"])
def test_papers_of_nobody_are_not_found(client, app, paper):
    assert client.get(f"/mi-turno/{'x' * 32}{paper}").status_code == 404


def test_late_and_tolerance_are_said(client, address):
    client.get(address)
    assert "Le esperamos hasta las 09:10; si llega más tarde, le atenderemos después" in client.page.text


@pytest.mark.parametrize(("minutes", "said"), [(-1, "Listo."), (10, "Le esperamos hasta las 09:10."), (11, "ya pasó")])
def test_the_page_knows_whether_the_hour_is_ahead_now_or_past(client, address, clock_shift, minutes, said):
    clock_shift(turn(address.rpartition("/")[2]).starts_at - clock.now() + timedelta(minutes=minutes, seconds=-1))
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
        key = changes.begin(token, browser_of(client))
        holds.place(key, browser_of(client), day, minute)
        bookings.confirm(key, browser_of(client))
    client.get(address)
    assert "Este turno ya cambió 3 veces." in client.page.text
    assert client.page.links["Cancelar turno"]
    assert not [form for form in client.page.all("form") if form.get("action").endswith("/cambiar")]
    assert client.post(f"{address}/cambiar", data={"csrf_token": form_token}).status_code == 422
    assert "ya cambió 3 veces" in client.page.one("div", role="alert").text


def test_a_turn_given_up_meanwhile_ends_its_change_on_its_own_page(client, address, token, day):
    walker = begin_change(client, address)
    walker.hold(day, TEN)
    bookings.cancel(token)
    for step in ("horario", "lugar", "confirmar"):
        assert walker.get(step).location == address
    assert walker.post("confirmar").location == address
    assert walker.post("horario", hora=f"{day}T10:00", acepta="si").location == address
    assert post(client, f"{address}/cambiar").status_code == 422
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
        ({}, ""),
        ({"motivo": "no-puedo"}, "cannot_come"),
        ({"motivo": "no-necesito"}, "not_needed"),
        ({"motivo": "x"}, ""),
    ],
)
def test_the_reason_of_a_cancel_is_optional_and_short(client, address, posted, kept):
    client.get(f"{address}/cancelar")
    assert len(client.page.all("input", type="radio", name="motivo")) == 4
    client.submit(**posted)
    assert client.page.h1 == "Su turno está cancelado"
    assert client.page.links["Pedir otro turno"] == "/turno"
    last = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (last.after, last.reason) == ("cancelled", kept)


# Displaced


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
        "Motivo: Corte de luz",
        "lunes 23 de noviembre a las 09:00.",
    ):
        assert words in client.page.text
    assert client.page.one("p", class_="when").text == "martes 24 de noviembre de 2026 09:00"
    assert "Es suyo hasta el lunes 23 de noviembre a las 09:00" in client.page.text
    assert not client.page.all("svg", role="img")


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


def test_a_proposal_that_lapsed_is_told_with_the_way_on(client, address, desk, day, clock_shift):
    close(desk, day)
    proposals.propose_all()
    found = db.session.scalars(select(Displacement)).one()
    clock_shift(found.new_starts_at - timedelta(hours=24, seconds=-1) - clock.now())
    assert post(client, f"{address}/aceptar").status_code == 409
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
    closing.reopen(closed, "staff:test")
    client.get(address)
    assert "su turno vuelve a ser el que tenía" in notes(client)
    assert client.page.one("p", class_="when").text == "lunes 23 de noviembre de 2026 09:00"


# Mails


def mailed(smtp, subject):
    """The newest mail about ``subject``: its text, and its files by their ending."""
    deliver_all()
    mail = [message for message in smtp.messages if subject in str(message["Subject"])][-1]
    return text_of(mail), {part.get_filename()[-3:]: part.get_content() for part in mail.iter_attachments()}


def entry_in(files):
    written = files["ics"]
    calendar = Calendar.from_ical(written if isinstance(written, str) else written.decode())
    return str(calendar["METHOD"]), calendar.events[0]


def test_the_mails_of_a_turns_life_bring_papers_that_follow_it(smtp, token, day, desk):
    _, files = mailed(smtp, "Confirmación del Turno en Línea")
    assert "lunes 23 de noviembre de 2026 09:00" in words_of(files["pdf"])
    entries = [entry_in(files)]
    key = changes.begin(token, "phone")
    holds.place(key, "phone", day + timedelta(days=1), TEN)
    bookings.confirm(key, "phone")
    _, files = mailed(smtp, "Su turno cambió")
    assert "martes 24 de noviembre de 2026 10:00" in words_of(files["pdf"])
    entries.append(entry_in(files))
    close(desk, day + timedelta(days=1))
    proposals.propose_all()
    text, files = mailed(smtp, "no podrá ser")
    assert "Se lo guardamos hasta el martes 24 de noviembre a las 10:00." in text
    assert "pdf" not in files
    entries.append(entry_in(files))
    proposals.accept(token)
    _, files = mailed(smtp, "Su turno cambió: miércoles 25")
    entries.append(entry_in(files))
    bookings.cancel(token)
    _, files = mailed(smtp, "Su turno fue cancelado")
    assert "pdf" not in files
    entries.append(entry_in(files))
    assert [method for method, _ in entries] == ["PUBLISH", "PUBLISH", "CANCEL", "PUBLISH", "CANCEL"]
    assert len({event["UID"] for _, event in entries}) == 1
    sequences = [event["SEQUENCE"] for _, event in entries]
    assert sequences == sorted(set(sequences))


def test_a_turn_moved_at_once_sends_its_new_entry(smtp, desk, procedure):
    tomorrow = next_workday()
    token = book(desk, procedure, tomorrow)
    close(desk, tomorrow)
    proposals.propose_all()
    _, files = mailed(smtp, "Su turno se movió")
    method, event = entry_in(files)
    assert (method, event.start) == ("PUBLISH", turn(token).starts_at)


def test_a_turn_that_got_its_hour_back_is_in_the_calendar_again(smtp, token, desk, day):
    closed = close(desk, day)
    proposals.propose_all()
    _, files = mailed(smtp, "no podrá ser")
    away = entry_in(files)[1]
    closing.reopen(closed, "staff:test")
    _, files = mailed(smtp, "vuelve a su hora")
    method, event = entry_in(files)
    assert (method, event.start) == ("PUBLISH", turn(token).starts_at)
    assert event["SEQUENCE"] > away["SEQUENCE"]
    assert "pdf" in files


def test_a_displaced_person_gets_the_link_again_after_the_old_hour_too(smtp, token, desk, day, clock_shift):
    close(desk, day, days=60)
    proposals.propose_all()
    clock_shift(timedelta(days=16))
    bookings.mail_link(turn(token).reference, turn(token).cedula)
    text, _ = mailed(smtp, "El enlace de su turno")
    assert "El lunes 23 de noviembre a las 09:00 no podremos atenderle." in text


def test_page_mail_calendar_and_pdf_say_the_same_hour_of_galapagos(client, smtp, procedure):
    desk = create_desk(procedure.line, agency=create_agency(create_province("20"), name="Agencia San Cristóbal"))
    day = next_workday(GALAPAGOS) + timedelta(days=7)
    token = book(desk, procedure, day, TEN)
    client.get(f"/mi-turno/{token}")
    assert "10:00 (hora de Galápagos)" in client.page.text
    client.get(f"/mi-turno/{token}/ticket")
    assert "10:00 (hora de Galápagos)" in client.page.text
    text, files = mailed(smtp, "Confirmación del Turno en Línea")
    assert "Hora: 10:00 (hora de Galápagos)" in text
    assert "10:00" in words_of(files["pdf"])
    assert "hora de Galápagos" in words_of(files["pdf"]).lower().replace("galápagos", "Galápagos")
    event = entry_in(files)[1]
    assert event["SUMMARY"].startswith("Turno a las 10:00 (hora de Galápagos)")
    assert event.start.hour == 16
    for paper in ("pdf", "ics"):
        assert client.get(f"/mi-turno/{token}.{paper}").status_code == 200
    begin_change(client, f"/mi-turno/{token}")
    assert "a las 10:00 (hora de Galápagos). Lo conserva" in notes(client)


def test_a_deadline_in_galapagos_is_said_in_its_own_hour(client, procedure):
    desk = create_desk(procedure.line, agency=create_agency(create_province("20"), name="Agencia San Cristóbal"))
    day = next_workday(GALAPAGOS) + timedelta(days=13)
    token = book(desk, procedure, day, TEN)
    close(desk, day)
    proposals.propose_all()
    client.get(f"/mi-turno/{token}")
    assert "Es suyo hasta el lunes 23 de noviembre a las 10:00 (hora de Galápagos)." in client.page.text

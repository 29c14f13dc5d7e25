"""The mails of a turn's life with their papers, read back."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from tests.support.inspection.papers import words_of
from tests.support.rows.build import (
    GALAPAGOS,
    create_agency,
    create_desk,
    create_province,
    next_workday,
)
from tests.support.rows.turns import TEN, begin_change, book, close, notes, turn
from tests.support.servers.smtp import text_of
from turnero.booking.closures import closing, proposals
from turnero.booking.documents import link
from turnero.booking.journey import cancel, change, confirm, holds
from turnero.notices.delivery import deliver_all
from turnero.staff.actor import COMMAND_LINE

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas", sheet={"bring": ["Cédula original"]}),
    pytest.mark.desk(agency={"slug": "centro", "name": "Agencia Centro"}),
    pytest.mark.usefixtures("nothing_broken"),
]


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
    key = change.begin_change(token, "phone")
    holds.place(key, "phone", day + timedelta(days=1), TEN)
    confirm.confirm_turn(key, "phone")
    _, files = mailed(smtp, "Su turno cambió")
    assert "martes 24 de noviembre de 2026 10:00" in words_of(files["pdf"])
    entries.append(entry_in(files))
    close(desk, day + timedelta(days=1))
    proposals.propose_all()
    text, files = mailed(smtp, "no podrá ser")
    assert "Se lo guardamos hasta el martes 24 de noviembre a las 10:00." in text
    assert "Motivo: Corte de luz.\r\n" in text
    assert "pdf" not in files
    entries.append(entry_in(files))
    proposals.accept_proposal(token)
    _, files = mailed(smtp, "Su turno cambió: miércoles 25")
    entries.append(entry_in(files))
    cancel.cancel_turn(token)
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
    closing.reopen_hours(closed, COMMAND_LINE)
    _, files = mailed(smtp, "vuelve a su hora")
    method, event = entry_in(files)
    assert (method, event.start) == ("PUBLISH", turn(token).starts_at)
    assert event["SEQUENCE"] > away["SEQUENCE"]
    assert "pdf" in files


def test_a_displaced_person_gets_the_link_again_after_the_old_hour_too(smtp, token, desk, day, clock_shift):
    close(desk, day, days=60)
    proposals.propose_all()
    clock_shift(timedelta(days=16))
    link.mail_link(turn(token).reference, turn(token).cedula)
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


def test_a_deadline_in_galapagos_is_shown_in_local_time(client, procedure):
    desk = create_desk(procedure.line, agency=create_agency(create_province("20"), name="Agencia San Cristóbal"))
    day = next_workday(GALAPAGOS) + timedelta(days=13)
    token = book(desk, procedure, day, TEN)
    close(desk, day)
    proposals.propose_all()
    client.get(f"/mi-turno/{token}")
    assert "Es suyo hasta el lunes 23 de noviembre a las 10:00 (hora de Galápagos)." in client.page.text

"""Mails, complaints, the record, statistics and what waits."""

from datetime import date

from sqlalchemy import select

from tests.support.build import (
    create_local_holiday,
)
from tests.support.staff import create_account, signed_in
from tests.support.visits import arrived, booked, turn
from turnero.attention import attendance, calling
from turnero.attention.attendance import By
from turnero.extensions import db
from turnero.notices.models import Notice
from turnero.transparency import complaints
from turnero.transparency.complaints import Said


def test_dead_letters_are_seen_without_the_person_and_tried_again(admin, desk, procedure):
    booked(desk, procedure, 660)
    start = db.session.scalars(select(Notice)).first()
    address = start.address
    start.status, start.last_error, start.attempts = "dead", f"550 <{address}> no such user", 9
    db.session.commit()
    page = admin.get("/admin/correos")
    assert "no such user" in page.text
    assert address not in page.text
    assert "Intentar otra vez el que no ha caducado" in page.text
    admin.client.submit(admin.form())
    assert admin.told() == ["Correos que se intentan otra vez en el próximo minuto: 1."]
    admin.client.submit(admin.form(), paso="guardar")
    db.session.rollback()
    assert "dead" not in db.session.scalars(select(Notice.status)).all()


def test_a_complaint_is_answered_once(admin, desk):
    number = complaints.file(Said("k", "complaint", "Esperé mucho", desk.agency.slug), "b")
    assert number in admin.get("/admin/quejas").text
    assert admin.send(f"/admin/quejas/{number}", respuesta="") == 422
    assert "Después no se puede cambiar." in admin.save(
        f"/admin/quejas/{number}", respuesta="Lo sentimos.\nYa hay más."
    )
    assert complaints.by_number(number).answer == "Lo sentimos.\r\nYa hay más.".replace("\r", "")
    assert number not in admin.get("/admin/quejas").text.partition("Guardado")[0]


def test_the_record_says_who_did_what_and_who_looked_at_whom(app, admin, desk, procedure, there):
    clerk = create_account(desk.agency, email="curiosa@example.ec")
    number = arrived(desk, procedure, 660, by=f"staff:{clerk.id}")
    signed_in(app, clerk).get(f"/agencia/turnos/{number}")
    admin.save(f"{there}/dias", ventanillas="1")
    found = turn(number)
    for address, seen, unseen in (
        ("/admin/registro", ("presente", "Abrió el turno", "1 ventanilla"), (found.cedula, found.email)),
        (f"/admin/registro?referencia={found.reference}", ("Abrió el turno",), ("1 ventanilla", found.cedula)),
        ("/admin/registro?cuenta=curiosa&clase=vistas", ("Abrió el turno",), ("presente", "1 ventanilla")),
        ("/admin/registro?clase=cambios", ("1 ventanilla",), ("Abrió el turno",)),
        ("/admin/registro?desde=2020-01-01&hasta=2020-01-02", ("Nada en esos días",), ("presente",)),
        ("/admin/registro?referencia=ZZZ", ("Nada en esos días",), ("presente",)),
    ):
        text = admin.get(address).text
        assert all(words in text for words in seen), address
        assert not any(words in text for words in unseen), address


def test_statistics_count_what_was_attended(admin, desk, procedure):
    by = By("staff:1", desk.agency_id, 7)
    for number, minute in ((1, 660), (2, 680)):
        booking = arrived(desk, procedure, minute, number)
        calling.call(booking, by)
        attendance.attended(booking, by)
    figures = {
        item.all("dt")[0].text: item.all("dd")[0].text
        for item in admin.get("/admin/estadisticas").all("dl")[0].all("div")
    }
    assert (figures["atendidos"], figures["ausentes"], figures["de cada 100 no vinieron"]) == ("2", "0", "0")
    rows = [[cell.text for cell in row.all("th", "td")] for row in admin.page.all("tr")]
    assert ["11:00", "2"] in rows
    assert ["7", "2", "0 min", "0 min"] in rows


def test_what_waits_is_said_first(admin, desk):
    assert "Nada espera." in admin.get("/admin").text
    complaints.file(Said("k", "complaint", "Esperé mucho"), "b")
    create_local_holiday(date(2026, 12, 6), province=desk.agency.province, confirmed=False)
    assert "/admin/quejas" in admin.get("/admin").links.values()
    assert "Feriados locales por confirmar en los próximos cuatro meses: 1" in admin.page.text

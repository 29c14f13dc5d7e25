"""Mails, complaints, the record, statistics and open tasks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import (
    create_local_holiday,
)
from tests.support.rows.staff import create_account, signed_in
from tests.support.rows.visits import arrived, booked, turn
from turnero.attention.day import attendance, calling
from turnero.attention.day.attendance import Clerk
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.staff.actor import Actor
from turnero.transparency.complaints import complaints
from turnero.transparency.complaints.complaints import Said


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


def test_the_log_shows_changes_and_views_of_personal_data(app, admin, desk, procedure, there):
    clerk = create_account(desk.agency, email="curiosa@example.ec")
    number = arrived(desk, procedure, 660, by=Actor.staff(clerk.id))
    signed_in(app, clerk).get(f"/agencia/turnos/{number}")
    admin.save(f"{there}/dias", ventanillas="1")
    found = turn(number)
    for address, seen, unseen in (
        ("/admin/registro", ("llegó", "Abrió el turno", "1 ventanilla"), (found.cedula, found.email)),
        (f"/admin/registro?referencia={found.reference}", ("Abrió el turno",), ("1 ventanilla", found.cedula)),
        ("/admin/registro?cuenta=curiosa&clase=vistas", ("Abrió el turno",), ("llegó", "1 ventanilla")),
        ("/admin/registro?clase=cambios", ("1 ventanilla",), ("Abrió el turno",)),
        ("/admin/registro?desde=2020-01-01&hasta=2020-01-02", ("Nada en esos días",), ("llegó",)),
        ("/admin/registro?referencia=ZZZ", ("Nada en esos días",), ("llegó",)),
    ):
        text = admin.get(address).text
        assert all(words in text for words in seen), address
        assert not any(words in text for words in unseen), address


def test_mail_delays_and_failures_are_shown_in_words(admin, desk, procedure, clock_shift):
    booked(desk, procedure, 660)
    booked(desk, procedure, 680, 2)
    db.session.scalars(select(Notice)).first().status = "dead"
    db.session.commit()
    clock_shift(timedelta(minutes=9, seconds=20))
    text = admin.get("/admin/correos").text
    assert "espera desde hace 9 minutos." in text
    assert "lunes 9 de noviembre de 2026, 10:0" in text
    assert "2026-11" not in text


@pytest.mark.parametrize("section", ["registro", "estadisticas"])
@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"desde": "2026-11-09", "hasta": "2026-11-01"}, "hasta"),
        ({"desde": "mañana"}, "desde"),
        ({"hasta": "2026-02-31"}, "hasta"),
        ({"desde": "2020-01-01", "hasta": "2026-11-01"}, "desde"),
    ],
)
def test_invalid_days_are_reported(admin, desk, section, typed, wrong):
    assert admin.client.get(f"/admin/{section}", query_string=typed).status_code == 422
    assert set(admin.page.errors) == {wrong}
    assert "Nada en esos días" not in admin.page.text
    assert "Todavía no hay agencias" not in admin.page.text


def test_statistics_count_what_was_attended(admin, desk, procedure):
    by = Clerk(Actor.staff(1), desk.agency_id, 7)
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


def test_open_tasks_come_first(admin, desk):
    assert "Nada espera." in admin.get("/admin").text
    complaints.file_complaint(Said("k", "complaint", "Esperé mucho"), "b")
    create_local_holiday(date(2026, 12, 6), province=desk.agency.province, confirmed=False)
    assert "/admin/quejas" in admin.get("/admin").links.values()
    assert "Feriados locales por confirmar en los próximos cuatro meses: 1" in admin.page.text

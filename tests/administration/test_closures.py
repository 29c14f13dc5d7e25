"""Hours closed and opened again, and holidays confirmed, in the browser's way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.build import (
    create_local_holiday,
    next_workday,
)
from tests.support.page import filled
from tests.support.visits import booked, turn
from turnero.agencies.models import Closure, LocalHoliday
from turnero.extensions import db


def test_an_agency_is_closed_by_decree_and_opened_again(admin, desk, procedure, saved, closing_hours):
    day = next_workday() + timedelta(days=7)
    there = booked(desk, procedure, 540, day=day)
    said = admin.save("/admin/cierres/nuevo", **closing_hours(alcance="agencia", agencia=desk.agency.slug))
    assert "1 persona afectada: pierde su hora." in said
    assert turn(there).status == "displaced"
    closure = db.session.scalars(select(Closure)).one()
    assert (closure.kind, closure.source.partition(":")[0]) == ("decree", "staff")
    page = admin.get(f"/admin/cierres/{closure.id}")
    assert turn(there).reference in page.text
    assert turn(there).cedula not in page.text
    assert admin.client.submit(admin.form()).status_code == 200
    assert "Turnos que recuperan su hora: 1." in admin.told()
    assert turn(there).status == "displaced"
    again = filled(admin.form()) | {"paso": "guardar"}
    admin.client.submit(admin.form(), paso="guardar")
    assert turn(there).status == "confirmed"
    assert admin.client.post(f"/admin/cierres/{closure.id}/reabrir", data=again).location == "/admin/cierres"
    assert [summary.split()[0] for summary in saved()] == ["Cierra", "Abre"]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({"alcance": "pais"}, "todo el país"),
        ({"alcance": "provincia", "provincia": "17"}, "la provincia Pichincha"),
        ({"alcance": "canton", "provincia": "17", "canton": "quito"}, "el cantón Quito, Pichincha"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_a_closing_for_more_than_one_agency(admin, where, place, saved, closing_hours):
    admin.save("/admin/cierres/nuevo", **closing_hours(**where))
    assert saved()[0].startswith(f"Cierra {place} ")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"alcance": "canton", "provincia": "17", "canton": "Loja"}, {"canton"}),
        ({"alcance": "agencia", "agencia": "otra"}, {"agencia"}),
        ({"alcance": "pais", "hasta": "2026-11-01T00:00"}, {"hasta"}),
        ({"alcance": "pais", "hasta": "2036-11-01T00:00"}, {"hasta"}),
        ({"alcance": "pais", "desde": "", "motivo": ""}, {"desde", "motivo"}),
    ],
)
def test_a_closing_that_is_wrong(admin, desk, typed, wrong, closing_hours):
    assert admin.send("/admin/cierres/nuevo", **closing_hours(**typed)) == 422
    assert set(admin.page.errors) == wrong


def test_a_holiday_closes_once_it_is_confirmed(admin, desk):
    day = next_workday() + timedelta(days=7)
    row = create_local_holiday(day, province=desk.agency.province, name="Fundación", confirmed=False)
    admin.get("/admin/feriados")
    assert "1 por confirmar" in admin.page.text
    admin.client.submit(admin.form(), confirmado="si")
    assert admin.told()[0].startswith("Quita 54 turnos")
    admin.client.submit(admin.form(), paso="guardar")
    db.session.rollback()
    assert db.session.get_one(LocalHoliday, row.id).confirmed


@pytest.mark.usefixtures("desk")
def test_a_form_sent_twice_closes_once(admin, closing_hours):
    admin.send("/admin/cierres/nuevo", **closing_hours(alcance="pais"))
    confirm = admin.form()
    assert admin.client.submit(confirm, paso="guardar").status_code == 200
    assert admin.client.submit(confirm, paso="guardar").status_code == 422
    assert "Esas horas ya están cerradas" in admin.page.text
    assert len(db.session.scalars(select(Closure)).all()) == 1

"""The holidays of a year: confirming and duplicates."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_local_holiday
from turnero.agencies.models import LocalHoliday
from turnero.core.extensions import db

SIXTH = {"fecha": "2026-12-06", "nombre": "Fundación de Quito", "provincia": "17"}


def test_what_is_over_is_neither_counted_nor_confirmed(admin, desk):
    for day in (date(2026, 2, 3), date(2026, 11, 3), date(2026, 12, 6), date(2027, 2, 1), date(2027, 8, 1)):
        create_local_holiday(day, province=desk.agency.province, name=f"Del {day}", confirmed=False)
    assert "por confirmar en los próximos cuatro meses: 2" in admin.get("/admin").text
    page = admin.get("/admin/feriados")
    assert "Hay 2 por confirmar en los próximos cuatro meses" in page.text
    assert page.links["1 es de 2027."] == "/admin/feriados?anio=2027"
    to_come, over = page.all("table")
    assert [row.one("th", scope="row").text for row in to_come.all("tr")[1:]] == ["Del 2026-12-06"]
    assert [row.one("th", scope="row").text for row in over.all("tr")[1:]] == ["Del 2026-02-03", "Del 2026-11-03"]
    assert len(page.all("button", name="confirmado")) == 1
    assert over in [table for details in page.all("details") for table in details.all("table")]
    admin.client.submit(admin.form(), confirmado="si")
    admin.client.submit(admin.form(), paso="guardar")
    assert "Hay 1 por confirmar" in admin.get("/admin/feriados").text


@pytest.mark.parametrize(
    ("present", "typed", "there"),
    [
        ("", {}, True),
        ("", {"nombre": "Con otro nombre"}, True),
        ("Quito", {"canton": "  quito "}, True),
        ("Quito", {}, False),
        ("", {"canton": "Quito"}, False),
        ("", {"fecha": "2026-12-07"}, False),
    ],
)
def test_a_holiday_that_is_there_is_not_added_again(admin, desk, present, typed, there):
    create_local_holiday(date(2026, 12, 6), province=desk.agency.province, name="Fundación de Quito", canton=present)
    assert admin.send("/admin/feriados/nuevo", **SIXTH | typed) == (422 if there else 200)
    if there:
        assert set(admin.page.errors) == {"fecha"}
        assert "Ese día ya hay un feriado en ese lugar: Fundación de Quito." in admin.page.text


def test_a_concurrently_added_holiday_is_reported_on_saving(admin, desk):
    assert admin.send("/admin/feriados/nuevo", **SIXTH) == 200
    seen = admin.form()
    create_local_holiday(date(2026, 12, 6), province=desk.agency.province, name="Otro")
    assert admin.client.submit(seen, paso="guardar").status_code == 422
    db.session.rollback()
    assert db.session.scalars(select(LocalHoliday.name)).all() == ["Otro"]

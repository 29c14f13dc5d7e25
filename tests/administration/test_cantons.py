"""One canton however it is typed: agencies, holidays and closings."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_desk, create_local_holiday, create_province
from turnero.agencies import queries
from turnero.agencies.models import LocalHoliday
from turnero.core.extensions import db

NEW = {"nombre": "Agencia nueva", "tipo": "agencia", "provincia": "17"}

pytestmark = pytest.mark.engines("sqlite")


def alone(canton):
    return f"Ninguna otra agencia está en el cantón {canton}."


@pytest.mark.parametrize(
    ("typed", "kept", "told"),
    [
        ("quito", "Quito", False),
        ("MEJIA", "Mejía", True),
        ("  Qúito ", "Quito", False),
        ("Atlántida", "Atlántida", True),
    ],
)
def test_a_new_agency_has_the_canton_as_it_is_known(app, admin, typed, kept, told):
    create_agency(name="Otra")
    create_local_holiday(date(2026, 7, 23), canton="Mejía")
    said = admin.save("/admin/agencias/nueva", **NEW, canton=typed)
    assert (alone(kept) in said) is told
    assert queries.agency("agencia-nueva").canton == kept


def test_the_canton_of_an_agency_is_corrected(app, admin):
    create_agency(slug="una", canton="quito")
    assert admin.save("/admin/agencias/una/datos", canton="Quito")
    assert queries.agency("una").canton == "Quito"
    assert admin.send("/admin/agencias/una/datos", canton="Atlántida") == 200
    assert alone("Atlántida") in admin.told()
    admin.send("/admin/agencias/una/datos", nombre="Otro nombre")
    assert alone("Quito") not in admin.told()


def test_a_canton_of_two_spellings_can_be_closed(app, admin, closing_hours):
    create_desk()
    create_desk(agency=create_agency(canton="quito"))
    assert admin.send("/admin/cierres/nuevo", **closing_hours(alcance="canton", canton="QUITO", provincia="17")) == 200
    assert "Agencias: 2." in admin.page.text


def test_a_holiday_has_the_canton_as_it_is_known_and_says_where_nobody_rests(app, admin):
    create_province()
    create_agency()
    holiday = {"nombre": "Fiesta", "provincia": "17", "fecha": "2026-12-06"}
    admin.save("/admin/feriados/nuevo", **holiday, canton="quito")
    assert db.session.scalars(select(LocalHoliday.canton)).all() == ["Quito"]
    admin.send("/admin/feriados/nuevo", **holiday, canton="Atlántida")
    assert "Ninguna agencia está en el cantón Atlántida: nadie descansa por este feriado." in admin.told()
    create_province("09")
    admin.send("/admin/feriados/nuevo", **holiday | {"provincia": "09"})
    assert "Ninguna agencia está en la provincia de Guayas: nadie descansa por este feriado." in admin.told()

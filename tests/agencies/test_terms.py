from datetime import date, datetime

import pytest

from tests.support.rows.build import (
    create_agency,
    create_closure,
    create_local_holiday,
    create_procedure,
    create_province,
)
from turnero.agencies.terms import parse_date, term_of

NOVEMBER_30 = date(2026, 11, 30)

pytestmark = pytest.mark.engines("sqlite")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [("2026-11-23", date(2026, 11, 23)), ("23/11/2026", date(2026, 11, 23)), (" 2026-11-23 ", date(2026, 11, 23))]
    + [(text, None) for text in ("", "ayer", "2026-13-01", "31/02/2026", "0000-00-00")],
)
def test_dates_are_read_as_browsers_and_people_write_them(text, parsed):
    assert parse_date(text) == parsed


@pytest.mark.parametrize(
    ("notified", "today", "last"),
    [
        (date(2026, 2, 11), date(2026, 2, 12), date(2026, 2, 25)),
        (date(2026, 11, 23), date(2026, 11, 24), date(2026, 12, 3)),
        (NOVEMBER_30, date(2026, 12, 1), date(2026, 12, 10)),
        (date(2027, 8, 4), date(2027, 8, 4), date(2027, 8, 17)),
    ],
)
def test_the_examples_of_the_law(app, notified, today, last):
    term = term_of(create_procedure(term_days=8), notified, today)
    assert term.last_day == last


def test_the_holiday_of_the_agencys_canton_moves_the_last_day(app):
    quito = create_agency(create_province(), canton="Quito")
    create_local_holiday(day=date(2026, 12, 6), name="Fundación de Quito", province=quito.province, canton="Quito")
    procedure = create_procedure(term_days=8)
    assert term_of(procedure, NOVEMBER_30, NOVEMBER_30, quito).last_day == date(2026, 12, 11)
    assert term_of(procedure, NOVEMBER_30, NOVEMBER_30).last_day == date(2026, 12, 10)


def test_a_recoverable_decree_keeps_the_earlier_date(app):
    for recoverable, last in ((True, date(2026, 12, 10)), (False, date(2026, 12, 11))):
        create_closure(
            kind="decree",
            scope="national",
            starts=datetime(2026, 12, 3),
            ends=datetime(2026, 12, 4),
            recoverable=recoverable,
        )
        assert term_of(create_procedure(term_days=8), NOVEMBER_30, NOVEMBER_30).last_day == last


@pytest.mark.parametrize("notified", [None, date(2026, 12, 2), date(2025, 1, 1)])
def test_a_date_that_makes_no_sense_has_no_term(app, notified):
    assert term_of(create_procedure(term_days=8), notified, date(2026, 12, 1)) is None


def test_a_procedure_without_a_term_has_none(app):
    assert term_of(create_procedure(term_days=None), NOVEMBER_30, NOVEMBER_30) is None


def test_the_sheet_estimates_and_keeps_nothing(app, client):
    procedure = create_procedure(term_days=8, slug="notificacion-de-glosas", name="Notificación de glosas")
    client.get(f"/tramites/{procedure.slug}?fecha_notificacion=2026-11-05")
    assert "martes 17 de noviembre de 2026" in client.page.text
    assert "no una notificación legal" in client.page.text
    assert client.get_cookie("turnero") is None


def test_an_invalid_date_is_reported_beside_its_field(app, client):
    procedure = create_procedure(term_days=8)
    client.get(f"/tramites/{procedure.slug}?fecha_notificacion=ayer")
    assert "Escriba una fecha" in client.page.errors["fecha_notificacion"]

"""Queries of agencies on both engines: results, order, and closures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.support.rows.country import closure, country, holiday
from turnero.agencies import queries
from turnero.agencies.calendar.schedule import DayGrid, Staffing, grid
from turnero.agencies.models import (
    Agency,
    CataloguePolicy,
    Desk,
    DeskDay,
    DeskStaffing,
    WeeklyHours,
)
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.interval import Interval

__all__ = ["country"]
MONDAY = date(2026, 6, 1)
pytestmark = pytest.mark.usefixtures("country")


def desk(slug: str) -> Desk:
    found = queries.desk_for(queries.agency(slug), queries.procedure("glosas"))
    assert found is not None
    return found


def day_grid(slug: str, day: date) -> DayGrid:
    the_desk = desk(slug)
    return grid(queries.desk_calendars([the_desk], day, day)[the_desk.id], day)


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_provinces_and_agencies_come_by_name_without_minding_accents() -> None:
    assert [province.name for province in queries.provinces()] == ["Azuay", "Galápagos", "Pichincha"]
    assert [agency.name for agency in queries.agencies_offering(None, queries.procedure("glosas"))] == [
        "Ágora",
        "Bolívar",
        "Cayambe",
    ]


def test_procedures_come_in_the_catalogues_order() -> None:
    assert [procedure.slug for procedure in queries.procedures()] == ["pagos", "impugnacion", "glosas"]


def test_missing_rows_raise_not_found() -> None:
    assert (queries.province("17").name, queries.agency("quito").id) == ("Pichincha", 1)
    for look_up in (queries.province, queries.procedure, queries.agency):
        with pytest.raises(NotFound):
            look_up("nada")


def test_a_procedure_is_offered_where_its_line_has_a_desk() -> None:
    quito = queries.agency("quito")
    assert [a.slug for a in queries.agencies_offering("17", queries.procedure("glosas"))] == ["quito", "cayambe"]
    assert queries.agencies_offering("20", queries.procedure("glosas")) == []
    assert queries.agencies_offering("17", queries.procedure("impugnacion")) == []
    assert queries.desk_for(quito, queries.procedure("impugnacion")) is None


def test_nobody_offers_a_virtual_procedure() -> None:
    assert queries.agencies_offering("17", queries.procedure("pagos")) == []
    assert queries.desk_for(queries.agency("quito"), queries.procedure("pagos")) is None


def test_the_policy_is_empty_until_a_catalogue_brings_one() -> None:
    assert queries.catalogue_policy() == {}
    db.session.add(CataloguePolicy(id=1, values={"hold_minutes": 7}))
    db.session.commit()
    assert queries.catalogue_policy() == {"hold_minutes": 7}


def test_opening_hours_are_the_week_in_force_that_day() -> None:
    db.session.add(WeeklyHours(agency_id=1, weekday=5, opens=600, closes=840, valid_from=date(2026, 7, 1)))
    db.session.commit()
    agencies = [queries.agency("quito"), queries.agency("cuenca")]
    june, july = (queries.opening_hours_of(agencies, day) for day in (MONDAY, date(2026, 7, 1)))
    assert june[1] == june[3] == (((Interval(480, 1020),),) * 5 + ((), ()))
    assert july[1][5] == (Interval(600, 840),)


def test_a_calendar_has_the_hours_staffing_and_windows_of_its_own_desk() -> None:
    db.session.add_all(
        [
            DeskStaffing(desk_id=10, valid_from=date(2026, 6, 2), windows=5, slot_minutes=30),
            DeskStaffing(desk_id=10, valid_from=date(2027, 1, 1), windows=9, slot_minutes=60),
            DeskDay(desk_id=10, day=date(2026, 6, 3), windows=1),
            DeskDay(desk_id=10, day=date(2026, 6, 9), windows=2),
            DeskDay(desk_id=20, day=date(2026, 6, 3), windows=7),
        ]
    )
    db.session.commit()
    calendars = queries.desk_calendars([desk("quito"), desk("cayambe")], MONDAY, date(2026, 6, 5))
    assert set(calendars) == {10, 20}
    quito = calendars[10]
    assert set(quito.staffing) == {Staffing(date(2026, 1, 1), 3, 20), Staffing(date(2026, 6, 2), 5, 30)}
    assert quito.windows_by_day == {date(2026, 6, 3): 1}
    assert len(quito.hours) == 5
    grids = [grid(quito, MONDAY + timedelta(days=n)) for n in range(3)]
    assert [(g.windows, g.slot_minutes, len(g.cells)) for g in grids] == [(3, 20, 27), (5, 30, 18), (1, 30, 18)]
    assert day_grid("quito", date(2026, 6, 2)).windows == 5  # on the very day a change begins


def test_national_rest_days_close_every_desk() -> None:
    found = day_grid("cuenca", date(2026, 5, 25)).closed
    assert found is not None
    assert (found.kind, found.reason) == ("holiday", "Batalla de Pichincha")
    assert day_grid("cuenca", date(2027, 8, 10)).closed is None  # the rest went to Monday the 9th


def test_rest_days_of_two_years_meet_in_one_range() -> None:
    the_desk = desk("quito")
    calendar = queries.desk_calendars([the_desk], date(2026, 12, 20), date(2027, 1, 10))[the_desk.id]
    assert calendar.rest_days == {date(2026, 12, 25): "Navidad", date(2027, 1, 1): "Año Nuevo"}


def test_a_cantons_holiday_closes_that_canton_only_on_its_moved_day() -> None:
    holiday(date(2026, 12, 6), canton="Quito")
    assert day_grid("quito", date(2026, 12, 7)).closed is not None
    assert day_grid("cayambe", date(2026, 12, 7)).closed is None


def test_a_provinces_holiday_closes_all_its_cantons() -> None:
    holiday(date(2026, 6, 16))
    closed = {slug: day_grid(slug, date(2026, 6, 15)).closed for slug in ("quito", "cayambe", "cuenca")}
    assert [closed[slug] is not None for slug in ("quito", "cayambe", "cuenca")] == [True, True, False]


def test_an_unconfirmed_holiday_closes_nothing() -> None:
    holiday(date(2026, 12, 6), canton="Quito", confirmed=False)
    assert day_grid("quito", date(2026, 12, 7)).closed is None


def test_a_canton_is_matched_within_its_province() -> None:
    db.session.get_one(Agency, 3).canton = "Quito"  # a namesake in Azuay
    holiday(date(2026, 12, 6), canton="Quito")
    closure("canton", province_code="17", canton="Quito")
    calendars = queries.desk_calendars([desk("quito"), desk("cuenca")], MONDAY, date(2026, 12, 31))
    for day in (date(2026, 12, 7), MONDAY):
        assert grid(calendars[10], day).closed is not None
        assert grid(calendars[30], day).closed is None


@pytest.mark.parametrize(
    ("scope", "values", "expected"),
    [
        ("national", {}, {"quito", "cayambe", "cuenca"}),
        ("province", {"province_code": "17"}, {"quito", "cayambe"}),
        ("canton", {"province_code": "17", "canton": "quito"}, {"quito"}),  # however it was typed
        ("agency", {"agency_id": 2}, {"cayambe"}),
    ],
)
def test_a_closure_reaches_its_scope(scope: str, values: dict[str, Any], expected: set[str]) -> None:
    closure(scope, **values)
    closed = {slug for slug in ("quito", "cayambe", "cuenca") if day_grid(slug, MONDAY).closed is not None}
    assert closed == expected


@pytest.mark.parametrize(
    ("start", "end", "cells"),
    [
        ("2026-06-01 08:00", "2026-06-01 12:00", 15),
        ("2026-05-31 00:00", "2026-06-01 00:00", 27),  # ends as the day begins
        ("2026-06-02 00:00", "2026-06-03 00:00", 27),  # begins as the day ends
        ("2026-05-01 00:00", "2026-07-01 00:00", 0),
    ],
)
def test_a_closure_takes_the_hours_it_covers(start: str, end: str, cells: int) -> None:
    closure("national", start, end)
    assert len(day_grid("quito", MONDAY).cells) == cells


def test_calendars_of_all_desks_take_as_many_queries_as_those_of_one() -> None:
    holiday(date(2026, 12, 6), canton="Quito")
    closure("national")
    one, every = [desk("quito")], [desk(slug) for slug in ("quito", "cayambe", "cuenca")]
    with counted() as few:
        queries.desk_calendars(one, MONDAY, date(2027, 1, 31))
    with counted() as many:
        queries.desk_calendars(every, MONDAY, date(2027, 1, 31))
    assert len(few) == len(many) == 5


def test_no_desks_have_no_calendars() -> None:
    assert queries.desk_calendars([], MONDAY, MONDAY) == {}

"""A small country for the tests of reads: two cantons of Pichincha, one of Azuay, and what closes there."""

from datetime import date, datetime

import pytest
from flask import Flask

from turnero.agencies.models import (
    Agency,
    Closure,
    Desk,
    DeskStaffing,
    Line,
    LocalHoliday,
    Procedure,
    Province,
    WeeklyHours,
)
from turnero.core.extensions import db


@pytest.fixture
def country(app: Flask) -> None:
    """Two lines; Quito and Cayambe in Pichincha, Cuenca in Azuay; every agency has one Cartera desk, 8 to 17."""
    db.session.add_all(
        [
            Province(code="17", name="Pichincha", capital="Quito", zone="America/Guayaquil"),
            Province(code="01", name="Azuay", capital="Cuenca", zone="America/Guayaquil"),
            Province(code="20", name="Galápagos", capital="Puerto Baquerizo Moreno", zone="Pacific/Galapagos"),
            Line(id=1, slug="cartera", name="Cartera"),
            Line(id=2, slug="documental", name="Gestión Documental"),
        ]
    )
    db.session.flush()
    for number, (slug, province, canton) in enumerate(
        [("quito", "17", "Quito"), ("cayambe", "17", "Cayambe"), ("cuenca", "01", "Cuenca")], start=1
    ):
        name = {"quito": "Ágora", "cayambe": "Cayambe", "cuenca": "Bolívar"}[slug]
        db.session.add(Agency(id=number, slug=slug, name=name, kind="agency", province_code=province, canton=canton))
        db.session.flush()
        db.session.add(Desk(id=number * 10, agency_id=number, line_id=1))
        db.session.add_all(WeeklyHours(agency_id=number, weekday=day, opens=480, closes=1020) for day in range(5))
        db.session.flush()
        db.session.add(DeskStaffing(desk_id=number * 10, valid_from=date(2026, 1, 1), windows=3, slot_minutes=20))
    for position, (slug, line, channel) in enumerate(
        [("glosas", 1, "ambos"), ("impugnacion", 2, "presencial"), ("pagos", 1, "virtual")]
    ):
        db.session.add(
            Procedure(slug=slug, name=slug, line_id=line, channel=channel, minutes=20, position=-position, sheet={})
        )
    db.session.commit()


def holiday(day: date, province: str = "17", canton: str = "", *, confirmed: bool = True) -> None:
    db.session.add(LocalHoliday(day=day, name="Fiesta", province_code=province, canton=canton, confirmed=confirmed))
    db.session.commit()


def closure(scope: str, start: str = "2026-06-01", end: str = "2026-06-02", **values: object) -> Closure:
    row = Closure(
        **{"kind": "decree", "scope": scope, "name": "Asueto"} | values,
        starts=datetime.fromisoformat(start),
        ends=datetime.fromisoformat(end),
    )
    db.session.add(row)
    db.session.commit()
    return row

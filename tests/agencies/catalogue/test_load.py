"""Loading is all or nothing, can be repeated, and changes only what the files name."""

import functools
from datetime import date, datetime

import pytest
from sqlalchemy import select

from tests.support.rows.catalogues import COUNTRY, load
from turnero.agencies import queries
from turnero.agencies.catalogue import export
from turnero.agencies.catalogue.load import loaded, reordered
from turnero.agencies.models import (
    Agency,
    CataloguePolicy,
    Closure,
    Desk,
    DeskDay,
    DeskStaffing,
    Line,
    LocalHoliday,
    Procedure,
    Province,
    WeeklyHours,
)
from turnero.core.extensions import db
from turnero.core.problems import FileInvalid

TABLES = (
    Province, Line, Procedure, Agency, WeeklyHours, Desk, DeskStaffing, DeskDay, LocalHoliday, Closure, CataloguePolicy,
)  # fmt: skip


@pytest.fixture
def loads(app, tmp_path):
    """Load a text as if it were a file."""
    return functools.partial(load, tmp_path)


def rows() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the catalogue, ids and all."""
    db.session.rollback()
    return {
        table.__tablename__: sorted(map(repr, db.session.execute(select(*table.__table__.columns)))) for table in TABLES
    }


def the_desk(line: str) -> Desk:
    return db.session.scalars(select(Desk).join(Line).where(Line.slug == line)).one()


def test_everything_in_the_file_is_in_the_tables(loads):
    loads(COUNTRY)
    quito = queries.agency("quito")
    assert queries.catalogue_policy() == {"hold_minutes": 7}
    assert (quito.kind, quito.zone, quito.demo, quito.policy) == (
        "agency",
        "America/Guayaquil",
        False,
        {"horizon_days": 10},
    )
    hours = db.session.scalars(select(WeeklyHours).order_by(WeeklyHours.weekday, WeeklyHours.opens)).all()
    assert [(row.weekday, row.opens, row.closes, row.valid_to) for row in hours] == [
        (0, 480, 780, None),
        (0, 840, 1440, date(2026, 12, 31)),
        (1, 480, 780, None),
    ]
    cartera = the_desk("cartera").id
    staffing = db.session.scalars(
        select(DeskStaffing).filter_by(desk_id=cartera).order_by(DeskStaffing.valid_from)
    ).all()
    assert [(row.valid_from, row.windows, row.slot_minutes) for row in staffing] == [
        (date.min, 2, 20),
        (date(2027, 1, 1), 3, 30),
    ]
    (special,) = db.session.scalars(select(DeskDay)).all()
    assert (special.desk_id, special.day, special.windows) == (cartera, date(2026, 12, 24), 1)
    glosas, impugnacion = queries.procedures()
    assert (glosas.slug, glosas.line.slug, glosas.term_days, glosas.sheet) == (
        "glosas",
        "cartera",
        8,
        {"cost": "Ninguno"},
    )
    assert (impugnacion.minutes, impugnacion.term_days, impugnacion.sheet) == (40, None, {})


def test_a_decree_closes_the_whole_local_day_of_its_place(loads):
    loads(COUNTRY)
    national, canton, agency = db.session.scalars(select(Closure).order_by(Closure.starts)).all()
    assert (national.kind, national.scope, national.source) == ("decree", "national", "catalogue")
    assert (national.starts, national.ends) == (datetime(2026, 1, 2), datetime(2026, 1, 3))
    assert (national.basis, national.recoverable) == ("Decreto 249", False)
    assert (canton.scope, canton.province_code, canton.canton, canton.recoverable) == ("canton", "17", "Quito", True)
    assert (agency.scope, agency.agency_id) == ("agency", queries.agency("quito").id)


def test_loading_twice_leaves_the_same_rows(loads):
    loads(COUNTRY)
    before = rows()
    loads(COUNTRY)
    assert rows() == before
    assert all(before.values()), "a table without rows proves nothing"


def test_a_broken_file_changes_nothing(loads):
    loads(COUNTRY)
    before = rows()
    with pytest.raises(FileInvalid):
        loads(COUNTRY.replace("Pichincha", "Otra") + "\nholiday: []")
    assert rows() == before


def test_a_load_that_the_database_refuses_changes_nothing(loads, monkeypatch):
    loads(COUNTRY)
    before = rows()

    def refuse(*_: object) -> None:
        raise RuntimeError("the last thing to be written")

    monkeypatch.setattr("turnero.agencies.catalogue.load._put_decree", refuse)
    with pytest.raises(RuntimeError):
        loads(COUNTRY.replace("Pichincha", "Otra").replace("windows: 2", "windows: 4"))
    assert rows() == before


def test_what_a_file_does_not_name_stays_as_it_was(loads):
    loads(COUNTRY)
    before = rows()
    loads('lines: [{slug: cartera, name: "Cartera y Coactiva"}]')
    after = rows()
    assert after.pop("lines") != before.pop("lines")
    assert after == before


def test_a_file_may_name_what_was_loaded_before(loads):
    loads(COUNTRY)
    loads('agencies: [{slug: cayambe, name: Cayambe, province: "17", canton: Cayambe}]')
    assert loaded().agencies == {"quito", "cayambe"}


def test_hours_windows_and_days_of_an_agency_are_replaced_and_others_left_alone(loads):
    loads(COUNTRY)
    loads('agencies: [{slug: cayambe, name: Cayambe, province: "17", canton: Cayambe}]')
    loads(
        """
        agencies:
          - slug: quito
            name: Quito
            province: "17"
            canton: Quito
            hours: [{days: [sat], open: "10:00", close: "14:00"}]
            desks: [{line: cartera, windows: 1, slot_minutes: 20}]
        """
    )
    quito, cayambe = queries.agency("quito"), queries.agency("cayambe")
    hours = db.session.execute(select(WeeklyHours.agency_id, WeeklyHours.weekday)).all()
    assert sorted(hours) == sorted([(quito.id, 5), *((cayambe.id, day) for day in range(5))])
    assert db.session.scalars(select(DeskDay)).all() == []
    assert quito.policy == {}
    (staffing,) = db.session.scalars(select(DeskStaffing)).all()
    assert (staffing.desk_id, staffing.windows) == (the_desk("cartera").id, 1)


def test_a_line_that_an_agency_no_longer_attends_keeps_its_desk_without_windows_and_is_not_written_out(loads):
    loads(COUNTRY)
    desk = the_desk("gestion-documental").id
    loads(
        """
        agencies:
          - {slug: quito, name: Quito, province: "17", canton: Quito,
             desks: [{line: cartera, windows: 1, slot_minutes: 20}]}
        """
    )
    assert the_desk("gestion-documental").id == desk
    assert queries.agencies_offering("17", queries.procedure("impugnacion")) == []
    (quito,) = export.exported()["agencies"]
    assert [staffing["line"] for staffing in quito["desks"]] == ["cartera"]


def test_a_policy_is_replaced_whole(loads):
    loads(COUNTRY)
    loads("policy: {lead_minutes: 60}")
    assert queries.catalogue_policy() == {"lead_minutes": 60}


def test_a_changed_holiday_or_decree_is_the_same_one(loads):
    loads(COUNTRY)
    loads(COUNTRY.replace("confirmed: true", "confirmed: false").replace("Puente", "Día de puente"))
    (holiday,) = db.session.scalars(select(LocalHoliday)).all()
    assert not holiday.confirmed
    decrees = db.session.scalars(select(Closure.name).order_by(Closure.starts)).all()
    assert decrees == ["Día de puente", "Erupción", "Inundación"]


def test_a_closure_ordered_by_hand_is_neither_touched_nor_written_out(loads):
    loads(COUNTRY)
    day = datetime(2026, 1, 2)
    by_hand = Closure(
        kind="decree", scope="national", starts=day, ends=day.replace(hour=12), name="A mano", source="staff"
    )
    db.session.add(by_hand)
    db.session.commit()
    loads(COUNTRY)
    assert by_hand.name == "A mano"
    assert [decree["name"] for decree in export.exported()["decrees"]] == ["Puente", "Erupción", "Inundación"]


def test_loading_some_procedures_leaves_the_others_in_their_place(loads):
    loads(COUNTRY)
    loads("procedures: [{slug: pagos, name: Pagos, line: cartera, channel: virtual, minutes: 20}]")
    assert [procedure.slug for procedure in queries.procedures()] == ["glosas", "impugnacion", "pagos"]
    loads(
        COUNTRY.replace("slug: glosas", "slug: x")
        .replace("slug: impugnacion", "slug: glosas")
        .replace("slug: x", "slug: impugnacion")
    )
    assert [procedure.slug for procedure in queries.procedures()] == ["impugnacion", "glosas", "pagos"]


@pytest.mark.parametrize(
    ("present", "told", "order"),
    [
        ("", "abc", "abc"),  # the first load
        ("abc", "", "abc"),
        ("abc", "b", "abc"),  # one alone stays where it is
        ("abc", "cba", "cba"),  # all of them: the file's order
        ("abc", "ca", "cba"),  # some change places among themselves
        ("abc", "xb", "axcb"),  # a new one takes part
    ],
)
def test_the_order_of_procedures_follows_the_file(present, told, order):
    assert "".join(reordered(present, told)) == order

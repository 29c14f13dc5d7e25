import csv
import io
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_agency, create_desk, create_province, today
from tests.support.rows.visits import arrived, booked, turn
from turnero.attention.day import attendance, calling
from turnero.attention.day.attendance import Clerk
from turnero.booking.closures import closing, proposals
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import cancel, confirm
from turnero.booking.turn.models import Booking
from turnero.cli import main
from turnero.core import clock
from turnero.core.extensions import db
from turnero.operations.audit import audit
from turnero.staff.actor import COMMAND_LINE, Actor
from turnero.transparency.models import MonthDetail, MonthFigures, MonthProvince, Scarcity
from turnero.transparency.months import closing as months

NOVEMBER = date(2026, 11, 1)
FILE = "anio,mes,quejas,atenciones\n2025,11,3,23913\n2025,12,4,31096\n"

pytestmark = [
    pytest.mark.procedure(name="Notificación de glosas"),
    pytest.mark.desk(agency={"name": "Centro"}, windows=9),
    pytest.mark.usefixtures("nothing_broken"),
]


@pytest.fixture
def a_month(desk, procedure, clock_shift):
    """Six attended after a wait of ten minutes, in fifteen; one cancelled. The month is over."""
    by = [Clerk(Actor.staff(number), desk.agency_id, number) for number in range(1, 7)]
    waiting = [arrived(desk, procedure, 640, number) for number in range(1, 7)]
    given_up = booked(desk, procedure, 900, 8)
    cancel.cancel_turn(confirm.token_of(turn(given_up)))
    clock_shift(timedelta(minutes=50))  # 10:50, ten minutes after their hour
    for booking_id, who in zip(waiting, by, strict=True):
        calling.call(booking_id, who)
    clock_shift(timedelta(minutes=15))
    for booking_id, who in zip(waiting, by, strict=True):
        attendance.attended(booking_id, who)
    clock_shift(timedelta(days=30))
    return waiting


def load(tmp_path, text=FILE):
    file = tmp_path / "meses.csv"
    file.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["figures", "load", str(file)])
    db.session.rollback()
    return ended.value.code or 0


def test_a_month_is_closed_once_it_is_over_and_adds_up_to_the_tables(a_month, desk):
    assert months.close_due() == 1
    assert months.close_due() == 0
    (row,) = months.published()
    attended = db.session.scalar(select(func.count()).where(Booking.status == "attended"))
    assert (row.month, row.attentions, row.source) == (NOVEMBER, attended, "own")
    (part,) = months.details_of(row)
    assert (part.agency_id, part.attended, part.cancelled, part.no_show) == (desk.agency_id, 6, 1, 0)
    assert (part.waiting_median, part.waiting_p90, part.attention_median) == (10, 10, 15)


def test_a_month_is_not_closed_before_the_fifth(desk, procedure, clock_shift):
    booked(desk, procedure, 640)
    clock_shift(clock.instant(date(2026, 12, 4), 1439, "America/Guayaquil") - clock.now())
    assert months.close_due() == 0
    clock_shift(timedelta(minutes=2))
    assert months.close_due() == 1


def test_what_is_closed_stays_and_a_correction_is_a_new_row(a_month):
    months.close_due()
    assert months.close_month(NOVEMBER) is False
    day = turn(a_month[0]).day
    db.session.execute(Booking.__table__.update().where(Booking.id == a_month[0]).values(day=date(2026, 10, 30)))
    db.session.commit()
    assert months.close_month(NOVEMBER) is True
    rows = db.session.execute(select(MonthFigures.revision, MonthFigures.attentions).order_by(MonthFigures.revision))
    assert [tuple(row) for row in rows] == [(1, 6), (2, 5)]
    assert [row.attentions for row in months.published()] == [5]
    db.session.execute(Booking.__table__.update().where(Booking.id == a_month[0]).values(day=day))
    db.session.commit()


def test_provinces_are_the_sums_of_their_agencies(desk, procedure, clock_shift):
    """Another agency of the province, and one of another province."""
    near = create_desk(procedure.line, agency=create_agency(name="Norte"), windows=2)
    far = create_desk(procedure.line, agency=create_agency(create_province("01"), name="Sur"), windows=2)
    for number, there in enumerate((desk, near, near, far), start=20):
        cancel.cancel_turn(confirm.token_of(turn(booked(there, procedure, 900, number))))
    clock_shift(timedelta(days=30))
    months.close_month(NOVEMBER)
    (row,) = months.published()
    assert [(part.province_code, part.cancelled) for part in months.provinces_of(row)] == [("01", 1), ("17", 3)]
    assert months.close_month(NOVEMBER) is False
    db.session.execute(MonthProvince.__table__.update().values(cancelled=7))
    db.session.commit()
    found = [violation.invariant for violation in audit()]
    db.session.execute(MonthProvince.__table__.delete())
    db.session.commit()
    assert found == ["I12"]


def test_how_far_the_first_free_turn_was(a_month, desk, procedure, client):
    """Of a province the nearest agency counts; a day without any is more than every number."""
    near = create_desk(procedure.line, agency=create_agency(name="Norte"), windows=2)
    measured = {1: (3, 5), 2: (None, 9), 3: (None, None)}
    for day, (here, there) in measured.items():
        for place, ahead in ((desk, here), (near, there)):
            found = {"agency_id": place.agency_id, "procedure_id": procedure.id, "days_ahead": ahead}
            db.session.add(Scarcity(day=NOVEMBER.replace(day=day), **found))
    db.session.commit()
    months.close_month(NOVEMBER)
    (row,) = months.published()
    days = [
        (part.days_to_free_median, part.days_to_free_p90, part.days_without_free) for part in months.details_of(row)
    ]
    assert days == [(None, None, 2), (9, None, 1)]
    (province,) = months.provinces_of(row)
    assert (province.days_to_free_median, province.days_without_free) == (9, 1)
    client.get("/transparencia?provincia=17")
    assert "sin turnos libres" in client.page.text
    assert "9 días" in client.page.text


def test_the_audit_finds_a_month_that_does_not_add_up(a_month):
    months.close_due()
    db.session.execute(MonthDetail.__table__.update().values(attended=7))
    db.session.commit()
    found = [violation.invariant for violation in audit()]
    db.session.execute(MonthDetail.__table__.update().values(attended=6))
    db.session.commit()
    assert found == ["I12", "I12"]  # neither with the month's sum nor with the province's


def test_history_is_loaded_again_without_a_change(app, tmp_path):
    assert load(tmp_path) == 0
    assert load(tmp_path) == 0
    assert [(row.month.month, row.complaints, row.revision) for row in months.published()] == [(11, 3, 1), (12, 4, 1)]
    load(tmp_path, FILE.replace("2025,12,4", "2025,12,5"))
    assert [(row.complaints, row.revision) for row in months.published()] == [(3, 1), (5, 2)]


@pytest.mark.parametrize(
    "text", ["", "a,b\n", FILE + "2025,13,0,1\n", FILE + "2025,1,0\n", FILE + "2025,12,0,1\n", FILE + "x,1,0,1\n"]
)
def test_a_wrong_file_changes_nothing(app, tmp_path, text):
    assert load(tmp_path, text) == 1
    assert months.published() == []


def test_page_json_and_csv_say_the_same(a_month, client, tmp_path):
    load(tmp_path)
    months.close_due()
    for query, place in (("", "Pichincha"), ("?provincia=17", "Centro")):
        client.get(f"/transparencia{query}")
        for words in ("31 096", "noviembre de 2026", place, "menos de 5", "10 min"):
            assert words in client.page.text, words
    document = client.get("/api/v1/transparencia.json").get_json()
    lines = list(csv.DictReader(io.StringIO(client.get("/api/v1/transparencia.csv").get_data(as_text=True))))
    assert [{name: str(value) for name, value in month.items()} for month in document["meses"]] == lines
    assert [month["atenciones"] for month in document["meses"]] == [23913, 31096, 6]
    (part,), (province,) = document["detalle"], document["provincias"]
    assert province == {name: value for name, value in part.items() if name != "agencia"}
    assert (part["atendidos"], part["cancelados"], part["espera_mediana"]) == (6, None, 10)
    assert set(document["columnas"]) >= {*part, *document["meses"][0]}


def test_data_that_did_not_change_are_not_sent_again(app, client):
    first = client.get("/api/v1/transparencia.json")
    again = client.get("/api/v1/transparencia.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_an_empty_site_has_its_page(app, client):
    client.get("/transparencia")
    assert "Todavía no hay meses cerrados" in client.page.text


def test_where_there_is_a_place_as_json(desk, procedure, client):
    answer = client.get(f"/api/v1/disponibilidad?provincia=17&tramite={procedure.slug}").get_json()
    assert answer["agencias"] == [
        {"slug": desk.agency.slug, "provincia": "17", "primer_dia": today().isoformat(), "por_sorteo": False}
    ]
    assert client.get("/api/v1/disponibilidad?tramite=nada").status_code == 404
    assert client.get(f"/api/v1/disponibilidad?provincia=99&tramite={procedure.slug}").status_code == 404


def test_a_month_that_is_not_over_or_of_a_file_is_not_closed(app, tmp_path):
    load(tmp_path)
    with pytest.raises(months.MonthNotOver):
        months.close_month(NOVEMBER)
    with pytest.raises(months.MonthOfHistory):
        months.close_month(date(2025, 12, 1))
    with pytest.raises(SystemExit) as ended:
        main(["figures", "close", "2025-12"])
    assert ended.value.code == 1
    assert [row.attentions for row in months.published()] == [23913, 31096]


def test_a_displacement_counts_at_the_agency_of_the_lost_place(desk, procedure, clock_shift):
    """The only other place is at another agency, and there the turn is when the month is closed."""
    other = create_desk(procedure.line, agency=create_agency(name="Norte"), windows=1)
    lost = booked(desk, procedure, 900)
    begins = datetime.combine(today(), time())
    hours = Hours(begins, begins + timedelta(days=60), "Obras")
    closing.close_hours(Scope("agency", agency_id=desk.agency_id), hours, COMMAND_LINE)
    proposals.propose_all()
    assert turn(lost).agency_id == other.agency_id
    clock_shift(timedelta(days=30))
    months.close_month(NOVEMBER)
    parts = {part.agency_id: part.displaced for part in months.details_of(months.published()[0])}
    assert parts == {desk.agency_id: 1}


def test_where_there_is_a_place_is_kept_for_seconds_only(desk, procedure, client):
    answer = client.get(f"/api/v1/disponibilidad?tramite={procedure.slug}")
    assert answer.headers["Cache-Control"] == "public, max-age=10"

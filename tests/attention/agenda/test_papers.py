"""The day taken away as CSV, PDF and on paper, and back in."""

import csv
import io
from contextlib import closing
from datetime import timedelta

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select, text

from tests.support.rows.build import create_agency, create_citizen, today
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, signed_in
from tests.support.rows.visits import arrived, booked, turn, visit
from turnero.attention.agenda import files
from turnero.attention.day import calling
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.closing_day import close_days
from turnero.attention.day.models import Call
from turnero.booking.turn.models import Event
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import DataView

ELEVEN = 660

pytestmark = pytest.mark.engines("sqlite")


def rows_of(clerk):
    answer = clerk.get(f"/agencia/agenda/{today()}.csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="agenda-{today()}.csv"'
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("cell", ["=1+1", "+593991234567", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_no_cell_is_a_formula(cell):
    assert files.safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Ana María", "A-001", "10:40", "1700000001"])
def test_other_cells_stay_as_they_are(cell):
    assert files.safe(cell) == cell


def test_the_csv_says_what_the_agenda_and_the_view_say(clerk, desk, procedure):
    create_citizen(cedula(1), names='=cmd|"x', surnames="Ficticia, Ana")
    first, second = arrived(desk, procedure, ELEVEN), booked(desk, procedure, 700, 2, priority=True)
    calling.call_next(Clerk(Actor.staff(1), desk.agency_id, 3))
    rows = rows_of(clerk)
    assert [(row["hora"], row["referencia"], row["estado"], row["ticket"]) for row in rows] == [
        ("11:00", turn(first).reference, "llamado", "A-001"),
        ("11:40", turn(second).reference, "confirmado", ""),
    ]
    assert rows[0]["persona"] == "'=cmd|\"x Ficticia, Ana"
    assert (rows[0]["ventanilla"], rows[0]["llamada"], rows[1]["prioridad"]) == ("3", "10:00", "si")
    view = db.session.execute(text("SELECT referencia, estado FROM v_turnos ORDER BY inicio_utc")).all()
    assert [tuple(each) for each in view] == [(row["referencia"], row["estado"]) for row in rows]
    clerk.get("/agencia/agenda")
    shown = [" ".join(each.text.split()) for each in clerk.page.one("tbody").all("tr")]
    assert all(row["referencia"] in line for row, line in zip(rows, shown, strict=True))


def test_the_pdf_lists_the_day(clerk, desk, procedure):
    create_citizen(cedula(1), names="Łucja", surnames="Ñandú 中")
    booking_id = booked(desk, procedure, ELEVEN)
    answer = clerk.get(f"/agencia/agenda/{today()}.pdf")
    with closing(PdfDocument(answer.get_data())) as document:
        words = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert turn(booking_id).reference in words and "11:00" in words and "Ñandú" in words


def test_taking_a_day_away_is_recorded(clerk, desk):
    for kind in ("csv", "pdf"):
        clerk.get(f"/agencia/agenda/{today()}.{kind}")
    clerk.get(f"/agencia/agenda/{today()}/papel")
    assert db.session.scalars(select(DataView.kind).order_by(DataView.id)).all() == ["csv", "pdf", "paper"]


@pytest.fixture
def evening(app, desk, clock_shift):
    """Go on four hours, when the power is back; whoever comes in then."""

    def later():
        clock_shift(timedelta(hours=4))
        return signed_in(app, create_account(desk.agency))

    return later


def enter(clerk, **fields):
    clerk.get(f"/agencia/agenda/{today()}/papel")
    return clerk.submit(clerk.page.form("/papel"), **fields)


def test_a_day_on_paper_is_entered_at_once(evening, desk, procedure):
    came, missing, unsaid = (booked(desk, procedure, ELEVEN, number) for number in (1, 2, 3))
    clerk = evening()
    enter(clerk, **{f"t{came}": "atendido", f"h{came}": "11:25", f"t{missing}": "ausente"})
    assert "Anotados: 2" in clerk.page.one("main").text
    assert [turn(each).status for each in (came, missing, unsaid)] == ["attended", "no_show", "confirmed"]
    seen = visit(came)
    assert clock.local(seen.called_at, "America/Guayaquil").strftime("%H:%M") == "11:25"
    assert seen.ticket == "A-001" and seen.late
    assert not db.session.scalars(select(Call)).all()
    reasons = db.session.scalars(select(Event.what).where(Event.booking_id == came, Event.what == "paper")).all()
    assert len(reasons) == 3


def test_entered_twice_it_stays_as_it_was(evening, desk, procedure):
    came = booked(desk, procedure, ELEVEN)
    clerk = evening()
    clerk.get(f"/agencia/agenda/{today()}/papel")
    form = clerk.page.form("/papel")
    clerk.submit(form, **{f"t{came}": "atendido"})
    clerk.submit(form, **{f"t{came}": "ausente"})
    assert turn(came).status == "attended"


def test_a_paper_day_undoes_absences(app, desk, procedure, clock_shift):
    day = today()
    came, missing = booked(desk, procedure, ELEVEN), booked(desk, procedure, ELEVEN, 2)
    clock_shift(timedelta(days=2))
    assert close_days() == 2
    clerk = signed_in(app, create_account(desk.agency))
    clerk.get(f"/agencia/agenda/{day}/papel")
    clerk.submit(clerk.page.form("/papel"), **{f"t{came}": "atendido", f"t{missing}": "ausente"})
    assert (turn(came).status, turn(missing).status) == ("attended", "no_show")


def test_a_wrong_hour_is_reported_and_everything_is_kept(evening, desk, procedure):
    came = booked(desk, procedure, ELEVEN)
    clerk = evening()
    answer = enter(clerk, **{f"t{came}": "atendido", f"h{came}": "once"})
    assert answer.status_code == 422
    assert clerk.page.one("input", name=f"h{came}").get("value") == "once"
    assert turn(came).status == "confirmed"


@pytest.mark.parametrize("line", [("atendido", "23:59", "todavía no llegan"), ("", "11:10", "no si vino")])
def test_an_invalid_hour_is_reported(evening, desk, procedure, line):
    said, hour, told = line
    came = booked(desk, procedure, ELEVEN)
    clerk = evening()
    assert enter(clerk, **{f"t{came}": said, f"h{came}": hour}).status_code == 422
    assert told in clerk.page.one("main").text
    assert turn(came).status == "confirmed" and visit(came) is None


def test_a_turn_may_be_entered_before_its_hour(clerk, desk, procedure):
    came = booked(desk, procedure, ELEVEN)
    enter(clerk, **{f"t{came}": "atendido"})
    assert turn(came).status == "attended"
    assert visit(came).ended_at <= clock.now()


@pytest.mark.parametrize("days", [-8, 1])
def test_only_the_last_week_is_entered(clerk, desk, procedure, days):
    token_page = f"/agencia/agenda/{today() + timedelta(days=days)}/papel"
    assert clerk.get(token_page).status_code == 200
    assert not clerk.page.all("input", type="radio")
    token = clerk.page.all("input", name="csrf_token")[0].get("value")
    assert clerk.post(token_page, data={"csrf_token": token}).status_code == 404


def test_another_agency_enters_nothing(app, desk, procedure):
    came = booked(desk, procedure, ELEVEN)
    stranger = signed_in(app, create_account(create_agency()))
    stranger.get(f"/agencia/agenda/{today()}/papel")
    token = stranger.page.all("input", name="csrf_token")[0].get("value")
    stranger.post(f"/agencia/agenda/{today()}/papel", data={"csrf_token": token, f"t{came}": "atendido"})
    assert turn(came).status == "confirmed"
    assert not rows_of(stranger)

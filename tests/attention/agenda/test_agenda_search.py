"""The agenda: search without scripts, recorded views, and polling."""

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_citizen, today
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_device
from tests.support.rows.visits import booked, turn
from turnero.attention.day import attendance, calling
from turnero.attention.day.attendance import Clerk
from turnero.attention.kiosk import assistance
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import DataView

AGENDA = "/agencia/agenda"
ELEVEN = 660


@pytest.mark.parametrize("words", ["rosa chiluisa", "CHILUÍSA", cedula(2), cedula(2)[3:], "reference", "reference low"])
def test_search_without_scripts_is_a_post_with_the_found_rows(clerk, desk, procedure, words):
    create_citizen(cedula(2), names="Rosa Demo", surnames="Chiluisa Paz")
    booked(desk, procedure, ELEVEN)
    wanted = booked(desk, procedure, 700, 2)
    reference = turn(wanted).reference
    words = {"reference": reference, "reference low": reference.lower()}.get(words, words)
    clerk.get(AGENDA)
    answer = clerk.submit(clerk.page.form("/buscar"), busca=words)
    assert answer.request.path == f"{AGENDA}/{today()}/buscar"
    assert answer.request.query_string == b""
    assert [line["id"] for line in clerk.page.one("tbody").all("tr")] == [f"t{wanted}"]
    assert clerk.page.one("input", name="busca")["value"] == words


def test_search_that_finds_nobody_says_so(clerk, desk, procedure):
    booked(desk, procedure, ELEVEN)
    clerk.get(AGENDA)
    clerk.submit(clerk.page.form("/buscar"), busca="zzz")
    assert "Nadie de este día coincide con «zzz»." in clerk.page.text


def views():
    db.session.rollback()
    return db.session.scalar(select(func.count(DataView.id)).where(DataView.kind == "agenda"))


def test_each_opening_is_recorded_and_polling_is_not(clerk, desk, procedure):
    booked(desk, procedure, ELEVEN)
    clerk.get(AGENDA)
    clerk.get(f"{AGENDA}/{today()}")
    assert views() == 2
    clerk.get(f"{AGENDA}/{today()}?parte=filas")
    assert views() == 2


def test_polling_answers_304_until_something_changes(clerk, desk, procedure):
    booking_id = booked(desk, procedure, ELEVEN)
    part = f"{AGENDA}/{today()}?parte=filas"
    mark = clerk.get(part).headers["ETag"]
    answer = clerk.get(part, headers={"If-None-Match": mark})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", mark)
    marks = {mark}
    for change in (
        lambda: attendance.arrive(booking_id, Clerk(Actor.staff(1), desk.agency_id)),
        lambda: calling.call(booking_id, Clerk(Actor.staff(1), desk.agency_id, 1)),
        lambda: calling.recall(booking_id, Clerk(Actor.staff(1), desk.agency_id, 1)),
        lambda: assistance.help_asked(create_device(desk.agency).id),
    ):
        change()
        answer = clerk.get(part, headers={"If-None-Match": mark})
        assert answer.status_code == 200
        mark = answer.headers["ETag"]
        marks.add(mark)
    assert len(marks) == 5

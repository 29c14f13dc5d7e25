from datetime import timedelta

import pytest

from tests.support.rows.build import create_agency
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, signed_in
from tests.support.rows.visits import arrived, turn
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.undo import undo
from turnero.attention.oversight.outliers import stands_out
from turnero.attention.window import turns
from turnero.attention.window.forms import Asked
from turnero.booking.turn.new_booking import Extras, Reachable
from turnero.staff.actor import Actor

pytestmark = pytest.mark.desk(windows=8)


@pytest.mark.parametrize(
    ("counts", "marked"),
    [
        ({}, set()),
        ({1: 4}, set()),
        ({1: 5}, {1}),
        ({1: 5, 2: 1, 3: 1}, {1}),
        ({1: 5, 2: 2, 3: 2}, set()),
        ({1: 9, 2: 3, 3: 3}, set()),
        ({1: 10, 2: 3, 3: 3}, {1}),
        ({1: 40, 2: 40, 3: 1}, set()),
        ({1: 30, 2: 0, 3: 0}, {1}),
    ],
)
def test_outliers(counts, marked):
    assert stands_out(counts) == marked


def test_the_supervisor_sees_what_each_account_did(app, desk, procedure):
    busy, calm = create_account(desk.agency, email="a@example.ec"), create_account(desk.agency, email="b@example.ec")
    for number in range(6):
        undo(
            arrived(desk, procedure, 660, number, by=Actor.staff(busy.id)), Clerk(Actor.staff(busy.id), desk.agency_id)
        )
    undo(arrived(desk, procedure, 680, 9, by=Actor.staff(calm.id)), Clerk(Actor.staff(calm.id), desk.agency_id))
    clerk = signed_in(app, busy)
    for _ in range(3):
        clerk.get("/agencia/agenda")
    boss = signed_in(app, create_account(desk.agency, "supervisor"))
    assert boss.get("/agencia/control").status_code == 200
    lines = {
        line.all("th")[0].text: [cell.text for cell in line.all("td")] for line in boss.page.one("tbody").all("tr")
    }
    assert lines["a@example.ec"][4].startswith("6 Destaca")
    assert lines["b@example.ec"][4].startswith("1")
    assert lines["a@example.ec"][5].startswith("3")


def test_one_mailbox_for_many_people_stands_out(app, desk, procedure):
    busy, calm = create_account(desk.agency, email="a@example.ec"), create_account(desk.agency, email="b@example.ec")
    added = {busy: ["una@example.ec", "Una@example.ec", "una@example.ec"], calm: ["dos@example.ec"] * 2 + [None] * 3}
    number = 0
    for account, mailboxes in added.items():
        by = Clerk(Actor.staff(account.id), desk.agency_id, 1)
        for mailbox in mailboxes:
            number += 1
            contact = Reachable(email=mailbox)
            asked = Asked(cedula(number), procedure.slug, None, contact, priority=False, extras=Extras())
            turns.add_walk_in(asked, by)
    boss = signed_in(app, create_account(desk.agency, "supervisor"))
    boss.get("/agencia/control")
    last = {line.all("th")[0].text: line.all("td")[-1] for line in boss.page.one("tbody").all("tr")}
    assert last["a@example.ec"].text.startswith("1 Destaca")
    assert len(last["a@example.ec"].all("a")) == 3
    assert last["b@example.ec"].text == "0"


def test_people_who_were_there_and_have_no_end_are_listed(app, desk, procedure, clock_shift):
    reference = turn(arrived(desk, procedure, 660)).reference
    clock_shift(timedelta(days=1))
    boss = signed_in(app, create_account(desk.agency, "supervisor"))
    boss.get("/agencia/control")
    assert f"{reference}, lunes 9 de noviembre de 2026" in boss.page.one("main").text
    assert boss.page.links[reference].startswith("/agencia/agenda/2026-11-09#t")


def test_a_supervisor_sees_their_own_agency_and_admin_chooses(app, desk, procedure):
    other = create_agency(slug="otra-agencia")
    create_account(other, email="ajena@example.ec")
    boss = signed_in(app, create_account(desk.agency, "supervisor"))
    boss.get("/agencia/control?agencia=otra-agencia")
    assert "ajena@example.ec" not in boss.page.one("main").text
    admin = signed_in(app, create_account(None, "admin"), window=None)
    admin.get("/agencia/control?agencia=otra-agencia")
    assert "ajena@example.ec" in admin.page.one("main").text
    assert admin.get("/agencia/control?agencia=ninguna").status_code == 404


def test_a_window_account_does_not_oversee(app, desk):
    assert signed_in(app, create_account(desk.agency)).get("/agencia/control").status_code == 403

"""``/pantalla``: tickets and windows of the last calls, only for a paired board."""

from datetime import timedelta

import pytest

from tests.support.rows.build import create_desk
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from tests.support.rows.visits import arrived, turn
from turnero.attention.day import attendance, calling
from turnero.attention.day.attendance import Clerk
from turnero.staff import devices
from turnero.staff.actor import Actor

ELEVEN = 660
DATA = "/pantalla/llamados.json"

pytestmark = pytest.mark.desk(agency={"name": "Agencia Centro"}, windows=9)


@pytest.fixture
def device(desk):
    return create_device(desk.agency, "board")


@pytest.fixture
def board(app, device):
    return paired(app, device)


def call(desk, booking_id, window):
    calling.call(booking_id, Clerk(Actor.staff(1), desk.agency_id, window))


def shown(board):
    return [(line["ticket"], line["window"]) for line in board.get(DATA).get_json()["calls"]]


def test_the_newest_call_is_on_top_and_earlier_ones_below(board, desk, procedure):
    for window in range(1, 8):
        call(desk, arrived(desk, procedure, ELEVEN, window), window)
    assert shown(board) == [("A-007", 7), ("A-006", 6), ("A-005", 5), ("A-004", 4), ("A-003", 3)]
    board.get("/pantalla")
    assert board.page.one("p", class_="code").text == "A-007"
    assert [cell.text for cell in board.page.all("td")] == ["A-006", "6", "A-005", "5", "A-004", "4", "A-003", "3"]


def test_a_repeated_call_is_on_top_again_and_listed_once(board, desk, procedure):
    first, second = arrived(desk, procedure, ELEVEN), arrived(desk, procedure, ELEVEN, 2)
    call(desk, first, 1)
    call(desk, second, 2)
    before = {line["number"] for line in board.get(DATA).get_json()["calls"]}
    calling.recall(first, Clerk(Actor.staff(1), desk.agency_id, 1))
    assert shown(board) == [("A-001", 1), ("A-002", 2)]
    assert board.response.get_json()["calls"][0]["number"] not in before


def test_a_board_without_calls_says_so(board):
    board.get("/pantalla")
    assert "Aquí verá su número cuando le llamen" in board.page.text
    assert shown(board) == []


def test_calls_of_yesterday_or_of_another_agency_are_never_shown(app, board, desk, procedure, clock_shift):
    call(desk, arrived(desk, procedure, ELEVEN), 1)
    elsewhere = create_desk(procedure.line)
    assert shown(paired(app, create_device(elsewhere.agency, "board"))) == []
    clock_shift(timedelta(days=1))
    assert shown(board) == []
    board.get("/pantalla")
    assert "A-001" not in board.page.text


def test_the_same_answer_is_not_sent_twice(board, desk, procedure):
    tag = board.get(DATA).headers["ETag"]
    again = board.get(DATA, headers={"If-None-Match": tag})
    assert again.status_code in (200, 304)  # the minute may have passed between the two
    tag = again.headers["ETag"]
    call(desk, arrived(desk, procedure, ELEVEN), 1)
    fresh = board.get(DATA, headers={"If-None-Match": tag})
    assert (fresh.status_code, fresh.headers["ETag"] == tag) == (200, False)


def test_nothing_of_a_person_is_on_the_board(board, desk, procedure):
    booking_id = arrived(desk, procedure, ELEVEN)
    call(desk, booking_id, 1)
    booking = turn(booking_id)
    told = board.get("/pantalla").get_data(as_text=True) + board.get(DATA).get_data(as_text=True)
    for datum in (cedula(1), booking.reference, booking.email, "Ficticia"):
        assert datum not in told


def test_the_delay_of_the_day_is_in_the_footer(board, desk, procedure, clock_shift):
    waiting = [arrived(desk, procedure, ELEVEN, number) for number in (1, 2)]
    clock_shift(timedelta(minutes=80))
    for booking_id in waiting:
        call(desk, booking_id, 1)
        attendance.attended(booking_id, Clerk(Actor.staff(1), desk.agency_id, 1))
    board.get("/pantalla")
    assert "Hoy hay unos 20 minutos de demora" in board.page.text
    assert board.get(DATA).get_json()["delay"] == 20


@pytest.mark.parametrize("address", ["/pantalla", DATA])
def test_only_a_paired_board_is_let_in(app, desk, device, board, address):
    nobody = app.test_client()
    strangers = [nobody, signed_in(app, create_account(desk.agency)), paired(app, create_device(desk.agency, "kiosk"))]
    assert [one.get(address).status_code for one in strangers] == [403, 403, 403]
    assert board.get(address).status_code == 200
    devices.revoke(device.name)
    assert board.get(address).status_code == 403

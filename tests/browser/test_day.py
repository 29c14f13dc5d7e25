"""A whole day of an agency in real browsers: two windows, supervisor, kiosk, board and many people (`make day`).

Some come late, some never, some without turn, some with priority, some lost their hour to a closing. The test keeps
its own log of what each was shown; in the end agenda, board, kiosk, events, views and tables must tell the same.
"""

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.support.pages.browser import DESKTOP
from tests.support.rows.build import (
    create_agency,
    create_citizen,
    create_desk,
    create_desk_day,
    create_procedure,
    today,
)
from tests.support.rows.journeys import cedula
from tests.support.rows.staff import create_account, create_device, pair_browser, sign_in_browser
from tests.support.rows.visits import booked, turn
from tests.support.scenes.day import Kiosk, Windows
from turnero import clock
from turnero.attention.closing_day import close_days
from turnero.audit import audit
from turnero.booking import closing, proposals
from turnero.booking.closing import Hours, Scope
from turnero.extensions import db

PEOPLE = int(os.environ.get("TURNERO_DAY_PEOPLE", "16"))
FIRST, STEP, LAST = 660, 20, 980  # local minutes: 11:00 to 16:20, on a grid of 20
CLOSES, DISPLACED = 960, 2  # nobody is attended from 16:00 on
# Whoever loses a turn gets a place within 72 hours at once, without being asked: there is none for so long.
CLOSED_FOR = timedelta(days=4)
ZONE = "America/Guayaquil"
SILENT_PRINTER = "window.print = () => {}"


@dataclass
class Person:
    """Somebody of the day, and what they were shown. ``booking_id`` is None for who comes without turn."""

    number: int
    minute: int
    kind: str  # in time, late, missing, priority, walk-in, displaced
    booking_id: int | None = None
    ticket: str = ""

    @property
    def comes_at(self) -> int:
        return self.minute + (15 if self.kind == "late" else -5)


def kind_of(number):
    return {1: "late", 4: "missing", 6: "walk-in", 8: "priority"}.get(number % 10, "in time")


@pytest.fixture
def procedure(live_server):
    return create_procedure(minutes=STEP, name="Notificación de glosas")


@pytest.fixture
def desk(procedure):
    places = (CLOSES - FIRST) // STEP
    agency = create_agency(name="Agencia de demostración Quito Norte")
    return create_desk(procedure.line, agency=agency, windows=max(2, PEOPLE // places + 2))


@pytest.fixture
def other_desk(desk):
    """Whoever has a turn here loses it."""
    return create_desk(agency=desk.agency, windows=DISPLACED)


@pytest.fixture
def people(desk, procedure, other_desk):
    """The people of the day, their turns booked; the last two lose theirs and are proposed another, days away."""
    found = []
    other_procedure = create_procedure(other_desk.line, minutes=STEP, name="Afiliación voluntaria")
    hours = list(range(FIRST, CLOSES, STEP))
    for number in range(PEOPLE):
        create_citizen(cedula(number), names=f"Persona {number}", surnames="Demo")
        one = Person(number, hours[number * len(hours) // PEOPLE], kind_of(number))
        if number >= PEOPLE - DISPLACED:
            one.kind, one.minute = "displaced", LAST - STEP * (number % 2)
        if one.kind != "walk-in":
            where = (other_desk, other_procedure) if one.kind == "displaced" else (desk, procedure)
            one.booking_id = booked(*where, one.minute, number, priority=one.kind == "priority")
        found.append(one)
    create_desk_day(other_desk, today(), windows=0)
    day = datetime.combine(today(), time())
    hours = Hours(day + timedelta(minutes=CLOSES), day + CLOSED_FOR, "Corte de agua")
    closing.close(Scope("agency", agency_id=desk.agency_id), hours, "command line")
    proposals.propose_all()  # the jobs of the live server would, at a moment of their own
    db.session.rollback()
    return found


@pytest.fixture
def windows(open_context, live_server, desk):
    pages = []
    for number in (1, 2):
        context = open_context(viewport=DESKTOP)
        sign_in_browser(context, create_account(desk.agency), live_server.url, number)
        pages.append(context.new_page())
    return Windows(pages)


@pytest.fixture
def supervisor(open_context, live_server, desk):
    context = open_context(viewport=DESKTOP)
    sign_in_browser(context, create_account(desk.agency, "supervisor"), live_server.url, None)
    return context.new_page()


@pytest.fixture
def kiosk(open_context, live_server, desk, procedure):
    return Kiosk(device_page(open_context, live_server, desk, "kiosk"), procedure.slug)


@pytest.fixture
def board(open_context, live_server, desk):
    page = device_page(open_context, live_server, desk, "board")
    page.goto("/pantalla")
    return page


@pytest.fixture
def room(windows, supervisor, kiosk, board):
    """Everybody's screens."""
    return windows, supervisor, kiosk, board


def device_page(open_context, live_server, desk, kind):
    context = open_context(viewport={"width": 1080, "height": 1920})
    context.add_init_script(SILENT_PRINTER)
    pair_browser(context, create_device(desk.agency, kind), live_server.url)
    return context.new_page()


def go_to(clock_shift, minute):
    clock_shift(clock.instant(today(), minute, ZONE) - clock.now())


def come(people, kiosk, minute):
    """Whoever is due by ``minute`` goes to the kiosk; everybody's answer is what it must be."""
    for one in people:
        if one.ticket or one.kind in ("missing", "displaced") or not minute - STEP < one.comes_at <= minute:
            continue
        if one.booking_id is None:
            result, one.ticket = kiosk.without_turn(cedula(one.number))
        else:
            by_cedula = one.number % 3 == 0
            result, one.ticket = kiosk.read(cedula(one.number) if by_cedula else turn(one.booking_id).reference)
        assert result == ("tarde" if one.kind == "late" else "confirmado")
        assert re.fullmatch(r"A-\d{3}", one.ticket)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_day(desk, procedure, people, room, clock_shift):
    windows, supervisor, kiosk, board = room
    supervisor.goto("/agencia/agenda")
    see_a_new_booking(supervisor, desk, procedure)
    displaced = [one for one in people if one.kind == "displaced"]
    assert kiosk.read(turn(displaced[0].booking_id).reference)[0] == "desplazado"
    seen_on_board = False
    for minute in range(FIRST - STEP, CLOSES + STEP, STEP):
        go_to(clock_shift, minute)
        supervisor.goto("/agencia/agenda")  # two hours without a look end a session
        come(people, kiosk, minute)
        for _ in range(2 + PEOPLE // 12):
            if not windows.work():
                break
            if not seen_on_board:
                see_a_call(board, windows)
                seen_on_board = True
    while windows.work():
        pass
    go_to(clock_shift, 1050)
    close_days()
    agree(people, windows, desk, board, supervisor)


def see_a_new_booking(supervisor, desk, procedure):
    """A turn booked now is in the agenda within five seconds."""
    db.session.rollback()
    expect(supervisor.locator(".live")).to_contain_text("En vivo")
    new = booked(desk, procedure, CLOSES - STEP, 900)
    db.session.rollback()
    expect(supervisor.locator(f"#t{new}")).to_be_visible(timeout=5000)


def see_a_call(board, windows):
    """A call is on the board within two seconds."""
    (ticket, _) = next(iter(windows.called.items()))
    expect(board.locator(".now .code")).to_have_text(ticket, timeout=2000)


def agree(people, windows, desk, board, supervisor):
    """Log, tables, views, agenda and board."""
    db.session.rollback()
    came = [one for one in people if one.ticket]
    tickets = [one.ticket for one in came]
    assert len(set(tickets)) == len(tickets)
    assert {ticket: len(calls) for ticket, calls in windows.called.items()} == dict.fromkeys(tickets, 1)
    assert sorted(windows.attended) == sorted(tickets)
    agree_with_tables(people, desk)
    agree_with_agenda(people, supervisor)
    last = [ticket for ticket, _ in list(windows.called.items())[-1:]]
    board.reload()
    expect(board.locator(".now .code")).to_have_text(last[0])
    assert [str(violation) for violation in audit()] == []


def agree_with_tables(people, desk):
    view = {row.referencia: row for row in db.session.execute(text("SELECT * FROM v_turnos"))}
    events = defaultdict(list)
    for row in db.session.execute(text("SELECT referencia, a FROM v_eventos ORDER BY momento_utc")):
        events[row.referencia].append(row.a)
    visits = {row.ticket: row for row in db.session.execute(text("SELECT * FROM visits"))}
    assert set(visits) == {one.ticket for one in people if one.ticket}
    assert all(row.agency_id == desk.agency_id and row.ended_at for row in visits.values())
    for one in people:
        booking_id = one.booking_id or visits[one.ticket].booking_id
        reference = turn(booking_id).reference
        state = {"missing": "ausente", "displaced": "desplazado"}.get(one.kind, "atendido")
        assert view[reference].estado == state, f"person {one.number}, {one.kind}"
        assert events[reference][-1] == state
        assert view[reference].canal == ("kiosco" if one.kind == "walk-in" else "web")
        if one.ticket:
            assert visits[one.ticket].booking_id == booking_id
            assert bool(visits[one.ticket].late) == (one.kind == "late")


def agree_with_agenda(people, supervisor):
    supervisor.goto(f"/agencia/agenda/{today()}")
    rows = supervisor.locator(".agenda tbody tr")
    shown = {}
    for line in rows.all_inner_texts():
        found = re.search(r"(\d{10})", line)
        assert found
        shown[found[1]] = line
    for one in people:
        line = shown[cedula(one.number)]
        word = {"missing": "Ausente", "displaced": "Desplazado"}.get(one.kind, "Atendido")
        assert word in line
        assert one.ticket in line
    assert len(shown) == len(people) + 1  # and the one booked while the supervisor looked

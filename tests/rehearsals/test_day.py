"""The short form of ``make day``: two windows, supervisor, kiosk and board in browsers, and one of each kind of person.

The test keeps its own log of what each was shown; in the end agenda, board, kiosk, events, views and tables agree.
"""

from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import expect

from rehearsals.day.agreement import agree
from rehearsals.day.people import CLOSES, DISPLACED, FIRST, LAST, PEOPLE, STEP, Person, arrivals, come, go_to, kind_of
from rehearsals.day.room import Kiosk, Windows
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
from turnero.attention.day.closing_day import close_days
from turnero.booking.closures import closing, proposals
from turnero.booking.closures.scope import Hours, Scope
from turnero.core.extensions import db
from turnero.staff.actor import COMMAND_LINE

# Whoever loses a turn gets a place within 72 hours at once, without being asked: there is none for so long.
CLOSED_FOR = timedelta(days=4)
SILENT_PRINTER = "window.print = () => {}"


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
    closing.close_hours(Scope("agency", agency_id=desk.agency_id), hours, COMMAND_LINE)
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


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_day(desk, procedure, people, room, clock_shift):
    windows, supervisor, kiosk, board = room
    supervisor.goto("/agencia/agenda")
    see_a_new_booking(supervisor, desk, procedure)
    displaced = [one for one in people if one.kind == "displaced"]
    assert kiosk.read(turn(displaced[0].booking_id).reference)[0] == "desplazado"
    seen_on_board = False
    for minute in (*arrivals(people), CLOSES):
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

"""Agreement at the end of the day: shown data, tables, views, agenda and board."""

import re
from collections import defaultdict

from playwright.sync_api import Page, expect
from sqlalchemy import text

from rehearsals.day.people import Person
from rehearsals.day.room import Windows
from tests.support.rows.build import today
from tests.support.rows.journeys import cedula
from tests.support.rows.visits import turn
from turnero.agencies.models import Desk
from turnero.core.extensions import db
from turnero.operations.audit import audit


def agree(people: list[Person], windows: Windows, desk: Desk, board: Page, supervisor: Page) -> None:
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


def agree_with_tables(people: list[Person], desk: Desk) -> None:
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


def agree_with_agenda(people: list[Person], supervisor: Page) -> None:
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

"""The agenda's stream: it only signals changes, and never takes all threads."""

import pytest

from tests.support.rows.build import create_desk, create_procedure, today
from tests.support.rows.visits import booked
from turnero.attention.agenda import stream as changes
from turnero.attention.day.attendance import Clerk, arrive
from turnero.staff.actor import Actor

ELEVEN = 660


@pytest.fixture
def desk(app):
    return create_desk(create_procedure().line)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(changes, "_EVERY_SECONDS", 0.01)


def open_stream(clerk):
    return clerk.get(f"/agencia/agenda/{today()}/cambios", buffered=False)


def test_it_tells_of_each_change_and_nothing_personal(clerk, desk):
    booking_id = booked(desk, create_procedure(desk.line), ELEVEN)
    answer = open_stream(clerk)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    parts = answer.iter_encoded()
    assert next(parts) == b"retry: 2000\n\n"
    first = next(parts).decode()
    mark = changes.signature(desk.agency_id, today())
    assert first == f"id: {mark}\ndata: {mark}\n\n"
    arrive(booking_id, Clerk(Actor.staff(1), desk.agency_id))
    second = next(parts).decode()
    assert second != first
    assert set(second) <= set("iddata: 0123456789-\n")
    answer.close()


def test_it_keeps_the_line_open_and_ends_by_itself(clerk, monkeypatch):
    monkeypatch.setattr(changes, "_HEARTBEAT_SECONDS", 0)
    monkeypatch.setattr(changes, "_MAX_SECONDS", 0.2)
    answer = open_stream(clerk)
    parts = list(answer.iter_encoded())
    assert parts[0].startswith(b"retry")
    assert set(parts[2:]) == {b": sigue\n\n"}
    answer.close()


def test_only_half_of_the_threads_stream_and_closed_ones_make_room(clerk):
    streams = [open_stream(clerk) for _ in range(changes.MAX_STREAMS)]
    assert [stream.status_code for stream in streams] == [200] * 4
    assert open_stream(clerk).status_code == 204
    for stream in streams:
        stream.close()  # none of them was ever read
    again = open_stream(clerk)
    assert again.status_code == 200
    again.close()

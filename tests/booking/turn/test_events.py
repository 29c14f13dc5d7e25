"""Event codes: each has words and is allowed by the CHECK."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from tests.support.rows.turns import book, close, turn
from turnero.booking.closures import closing
from turnero.booking.documents.event_text import WORDS
from turnero.booking.seats import limits
from turnero.booking.turn.events import What, step_to
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Event
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff.actor import COMMAND_LINE, Actor, ActorKind


def test_every_code_has_words_of_its_own():
    assert set(WORDS) == set(What)
    assert len(set(WORDS.values())) == len(What)


def test_every_status_has_a_plain_step():
    assert [step_to(status).value for status in Status] == [status.value for status in Status]


def test_the_schema_knows_every_code(app):
    checks = {check["name"]: check["sqltext"] for check in inspect(db.engine).get_check_constraints("events")}
    assert not [what for what in What if f"'{what}'" not in checks["ck_events_what"]]


@pytest.mark.procedure(name="Préstamos", slug="prestamos")
def test_a_closure_whose_reason_is_the_word_of_a_code_counts_as_no_change(desk, procedure, clock_shift):
    token = book(desk, procedure, clock.now().date() + timedelta(days=14))
    for _ in range(limits.policy_of(desk.agency).changes_per_turn + 1):
        closing.reopen_hours(close(desk, turn(token).day, reason="changed"), COMMAND_LINE)
    events = db.session.scalars(select(Event).where(Event.what == What.DISPLACED)).all()
    assert {event.details["why"] for event in events} == {"changed"}
    limits.check_changeable(turn(token), clock.now())


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("staff:7", Actor.staff(7)),
        ("kiosk:3", Actor.kiosk(3)),
        ("citizen", Actor(ActorKind.CITIZEN)),
        ("command line", COMMAND_LINE),
    ],
)
def test_an_actor_is_read_as_it_was_written(text, actor):
    assert Actor.parse(text) == actor
    assert str(actor) == text


def test_what_an_earlier_version_called_the_waiting_list_is_the_waiting_list():
    assert Actor.parse("waiting") == Actor(ActorKind.WAITING_LIST)


@pytest.mark.parametrize("text", ["", "nobody", "staff", "staff:", "staff:x", "citizen:1"])
def test_an_invalid_actor_is_refused(text):
    with pytest.raises(ValueError):
        Actor.parse(text)

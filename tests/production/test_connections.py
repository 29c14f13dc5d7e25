"""Broken connections: undone work is retried, possibly done work is never repeated."""

import pytest
from sqlalchemy import create_engine, func, make_url, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.support.pages.walking import Walker
from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.servers.replicas import replica_of, same_browser
from tests.support.servers.wire import wire
from turnero.booking.turn.models import Booking, Event, Journey
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.operations.jobs import Job, Leadership, _in_application, while_leading

pytestmark = pytest.mark.engines("postgresql")
ELEVEN = 660


def test_connections_that_were_ended_while_nobody_used_them_are_noticed_before_they_are_used(app):
    client = app.test_client()
    client.get("/api/v1/provincias")
    db.session.rollback()
    with create_engine(db.engine.url, poolclass=NullPool).connect() as another:
        mine = "pid <> pg_backend_pid() AND datname = current_database()"
        another.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"))
    for _ in range(3):
        assert client.get("/api/v1/provincias").status_code == 200


def test_a_use_case_whose_connection_breaks_before_commit_is_run_again(app):
    runs = []

    @database.transaction
    def moody() -> str:
        runs.append(1)
        now = clock.now()
        db.session.add(Journey(key=f"key {len(runs)}", browser="b", cedula="1700000001", created_at=now))
        db.session.flush()
        if len(runs) == 1:
            db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return "done"

    assert (moody(), len(runs)) == ("done", 2)
    assert db.session.scalars(select(Journey.key)).all() == ["key 2"]


def test_a_use_case_that_never_finds_a_connection_gives_up(app):
    runs = []

    @database.transaction
    def hopeless() -> None:
        runs.append(1)
        db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(OperationalError):
        hopeless()
    assert len(runs) == 5


@pytest.fixture
def behind_a_wire(app):
    """The product behind a wire that can lose answers, and the wire."""
    url = make_url(app.config["SETTINGS"].database_url)
    with wire(url.port) as made:
        moved = url.set(port=made.port).render_as_string(hide_password=False)
        with replica_of(app, database_url=moved, database_direct_url=moved) as replica:
            yield replica, made


def test_an_answer_to_commit_that_is_lost_is_an_outage_and_the_use_case_is_not_run_again(behind_a_wire):
    _, made = behind_a_wire
    runs = []

    @database.transaction
    def once() -> None:
        runs.append(1)
        db.session.execute(text("UPDATE clock SET offset_seconds = offset_seconds + 1"))

    before = db.session.scalar(text("SELECT offset_seconds FROM clock"))
    made.lose_next_commits(1)
    with pytest.raises(OperationalError):
        once()
    assert (len(runs), made.lost) == (1, 1)
    assert db.session.scalar(text("SELECT offset_seconds FROM clock")) == before + 1


@pytest.mark.parametrize("again", ["press again", "reload", "second tab"])
def test_a_confirm_whose_answer_was_lost_ends_at_the_same_turn_with_one_mail(behind_a_wire, again):
    replica, made = behind_a_wire
    procedure = create_procedure(minutes=20)
    walker = Walker.at_hours(replica.test_client(), create_desk(procedure.line), procedure)
    walker.hold(next_workday(), ELEVEN)
    walker.get("confirmar")
    db.session.rollback()
    made.lose_next_commits(1)
    answer = walker.post("confirmar")
    assert (answer.status_code, made.lost) == (503, 1)
    assert "nada se hace dos veces" in answer.text
    if again == "reload":
        answer = walker.get("confirmar")
    elif again == "press again":
        answer = walker.post("confirmar")
    else:
        answer = Walker(same_browser(walker.client, replica), walker.key).get("confirmar")
    booking = db.session.scalars(select(Booking)).one()
    assert answer.location.startswith("/mi-turno/")
    assert walker.client.get(answer.location).status_code == 200
    assert booking.reference in walker.client.get(answer.location).text.replace("</span><span>", "")
    assert booking.status == "confirmed"
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "confirmation")) == 1
    assert db.session.scalar(select(func.count()).select_from(Event).where(Event.after == "confirmed")) == 1


def test_a_job_that_meets_no_database_says_so_in_one_line_and_comes_again(app, capsys):
    leader = Leadership()
    leader.renew()
    runs = []

    def work(_goes_on):
        runs.append(1)
        if len(runs) == 1:
            db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return ""

    tick = _in_application(app, "work", while_leading(leader, Job(work, seconds=1)))
    tick()
    tick()
    told = capsys.readouterr().err
    assert (len(runs), told.count("database_unavailable"), "Traceback" in told) == (2, 1, False)


@pytest.mark.own_app
def test_a_connection_that_dies_behind_a_finished_page_does_not_spoil_it(app):
    client = app.test_client()

    @app.after_request
    def end(response):
        with create_engine(db.engine.url, poolclass=NullPool).connect() as another:
            mine = "pid <> pg_backend_pid() AND datname = current_database()"
            another.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"))
        return response

    assert client.get("/api/v1/provincias").status_code == 200

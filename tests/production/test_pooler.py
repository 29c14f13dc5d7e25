"""The product behind PgBouncer in transaction mode, with the files of ``deploy``."""

import re
from functools import partial

import psycopg
import pytest
from psycopg.errors import DuplicatePreparedStatement, QueryCanceled
from sqlalchemy import func, select, text

from tests.support.pages.walking import Walker, browser_of
from tests.support.rows.build import create_citizen, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.scenes.crowd import all_at_once
from tests.support.servers import pgbouncer
from tests.support.servers.forked import run
from tests.support.servers.processes import environ_of
from tests.support.servers.replicas import replica_of
from turnero.booking.turn.models import Booking
from turnero.core.db import TIMEOUTS
from turnero.core.extensions import db
from turnero.operations import schema
from turnero.operations.audit import audit

pytestmark = [
    pytest.mark.engines("postgresql"),
    pytest.mark.slow,
    pytest.mark.desk(windows=1),
]
PEOPLE = 20
# What outlives a transaction: with a pooler the next one to get the connection has it.
OF_A_SESSION = re.compile(
    r"\bLISTEN\b|\bpg_notify\b|pg_advisory_lock|pg_try_advisory_lock|\bTEMP(ORARY)? TABLE\b|\bWITH HOLD\b"
)


@pytest.fixture
def pooled(app):
    with pgbouncer.before(app.config["SETTINGS"].database_url) as made:
        yield made


@pytest.fixture
def replicas(app, pooled):
    """The product, twice, as it is set up behind the pooler."""
    urls = {"database_url": pooled.url, "database_direct_url": pooled.direct_url}
    with replica_of(app, **urls) as one, replica_of(app, **urls) as two:
        yield one, two


@pytest.fixture
def replica(replicas):
    return replicas[-1]  # the one whose context is the present one


@pytest.fixture
def procedure(replica):
    return create_procedure()


def environ_behind(replica, pooled):
    urls = {"TURNERO_DATABASE_URL": pooled.url, "TURNERO_DATABASE_DIRECT_URL": pooled.direct_url}
    return environ_of(replica) | urls


def raw(url):
    return url.replace("+psycopg", "")


def test_a_whole_journey_and_its_mail(desk, procedure, replica, pooled, smtp):
    create_citizen()
    assert replica.test_client().get("/readyz").status_code == 200
    walker = Walker.begin(replica.test_client())
    walker.complete(desk, procedure, next_workday())
    assert walker.client.page.h1 == "Confirmación del Turno en Línea"
    db.session.remove()
    status, output = run("jobs", "--once", "deliver", environ=environ_behind(replica, pooled))
    assert status == 0, output
    assert smtp.to("ana.demo@example.ec")
    assert [str(violation) for violation in audit()] == []


def test_twenty_people_at_two_replicas_for_one_place(desk, procedure, replicas):
    day = next_workday()
    walkers = []
    for number in range(PEOPLE):
        client = replicas[number % 2].test_client()
        traveller = at_hour_step(desk.agency, procedure, number, browser=browser_of(client))
        walkers.append(Walker(client, traveller.key))

    def take(walker):
        return walker.post("horario", hora=f"{day}T09:00", acepta="si").status_code

    answers = all_at_once(replicas[-1], [partial(take, walker) for walker in walkers])
    assert sorted(answers) == [303] + [409] * (PEOPLE - 1)
    winner = walkers[answers.index(303)]
    assert winner.post("confirmar").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Booking).where(Booking.status == "confirmed")) == 1
    assert [str(violation) for violation in audit()] == []


def test_the_time_outs_are_in_force_though_no_connection_brings_them(replica):
    assert {name: db.session.scalar(text(f"SHOW {name}")) for name in TIMEOUTS} == TIMEOUTS


def test_a_statement_that_takes_too_long_is_ended(app, tmp_path, monkeypatch):
    impatient = tmp_path / "role.sql"
    impatient.write_text(pgbouncer.ROLE.read_text().replace("'15s'", "'200ms'"))
    monkeypatch.setattr(pgbouncer, "ROLE", impatient)
    with (
        pgbouncer.before(app.config["SETTINGS"].database_url) as pooled,
        psycopg.connect(raw(pooled.url)) as asking,
        pytest.raises(QueryCanceled),
    ):
        asking.execute("SELECT pg_sleep(60)")


def test_migrating_goes_past_the_pooler(engine, make_app):
    with make_app(engine, migrated=False) as blank:
        with pgbouncer.before(blank.config["SETTINGS"].database_url) as pooled:
            status, output = run("migrate", environ=environ_behind(blank, pooled))
        assert (status, schema.is_current()) == (0, True), output


def test_the_product_keeps_nothing_in_a_session():
    root = pgbouncer.DEPLOY.parent
    assert [path for path in (root / "turnero").rglob("*.py") if OF_A_SESSION.search(path.read_text())] == []
    assert OF_A_SESSION.search((root / "migrations" / "env.py").read_text())  # the control: it goes past the pooler


def test_control_without_a_direct_url_the_pooler_refuses_the_connections_time_outs(app, pooled):
    with replica_of(app, database_url=pooled.url, database_direct_url=pooled.url) as mistaken:
        assert mistaken.test_client().get("/readyz").status_code == 503


@pytest.mark.parametrize("threshold", [0, None])
def test_control_what_one_prepares_the_other_meets(app, threshold):
    """Why nothing may be prepared: two clients on one server connection. With ``None``, as we connect, all is well."""
    with (
        pgbouncer.before(app.config["SETTINGS"].database_url, pool=1) as narrow,
        psycopg.connect(raw(narrow.url), autocommit=True, prepare_threshold=threshold) as one,
        psycopg.connect(raw(narrow.url), autocommit=True, prepare_threshold=threshold) as two,
    ):
        one.execute("SELECT %s::int", [1])
        if threshold is None:
            assert two.execute("SELECT %s::int", [2]).fetchone() == (2,)
        else:
            with pytest.raises(DuplicatePreparedStatement):
                two.execute("SELECT %s::int", [2])

"""Query plans on many turns use indexes, never full scans."""

from collections.abc import Iterator

import psycopg
import pytest

from rehearsals.upgrade.tree import fill
from tests.support.inspection.statements import recorded
from tests.support.pages.walking import Walker, newest_code
from tests.support.rows.build import create_citizen, today
from tests.support.rows.journeys import cedula
from turnero.core.extensions import db
from turnero.operations.jobs import JOBS

pytestmark = pytest.mark.engines("postgresql")
TURNS = 60_000
# What grows with the years, or with the people of a day.
LARGE = {"bookings", "claims", "events", "notices", "journeys", "challenges", "code_tries", "citizens"}
PEOPLE = """
INSERT INTO citizens (cedula, names, surnames) SELECT 'x' || n, 'Ana', 'Prueba' FROM generate_series(1, 20000) n;
INSERT INTO journeys (key, browser, created_at, cedula, email, mailbox, mobile, verified_at, registered,
                      priority, held_seconds, hold_extended, changes, done)
    SELECT 'k' || n, 'b' || n, now() - interval '2 days', 'x' || n, n || '@example.ec', n || '@example.ec',
           '+5939' || n, now() - interval '2 days', true, false, 0, false, false, true FROM generate_series(1, 20000) n;
INSERT INTO challenges (journey, browser, address, mailbox, nonce, issued_at, expires_at, used_at, void)
    SELECT key, browser, email, mailbox, 'n', created_at, created_at, created_at, true FROM journeys;
INSERT INTO code_tries (journey, tries) SELECT key, 1 FROM journeys;
DELETE FROM claims WHERE day > '%(today)s';
UPDATE bookings SET status = 'cancelled' WHERE day > '%(today)s';
ANALYZE;
"""


@pytest.fixture
def connection(app) -> Iterator[psycopg.Connection]:
    """To a database with many turns."""
    db.session.rollback()
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as opened:
        fill(opened, TURNS, today())
        opened.execute(PEOPLE % {"today": today()})
        yield opened


def read_whole(connection, said):
    """Each statement that would read a whole large table."""
    found = {}
    for each in said:
        if each.sql.split(maxsplit=1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            (plan,) = connection.execute(f"EXPLAIN (FORMAT JSON) {each.sql}", each.parameters).fetchone()
            tables = {node["Relation Name"] for node in nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"}
            if tables & LARGE:
                found[" ".join(each.sql.split())] = tables & LARGE
    return found


def nodes(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def test_a_journey_reads_no_table_whole(connection, client):
    create_citizen(somebody := cedula(TURNS))
    hour = f"{today()}T15:20"
    with recorded() as said:
        walker = Walker.begin(client, somebody)
        walker.post("contacto", correo="ana.demo@example.ec", celular="0991234567")
        walker.post("verificar", codigo=newest_code(walker.key))
        walker.get("lugar")
        walker.post("lugar", provincia="17", tramite="notificacion-de-glosas", agencia="agencia-3")
        walker.get("horario")
        walker.get("horario", dia=str(today()))
        walker.post("horario", hora=hour)
        walker.post("horario", hora=hour, acepta="si")
        walker.get("confirmar")
        walker.post("confirmar")
        address = client.response.location
        walker.follow()
        client.post(f"{address}/cancelar", data={"csrf_token": client.page.all("input", name="csrf_token")[0]["value"]})
    assert client.response.status_code == 303
    assert read_whole(connection, said) == {}


def test_what_is_done_every_minute_reads_no_table_whole(connection):
    often = [job for job in JOBS.values() if job.seconds < 3600]
    for job in often:
        job.run(lambda: True)  # once in its life a process looks at all that is to come
    with recorded() as said:
        for job in often:
            job.run(lambda: True)
    assert len(said) > len(often)
    assert read_whole(connection, said) == {}


def test_control_a_statement_without_an_index_is_found(connection):
    with recorded() as said:
        db.session.execute(db.text("SELECT reference FROM bookings WHERE email = 'turno7@example.ec'"))
    assert [*read_whole(connection, said).values()] == [{"bookings"}]

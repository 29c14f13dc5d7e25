"""A live upgrade: the previous version, from git, beside this one, on a filled database."""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from alembic.script import ScriptDirectory

from tests.support import ROOT
from tests.support.rows.journeys import cedula
from tests.support.servers.processes import PROGRAM, answer, running
from turnero.booking.turn import reference

AGENCIES, WINDOWS, TAKEN, HOURS = 20, 12, 10, 27  # of each hour's twelve places ten are taken
DAYS_AHEAD = 2  # days to come that are as full as that; the rest of the turns are of days gone by
_SLOT, _OPENS = 20, 480

# Agencies that open every day from 08:00 to 17:00, numbered as their windows' lines are.
WORLD = f"""
INSERT INTO provinces (code, name, capital, zone) VALUES ('17', 'Pichincha', 'Quito', 'America/Guayaquil');
INSERT INTO lines (slug, name) VALUES ('cartera', 'Cartera');
INSERT INTO procedures (slug, name, line_id, channel, minutes, position, sheet)
    SELECT 'notificacion-de-glosas', 'Notificación de glosas', id, 'presencial', {_SLOT}, 1, '{{}}' FROM lines;
INSERT INTO agencies (id, slug, name, kind, province_code, canton, address, demo, policy)
    SELECT n, 'agencia-' || n, 'Agencia ' || n, 'agency', '17', 'Quito', '', true, '{{}}'
    FROM generate_series(1, {AGENCIES}) n;
INSERT INTO weekly_hours (agency_id, weekday, opens, closes)
    SELECT n, weekday, {_OPENS}, {_OPENS + _SLOT * HOURS}
    FROM generate_series(1, {AGENCIES}) n, generate_series(0, 6) weekday;
INSERT INTO desks (id, agency_id, line_id) SELECT a.id, a.id, l.id FROM agencies a, lines l;
INSERT INTO desk_staffing (desk_id, valid_from, windows, slot_minutes)
    SELECT id, '2020-01-01', {WINDOWS}, {_SLOT} FROM desks;
"""
# A line for each turn: hours first, then seats, then back from day to day.
TURNS = f"""
CREATE TEMP TABLE turns (n integer, reference text, cedula text);
CREATE TEMP VIEW places AS
    SELECT turns.*, 1 + n %% {AGENCIES} AS desk, {_OPENS} + {_SLOT} * (n / {AGENCIES} %% {HOURS}) AS minute,
           n / {AGENCIES * HOURS} %% {TAKEN} AS seat,
           %(today)s::date + {DAYS_AHEAD} - n / {AGENCIES * HOURS * TAKEN} AS day
    FROM turns;
"""
ROWS = """
INSERT INTO bookings (reference, status, channel, cedula, email, mailbox, mobile, procedure_id, agency_id, desk_id,
                      day, minute, cells, slot_minutes, starts_at, created_at, confirmed_at, priority, moves,
                      token_nonce, token_hash)
    SELECT t.reference, CASE WHEN day > %(today)s THEN 'confirmed' ELSE 'no_show' END, 'web', t.cedula,
           'turno' || n || '@example.ec', 'turno' || n || '@example.ec', '+593' || (900000000 + n), p.id, desk, desk,
           day, minute, 1, 20, (day + make_interval(mins => minute)) AT TIME ZONE 'America/Guayaquil',
           day - interval '9 days', day - interval '9 days', false, 0, 'nonce' || n, 'hash' || n
    FROM places t, procedures p;
ANALYZE bookings;
INSERT INTO claims (desk_id, day, minute, seat, starts_at, booking_id, purpose)
    SELECT b.desk_id, b.day, b.minute, t.seat, b.starts_at, b.id, 'turn'
    FROM bookings b JOIN places t USING (reference);
INSERT INTO events (booking_id, at, actor, before, after, reason, details)
    SELECT id, confirmed_at, 'citizen', step.before, step.after, '', '{}'
    FROM bookings, (VALUES (1, NULL, 'held'), (2, 'held', 'confirmed'), (3, 'confirmed', 'no_show'))
         AS step(number, before, after)
    WHERE step.number < 3 OR status = 'no_show'
    ORDER BY id, step.number;
INSERT INTO notices (kind, subject, occasion, reference, address, priority, status, attempts, message_id, created_at,
                     next_try_at, sent_at)
    SELECT 'confirmation', 'booking:' || id, '', reference, email, 2, 'sent', 1, 'message' || id, created_at,
           created_at, created_at
    FROM bookings;
"""


@dataclass(frozen=True)
class Step:
    """The newest migration: from revision ``before`` to ``revision``."""

    before: str
    revision: str

    @classmethod
    def newest(cls) -> "Step":
        script = ScriptDirectory(ROOT / "migrations").get_revision("head")
        assert script is not None
        return cls(str(script.down_revision), script.revision)

    def older_tree(self, folder: Path) -> Path:
        """The product before this migration was first committed, unpacked from git under ``folder``."""
        line = f'^revision = "{self.revision}"'
        log = ("log", "--reverse", "--format=%H", "-G", line, "--", "migrations/versions")
        commits = _git(*log).decode().split()
        archive = _git("archive", f"{commits[0]}^" if commits else "HEAD")
        folder.mkdir()
        subprocess.run(["tar", "--extract", "--directory", folder], input=archive, check=True)
        return folder


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def of_tree(tree: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """``environ`` for a process that runs the code of ``tree`` and of no other."""
    return dict(environ) | {"PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1"}


@contextmanager
def serving(port: int, environ: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run ``turnero serve`` until ready, with output to ``log``."""
    lines = f"import os; log = os.open({str(log)!r}, os.O_WRONLY | os.O_CREAT); os.dup2(log, 1); os.dup2(log, 2)"
    arguments = ("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8")
    with running(*arguments, environ=environ, program=f"{lines}\n{PROGRAM}") as process:
        assert answer(port, "/readyz")[0] == 200, log.read_text()
        yield process
        process.terminate()
        process.wait(timeout=60)


def fill(connection: psycopg.Connection[Any], turns: int, today: date) -> None:
    """Fill the database with twenty agencies and ``turns`` turns with claims, events and mails, under either schema."""
    connection.execute(WORLD)
    values = {"today": today}
    connection.execute("SET synchronous_commit = off")
    with psycopg.ClientCursor(connection) as cursor:  # several statements at once, with values
        cursor.execute(TURNS, values)
        with cursor.copy("COPY turns (n, reference, cedula) FROM STDIN") as copy:
            for number in range(turns):
                copy.write_row((number, reference_of(number), cedula(number % 500_000)))
        cursor.execute("ANALYZE turns")
        cursor.execute("SET session_replication_role = replica")  # skips foreign key checks: all referenced rows exist
        cursor.execute(ROWS, values)
    connection.commit()
    connection.autocommit = True
    connection.execute("ANALYZE")


def reference_of(number: int) -> str:
    """A reference well formed, another for each number below seven million."""
    body = ""
    for _ in range(5):
        number, digit = divmod(number, len(reference.ALPHABET))
        body = reference.ALPHABET[digit] + body
    body = reference.LETTERS[number] + body
    return body + reference.check_character(body)


def free_place(number: int, today: date) -> tuple[str, str]:
    """The agency and the hour (as the page names it) of the ``number``-th citizen: no more than two share one."""
    rest, agency = divmod(number, AGENCIES)
    day, hour = divmod(rest, HOURS)
    hours, minutes = divmod(_OPENS + _SLOT * hour, 60)
    return f"agencia-{agency + 1}", f"{today + timedelta(days=1 + day % 4)}T{hours:02}:{minutes:02}"


def wait_until(connection: psycopg.Connection[Any], question: str) -> None:
    """Poll the database until the answer is true, at most ten minutes for a million rows."""
    until = time.monotonic() + 600
    while not _first(connection, question):
        assert time.monotonic() < until, question
        time.sleep(0.02)  # another process works without giving a signal


def _first(connection: psycopg.Connection[Any], question: str) -> Any:
    row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def machine() -> str:
    """Description of the measuring machine."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} × {model[1] if model else 'CPU'}, load {os.getloadavg()[0]:.1f}"

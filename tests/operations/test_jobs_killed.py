"""Displaced people get one notice each, however often the jobs process is killed."""

import signal
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.servers.forked import run
from tests.support.servers.processes import environ_of
from turnero.booking.closures import closing
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import confirm, holds
from turnero.booking.turn.models import Displacement
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.operations.audit import audit
from turnero.staff.actor import COMMAND_LINE

# How many people a process is done with before it is killed, and where in the transaction of the next one.
KILLS = (
    (3, "before_cursor_execute", "UPDATE displacements"),
    (5, "after_cursor_execute", "INSERT INTO notices"),
    (6, "commit", ""),  # all is written, and COMMIT not yet sent
)
PEOPLE = 18  # some are left after the last kill
KILLED = """
import os, signal
from sqlalchemy import Engine, event
from turnero.booking.closures import proposals
propose, begun = proposals.propose, []
def counted(number):
    begun.append(number)
    propose(number)
    begun.append("done")
proposals.propose = counted
@event.listens_for(Engine, "{moment}")
def kill(_connection, _cursor=None, statement="", *_):
    if len(begun) == 2 * {done} + 1 and statement.startswith("{statement}"):
        os.kill(os.getpid(), signal.SIGKILL)
from turnero.cli import main
main()
"""


def pending() -> int:
    db.session.rollback()
    waiting = select(func.count()).select_from(Displacement).where(Displacement.status == "pending")
    return db.session.scalar(waiting) or 0


def close_an_agency_with_turns() -> None:
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=2)
    day = next_workday() + timedelta(days=14)
    day -= timedelta(days=day.weekday())
    for number in range(PEOPLE):
        traveller = at_hour_step(desk.agency, procedure, number)
        holds.place(traveller.key, traveller.browser, day, 480 + 20 * (number // 2))
        confirm.confirm_turn(traveller.key, traveller.browser)
    begins = datetime.combine(day, datetime.min.time())
    closing.close_hours(
        Scope("agency", agency_id=desk.agency_id),
        Hours(begins, begins + timedelta(days=1), "Corte de luz"),
        COMMAND_LINE,
    )


@pytest.mark.slow
def test_killed_jobs_double_no_notice_and_lose_none(app, smtp):
    close_an_agency_with_turns()
    left = pending()
    assert left == PEOPLE
    for done, moment, statement in KILLS:
        program = KILLED.format(done=done, moment=moment, statement=statement)
        status, output = run("jobs", "--once", "sweep", environ=environ_of(app), program=program)
        assert status == -signal.SIGKILL, output
        left -= done
        assert pending() == left  # nothing of the one who was being told stays behind
    for name in ("sweep", "deliver", "deliver"):
        status, output = run("jobs", "--once", name, environ=environ_of(app))
        assert status == 0, output
    assert pending() == 0
    told = db.session.execute(
        select(Notice.subject, func.count()).where(Notice.kind == "displaced").group_by(Notice.subject)
    ).all()
    assert len(told) == PEOPLE
    assert {count for _, count in told} == {1}
    mails = [message for message in smtp.messages if "no podrá ser" in str(message["Subject"])]
    assert len({str(message["Message-ID"]) for message in mails}) == len(mails) == PEOPLE
    assert [str(violation) for violation in audit()] == []

"""A closure's people are told once each, however often the jobs process is killed (kill -9) on the way."""

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.servers.processes import environ_of, running
from turnero.audit import audit
from turnero.booking import bookings, closing, holds
from turnero.booking.closing import Hours, Scope
from turnero.booking.models import Displacement
from turnero.extensions import db
from turnero.notices.models import Notice

PEOPLE = 40  # so many that a stalled machine does not see all of them done before the first kill
KILLED_AFTER = (3, 8, 14)


def pending() -> int:
    db.session.rollback()
    waiting = select(func.count()).select_from(Displacement).where(Displacement.status == "pending")
    return db.session.scalar(waiting) or 0


@pytest.mark.slow
def test_killed_jobs_double_no_notice_and_lose_none(app, smtp):
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, windows=2)
    day = next_workday() + timedelta(days=14)
    day -= timedelta(days=day.weekday())
    for number in range(PEOPLE):
        traveller = at_hour_step(desk.agency, procedure, number)
        holds.place(traveller.key, traveller.browser, day, 480 + 20 * (number // 2))
        bookings.confirm(traveller.key, traveller.browser)
    begins = datetime.combine(day, datetime.min.time())
    closing.close(
        Scope("agency", agency_id=desk.agency_id), Hours(begins, begins + timedelta(days=1), "Corte de luz"), "test"
    )
    db.session.rollback()
    left = []
    for target in KILLED_AFTER:
        with running("jobs", "--once", "sweep", environ=environ_of(app)) as process:
            while pending() > PEOPLE - target and process.poll() is None:
                time.sleep(0.005)  # the other process gives no other sign of how far it is
            process.kill()
        left.append(pending())
        assert left[-1] <= PEOPLE - target
    assert left[0] > 0, "no kill came in the middle of the work"
    for name in ("sweep", "deliver", "deliver"):
        with running("jobs", "--once", name, environ=environ_of(app)) as process:
            assert process.wait(timeout=60) == 0
    assert pending() == 0
    told = db.session.execute(
        select(Notice.subject, func.count()).where(Notice.kind == "displaced").group_by(Notice.subject)
    ).all()
    assert len(told) == PEOPLE
    assert {count for _, count in told} == {1}
    mails = [message for message in smtp.messages if "no podrá ser" in str(message["Subject"])]
    assert len({str(message["Message-ID"]) for message in mails}) == len(mails) == PEOPLE
    assert [str(violation) for violation in audit()] == []

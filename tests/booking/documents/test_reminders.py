"""The job ``reminders``: each once per turn and per its present hour, also when it is killed and repeated."""

import signal
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_desk, create_province
from tests.support.rows.journeys import at_hour_step
from tests.support.servers.forked import run
from tests.support.servers.processes import environ_of
from turnero.booking.documents import reminders
from turnero.booking.journey import cancel, change, confirm, holds
from turnero.booking.turn import queries
from turnero.core import clock
from turnero.core.extensions import db
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.operations.audit import audit

# The tests begin on Monday 2026-11-09 at 10:00 on the mainland.
FRIDAY = date(2026, 11, 13)
NINE = 540

KILLED_HALF_WAY = """
import os, signal
from turnero.notices import outbox
from turnero.booking.documents import reminders
write, written = outbox.write, []
def write_some(*args, **values):
    if len(written) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    written.append(write(*args, **values))
outbox.write = write_some
reminders._BATCH = 2
from turnero.cli import main
main()
"""

pytestmark = [pytest.mark.procedure(sheet={"bring": ["Cédula de ciudadanía"]}), pytest.mark.desk(windows=5)]


@pytest.fixture
def at(app, clock_shift):
    """Make it that hour (local wall time on the mainland)."""

    def go(day, hour, minute=0):
        wanted = datetime(2026, 11, day, hour, minute, tzinfo=UTC) + timedelta(hours=5)
        return clock_shift(wanted - clock.now())

    return go


def book(desk, procedure, number=1, day=FRIDAY, minute=NINE):
    traveller = at_hour_step(desk.agency, procedure, number)
    holds.place(traveller.key, traveller.browser, day, minute)
    return queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))


def move(booking, day, minute):
    token = queries.token_of(booking)
    key = change.begin_change(token, "browser-1")
    holds.place(key, "browser-1", day, minute)
    confirm.confirm_turn(key, "browser-1")


def reminded():
    db.session.rollback()
    rows = db.session.scalars(select(Notice).where(Notice.kind == "reminder").order_by(Notice.id))
    return [(notice.subject.removeprefix("booking:"), notice.occasion) for notice in rows]


def test_a_turn_is_announced_two_days_before_and_the_evening_before_once_each(desk, procedure, at):
    number = str(book(desk, procedure).id)
    seen = []
    for moment in [(11, 8, 59), (11, 9, 1), (12, 17, 59), (12, 18, 1), (13, 8, 59)]:
        at(*moment)
        reminders.remind()
        reminders.remind()
        seen.append(len(reminded()))
    assert seen == [0, 1, 1, 2, 2]
    assert reminded() == [(number, "two_days:2026-11-13T09:00"), (number, "evening:2026-11-13T09:00")]
    assert list(audit()) == []


def test_a_turn_booked_after_the_time_of_a_reminder_does_not_get_that_one(desk, procedure, at):
    at(11, 9, 30)
    book(desk, procedure)
    at(11, 9, 40)
    assert reminders.remind() == 0
    at(12, 18, 5)
    assert reminders.remind() == 1


def test_after_an_outage_only_the_last_reminder_is_sent_and_none_once_the_turn_has_begun(desk, procedure, at):
    book(desk, procedure)
    book(desk, procedure, 2, minute=NINE + 120)
    at(13, 10)
    assert reminders.remind() == 1
    assert [occasion for _, occasion in reminded()] == ["evening:2026-11-13T11:00"]


def test_a_changed_hour_gets_its_own_reminders(desk, procedure, at):
    booking = book(desk, procedure, day=date(2026, 11, 12))
    at(10, 9, 5)
    reminders.remind()
    move(booking, FRIDAY, NINE + 20)
    at(11, 9, 5)
    reminders.remind()
    at(12, 18, 5)
    reminders.remind()
    assert [occasion for _, occasion in reminded()] == [
        "two_days:2026-11-12T09:00",
        "two_days:2026-11-13T09:20",
        "evening:2026-11-13T09:20",
    ]


def test_an_hour_changed_after_the_time_of_a_reminder_is_not_announced_late(desk, procedure, at):
    booking = book(desk, procedure)
    at(11, 10)
    move(booking, FRIDAY, NINE + 20)
    assert reminders.remind() == 0


def test_galapagos_has_its_own_evening(procedure, at):
    islands = create_desk(procedure.line, agency=create_agency(create_province("20")))
    book(islands, procedure)
    at(12, 18, 5)  # 17:05 there
    assert [reminders.remind(), [name.partition(":")[0] for _, name in reminded()]] == [1, ["two_days"]]
    at(12, 19, 5)
    assert reminders.remind() == 1


def test_the_mail_says_when_what_to_bring_the_rules_and_how_to_cancel(desk, procedure, at, smtp):
    booking = book(desk, procedure)
    token = queries.token_of(booking)
    deliver_all()
    smtp.clear()
    at(11, 9, 5)
    reminders.remind()
    deliver_all()
    (mail,) = smtp.messages
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "Recordatorio de su turno: viernes 13 de noviembre, 09:00"
    for words in (
        "- Cédula de ciudadanía",
        "Llegue 10 minutos antes",
        "Le esperamos hasta las 09:10",
        "después de las demás personas",
        booking.reference,
    ):
        assert words in text
    assert text.splitlines().count(f"http://127.0.0.1:{_port(text)}/mi-turno/{token}/cancelar") == 1
    assert f"/mi-turno/{token}/cancelar" in mail.get_body(("html",)).get_content()


def _port(text):
    return text.partition("http://127.0.0.1:")[2].partition("/")[0]


@pytest.mark.parametrize("end", ["cancelled", "moved", "begun"])
def test_a_reminder_still_waiting_is_dropped_once_it_says_nothing_true(desk, procedure, at, smtp, end):
    booking = book(desk, procedure)
    deliver_all()
    at(11, 9, 5)
    reminders.remind()
    if end == "cancelled":
        cancel.cancel_turn(queries.token_of(booking))
    elif end == "moved":
        move(booking, FRIDAY, NINE + 40)
    else:
        at(13, 9, 0)
    deliver_all()
    db.session.rollback()
    assert db.session.scalars(select(Notice.status).where(Notice.kind == "reminder")).all() == ["dropped"]


def test_a_cancelled_turn_is_not_announced(desk, procedure, at):
    cancel.cancel_turn(queries.token_of(book(desk, procedure)))
    at(11, 9, 5)
    assert reminders.remind() == 0


def test_a_run_killed_half_way_and_repeated_reminds_everybody_once(app, desk, procedure, at, smtp):
    for number in range(1, 8):
        book(desk, procedure, number, minute=NINE + 20 * (number % 3))
    deliver_all()
    smtp.clear()
    at(11, 9, 5)
    arguments = ("jobs", "--once", "reminders")
    status, _ = run(*arguments, environ=environ_of(app), program=KILLED_HALF_WAY)
    assert status == -signal.SIGKILL
    assert len(reminded()) == 2  # the batch that was committed
    assert run(*arguments, environ=environ_of(app)) == (
        0,
        "Recordatorios por enviar: 5. Visitas por las que se pregunta: 0.\n",
    )
    deliver_all()
    assert sorted(message["To"] for message in smtp.messages) == [f"persona{n}@example.ec" for n in range(1, 8)]


def test_more_turns_than_a_batch_are_all_reminded(desk, procedure, at, monkeypatch):
    monkeypatch.setattr(reminders, "_BATCH", 2)
    for number in range(1, 6):
        book(desk, procedure, number)
    at(11, 9, 5)
    assert (reminders.remind(), len(reminded())) == (5, 5)

"""One leader among many, and jobs that neither failure nor signal confuses."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.servers.forked import running
from tests.support.servers.processes import environ_of
from tests.support.servers.smtp import code_in
from turnero.core import clock
from turnero.core.db import transaction
from turnero.core.extensions import db
from turnero.operations import jobs
from turnero.operations.jobs import Job, Leadership, Lease, while_leading
from turnero.verify.challenge import CodePolicy, Recipient, issue


def lease():
    db.session.rollback()
    return db.session.scalars(select(Lease)).one()


def test_the_first_to_come_leads_and_the_others_stand_by(app):
    first, second = Leadership(), Leadership()
    assert (first.renew(), second.renew()) == (True, False)
    assert (first.leads(), second.leads()) == (True, False)


def test_the_leader_goes_on_leading_with_the_same_fence(app, clock_shift):
    leader = Leadership()
    leader.renew()
    for _ in range(3):
        clock_shift(timedelta(seconds=15))
        assert leader.renew()
    assert (leader.leads(), leader.fence, lease().fence) == (True, 1, 1)


def test_a_leader_that_stops_renewing_is_followed_after_its_lease(app, clock_shift):
    first, second = Leadership(), Leadership()
    first.renew()
    clock_shift(timedelta(seconds=19))
    assert not second.renew()
    clock_shift(timedelta(seconds=2))
    assert second.renew()
    assert (second.fence, lease().holder) == (2, second.holder)


def test_a_leader_that_slept_notices_before_it_works_and_does_not_take_over_again(app, clock_shift):
    first, second = Leadership(), Leadership()
    first.renew()
    clock_shift(timedelta(seconds=21))
    assert not first.leads()  # even before anybody took over
    second.renew()
    assert not first.leads()
    assert not first.renew()
    assert second.leads()


def test_a_leader_that_returns_has_a_new_fence(app, clock_shift):
    first, second = Leadership(), Leadership()
    for leader in (first, second, first):
        assert leader.renew()
        clock_shift(timedelta(seconds=21))
    assert first.fence == 3


def test_a_leader_that_ends_lets_another_lead_at_once(app):
    first, second = Leadership(), Leadership()
    first.renew()
    first.release()
    assert not first.leads()
    assert second.renew()


def test_a_standby_process_releases_no_lease(app):
    first, second = Leadership(), Leadership()
    first.renew()
    second.renew()
    second.release()
    assert first.leads()


def test_a_restart_under_the_same_name_goes_on_at_once(app):
    Leadership("demo").renew()
    again = Leadership("demo")
    assert again.renew()
    assert again.leads()


@pytest.mark.parametrize("taken_before", [False, True], ids=["no lease yet", "a lease that ran out"])
def test_of_many_that_come_at_once_exactly_one_leads(app, clock_shift, taken_before):
    if taken_before:
        Leadership().renew()
        clock_shift(timedelta(seconds=21))
    start = threading.Barrier(8)

    def come(_number):
        with app.app_context():
            start.wait()
            return Leadership().renew()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, range(8))) == 1


def test_a_job_runs_only_while_its_process_leads(app, clock_shift):
    runs = []
    leader, other = Leadership(), Leadership()
    job = Job(lambda _: runs.append(1) or "", seconds=1)
    leader.renew()
    while_leading(leader, job)()
    while_leading(other, job)()
    assert runs == [1]
    clock_shift(timedelta(seconds=21))
    while_leading(leader, job)()
    assert runs == [1]


def test_a_job_that_fails_is_logged_and_tried_at_its_next_time(sqlite_app, monkeypatch, caplog):
    tries = []
    done = threading.Event()

    def fail_at_first(_goes_on):
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError("first time")
        done.set()
        return ""

    monkeypatch.setattr(jobs, "JOBS", {"shaky": Job(fail_at_first, seconds=0.05)})
    with jobs.run_beside(sqlite_app, holder="test"):
        assert done.wait(30)
    assert "shaky" in caplog.text
    assert "first time" in caplog.text


def test_stopping_waits_for_the_job_at_work_and_gives_the_lease_back(sqlite_app, monkeypatch):
    begun, ended = threading.Event(), threading.Event()

    def slow(goes_on):
        assert goes_on()
        begun.set()
        while goes_on():  # told to end, it ends with its batch
            pass
        ended.set()
        return ""

    monkeypatch.setattr(jobs, "JOBS", {"slow": Job(slow, seconds=0.05)})
    with jobs.run_beside(sqlite_app, holder="test"):
        assert begun.wait(30)
    assert ended.is_set()
    assert lease().expires_at <= clock.now()


@transaction
def ask_for_code(address):
    issue(Recipient("journey", "browser", address, address), CodePolicy(), now=clock.now())


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_process_works_and_at_a_signal_ends_cleanly_and_gives_the_lease_back(sqlite_app, smtp, end):
    with running("jobs", environ=environ_of(sqlite_app)) as process:
        ask_for_code("ana@example.ec")
        assert code_in(smtp.wait_for("ana@example.ec"))
        assert not Leadership().renew()
        process.send_signal(end)
        output, _ = process.communicate(timeout=120)
    assert (process.returncode, "Traceback" in output) == (0, False)
    assert Leadership().renew()


def test_a_killed_process_is_followed_by_another_and_no_mail_is_lost(sqlite_app, smtp, clock_shift):
    with running("jobs", environ=environ_of(sqlite_app)) as process:
        ask_for_code("ana@example.ec")
        smtp.wait_for("ana@example.ec")
        process.kill()
    ask_for_code("luis@example.ec")
    clock_shift(timedelta(seconds=21))
    with running("jobs", environ=environ_of(sqlite_app)):
        smtp.wait_for("luis@example.ec")
    assert len(smtp.messages) == 2


def test_one_job_runs_once_without_leading_and_prints_its_result(app, smtp):
    Leadership().renew()
    ask_for_code("ana@example.ec")
    result = app.test_cli_runner().invoke(args=["jobs", "--once", "deliver"])
    assert (result.exit_code, result.output) == (0, "Correos: 1 enviados, 0 fallidos, 0 descartados.\n")
    assert len(smtp.messages) == 1


def test_the_sweep_says_how_many_holds_lapsed(app):
    result = app.test_cli_runner().invoke(args=["jobs", "--once", "sweep"])
    assert (result.exit_code, result.output) == (0, "Reservas vencidas: 0.\n")


def test_a_job_that_does_not_exist_is_wrong_use(app):
    assert app.test_cli_runner().invoke(args=["jobs", "--once", "brew_coffee"]).exit_code == 2

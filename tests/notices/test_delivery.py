from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows.notices import code_mail, notice_to, use_mail_server
from tests.support.servers.mail_servers import free_port, silent_server
from turnero.core.extensions import db
from turnero.notices import rendering
from turnero.notices.channels import mail as mailer
from turnero.notices.delivery import MAX_ATTEMPTS, Delivered, deliver, deliver_all, wait_after
from turnero.notices.models import Notice

ANA, LUIS, EVA = "ana@example.ec", "luis@example.ec", "eva@example.ec"
HOUR = 3600


def states():
    db.session.rollback()
    return dict(db.session.execute(select(Notice.status, func.count()).group_by(Notice.status)).all())


def test_a_notice_is_sent_once_and_is_done(sink, owe):
    owed = owe(ANA)
    assert (owed.status, owed.sent_at) == ("waiting", None)
    assert deliver() == Delivered(sent=1)
    assert deliver() == Delivered()
    assert sink.recipients == [ANA]
    done = notice_to(ANA)
    assert (done.status, done.attempts, done.leased_until, done.last_error) == ("sent", 1, None, None)
    assert done.sent_at is not None
    assert sink.mails[0]["Message-ID"] == done.message_id


def test_one_connection_carries_the_whole_batch(sink, owe, monkeypatch):
    opened = []
    configure = mailer.VerifiedConnection.configure_host
    monkeypatch.setattr(mailer.VerifiedConnection, "configure_host", lambda self: opened.append(1) or configure(self))
    for number in range(3):
        owe(f"persona{number}@example.ec")
    assert deliver() == Delivered(sent=3)
    assert len(opened) == 1


def test_the_most_urgent_goes_first(sink, owe):
    owe(EVA, priority=3)
    owe(LUIS, priority=2)
    owe(ANA, priority=1)
    deliver()
    assert sink.recipients == [ANA, LUIS, EVA]


def test_all_that_is_due_goes_in_batches(sink, owe):
    for number in range(5):
        owe(f"persona{number}@example.ec")
    assert deliver(limit=2) == Delivered(sent=2)
    assert deliver_all() == Delivered(sent=3)
    assert states() == {"sent": 5}


def test_a_stopped_job_finishes_its_batch_and_leaves_the_rest(sink, owe):
    for number in range(25):
        owe(f"persona{number}@example.ec")
    answers = iter([True, False])
    assert deliver_all(lambda: next(answers)) == Delivered(sent=20)
    assert states() == {"sent": 20, "waiting": 5}


# -- what never goes out


def test_an_expired_notice_is_dropped_and_never_delivered(sink, owe, at_second):
    owe(ANA, expires_in=600)
    at_second(601)
    assert deliver() == Delivered(dropped=1)
    assert sink.envelopes == []
    assert notice_to(ANA).status == "dropped"


def test_a_notice_that_expires_while_it_waits_for_another_try_is_dropped_without_one(app, owe, at_second):
    use_mail_server(app, free_port())
    owe(ANA, expires_in=20)
    assert deliver() == Delivered(failed=1)
    assert notice_to(ANA).next_try_at - notice_to(ANA).created_at < timedelta(seconds=20)
    at_second(21)
    assert deliver() == Delivered(dropped=1)
    assert notice_to(ANA).attempts == 1


def test_a_notice_that_expires_while_it_is_rendered_is_not_sent(app, sink, owe, at_second):
    def slow(_notice):
        at_second(601)
        return code_mail()

    rendering.register_renderer(app, "slow", slow)
    owe(ANA, kind="slow", expires_in=600)
    assert deliver() == Delivered(dropped=1)
    assert sink.envelopes == []


def test_a_notice_with_nothing_to_tell_any_more_is_dropped(app, sink, owe):
    rendering.register_renderer(app, "void", lambda _: None)
    owe(ANA, kind="void")
    owe(LUIS)
    assert deliver() == Delivered(sent=1, dropped=1)
    assert sink.recipients == [LUIS]


def test_a_renderer_that_breaks_stops_nobody_elses_mail(app, sink, owe):
    def broken(_notice):
        raise KeyError("048213")

    rendering.register_renderer(app, "broken", broken)
    owe(ANA, kind="broken")
    owe(LUIS)
    assert deliver() == Delivered(sent=1, failed=1)
    failed = notice_to(ANA)
    assert failed.status == "waiting"
    assert "048213" not in failed.last_error  # what broke may hold the code


# -- servers that misbehave


def test_a_server_that_is_down_makes_all_wait_and_loses_none(app, owe, at_second, sink):
    use_mail_server(app, free_port())
    owe(ANA)
    owe(LUIS)
    assert deliver() == Delivered(failed=1)  # the other one was not even tried
    assert (notice_to(ANA).attempts, notice_to(LUIS).attempts) == (1, 0)
    assert deliver() == Delivered()
    assert notice_to(ANA).last_error.startswith("ConnectionRefusedError")
    use_mail_server(app, sink.port)
    at_second(29)
    assert deliver() == Delivered()
    at_second(31)
    assert deliver() == Delivered(sent=2)


def test_a_silent_server_is_given_up_after_the_time_out(app, owe, monkeypatch):
    monkeypatch.setattr(mailer, "TIMEOUT_SECONDS", 0.2)
    with silent_server() as port:
        use_mail_server(app, port)
        owe(ANA)
        owe(LUIS)
        assert deliver() == Delivered(failed=1)
    assert "timed out" in notice_to(ANA).last_error
    assert notice_to(LUIS).status == "waiting"


@pytest.mark.parametrize(("command", "answer"), [("MAIL", "421 busy"), ("RCPT", "421 busy"), ("DATA", "451 later")])
def test_a_temporary_refusal_is_tried_again(sink, owe, at_second, command, answer):
    sink.refuse[command] = answer
    owe(ANA)
    assert deliver() == Delivered(failed=1)
    assert notice_to(ANA).status == "waiting"
    sink.refuse.clear()
    at_second(31)
    assert deliver() == Delivered(sent=1)
    assert sink.recipients == [ANA]


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_recipient_refused_for_good_is_dead_at_once(sink, owe, at_second, command):
    sink.refuse[command] = "550 no such user"
    owe(ANA)
    assert deliver() == Delivered(failed=1)
    dead = notice_to(ANA)
    assert dead.status == "dead"
    assert "550" in dead.last_error
    at_second(7 * 24 * HOUR)
    assert deliver() == Delivered()


def test_a_refused_sender_is_our_own_fault_and_kills_no_notice(sink, owe):
    sink.refuse["MAIL"] = "550 not from you"
    owe(ANA)
    deliver()
    assert notice_to(ANA).status == "waiting"


def test_after_the_line_broke_the_rest_of_the_batch_goes_over_a_new_one(sink, owe):
    def break_the_line_for_ana(mail):
        sink.hang_up = mail["To"] == ANA

    sink.arriving = break_the_line_for_ana
    owe(ANA)
    owe(LUIS)
    assert deliver() == Delivered(sent=1, failed=1)
    assert (notice_to(ANA).status, notice_to(LUIS).status) == ("waiting", "sent")


def test_what_may_have_arrived_comes_again_with_the_same_message_id(sink, owe, at_second):
    sink.hang_up = True
    owe(ANA)
    assert deliver() == Delivered(failed=1)
    sink.hang_up = False
    at_second(31)
    assert deliver() == Delivered(sent=1)
    assert len(sink.mails) == 2
    assert {mail["Message-ID"] for mail in sink.mails} == {notice_to(ANA).message_id}


def test_after_its_last_attempt_a_notice_is_dead_and_waits_for_people(app, owe, at_second):
    use_mail_server(app, free_port())
    owe(ANA)
    for attempt in range(MAX_ATTEMPTS):
        assert notice_to(ANA).status == "waiting"
        at_second(attempt * 6 * HOUR + 1)
        assert deliver() == Delivered(failed=1)
    assert notice_to(ANA).status == "dead"


@pytest.mark.parametrize(
    ("attempt", "left", "seconds"),
    [
        (1, None, 30),
        (2, None, 120),
        (3, None, 600),
        (4, None, HOUR),
        (5, None, 6 * HOUR),
        (13, None, 6 * HOUR),
        (1, timedelta(minutes=10), 30),  # a fresh code: the usual first wait
        (3, timedelta(minutes=8), 120),  # a code: a quarter of what is left, not ten minutes
        (9, timedelta(seconds=8), 5),  # never a storm
    ],
)
def test_waits_grow_but_a_mail_that_expires_is_tried_in_time(attempt, left, seconds):
    assert wait_after(attempt, left) == timedelta(seconds=seconds)

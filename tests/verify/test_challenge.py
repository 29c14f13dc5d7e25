"""Issuing and checking codes on both engines: attempts, limits and races."""

import threading

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select, update

from tests.support.rows.codes import JOURNEY, MAILBOX, NOON, POLICY, at, committed, send
from tests.support.scenes.crowd import all_at_once
from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import TurneroError
from turnero.core.extensions import db
from turnero.core.messages import text_of
from turnero.notices.models import Notice
from turnero.verify import challenge
from turnero.verify import code as code_rules
from turnero.verify.challenge import Checked, CodePolicy, Recipient
from turnero.verify.code import CodeFormat, code_of, matches
from turnero.verify.models import Challenge, CodeTries
from turnero.verify.notices import code_mail

EMAIL = MAILBOX

pytestmark = pytest.mark.usefixtures("app")


def check(typed: str, seconds: float = 1, journey: str = JOURNEY, mailbox: str = MAILBOX) -> Checked:
    return committed(lambda: challenge.check_code(journey, mailbox, typed, POLICY, now=at(seconds)))


def error_of(checked: Checked) -> type[TurneroError] | None:
    return None if checked.error is None else type(checked.error)


def wrong_of(*codes: str) -> str:
    return next(typed for typed in (f"{number:06d}" for number in range(len(codes) + 1)) if typed not in codes)


def tries(journey: str = JOURNEY) -> int | None:
    return db.session.scalar(select(CodeTries.tries).filter_by(journey=journey))


def test_a_code_proves_its_mailbox_once() -> None:
    code = send()
    assert check(code).ok
    assert error_of(check(code)) is challenge.CodeExpired


def test_the_notice_of_a_code_expires_with_it_and_holds_no_code() -> None:
    code = send()
    notice = db.session.scalars(select(Notice)).one()
    sent = db.session.scalars(select(Challenge)).one()
    assert (notice.kind, notice.subject, notice.address) == ("code", f"challenge:{sent.id}", EMAIL)
    assert (notice.priority, notice.expires_at) == (1, at(600))
    assert code not in {str(getattr(row, column.key)) for row in (notice, sent) for column in row.__table__.columns}


def test_a_code_is_good_for_ten_minutes() -> None:
    early, late = send(journey="early"), send(journey="late")
    assert check(early, 599.9, "early").ok
    assert error_of(check(late, 600, "late")) is challenge.CodeExpired


def test_a_code_is_good_only_for_its_journey_and_its_mailbox() -> None:
    code = send()
    send(journey="journey-b")
    assert error_of(check(code, journey="journey-b")) is challenge.CodeWrong
    assert error_of(check(code, mailbox="luis@example.ec")) is challenge.CodeExpired
    assert check(code).ok


def test_the_last_three_codes_are_good_and_a_proof_ends_them_all() -> None:
    codes = [send(60 * number) for number in range(4)]
    assert error_of(check(codes[0], 200)) is challenge.CodeWrong
    assert check(codes[1], 200).ok
    assert {error_of(check(code, 201)) for code in codes} == {challenge.CodeExpired}


def test_a_new_address_voids_the_codes_but_keeps_the_tries() -> None:
    old = send()
    check(wrong_of(old))
    committed(lambda: challenge.void(JOURNEY))
    new = send(2, mailbox="luis@example.ec")
    assert error_of(check(old, 3)) is challenge.CodeExpired
    assert tries() == 1
    assert check(new, 3, mailbox="luis@example.ec").ok


def test_five_wrong_tries_end_the_journey_even_for_the_right_code() -> None:
    code = send()
    said = [check(wrong_of(code)).error for _ in range(6)]
    assert [type(error) for error in said] == [
        *[challenge.CodeWrong] * 3,
        challenge.CodeWrongOneLeft,
        *[challenge.CodeTriesSpent] * 2,
    ]
    assert [error.data.get("left") for error in said[:3] if error] == [4, 3, 2]
    assert all(text_of(error) for error in said if error)
    assert error_of(check(code)) is challenge.CodeTriesSpent
    with pytest.raises(challenge.CodeTriesSpent):
        send(120)


def test_the_fifth_try_may_be_the_right_one() -> None:
    code = send()
    for _ in range(4):
        check(wrong_of(code))
    assert check(code).ok


def test_only_wrong_codes_cost_a_try() -> None:
    code = send()
    assert error_of(check("12 34")) is CodeFormat
    assert error_of(check(code, 601)) is challenge.CodeExpired
    assert check(code).ok
    assert not tries()


def test_before_the_first_code_there_is_nothing_to_wait_for() -> None:
    assert challenge.resend_at(JOURNEY, POLICY) is None
    assert challenge.outstanding(JOURNEY, MAILBOX, NOON) == []
    assert error_of(check("123456")) is challenge.CodeExpired


def test_the_mail_carries_the_code_and_until_when_it_serves() -> None:
    now = clock.now()
    sent = committed(lambda: challenge.issue(Recipient(JOURNEY, "browser", EMAIL, MAILBOX), POLICY, now=now).nonce)
    mail = code_mail(db.session.scalars(select(Notice)).one())
    assert mail is not None
    assert (mail.template, mail.context["code"]) == ("code", code_of(current_app.config["SETTINGS"].code_key, sent))
    assert mail.context["until"] == challenge.outstanding(JOURNEY, MAILBOX, now)[0].expires_at
    assert mail.context["code"] not in repr(mail)


@pytest.mark.parametrize(
    "end", [{"used_at": NOON}, {"void": True}, {"expires_at": NOON}], ids=["used", "void", "expired"]
)
def test_a_code_that_no_longer_serves_is_not_mailed(end: dict[str, object]) -> None:
    now = clock.now()
    committed(lambda: challenge.issue(Recipient(JOURNEY, "browser", EMAIL, MAILBOX), POLICY, now=now).nonce)
    notice = db.session.scalars(select(Notice)).one()
    assert code_mail(notice)
    db.session.execute(update(Challenge).values(end))
    assert code_mail(notice) is None


def test_a_code_that_the_sweep_has_deleted_is_not_mailed() -> None:
    assert code_mail(Notice(kind="code", subject="challenge:999")) is None


def test_of_sixty_wrong_codes_at_once_five_are_judged(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    code = send()
    judged = count_judged(monkeypatch)
    results = all_at_once(app, [lambda: check(wrong_of(code))] * 60)
    assert len(judged) == 5
    assert [error_of(result) for result in results].count(challenge.CodeTriesSpent) == 56
    assert tries() == 5


def test_control_without_the_guard_more_than_five_are_judged(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual way, reading the count before the transaction that writes it, fails the test above."""
    code = send()
    judged = count_judged(monkeypatch)
    all_have_read = threading.Barrier(20)
    counted = challenge._take_try

    def read_then_check() -> None:
        seen = tries() or 0
        db.session.rollback()
        all_have_read.wait()
        if seen < POLICY.code_tries:
            check(wrong_of(code))

    monkeypatch.setattr(challenge, "_take_try", lambda journey, policy: counted(journey, CodePolicy(code_tries=1000)))
    all_at_once(app, [read_then_check] * 20)
    assert len(judged) == 20


def test_of_twenty_right_codes_at_once_one_proves(app: Flask) -> None:
    code = send()
    results = all_at_once(app, [lambda: check(code)] * 20)
    assert [result.ok for result in results].count(True) == 1
    assert not tries()


def test_of_twenty_journeys_at_once_five_get_a_mail_to_one_mailbox(app: Flask) -> None:
    numbers = iter(range(20))

    def ask() -> bool:
        journey = f"journey-{next(numbers)}"

        def issue() -> None:
            database.lock(f"mailbox:{MAILBOX}")
            challenge.issue(Recipient(journey, journey, EMAIL, MAILBOX), POLICY, now=NOON)

        try:
            committed(issue)
        except challenge.TooManyCodeMails:
            return False
        return True

    assert all_at_once(app, [ask] * 20).count(True) == 5
    assert db.session.scalar(select(func.count(Notice.id))) == 5


def count_judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows by one with every comparison of a typed code."""
    judged: list[str] = []

    def counting(key: str, nonce: str, typed: str) -> bool:
        judged.append(typed)
        return matches(key, nonce, typed)

    monkeypatch.setattr(code_rules, "matches", counting)
    return judged

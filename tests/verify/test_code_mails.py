"""Limits on code mails per journey, mailbox and browser."""

import pytest
from sqlalchemy import func, select

from tests.support.rows.codes import JOURNEY, POLICY, at, send
from turnero.core.extensions import db
from turnero.core.messages import text_of
from turnero.notices.models import Notice
from turnero.verify import challenge

pytestmark = pytest.mark.usefixtures("app")


def test_a_code_may_be_sent_again_after_a_minute() -> None:
    send()
    with pytest.raises(challenge.ResendTooSoon) as refused:
        send(20.5)
    assert (refused.value.data["retry_at"], refused.value.data["seconds"]) == (at(60), 40)
    assert challenge.resend_at(JOURNEY, POLICY) == at(60)
    assert "40 s" in text_of(refused.value)
    send(60)


def test_a_refused_code_leaves_no_mail() -> None:
    send()
    with pytest.raises(challenge.ResendTooSoon):
        send(1)
    assert db.session.scalar(select(func.count(Notice.id))) == 1


def test_a_corrected_address_gets_a_code_at_once() -> None:
    send(mailbox="anna@example.ec")
    send(5)
    with pytest.raises(challenge.ResendTooSoon):
        send(10, mailbox="anna@example.ec")


def test_a_mailbox_gets_five_codes_an_hour_over_all_browsers() -> None:
    for number in range(5):
        send(10 * number, journey=f"journey-{number}")
    with pytest.raises(challenge.TooManyCodeMails) as refused:
        send(100, journey="journey-6")
    assert (refused.value.data["retry_at"], refused.value.data["minutes"]) == (at(3600), 59)
    assert challenge.resend_at("journey-4", POLICY) == at(3600)
    assert "59 min" in text_of(refused.value)
    send(100, mailbox="luis@example.ec")
    send(3600, journey="journey-6")


def test_a_journey_mails_five_codes_an_hour_wherever_they_go() -> None:
    for number in range(5):
        send(number, mailbox=f"person{number}@example.ec")
    with pytest.raises(challenge.TooManyCodeMails):
        send(6, mailbox="person6@example.ec")
    send(3600, mailbox="person6@example.ec")


def test_a_browser_mails_ten_codes_an_hour_whatever_it_begins() -> None:
    for number in range(10):
        send(number, journey=f"journey-{number}", mailbox=f"person{number}@example.ec", browser="one")
    with pytest.raises(challenge.TooManyCodeMails):
        send(11, journey="journey-11", mailbox="person11@example.ec", browser="one")
    send(11, journey="journey-11", mailbox="person11@example.ec", browser="other")


def test_a_mailbox_gets_twenty_codes_a_day_so_nobody_tries_more_than_a_hundred() -> None:
    hours = [3600 * (number // 5) + number for number in range(20)]
    for number, second in enumerate(hours):
        send(second, journey=f"journey-{number}")
    assert POLICY.code_mails_per_day * POLICY.code_tries == 100
    with pytest.raises(challenge.TooManyCodeMails):
        send(12 * 3600, journey="journey-20")
    send(24 * 3600, journey="journey-20")

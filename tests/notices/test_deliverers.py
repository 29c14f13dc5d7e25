"""Deliverers that die, sleep or come together: nothing is lost, and nothing sent twice while a lease lives."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.rows.notices import code_mail, notice_to
from turnero.notices import delivery, rendering
from turnero.notices.delivery import Delivered, deliver

ANA = "ana@example.ec"


def test_a_deliverer_that_dies_between_sending_and_marking_sends_again_with_the_same_message_id(
    sink, owe, at_second, monkeypatch
):
    class Died(BaseException):
        pass

    def die(_owed):
        raise Died

    owe(ANA)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_mark_sent", die)
        with pytest.raises(Died):
            deliver()
    assert notice_to(ANA).status == "sending"
    assert deliver() == Delivered()  # the lease lives
    at_second(61)
    assert deliver() == Delivered(sent=1)
    assert [mail["Message-ID"] for mail in sink.mails] == [notice_to(ANA).message_id] * 2


def test_a_deliverer_that_slept_through_its_lease_sends_nothing(app, sink, owe, at_second):
    asleep = []

    def sleepy(_notice):
        if not asleep:  # the first deliverer sleeps while it renders; meanwhile another delivers
            asleep.append(True)
            at_second(61)
            with app.app_context():
                assert deliver() == Delivered(sent=1)
        return code_mail()

    rendering.register_renderer(app, "sleepy", sleepy)
    owe(ANA, kind="sleepy")
    assert deliver() == Delivered()
    assert sink.recipients == [ANA]
    assert (notice_to(ANA).status, notice_to(ANA).attempts) == ("sent", 2)


def test_a_deliverer_that_wakes_while_its_successor_sends_keeps_out_of_it(app, sink, owe, at_second):
    asleep, woken = threading.Event(), threading.Event()

    def sleepy(_notice):
        if not asleep.is_set():
            asleep.set()
            assert woken.wait(30)
        return code_mail()

    def work():
        with app.app_context():
            return deliver()

    def wake_the_sleeper(_mail):
        woken.set()
        assert sleeper.result(30) == Delivered()

    rendering.register_renderer(app, "sleepy", sleepy)
    owe(ANA, kind="sleepy")
    sink.arriving = wake_the_sleeper
    with ThreadPoolExecutor(1) as pool:
        sleeper = pool.submit(work)
        assert asleep.wait(30)
        at_second(61)
        assert deliver() == Delivered(sent=1)
    assert sink.recipients == [ANA]


@pytest.mark.parametrize("leased", [True, False], ids=["leased", "control"])
def test_what_one_deliverer_is_sending_no_other_sends(app, sink, owe, monkeypatch, leased):
    if not leased:
        monkeypatch.setattr(delivery, "_leased", unleased)
        monkeypatch.setattr(delivery, "_renew", lambda _: True)
    others = []

    def another_deliverer(_mail):
        if not others:
            others.append(True)
            with app.app_context():
                assert deliver() == (Delivered() if leased else Delivered(sent=1))

    sink.arriving = another_deliverer
    owe(ANA)
    assert deliver() == Delivered(sent=1)
    assert sink.recipients == [ANA] * (1 if leased else 2)


def unleased(notice, _now):
    return delivery._Owed(notice.id, notice.kind, 0, notice.address, notice.message_id, notice.created_at)


def test_deliverers_side_by_side_send_each_notice_once(app, sink, owe):
    people = [f"persona{number}@example.ec" for number in range(24)]
    for address in people:
        owe(address)
    start = threading.Barrier(4)

    def work():
        with app.app_context():
            start.wait()
            total = Delivered()
            while (batch := deliver(limit=2)) != Delivered():
                total += batch
            return total

    with ThreadPoolExecutor(4) as pool:
        totals = [future.result() for future in [pool.submit(work) for _ in range(4)]]
    assert sum(total.sent for total in totals) == 24
    assert sorted(sink.recipients) == sorted(people)
    assert {notice_to(address).status for address in people} == {"sent"}

"""An hour without a mail server: people see it, and everything is delivered within five minutes of its return."""

from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.pages.walking import Walker
from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.rows.notices import notice_to, use_mail_server
from tests.support.servers.mail_servers import Sink, free_port, serving, silent_server
from turnero.booking.journey import confirm, holds
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.db import transaction
from turnero.core.extensions import db
from turnero.notices import delivery, outbox
from turnero.notices.channels import mail
from turnero.notices.delivery import deliver_all
from turnero.notices.models import Notice
from turnero.notices.queries import Fate, fate_of

HOUR = 3600
ANA, LUIS = "ana@example.ec", "luis@example.ec"
CONFIRMATIONS = 12
CERTIFICATE = str(Path(__file__).parent / "certificates" / "localhost.pem")


@pytest.fixture(autouse=True)
def one_authority(monkeypatch):
    """Trust one certificate: every session reads them all anew, half of the time here, and none of these has TLS."""
    monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)


@contextmanager
def refused(app):
    use_mail_server(app, free_port())
    yield


@contextmanager
def silent(app):
    with silent_server() as port, pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail, "TIMEOUT_SECONDS", 0.01)  # how long the silence is waited for does not matter
        use_mail_server(app, port)
        yield


@contextmanager
def answering(app, command):
    sink = Sink()
    sink.refuse[command] = "421 4.3.2 closing"
    with serving(sink) as server:
        use_mail_server(app, server.port)
        yield


OUTAGES = {
    "refused": refused,
    "silent": silent,
    "421 to MAIL": lambda app: answering(app, "MAIL"),
    "421 to RCPT": lambda app: answering(app, "RCPT"),
    "421 to DATA": lambda app: answering(app, "DATA"),
}


def an_hour_of(app, owe, at_second, outage) -> None:
    """An hour in which mails are owed and the server takes none, tried every minute."""
    owe("codigo@example.ec", expires_in=600)
    with outage(app):
        for second in range(0, HOUR, 60):
            at_second(second)
            if second % 300 == 0:
                owe(f"persona{second}@example.ec", priority=outbox.CONFIRMATION)
            deliver_all()


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("outage", OUTAGES.values(), ids=list(OUTAGES))
def test_after_an_hour_without_a_mail_server_all_is_delivered_within_five_minutes(app, owe, at_second, outage):
    an_hour_of(app, owe, at_second, outage)
    with serving(Sink()) as back:
        use_mail_server(app, back.port)
        for second in range(HOUR, HOUR + 300, 30):
            at_second(second)
            deliver_all()
        assert sorted(back.recipients) == sorted(f"persona{at}@example.ec" for at in range(0, HOUR, 300))
    assert notice_to("codigo@example.ec").status == "dropped"  # nobody gets a code that is worth nothing


@pytest.mark.engines("sqlite")
def test_control_with_waits_that_grow_for_every_fault_they_come_much_later(app, owe, at_second, monkeypatch):
    monkeypatch.setattr(delivery, "_MAX_PAUSE", timedelta(days=1))
    monkeypatch.setattr(delivery, "_pause", lambda untried: [delivery._fail(one, ValueError()) for one in untried])
    an_hour_of(app, owe, at_second, refused)
    with serving(Sink()) as back:
        use_mail_server(app, back.port)
        at_second(HOUR + 300)
        deliver_all()
        assert len(back.recipients) < CONFIRMATIONS


@pytest.mark.engines("sqlite")
def test_an_outage_of_hours_and_many_tries_kills_no_mail(app, owe, at_second):
    owe(ANA, priority=outbox.CONFIRMATION)
    with refused(app):
        for second in range(0, 6 * HOUR, 240):
            at_second(second)
            deliver_all()
    assert notice_to(ANA).status == "waiting"
    assert notice_to(ANA).attempts > delivery.MAX_ATTEMPTS


# -- one mail that the server cannot bear


@pytest.mark.engines("sqlite")
def test_a_mail_that_makes_the_server_close_holds_nobody_up_and_ends_dead(app, owe, at_second):
    sink = Closing("poison@example.ec")
    with serving(sink) as server:
        use_mail_server(app, server.port)
        owe("poison@example.ec", priority=1)  # always the first in order
        for number in range(30):
            owe(f"persona{number}@example.ec", priority=2)
        for second in range(0, 300, 30):
            at_second(second)
            deliver_all()
        assert len(sink.recipients) == 30
        for second in range(HOUR, 60 * HOUR, 3 * HOUR):
            at_second(second)
            deliver_all()
    assert notice_to("poison@example.ec").status == "dead"


class Closing(Sink):
    """A server that closes when it hears one address."""

    def __init__(self, poison: str) -> None:
        super().__init__()
        self.poison = poison

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address == self.poison:
            return "421 4.3.2 closing"
        return await super().handle_RCPT(server, session, envelope, address, options)


def test_addresses_refused_for_good_are_dead_and_the_rest_arrives(app, owe, at_second):
    sink = Sink()
    with serving(sink) as server:
        use_mail_server(app, server.port)
        for number in range(6):
            owe(f"persona{number}@example.ec")
        sink.refuse["RCPT"] = "550 no such mailbox"
        delivery.deliver(limit=2)
        sink.refuse.clear()
        deliver_all()
        assert len(sink.recipients) == 4


def test_what_was_leased_and_never_tried_is_given_back_with_its_number(app, owe):
    for number in range(3):
        owe(f"persona{number}@example.ec")
    with refused(app):
        deliver_all()
    db.session.rollback()
    assert sorted(db.session.scalars(select(Notice.attempts))) == [0, 0, 1]
    assert set(db.session.scalars(select(Notice.status))) == {"waiting"}


# -- no reminder before its confirmation


@transaction
def owe_about(subject: str, address: str, priority: int) -> None:
    outbox.write("probe", subject, address, now=clock.now(), priority=priority, occasion=str(priority))


def test_no_reminder_goes_before_its_confirmation(app, sink, owe, at_second):
    sink.refuse["RCPT"] = "450 greylisted"
    owe_about("booking:1", ANA, outbox.CONFIRMATION)
    deliver_all()
    sink.refuse.clear()
    owe_about("booking:1", LUIS, outbox.REMINDER)
    owe_about("booking:2", "eva@example.ec", outbox.REMINDER)
    deliver_all()
    assert sink.recipients == ["eva@example.ec"]
    at_second(31)
    deliver_all()
    assert sink.recipients == ["eva@example.ec", ANA, LUIS]


def test_a_reminder_does_not_wait_for_a_confirmation_that_died(app, sink, owe):
    sink.refuse["RCPT"] = "550 no such mailbox"
    owe_about("booking:1", ANA, outbox.CONFIRMATION)
    deliver_all()
    sink.refuse.clear()
    owe_about("booking:1", LUIS, outbox.REMINDER)
    deliver_all()
    assert sink.recipients == [LUIS]


# -- the pages say so meanwhile


@pytest.fixture
def turn(app, client):
    """The address of a turn just confirmed."""
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line)
    traveller = at_hour_step(desk.agency, procedure, 1)
    holds.place(traveller.key, traveller.browser, next_workday(), 660)
    return f"/mi-turno/{confirm.confirm_turn(traveller.key, traveller.browser)}"


def words_of(client, address):
    client.get(address)
    return client.page.one("p", class_="lead").text


def test_the_page_of_a_turn_says_when_its_mail_is_late_and_when_it_came_to_nothing(app, client, turn, clock_shift):
    assert words_of(client, turn) == "Listo. También la enviamos a su correo."
    clock_shift(timedelta(seconds=61))
    assert "todavía no sale" in words_of(client, turn)
    assert "Guarde o imprima esta página" in words_of(client, turn)
    notice = db.session.scalars(select(Notice)).one()
    notice.status = "dead"
    db.session.commit()
    assert "No pudimos entregar el correo" in words_of(client, turn)
    notice.status = "sent"
    db.session.commit()
    assert words_of(client, turn) == "Listo. También la enviamos a su correo."


def test_the_page_of_the_code_says_when_its_mail_is_late_and_when_it_came_to_nothing(app, client, clock_shift):
    walker = Walker.begin(client)
    walker.post("contacto", correo=ANA, celular="0991234567")
    walker.get("verificar")
    assert "todavía no sale" not in client.page.text
    clock_shift(timedelta(seconds=61))
    walker.get("verificar")
    assert "todavía no sale" in client.page.one("p", role="status").text
    notice_to(ANA).status = "dead"
    db.session.commit()
    walker.get("verificar")
    assert client.page.one("p", role="status").text == f"No pudimos entregar el correo en {ANA}. Corrija la dirección."


def test_a_turn_without_mail_has_no_fate(app, turn):
    booking = db.session.scalars(select(Booking)).one()
    assert fate_of(f"booking:{booking.id}", "confirmation", now=clock.now()) is Fate.SOON
    assert fate_of("booking:0", "confirmation", now=clock.now()) is None

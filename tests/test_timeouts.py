"""On PostgreSQL nobody waits for ever; who waited too long is told so politely, and nothing is half done."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from tests.support.servers.replicas import replica_of
from turnero.booking.journey import steps
from turnero.booking.turn.models import Journey
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.operations import audit
from turnero.verify.contact import Contact

pytestmark = pytest.mark.engines("postgresql")
MAILBOX = "ana.demo@example.ec"


@pytest.fixture
def impatient(app, monkeypatch):
    """The same product with shorter time-outs, and ``app``'s connection free to stand in its way."""
    short = {"lock_timeout": "100ms", "statement_timeout": "400ms"}
    monkeypatch.setattr(database, "TIMEOUTS", database.TIMEOUTS | short)
    with app.app_context():
        holder = db.engine.connect()
    with replica_of(app) as made:
        yield made, holder
    holder.close()


def test_the_application_connects_with_its_time_outs(app):
    wanted = {"lock_timeout": "3s", "statement_timeout": "15s", "idle_in_transaction_session_timeout": "30s"}
    assert {name: db.session.scalar(text(f"SHOW {name}")) for name in wanted} == wanted


def test_behind_a_pooler_the_role_carries_them(app):
    url = app.config["SETTINGS"].database_url
    with replica_of(app, database_direct_url=f"{url}?application_name=direct"):
        assert db.session.scalar(text("SHOW lock_timeout")) == "0"
        assert db.engine.dialect.create_connect_args(db.engine.url)
        raw = db.session.connection().connection.driver_connection
        assert raw.prepare_threshold is None


def test_a_lock_time_out_answers_503_and_changes_nothing(impatient):
    made, holder = impatient
    client = made.test_client()
    client.get("/turno")
    client.submit(client.page.form("/turno"), cedula="1700000001")
    contact = client.response.request.path
    holder.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"mailbox:{MAILBOX}"})
    client.get(contact)
    answer = client.submit(correo=MAILBOX, celular="0991234567")
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert db.session.scalar(select(func.count()).select_from(Journey).where(Journey.email.is_not(None))) == 0
    holder.rollback()
    client.get(contact)
    assert client.submit(correo=MAILBOX, celular="0991234567").request.path.endswith("/verificar")


def test_control_without_a_time_out_the_same_wait_lasts(app):
    """The lock is what holds it up: with the lock let go after a second, the use case ends well."""
    key = steps.start_journey("browser", "1700000001")
    with db.engine.connect() as holder:
        holder.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"mailbox:{MAILBOX}"})
        holder.execute(text("SET LOCAL idle_in_transaction_session_timeout = '1s'"))
        steps.give_contact(key, "browser", Contact(MAILBOX, MAILBOX, "+593991234567"))
        holder.invalidate()


def test_a_statement_that_takes_too_long_is_ended(impatient):
    with pytest.raises(OperationalError):
        db.session.execute(text("SELECT pg_sleep(2)"))


def test_the_audit_of_every_row_takes_as_long_as_it_takes(app, monkeypatch):
    seen = []

    def look():
        seen.append(db.session.scalar(text("SHOW statement_timeout")))
        return iter(())

    monkeypatch.setattr(audit, "audit", look)
    assert app.test_cli_runner().invoke(args=["audit"]).exit_code == 0
    assert seen == ["0"]

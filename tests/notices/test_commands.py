from sqlalchemy import select, update

from turnero.core.extensions import db
from turnero.notices.delivery import Delivered, deliver
from turnero.notices.models import Notice


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["mail", *arguments])


def put(address, status):
    db.session.execute(update(Notice).where(Notice.address == address).values(status=status, attempts=14))
    db.session.commit()


def test_status_counts_every_state_and_says_how_long_the_oldest_waits(app, owe, at_second):
    owe("ana@example.ec")
    owe("luis@example.ec")
    put("luis@example.ec", "dead")
    at_second(90)
    result = run(app, "status")
    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines()]
    assert lines[:5] == [
        ["pendientes", "1"],
        ["enviando", "0"],
        ["enviados", "0"],
        ["fallidos", "1"],
        ["descartados", "0"],
    ]
    assert result.output.splitlines()[5].startswith("El más antiguo espera desde hace 9")


def test_status_of_an_empty_outbox_speaks_of_no_waiting(app):
    assert "antiguo" not in run(app, "status").output


def test_retry_brings_the_dead_back_with_all_their_attempts(app, sink, owe):
    owe("ana@example.ec")
    put("ana@example.ec", "dead")
    assert deliver() == Delivered()
    assert run(app, "retry").output == "Correos que vuelven a la cola: 1.\n"
    assert deliver() == Delivered(sent=1)
    assert db.session.scalar(select(Notice.attempts)) == 1


def test_retry_leaves_the_expired_and_the_sent_alone(app, owe, at_second):
    owe("ana@example.ec", expires_in=600)
    owe("luis@example.ec")
    put("ana@example.ec", "dead")
    put("luis@example.ec", "sent")
    at_second(601)
    assert run(app, "retry").output == "Correos que vuelven a la cola: 0.\n"

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from turnero.core import clock
from turnero.core.db import transaction
from turnero.core.extensions import db
from turnero.notices import outbox
from turnero.notices.models import Notice


@transaction
def owe(occasion="", *, address="ana@example.ec", then=None):
    now = clock.now()
    outbox.write("link", "booking:17", address, now=now, priority=2, occasion=occasion, reference="K7MQ4XR")
    if then:
        raise then


def notices():
    return db.session.scalars(select(Notice).order_by(Notice.id)).all()


def test_a_notice_is_due_at_once_and_knows_its_turn(app):
    owe()
    (notice,) = notices()
    assert (notice.kind, notice.subject, notice.occasion) == ("link", "booking:17", "")
    assert (notice.reference, notice.address, notice.priority) == ("K7MQ4XR", "ana@example.ec", 2)
    assert (notice.status, notice.attempts, notice.expires_at) == ("waiting", 0, None)
    assert notice.next_try_at == notice.created_at
    assert clock.now() - notice.created_at < timedelta(seconds=60)


def test_a_notice_written_twice_is_one_mail_with_the_first_message_id(app):
    owe()
    (first,) = [notice.message_id for notice in notices()]
    owe(address="eva@example.ec")
    (notice,) = notices()
    assert (notice.message_id, notice.address) == (first, "ana@example.ec")


def test_another_occasion_is_another_mail(app):
    owe("first")
    owe("second")
    assert len({notice.message_id for notice in notices()}) == 2


def test_a_notice_of_what_did_not_happen_is_not_written(app):
    with pytest.raises(RuntimeError, match="undone"):
        owe(then=RuntimeError("undone"))
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 0


def test_the_message_id_comes_from_the_public_address_not_from_the_machine(app):
    owe()
    (notice,) = notices()
    assert notice.message_id.startswith("<")
    assert notice.message_id.endswith("@127.0.0.1>")

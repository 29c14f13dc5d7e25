"""The eight-day term in the journey: agencies in time come first, a later choice warns, and nothing is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.pages.walking import Walker
from tests.support.rows.build import (
    create_agency,
    create_citizen,
    create_desk,
    create_staffing,
    next_workday,
)
from turnero.booking.turn.models import Journey
from turnero.core.extensions import db

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.procedure(term_days=8)]


@pytest.fixture
def walker(app, client):
    create_citizen()
    return Walker.proven(client)


def test_agencies_with_a_place_in_time_come_first_and_later_ones_say_so(procedure, walker, client):
    late = create_desk(procedure.line, agency=create_agency(name="Agencia A, que abre tarde"), windows=0)
    soon = create_desk(procedure.line, agency=create_agency(late.agency.province, name="Agencia B, que atiende ya"))
    create_staffing(late, valid_from=next_workday() + timedelta(days=20), windows=1)
    notified = next_workday() - timedelta(days=4)
    walker.post(
        "lugar",
        provincia=soon.agency.province_code,
        tramite=procedure.slug,
        fecha_notificacion=notified.isoformat(),
        ver="agencias",
    )
    text = client.page.text
    assert text.index("Agencia B") < text.index("Agencia A")
    assert "Último día estimado" in text
    assert text.count("Después de su último día estimado") == 1


def test_a_later_day_warns_and_the_date_is_kept_nowhere(procedure, walker, client):
    desk = create_desk(procedure.line)
    notified = next_workday() - timedelta(days=4)
    walker.post(
        "lugar",
        provincia=desk.agency.province_code,
        tramite=procedure.slug,
        agencia=desk.agency.slug,
        fecha_notificacion=notified.isoformat(),
    )
    walker.follow()
    assert "Su último día estimado" in client.page.text
    assert "Después de su último día estimado" in client.page.text
    row = db.session.execute(select(*Journey.__table__.columns)).one()
    assert notified not in row


def test_without_a_date_there_is_no_term(procedure, walker, client):
    desk = create_desk(procedure.line)
    walker.post("lugar", provincia=desk.agency.province_code, tramite=procedure.slug, agencia=desk.agency.slug)
    walker.follow()
    assert "estimado" not in client.page.text

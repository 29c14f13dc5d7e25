from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency, create_desk, create_procedure, create_province, next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.booking.closures import zone_changes
from turnero.booking.journey import confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.models import Claim
from turnero.core import clock
from turnero.core.extensions import db


def book(app, province):
    procedure = create_procedure(minutes=20)
    desk = create_desk(procedure.line, agency=create_agency(province))
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday() + timedelta(days=1), 560)
    return confirm.confirm_turn(traveller.key, traveller.browser)


@pytest.mark.parametrize(("code", "hours_from_utc"), [("17", 5), ("20", 6)])
def test_twenty_past_nine_is_twenty_past_nine_of_the_agency(app, code, hours_from_utc):
    booking = queries.booking_by_token(book(app, create_province(code)))
    assert (booking.starts_at.hour, booking.starts_at.minute) == (9 + hours_from_utc, 20)


def test_new_zone_rules_move_the_instant_and_not_the_wall_clock(app, monkeypatch):
    token = book(app, create_province())
    before = queries.booking_by_token(token).starts_at
    assert zone_changes.refresh() == 0
    # As if a new release of the zone data gave Ecuador summer time: an hour ahead, like São Paulo's old one.
    monkeypatch.setattr(clock, "ZoneInfo", lambda zone: ZoneInfo("Etc/GMT+4"))
    monkeypatch.setattr(zone_changes, "ZoneInfo", lambda zone: ZoneInfo("Etc/GMT+4"))
    assert zone_changes.refresh() == 1
    booking = queries.booking_by_token(token)
    assert booking.minute == 560
    assert booking.starts_at == before - timedelta(hours=1)
    assert db.session.scalars(select(Claim.starts_at)).all() == [booking.starts_at]
    assert zone_changes.refresh() == 0

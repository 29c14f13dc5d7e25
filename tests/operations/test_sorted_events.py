"""Migration 0012: sorts the reasons of earlier events into codes and free text."""

from importlib.util import module_from_spec, spec_from_file_location

import pytest
from sqlalchemy import select, text

from tests.support import ROOT
from tests.support.inspection.migrating import in_a_migration
from tests.support.rows.build import start_writing
from tests.support.rows.turns import book, the_monday, turn
from turnero.booking.turn.models import Event
from turnero.core.extensions import db

# before, after, actor, reason → code, details, and what the view says
OLD_EVENTS = [
    (None, "held", "citizen", "", "held", {}, ""),
    (None, "arrived", "staff:1", "", "walked_in", {}, "walked_in"),
    ("held", "confirmed", "citizen", "", "confirmed", {}, ""),
    ("held", "confirmed", "citizen", "offer accepted", "offer_accepted", {}, "offer_accepted"),
    ("held", "lapsed", "citizen", "place changed", "agency_changed", {}, "agency_changed"),
    ("held", "lapsed", "sweep", "time passed", "time_passed", {}, "time_passed"),
    ("held", "lapsed", "waiting", "lapsed", "offer_lapsed", {}, "offer_lapsed"),
    ("held", "lapsed", "restore", "restored from a backup", "restored", {}, "restored"),
    ("held", "lapsed", "staff:1", "released", "hours_closed", {"why": "released"}, "released"),
    ("held", "lapsed", "sweep", "La agencia cambió", "hours_closed", {"why": "La agencia cambió"}, "La agencia cambió"),
    ("confirmed", "displaced", "staff:1", "changed", "displaced", {"why": "changed"}, "changed"),
    ("confirmed", "confirmed", "citizen", "changed", "changed", {}, "changed"),
    ("confirmed", "confirmed", "staff:1", "reassigned", "reassigned", {}, "reassigned"),
    ("displaced", "confirmed", "citizen", "rebooked", "rebooked", {}, "rebooked"),
    ("displaced", "confirmed", "displacement", "placed", "placed", {}, "placed"),
    ("displaced", "confirmed", "staff:1", "reopened", "reopened", {}, "reopened"),
    ("displaced", "cancelled", "sweep", "no answer", "no_answer", {}, "no_answer"),
    ("confirmed", "cancelled", "citizen", "", "cancelled", {}, ""),
    ("confirmed", "cancelled", "citizen", "other", "cancelled", {"answer": "other"}, "other"),
    ("confirmed", "cancelled", "owner", "not_me", "not_me", {}, "not_me"),
    ("confirmed", "cancelled", "staff:1", "by_staff", "by_staff", {}, "by_staff"),
    ("cancelled", "confirmed", "staff:1", "undone", "undone", {}, "undone"),
    ("attended", "attended", "command line", "erased", "erased", {}, "erased"),
    ("confirmed", "arrived", "kiosk:1", "without server", "arrived_offline", {}, "arrived_offline"),
    ("confirmed", "arrived", "staff:1", "paper", "paper", {}, "paper"),
    ("called", "arrived", "staff:1", "parked", "parked", {}, "parked"),
    ("arrived", "arrived", "staff:1", "transferred", "transferred", {}, "transferred"),
    ("confirmed", "no_show", "close_day", "not arrived", "not_arrived", {}, "not_arrived"),
    ("called", "attended", "staff:1", "", "attended", {}, ""),
    ("displaced", "confirmed", "citizen", "accepted", "accepted", {}, "accepted"),
]


@pytest.fixture
def migration():
    spec = spec_from_file_location("m0012", ROOT / "migrations/versions/0012_what_happened.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_old_events_get_their_code_and_keep_their_text(desk, procedure, migration):
    booking = book(desk, procedure, the_monday())
    number = turn(booking).id
    start_writing()
    db.session.execute(text("DELETE FROM events"))
    for before, after, actor, reason, *_ in OLD_EVENTS:
        db.session.execute(
            text(
                "INSERT INTO events (booking_id, at, actor, before, after, reason, details)"
                " VALUES (:booking, :at, :actor, :before, :after, :reason, '{}')"
            ),
            {"booking": number, "at": "2026-11-09", "actor": actor, "before": before, "after": after, "reason": reason},
        )
    db.session.commit()
    with in_a_migration():
        migration.sort_events(db.engine.dialect.name)
    sorted_now = db.session.execute(select(Event.what, Event.details).order_by(Event.id)).all()
    assert [tuple(each) for each in sorted_now] == [(what, details) for *_, what, details, _ in OLD_EVENTS]
    told = db.session.execute(text("SELECT motivo FROM v_eventos")).scalars().all()
    assert sorted(told) == sorted(told for *_, told in OLD_EVENTS)

"""The database refuses invalid rows: each CHECK and UNIQUE violated by direct SQL.

Generated from the models: a constraint that nobody tries to break is a failure here.
"""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from tests.support.rows.build import create_closure, create_desk_day, create_local_holiday, set_policy, start_writing
from tests.support.rows.waiting import in_draw
from tests.support.scenes.world import build_world
from turnero.agencies.models import Desk
from turnero.booking.turn.models import Booking, Displacement, SpentReference
from turnero.booking.turn.request_models import Draw
from turnero.core import clock
from turnero.core.extensions import Base, db
from turnero.operations.jobs import Lease
from turnero.staff.models import Account, DataView, SignInFailure
from turnero.transparency.complaints import complaints
from turnero.transparency.models import Given, MonthDetail, MonthProvince, Rating, Scarcity
from turnero.transparency.months import closing
from turnero.verify.models import Challenge, CodeTries
from turnero.web.refusals import Refusals

LATER = datetime(2026, 11, 9, tzinfo=UTC)
# By constraint the values that break it and nothing else; every row of the table gets them at once.
BREAKS = {
    "ck_accounts_role": {"role": "boss", "agency_id": 1, "totp_nonce": "x"},
    "ck_accounts_agency": {"role": "admin", "agency_id": 1, "totp_nonce": "x"},
    "ck_accounts_second_factor": {"role": "supervisor", "agency_id": 1, "totp_nonce": None},
    "ck_events_what": {"what": "lost"},
    "ck_agencies_kind": {"kind": "kiosk"},
    "ck_bookings_status": {"status": "lost", "lapses_at": None},
    "ck_bookings_channel": {"channel": "phone"},
    "ck_bookings_cells": {"cells": 0},
    "ck_bookings_lapses_at": {"status": "held", "lapses_at": None},
    "ck_catalogue_policy_one_row": {"id": 2},
    "ck_claims_purpose": {"purpose": "gift", "lapses_at": LATER},
    "ck_claims_lapses_at": {"purpose": "turn", "lapses_at": LATER},
    "ck_claims_booking": {"purpose": "turn", "lapses_at": None, "booking_id": None},
    "ck_claims_cell": {"seat": -1},
    "ck_clock_one_row": {"id": 2},
    "ck_closures_kind": {"kind": "party"},
    "ck_closures_scope": {"scope": "world"},
    "ck_closures_interval": {"ends": datetime(2020, 1, 1)},
    "ck_code_tries_tries": {"tries": -1},
    "ck_desk_days_windows": {"windows": -1},
    "ck_desk_staffing_windows": {"windows": -1},
    "ck_desk_staffing_slot_minutes": {"slot_minutes": 4},
    "ck_devices_kind": {"kind": "phone"},
    "ck_displacements_status": {"status": "lost"},
    "ck_notices_status": {"status": "lost"},
    "ck_procedures_channel": {"channel": "phone"},
    "ck_procedures_minutes": {"minutes": 0},
    "ck_reference_era_one_row": {"id": 2},
    "ck_draws_days": {"last_day": date(2020, 1, 1)},
    "ck_draws_window": {"closes_at": LATER, "opens_at": LATER, "created_at": LATER},
    "ck_given_figures_how": {"how": "luck"},
    "ck_given_figures_turns": {"turns": -1},
    "ck_scarcity_figures_days_ahead": {"days_ahead": -1},
    "ck_seat_offers_status": {"status": "lost", "ended_at": LATER},
    "ck_seat_offers_ended_at": {"status": "open", "ended_at": LATER},
    "ck_seat_requests_status": {"status": "lost", "ended_at": LATER},
    "ck_seat_requests_part": {"part": "night"},
    "ck_seat_requests_days": {"last_day": date(2020, 1, 1)},
    "ck_seat_requests_ended_at": {"status": "waiting", "ended_at": LATER},
    "ck_month_figures_source": {"source": "rumour"},
    "ck_month_figures_counts": {"attentions": -1},
    "ck_month_figures_revision": {"revision": 0},
    "ck_month_details_counts": {"attended": -1},
    "ck_month_provinces_counts": {"displaced": -1},
    "ck_refusals_times": {"times": 0},
    "ck_complaints_kind": {"kind": "rumour"},
    "ck_complaints_satisfaction": {"satisfaction": 6},
    "ck_complaints_answer": {"answer": "x", "answered_at": None},
    "ck_ratings_satisfaction": {"satisfaction": 0},
    "ck_weekly_hours_weekday": {"weekday": 7},
    "ck_weekly_hours_interval": {"opens": 600, "closes": 600},
}


def constraints(*kinds):
    return {
        str(each.name): (table, each)
        for table in Base.metadata.sorted_tables
        for each in (*table.constraints, *table.indexes)
        if isinstance(each, kinds)
    }


UNIQUE = {
    name: found
    for name, found in constraints(UniqueConstraint, PrimaryKeyConstraint, Index).items()
    if not isinstance(found[1], Index) or found[1].unique
}


@pytest.fixture
def rows(app):
    """At least one row of every table."""
    build_world(app)
    booking = db.session.scalars(select(Booking).order_by(Booking.id)).first()
    now, desk = clock.now(), db.session.get_one(Desk, booking.desk_id)
    staff = db.session.scalars(select(Account.id)).first()
    where = {"old_starts_at": now, "old_desk_id": desk.id, "old_day": booking.day, "old_minute": 600, "old_cells": 1}
    offered = {"agency_id": booking.agency_id, "procedure_id": booking.procedure_id}
    made = [
        Challenge(journey="j", address="a@b.ec", mailbox="a@b.ec", nonce="n", issued_at=now, expires_at=now),
        CodeTries(journey="j", tries=1),
        Displacement(booking_id=booking.id, reason="Corte", created_at=now, **where),
        DataView(at=now, account_id=staff, agency_id=desk.agency_id, kind="agenda"),
        SignInFailure(account="a", source="s", browser="b", at=now),
        Lease(name="jobs", holder="h", fence=1, expires_at=now),
        SpentReference(reference="AAA0000"),
        Scarcity(day=booking.day, days_ahead=1, **offered),
        Given(day=booking.day, how="list", turns=1),
        Refusals(since=now, reason="flood", times=1),
        Rating(key="k", day=booking.day, satisfaction=5, words="", **offered),
    ]
    closing.close_month(date(2026, 10, 1))
    complaints.file_complaint(complaints.Said("k", "complaint", "Esperé mucho"), "b")
    closed = {"month": date(2026, 10, 1), "revision": 1, "procedure_id": booking.procedure_id}
    closed |= dict.fromkeys(("attended", "no_show", "cancelled", "displaced"), 0)
    province = desk.agency.province_code
    db.session.add_all(
        [MonthDetail(agency_id=desk.agency_id, **closed), MonthProvince(province_code=province, **closed)]
    )
    db.session.commit()
    in_draw(db.session.scalars(select(Draw)).first(), booking.procedure, 77)
    create_closure(datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 10))
    create_desk_day(desk, date(2026, 12, 1), windows=1)
    create_local_holiday(date(2026, 12, 6))
    set_policy()
    start_writing()
    db.session.add_all(made)
    db.session.commit()


def refused(statement):
    """What the database says against it."""
    start_writing()
    with pytest.raises(IntegrityError) as caught:
        db.session.execute(statement)
    db.session.rollback()
    return str(caught.value.orig)


def test_every_check_is_tried():
    assert set(BREAKS) == set(constraints(CheckConstraint))


def test_there_is_a_row_of_every_table(rows):
    assert not [table.name for table in Base.metadata.sorted_tables if not db.session.execute(select(table)).first()]


def test_the_database_refuses_what_each_check_forbids(rows):
    wrong = []
    for name, values in BREAKS.items():
        table, _ = constraints(CheckConstraint)[name]
        if name not in refused(update(table).values(values)):
            wrong.append(name)
    assert not wrong


def test_the_database_refuses_what_is_there_already(rows):
    """A copy of a row in which everything else that must differ does."""
    wrong = []
    for name, (table, constraint) in UNIQUE.items():
        kept = {column.name for column in constraint.columns}
        row = _row(table, constraint)
        if row is None:
            continue
        others = {column.name for _, each in UNIQUE.values() if each.table is table for column in each.columns} - kept
        copy = dict(row) | {column: _other(row[column]) for column in others}
        if not re.search("unique", refused(insert(table).values(copy)), re.IGNORECASE):
            wrong.append(name)
    assert not wrong


def _row(table, constraint):
    """A row that the constraint is about: partial ones say of which, and NULL equals nothing."""
    wanted = select(table).where(*(column.is_not(None) for column in constraint.columns))
    only = constraint.dialect_options["postgresql"].get("where") if isinstance(constraint, Index) else None
    if only is not None:
        wanted = wanted.where(text(str(only)))
    return db.session.execute(wanted).mappings().first()


def _other(value):
    if isinstance(value, str):
        return value + "x"
    return value + 10_000 if isinstance(value, int) else value


def test_a_row_in_which_everything_differs_is_taken(rows):
    """The control of the copies."""
    table = Booking.__table__
    row = dict(db.session.execute(select(table)).mappings().first())
    others = {column.name for _, each in UNIQUE.values() if each.table is table for column in each.columns}
    start_writing()
    db.session.execute(insert(table).values(row | {name: _other(row[name]) for name in others - {"procedure_id"}}))
    db.session.rollback()


def test_every_unique_constraint_had_a_row(rows):
    untried = {name for name, (table, constraint) in UNIQUE.items() if _row(table, constraint) is None}
    assert not untried

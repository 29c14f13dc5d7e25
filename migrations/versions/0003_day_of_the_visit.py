"""The day of the visit: staff, their sessions and devices, check-ins, tickets and calls; walk-ins take no cell.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from turnero.core.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_account"), "sign_in_failures", ["account"], unique=False)
    op.create_index("ix_sign_in_failures_at", "sign_in_failures", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_failures_source"), "sign_in_failures", ["source"], unique=False)

    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_nonce", sa.String(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("activation_hash", sa.String(), nullable=True),
        sa.Column("activation_expires_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(role = 'admin') = (agency_id IS NULL)", name=op.f("ck_accounts_agency")),
        sa.CheckConstraint("role IN ('window', 'supervisor', 'admin')", name=op.f("ck_accounts_role")),
        sa.CheckConstraint("(role = 'window') = (totp_nonce IS NULL)", name=op.f("ck_accounts_second_factor")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_accounts_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("activation_hash", name=op.f("uq_accounts_activation_hash")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_index(op.f("ix_accounts_agency_id"), "accounts", ["agency_id"], unique=False)

    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=True),
        sa.Column("pairing_hash", sa.String(), nullable=True),
        sa.Column("pairing_expires_at", UtcDateTime(), nullable=True),
        sa.Column("key_hash", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("paired_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("help_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('kiosk', 'board')", name=op.f("ck_devices_kind")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_devices_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("agency_id", "series", name=op.f("uq_devices_agency_id_series")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_devices_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_devices_name")),
        sa.UniqueConstraint("pairing_hash", name=op.f("uq_devices_pairing_hash")),
    )
    op.create_index(op.f("ix_devices_agency_id"), "devices", ["agency_id"], unique=False)

    op.create_table(
        "ticket_counters",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_ticket_counters_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "day", "series", name=op.f("pk_ticket_counters")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("window", sa.Integer(), nullable=True),
        sa.Column("desk_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_staff_sessions_account_id")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_staff_sessions_desk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_staff_sessions_key_hash")),
    )
    op.create_index(op.f("ix_staff_sessions_account_id"), "staff_sessions", ["account_id"], unique=False)

    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_calls_agency_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_calls_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index("ix_calls_agency_day", "calls", ["agency_id", "day"], unique=False)

    op.create_table(
        "data_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_data_views_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_data_views_agency_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_data_views_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_views")),
    )
    op.create_index("ix_data_views_agency_at", "data_views", ["agency_id", "at"], unique=False)

    op.create_table(
        "visits",
        sa.Column("booking_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("parked_at", UtcDateTime(), nullable=True),
        sa.Column("for_window", sa.Integer(), nullable=True),
        sa.Column("window", sa.Integer(), nullable=True),
        sa.Column("called_at", UtcDateTime(), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_visits_agency_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_visits_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_visits")),
        sa.UniqueConstraint("agency_id", "day", "ticket", name=op.f("uq_visits_agency_id_day_ticket")),
    )
    op.create_index("ix_visits_agency_day", "visits", ["agency_id", "day"], unique=False)

    # N-1 code that still runs beside this schema does not know the column: it has a default.
    op.add_column("bookings", sa.Column("walk_in", sa.Boolean(), server_default=sa.false(), nullable=False))

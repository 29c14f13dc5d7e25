"""Whoever finds no place asks for one: the waiting list, and the draws of scarce agencies.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from turnero.core.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ON_LIST = sa.text("draw_id IS NULL AND status IN ('waiting', 'offered')")
IN_DRAW = sa.text("draw_id IS NOT NULL AND status <> 'left'")
OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    _draws()
    _requests()
    _offers()
    _figures()


def _draws() -> None:
    op.create_table(
        "draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("drawn_at", UtcDateTime(), nullable=True),
        sa.Column("document", sa.JSON(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_draws_days")),
        sa.CheckConstraint("created_at <= opens_at AND opens_at < closes_at", name=op.f("ck_draws_window")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_draws_desk_id_desks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draws")),
        sa.UniqueConstraint("desk_id", "first_day", name=op.f("uq_draws_desk_id_first_day")),
    )
    op.create_index(op.f("ix_draws_closes_at"), "draws", ["closes_at"])


def _requests() -> None:
    op.create_table(
        "seat_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("journey_key", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("cedula", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("mobile", sa.String(), nullable=False),
        sa.Column("registry_email", sa.String(), nullable=True),
        sa.Column("third_party_cedula", sa.String(), nullable=True),
        sa.Column("third_party_name", sa.String(), nullable=True),
        sa.Column("priority", sa.Boolean(), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("token_nonce", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'served', 'spent', 'left', 'ended')",
            name=op.f("ck_seat_requests_status"),
        ),
        sa.CheckConstraint("part IN ('any', 'morning', 'afternoon')", name=op.f("ck_seat_requests_part")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_seat_requests_days")),
        sa.CheckConstraint(
            "(status IN ('waiting', 'offered')) = (ended_at IS NULL)", name=op.f("ck_seat_requests_ended_at")
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.id"], name=op.f("fk_seat_requests_draw_id_draws")),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedures.id"], name=op.f("fk_seat_requests_procedure_id_procedures")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_requests")),
        sa.UniqueConstraint("number", name=op.f("uq_seat_requests_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_seat_requests_token_hash")),
    )
    for column in ("draw_id", "journey_key", "browser", "cedula", "mailbox", "mobile"):
        op.create_index(op.f(f"ix_seat_requests_{column}"), "seat_requests", [column])
    _partial("ix_seat_requests_on_list", "seat_requests", ["cedula", "procedure_id"], ON_LIST)
    _partial("ix_seat_requests_in_draw", "seat_requests", ["draw_id", "cedula"], IN_DRAW)
    op.create_index("ix_seat_requests_waiting", "seat_requests", ["status", "procedure_id", "last_day"])
    op.create_table(
        "seat_request_agencies",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["seat_requests.id"],
            name=op.f("fk_seat_request_agencies_request_id_seat_requests"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_seat_request_agencies_agency_id_agencies")
        ),
        sa.PrimaryKeyConstraint("request_id", "agency_id", name=op.f("pk_seat_request_agencies")),
    )
    op.create_index(op.f("ix_seat_request_agencies_agency_id"), "seat_request_agencies", ["agency_id"])


def _offers() -> None:
    op.create_table(
        "seat_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("answer_by", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')", name=op.f("ck_seat_offers_status")
        ),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name=op.f("ck_seat_offers_ended_at")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["seat_requests.id"], name=op.f("fk_seat_offers_request_id_seat_requests")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_seat_offers_booking_id_bookings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_offers")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_seat_offers_booking_id")),
    )
    op.create_index(op.f("ix_seat_offers_request_id"), "seat_offers", ["request_id"])
    _partial("ix_seat_offers_one_open", "seat_offers", ["request_id"], OPEN)


def _figures() -> None:
    op.create_table(
        "scarcity_figures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=True),
        sa.CheckConstraint("days_ahead >= 0", name=op.f("ck_scarcity_figures_days_ahead")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_scarcity_figures_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedures.id"], name=op.f("fk_scarcity_figures_procedure_id_procedures")
        ),
        sa.PrimaryKeyConstraint("day", "agency_id", "procedure_id", name=op.f("pk_scarcity_figures")),
    )
    op.create_table(
        "given_figures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.CheckConstraint("how IN ('first_come', 'list', 'draw', 'window')", name=op.f("ck_given_figures_how")),
        sa.CheckConstraint("turns >= 0", name=op.f("ck_given_figures_turns")),
        sa.PrimaryKeyConstraint("day", "how", name=op.f("pk_given_figures")),
    )


def _partial(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)

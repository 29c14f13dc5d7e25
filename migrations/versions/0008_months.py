"""Closed months for everybody to see: attentions and complaints, and their parts by agency and trámite; complaints.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from turnero.core.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COUNTS = ("attended", "no_show", "cancelled", "displaced")
MINUTES = ("waiting_median", "waiting_p90", "attention_median", "attention_p90")


def upgrade() -> None:
    _months()
    _complaints()


def _months() -> None:
    op.create_table(
        "month_figures",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attentions", sa.Integer(), nullable=False),
        sa.Column("complaints", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("source IN ('history', 'own')", name=op.f("ck_month_figures_source")),
        sa.CheckConstraint("attentions >= 0 AND complaints >= 0", name=op.f("ck_month_figures_counts")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_month_figures_revision")),
        sa.PrimaryKeyConstraint("month", "revision", name=op.f("pk_month_figures")),
    )
    op.create_table(
        "month_details",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in MINUTES),
        sa.CheckConstraint(
            "attended >= 0 AND no_show >= 0 AND cancelled >= 0 AND displaced >= 0",
            name=op.f("ck_month_details_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["month", "revision"],
            ["month_figures.month", "month_figures.revision"],
            name=op.f("fk_month_details_month_month_figures"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_month_details_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedures.id"], name=op.f("fk_month_details_procedure_id_procedures")
        ),
        sa.PrimaryKeyConstraint("month", "revision", "agency_id", "procedure_id", name=op.f("pk_month_details")),
    )


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_day", sa.Date(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('complaint', 'suggestion', 'thanks')", name=op.f("ck_complaints_kind")),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_complaints_satisfaction")),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_complaints_answer")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_complaints_agency_id_agencies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("number", name=op.f("uq_complaints_number")),
        sa.UniqueConstraint("form_key", name=op.f("uq_complaints_form_key")),
    )
    op.create_index(op.f("ix_complaints_browser"), "complaints", ["browser"])
    op.create_index(op.f("ix_complaints_created_at"), "complaints", ["created_at"])

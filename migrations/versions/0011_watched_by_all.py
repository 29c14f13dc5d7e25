"""Closed months by province too, and how far the first free turn was; refusals counted for whoever watches.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from turnero.core.db import UtcDateTime
from turnero.operations.schema import add_column

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_DAYS = ("days_to_free_median", "days_to_free_p90", "days_without_free")
_MEASURED = ("waiting_median", "waiting_p90", "attention_median", "attention_p90", "satisfaction", *_DAYS)


def upgrade() -> None:
    op.create_table(
        "month_provinces",
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("attended", "no_show", "cancelled", "displaced")),
        sa.Column("ratings", sa.Integer(), nullable=False, server_default="0"),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _MEASURED),
        sa.CheckConstraint(
            "attended >= 0 AND no_show >= 0 AND cancelled >= 0 AND displaced >= 0",
            name=op.f("ck_month_provinces_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["month", "revision"],
            ["month_figures.month", "month_figures.revision"],
            name=op.f("fk_month_provinces_month_month_figures"),
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedures.id"], name=op.f("fk_month_provinces_procedure_id_procedures")
        ),
        sa.ForeignKeyConstraint(
            ["province_code"], ["provinces.code"], name=op.f("fk_month_provinces_province_code_provinces")
        ),
        sa.PrimaryKeyConstraint("province_code", "procedure_id", "month", "revision", name=op.f("pk_month_provinces")),
    )
    op.create_table(
        "refusals",
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_refusals_times")),
        sa.PrimaryKeyConstraint("since", "reason", name=op.f("pk_refusals")),
    )
    for name in _DAYS:
        add_column("month_details", sa.Column(name, sa.Integer(), nullable=True))

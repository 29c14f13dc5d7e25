"""How people were attended, as they say it after the visit; it goes into the month's figures.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from turnero.operations.schema import add_column

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_ratings_satisfaction")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_ratings_agency_id_agencies")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedures.id"], name=op.f("fk_ratings_procedure_id_procedures")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ratings")),
    )
    op.create_index(op.f("ix_ratings_day"), "ratings", ["day"])
    add_column("month_details", sa.Column("ratings", sa.Integer(), nullable=False, server_default="0"))
    add_column("month_details", sa.Column("satisfaction", sa.Integer(), nullable=True))

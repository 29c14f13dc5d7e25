"""References belong to an era, which a restore ends: what was given after the backup is never given again.

Revision ID: 0005
Revises: 0004
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    eras = op.create_table(
        "reference_era",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_reference_era_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_era")),
    )
    op.bulk_insert(eras, [{"id": 1, "number": 0, "salt": secrets.token_hex(16)}])

"""The owner on file may undo a turn; turns are forgotten after their time, references never.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from turnero.core.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LIVE = sa.text("status IN ('confirmed', 'arrived', 'called', 'displaced') AND forgotten_at IS NULL")


def upgrade() -> None:
    op.add_column("journeys", sa.Column("registry_email", sa.String(), nullable=True))
    op.add_column("bookings", sa.Column("owner_hash", sa.String(), nullable=True))
    op.add_column("bookings", sa.Column("forgotten_at", UtcDateTime(), nullable=True))
    op.create_index("ix_bookings_owner_hash", "bookings", ["owner_hash"], unique=True)
    op.drop_index("ix_bookings_one_live", "bookings")
    op.create_index(
        "ix_bookings_one_live",
        "bookings",
        ["cedula", "procedure_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_table(
        "spent_references",
        sa.Column("reference", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_spent_references")),
    )

"""A proof renews the browser, whose mails are counted too; events are found by their time.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa

from turnero.operations import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # N-1 code that still runs beside this schema does not know the column: it has a default.
    schema.add_column("challenges", sa.Column("browser", sa.String(), server_default="", nullable=False))
    schema.add_column("journeys", sa.Column("proven_as", sa.String(), nullable=True))
    schema.create_index("ix_challenges_browser", "challenges", ["browser"])
    schema.create_index("ix_events_at", "events", ["at"])

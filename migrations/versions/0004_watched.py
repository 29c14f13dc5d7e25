"""Code mails are counted by browser too; what happened of late is found without reading all that ever did.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # N-1 code that still runs beside this schema does not know the column: it has a default.
    op.add_column("challenges", sa.Column("browser", sa.String(), server_default="", nullable=False))
    op.create_index("ix_challenges_browser", "challenges", ["browser"], unique=False)
    op.create_index("ix_events_at", "events", ["at"], unique=False)

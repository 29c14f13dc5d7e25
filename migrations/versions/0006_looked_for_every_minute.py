"""Holds that have run out, and turns whose hour has passed, are found without reading every turn there ever was.

Revision ID: 0006
Revises: 0005
"""

from turnero.operations.schema import create_index

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index("ix_bookings_held_until", "bookings", ["lapses_at"], where="status = 'held'")
    create_index("ix_bookings_to_come", "bookings", ["starts_at"], where="status = 'confirmed'")

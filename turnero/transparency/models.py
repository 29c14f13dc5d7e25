"""Tables of public figures: measured once a day, never changed."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from turnero.extensions import Base


class Scarcity(Base):
    """How many days ahead the first free turn was, measured on ``day``; NULL: none. Drawn ones have no row."""

    __tablename__ = "scarcity_figures"
    __table_args__ = (CheckConstraint("days_ahead >= 0", name="days_ahead"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedures.id"), primary_key=True)
    days_ahead: Mapped[int | None]


class Given(Base):
    """How many turns were given on ``day`` (mainland), and how."""

    __tablename__ = "given_figures"
    __table_args__ = (
        CheckConstraint("how IN ('first_come', 'list', 'draw', 'window')", name="how"),
        CheckConstraint("turns >= 0", name="turns"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    how: Mapped[str] = mapped_column(primary_key=True)
    turns: Mapped[int]

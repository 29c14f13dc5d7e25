"""Tables of the day of the visit: visits with their tickets, and calls shown on the board."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from turnero.booking.turn.models import Booking
from turnero.core.db import UtcDateTime
from turnero.core.extensions import Base


class Visit(Base):
    """The visit of a turn from check-in on: ticket, times and window."""

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("agency_id", "day", "ticket"),
        Index("ix_visits_agency_day", "agency_id", "day"),
    )

    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), primary_key=True, autoincrement=False)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    day: Mapped[date]  # local
    ticket: Mapped[str]  # "A-005"
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    late: Mapped[bool] = mapped_column(default=False)  # came after the hour and its tolerance
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # did not answer or stepped out: goes to the end
    for_window: Mapped[int | None]  # sent to that window, which calls them first
    window: Mapped[int | None]  # of the last call
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # first call to the present window
    calls: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    booking: Mapped[Booking] = relationship(lazy="joined")


class Call(Base):
    """One call on the board. Append-only: a repeated call is another row."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_agency_day", "agency_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    ticket: Mapped[str]
    window: Mapped[int]


class TicketCounter(Base):
    """The last ticket number of a series (A, B, …) at an agency on a day."""

    __tablename__ = "ticket_counters"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]

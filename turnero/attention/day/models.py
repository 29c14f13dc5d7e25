"""Tables of the day of the visit: who came, with which ticket, and every call the board showed."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from turnero.booking.turn.models import Booking
from turnero.core.db import UtcDateTime
from turnero.core.extensions import Base


class Visit(Base):
    """What a turn's status does not say about its day: ticket, times and window. One row from the check-in on."""

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
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # did not answer or stepped out: goes behind
    for_window: Mapped[int | None]  # sent to that window, which takes them first
    window: Mapped[int | None]  # that called them last
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # first call to the present window
    calls: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    booking: Mapped[Booking] = relationship(lazy="joined")


class Call(Base):
    """One call as the board shows it, append-only: a repeated call is another row."""

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
    """The last number given of one series (A, B, …) at an agency on a day."""

    __tablename__ = "ticket_counters"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]

"""Tables of the waiting list: requests, offers, and the draws of scarce agencies."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from turnero.agencies.models import Agency, Desk, Procedure
from turnero.booking.turn.models import Booking
from turnero.booking.turn.states import OfferStatus, RequestStatus
from turnero.core.db import EnumText, UtcDateTime
from turnero.core.extensions import Base

# Of the waiting list: a cédula waits once for a trámite.
_ON_LIST = text("draw_id IS NULL AND status IN ('waiting', 'offered')")
# Of a draw: a cédula counts once.
_IN_DRAW = text("draw_id IS NOT NULL AND status <> 'left'")
_OPEN = text("status = 'open'")


class Draw(Base):
    """A draw by lot of one desk's places on some days. Requests are accepted from ``opens_at`` to ``closes_at``.

    The hash of the secret is published before requests open, the ``secret`` itself after the draw. ``document`` then
    holds what anybody needs to repeat the draw (``draw.verify``).
    """

    __tablename__ = "draws"
    __table_args__ = (
        UniqueConstraint("desk_id", "first_day"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("created_at <= opens_at AND opens_at < closes_at", name="window"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"))
    first_day: Mapped[date]  # local, both inside
    last_day: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    nonce: Mapped[str]  # the secret is derived from it by HMAC, so that no backup reveals it early
    secret_hash: Mapped[str]
    secret: Mapped[str | None]
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    document: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    desk: Mapped[Desk] = relationship(lazy="joined")


_wanted_agencies = Table(
    "seat_request_agencies",
    Base.metadata,
    Column("request_id", ForeignKey("seat_requests.id", ondelete="CASCADE"), primary_key=True),
    Column("agency_id", ForeignKey("agencies.id"), primary_key=True, index=True),
)


class SeatRequest(Base):
    """A person's request for a place, on the waiting list or in a draw (``draw_id``)."""

    __tablename__ = "seat_requests"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'offered', 'served', 'spent', 'left', 'ended')", name="status"),
        CheckConstraint("part IN ('any', 'morning', 'afternoon')", name="part"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("(status IN ('waiting', 'offered')) = (ended_at IS NULL)", name="ended_at"),
        Index(
            "ix_seat_requests_on_list",
            "cedula",
            "procedure_id",
            unique=True,
            sqlite_where=_ON_LIST,
            postgresql_where=_ON_LIST,
        ),
        Index(
            "ix_seat_requests_in_draw",
            "draw_id",
            "cedula",
            unique=True,
            sqlite_where=_IN_DRAW,
            postgresql_where=_IN_DRAW,
        ),
        Index("ix_seat_requests_waiting", "status", "procedure_id", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # the public name in a draw; gives no access
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("draws.id"), index=True)
    rank: Mapped[int | None]  # in the drawn order, from 1
    status: Mapped[RequestStatus] = mapped_column(EnumText(RequestStatus), default=RequestStatus.WAITING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    journey_key: Mapped[str] = mapped_column(index=True)
    browser: Mapped[str] = mapped_column(index=True)
    cedula: Mapped[str] = mapped_column(index=True)
    email: Mapped[str]
    mailbox: Mapped[str] = mapped_column(index=True)
    mobile: Mapped[str] = mapped_column(index=True)
    registry_email: Mapped[str | None]
    third_party_cedula: Mapped[str | None]
    third_party_name: Mapped[str | None]
    priority: Mapped[bool] = mapped_column(default=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedures.id"))
    first_day: Mapped[date]  # local to the agencies, both inside
    last_day: Mapped[date]
    part: Mapped[str] = mapped_column(default="any")
    offers: Mapped[int] = mapped_column(default=0)  # number of offers that were sent and not accepted
    token_nonce: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)

    procedure: Mapped[Procedure] = relationship(lazy="joined")
    draw: Mapped[Draw | None] = relationship()
    agencies: Mapped[list[Agency]] = relationship(secondary=_wanted_agencies, passive_deletes=True)


class SeatOffer(Base):
    """A place kept for a request until ``answer_by``: a held booking whose claims have purpose offer."""

    __tablename__ = "seat_offers"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')", name="status"),
        CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_at"),
        Index("ix_seat_offers_one_open", "request_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("seat_requests.id"), index=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), unique=True)
    status: Mapped[OfferStatus] = mapped_column(EnumText(OfferStatus), default=OfferStatus.OPEN)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)  # the deadline shown to the person; the claims last longer
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its mail was handed over
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    request: Mapped[SeatRequest] = relationship()
    booking: Mapped[Booking] = relationship()

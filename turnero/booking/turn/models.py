"""Tables of the turn. The claim, a taken seat, is the primitive on which the others build."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from turnero.agencies.models import Agency, Procedure
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.states import DisplacementStatus, Purpose
from turnero.core.db import EnumText, UtcDateTime
from turnero.core.extensions import Base
from turnero.staff.actor import Actor, ActorText

# A turn whose holder was erased no longer belongs to a cédula.
_LIVE_SQL = text("status IN ('confirmed', 'arrived', 'called', 'displaced') AND forgotten_at IS NULL")
_HELD_SQL = text("status = 'held'")
_CONFIRMED_SQL = text("status = 'confirmed'")


class Journey(Base):
    """One citizen's pass through the steps. Its key is in the URL but works only with the browser's cookie."""

    __tablename__ = "journeys"

    key: Mapped[str] = mapped_column(primary_key=True)
    browser: Mapped[str] = mapped_column(index=True)  # SHA-256 of the cookie's id
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    cedula: Mapped[str] = mapped_column(index=True)
    email: Mapped[str | None]  # as we write to it
    mailbox: Mapped[str | None] = mapped_column(index=True)  # normalised, for limits
    mobile: Mapped[str | None]  # E.164
    questioned_email: Mapped[str | None]  # the address whose domain was questioned once
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proven_as: Mapped[str | None]  # the browser id before the proof renewed it
    registered: Mapped[bool | None]  # the registry's answer, asked after the mailbox was proven
    registry_email: Mapped[
        str | None
    ]  # the address on file, never shown: notified if it differs from the journey's mailbox
    province_code: Mapped[str | None] = mapped_column(ForeignKey("provinces.code"))
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedures.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    third_party_cedula: Mapped[str | None]  # who comes in the holder's place, authorised
    third_party_name: Mapped[str | None]
    priority: Mapped[bool] = mapped_column(default=False)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))  # its hold, or the turn it changes
    changes: Mapped[bool] = mapped_column(default=False)  # the journey changes an existing turn
    hold_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the present hold
    hold_lapses_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hold_extended: Mapped[bool] = mapped_column(default=False)
    held_seconds: Mapped[int] = mapped_column(default=0)  # spent by holds that have ended
    done: Mapped[bool] = mapped_column(default=False)

    procedure: Mapped[Procedure | None] = relationship(lazy="joined")
    agency: Mapped[Agency | None] = relationship(lazy="joined")
    booking: Mapped["Booking | None"] = relationship()


class Booking(Base):
    """A turn, from hold to attendance. ``day`` and ``minute`` (local) are the truth; ``starts_at`` is derived."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint(
            "status IN ('held', 'lapsed', 'confirmed', 'arrived', 'called', 'attended', 'no_show',"
            " 'cancelled', 'displaced')",
            name="status",
        ),
        CheckConstraint("channel IN ('web', 'window', 'kiosk')", name="channel"),
        CheckConstraint("minute BETWEEN 0 AND 1439 AND cells > 0", name="cells"),
        CheckConstraint("(status = 'held') = (lapses_at IS NOT NULL)", name="lapses_at"),
        Index(
            "ix_bookings_one_live",
            "cedula",
            "procedure_id",
            unique=True,
            sqlite_where=_LIVE_SQL,
            postgresql_where=_LIVE_SQL,
        ),
        Index("ix_bookings_agency_day", "agency_id", "day"),
        # Queried every minute over years of turns.
        Index("ix_bookings_held_until", "lapses_at", sqlite_where=_HELD_SQL, postgresql_where=_HELD_SQL),
        Index("ix_bookings_to_come", "starts_at", sqlite_where=_CONFIRMED_SQL, postgresql_where=_CONFIRMED_SQL),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    status: Mapped[Status] = mapped_column(EnumText(Status))
    channel: Mapped[str] = mapped_column(default="web")
    journey_key: Mapped[str | None] = mapped_column(index=True)
    browser: Mapped[str | None] = mapped_column(index=True)
    cedula: Mapped[str] = mapped_column(index=True)
    email: Mapped[str | None]
    mailbox: Mapped[str | None] = mapped_column(index=True)
    mobile: Mapped[str | None] = mapped_column(index=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedures.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"))
    day: Mapped[date]
    minute: Mapped[int]  # local minute of the day of its first cell
    cells: Mapped[int]
    slot_minutes: Mapped[int]  # grid step when it was taken
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lapses_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of a hold
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    third_party_cedula: Mapped[str | None]  # who comes in the holder's place; the turn stays the holder's
    third_party_name: Mapped[str | None]
    priority: Mapped[bool] = mapped_column(default=False)  # requested, or known by age; no reason is asked or stored
    walk_in: Mapped[bool] = mapped_column(default=False)  # came without a turn: takes no cell
    moves: Mapped[int] = mapped_column(default=0)  # number of changes of place
    token_nonce: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    owner_hash: Mapped[str | None] = mapped_column(
        index=True, unique=True
    )  # of the link "No fui yo", where one was sent
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # contact gone, cédula a pseudonym (retention)

    procedure: Mapped[Procedure] = relationship(lazy="joined")
    agency: Mapped[Agency] = relationship(lazy="joined")


class SpentReference(Base):
    """The reference of a deleted hold; it is never given out again."""

    __tablename__ = "spent_references"

    reference: Mapped[str] = mapped_column(primary_key=True)


class ReferenceEra(Base):
    """The single row that names the era new references are drawn from (``reference.Era``)."""

    __tablename__ = "reference_era"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    salt: Mapped[str]


class Claim(Base):
    """A taken seat of one cell. Dated claims (hold, delay, …) count until ``lapses_at``; ``turn`` is undated."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("purpose IN ('hold', 'turn', 'proposal', 'offer', 'delay')", name="purpose"),
        CheckConstraint("(purpose = 'turn') = (lapses_at IS NULL)", name="lapses_at"),
        CheckConstraint("(purpose = 'delay') = (booking_id IS NULL)", name="booking"),
        CheckConstraint("seat >= 0 AND minute BETWEEN 0 AND 1439", name="cell"),
        Index("ix_claims_lapses_at", "lapses_at"),
    )

    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)  # derived from day and minute, for reports
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(EnumText(Purpose))
    lapses_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Displacement(Base):
    """A person who lost their place, and the state of finding another one. Open until ``ended_at``.

    The old and new places are local day and minute at a desk.
    """

    __tablename__ = "displacements"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending', 'proposed', 'unplaced', 'placed', 'accepted', 'rebooked', 'cancelled', 'restored')",
            name="status",
        ),
        Index(
            "ix_displacements_one_open",
            "booking_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    closure_id: Mapped[int | None] = mapped_column(ForeignKey("closures.id"), index=True)
    reason: Mapped[str]  # told to the person
    status: Mapped[DisplacementStatus] = mapped_column(EnumText(DisplacementStatus), default=DisplacementStatus.PENDING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    old_starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    old_desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"))
    old_day: Mapped[date]
    old_minute: Mapped[int]
    old_cells: Mapped[int]
    new_desk_id: Mapped[int | None] = mapped_column(ForeignKey("desks.id"))
    new_day: Mapped[date | None]
    new_minute: Mapped[int | None]
    new_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposals: Mapped[int] = mapped_column(default=0)  # number of proposals made: one notice each
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last notice was handed over
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    booking: Mapped[Booking] = relationship()


class Event(Base):
    """One change of a booking. Append-only: replaying a booking's events gives its present status."""

    __tablename__ = "events"
    __table_args__ = (CheckConstraint(f"what IN ({', '.join(repr(str(what)) for what in What)})", name="what"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[Actor] = mapped_column(ActorText)
    before: Mapped[Status | None] = mapped_column(EnumText(Status))
    after: Mapped[Status] = mapped_column(EnumText(Status))
    what: Mapped[What | None] = mapped_column(EnumText(What))  # None: written by a replica of the version before
    reason: Mapped[str] = mapped_column(default="")  # written by the previous version; dropped in the next release
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

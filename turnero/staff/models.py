"""Tables of staff and devices. Secrets are stored as hashes or derived by HMAC."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from turnero.core.db import UtcDateTime
from turnero.core.extensions import Base
from turnero.staff.actor import Actor, ActorText


class Account(Base):
    """A staff account. ``version`` grows when open sessions must end (role, password, disabling)."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('window', 'supervisor', 'admin')", name="role"),
        CheckConstraint("(role = 'admin') = (agency_id IS NULL)", name="agency"),
        CheckConstraint("(role = 'window') = (totp_nonce IS NULL)", name="second_factor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # normalised: lower case
    role: Mapped[str]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    password_hash: Mapped[str | None]  # argon2id; None until activated
    totp_nonce: Mapped[str | None]  # the secret is derived from it by HMAC with the code key
    totp_step: Mapped[int] = mapped_column(default=0)  # the last one used: each counts once
    activation_hash: Mapped[str | None] = mapped_column(unique=True)
    activation_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One sign-in. Valid while not ended, its account is enabled and ``version`` equals the account's."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the cookie's id
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    version: Mapped[int]
    browser: Mapped[str]  # hash of the browser id, to recognise browsers that signed in before
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window: Mapped[int | None]  # the member's window (ventanilla)
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desks.id"))  # of one line only; None: of all lines

    account: Mapped[Account] = relationship(lazy="joined")


class SignInFailure(Base):
    """A wrong password or code, for the slow-down per account and per source."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("ix_sign_in_failures_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(index=True)  # hash of the typed address, known or not
    source: Mapped[str] = mapped_column(index=True)  # hash of the network address
    browser: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Device(Base):
    """A kiosk or board, paired once with a link and identified by its cookie."""

    __tablename__ = "devices"
    __table_args__ = (
        CheckConstraint("kind IN ('kiosk', 'board')", name="kind"),
        UniqueConstraint("agency_id", "series"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    kind: Mapped[str]
    series: Mapped[str | None]  # letter of a kiosk's offline tickets (Z, Y, …)
    pairing_hash: Mapped[str | None] = mapped_column(unique=True)
    pairing_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key_hash: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    misses: Mapped[int] = mapped_column(default=0)  # consecutive cédulas without a turn here today
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the cédula mode
    help_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when somebody at the kiosk asked for help


class DataView(Base):
    """A view of personal data by staff: of one turn, or of a day's agenda."""

    __tablename__ = "data_views"
    __table_args__ = (Index("ix_data_views_agency_at", "agency_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    kind: Mapped[str]  # agenda, csv, pdf, paper, turn
    day: Mapped[date | None]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))


class AdminChange(Base):
    """One change made by administration: agencies, hours, people, devices or limits. Append-only."""

    __tablename__ = "admin_changes"
    __table_args__ = (Index("ix_admin_changes_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[Actor] = mapped_column(ActorText)
    kind: Mapped[str]  # agency, hours, windows, days, procedure, holiday, closure, account, device, limits, mail, …
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))  # its supervisors may see the change
    summary: Mapped[str]  # the change in words
    effect: Mapped[str] = mapped_column(default="")  # the effect on places and turns in words, as previewed

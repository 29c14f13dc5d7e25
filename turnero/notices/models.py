"""The outbox: one row per pending mail, written in the transaction of its cause."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from turnero.core.db import EnumText, UtcDateTime
from turnero.core.extensions import Base


class NoticeStatus(StrEnum):
    """waiting → sending (leased) → sent | dead | dropped (expired or obsolete)."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


OWED = (NoticeStatus.WAITING, NoticeStatus.SENDING)


class Notice(Base):
    """A pending mail. The body is rendered when it is sent, so no code or link is stored."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "occasion"),
        CheckConstraint("status IN ('waiting', 'sending', 'sent', 'dead', 'dropped')", name="status"),
        Index("ix_notices_due", "status", "priority", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # "code", "confirmation", "link", "cancellation", …: the folder under templates/email
    subject: Mapped[str] = mapped_column(index=True)  # what it is about: "booking:17", "challenge:4"
    occasion: Mapped[str] = mapped_column(default="")  # distinguishes repeated notices of one kind
    reference: Mapped[str | None]  # the turn's reference, for people
    address: Mapped[str]
    priority: Mapped[int]  # lower goes first: 1 code, 2 confirmation and the like, 3 reminder
    status: Mapped[NoticeStatus] = mapped_column(EnumText(NoticeStatus), default=NoticeStatus.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None]

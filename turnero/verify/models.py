"""Tables of the local citizen registry and of mailed codes (without the codes themselves)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from turnero.core.db import UtcDateTime
from turnero.core.extensions import Base


class Citizen(Base):
    """A citizen of the local registry (``turnero citizens load``). Never shown after a mere mailbox proof."""

    __tablename__ = "citizens"

    cedula: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[str]
    surnames: Mapped[str]
    born: Mapped[date | None]
    email: Mapped[str | None]
    mobile: Mapped[str | None]  # E.164


class Challenge(Base):
    """One mailed code: HMAC(code key, nonce) mod 10^6, computed when sent and checked, never stored."""

    __tablename__ = "challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    journey: Mapped[str] = mapped_column(index=True)  # the journey it is bound to
    browser: Mapped[str] = mapped_column(index=True, server_default="")  # who asked for it
    address: Mapped[str]  # destination as typed
    mailbox: Mapped[str] = mapped_column(index=True)  # normalised address it is bound to
    nonce: Mapped[str]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void: Mapped[bool] = mapped_column(default=False)


class CodeTries(Base):
    """Wrong attempts of a journey, over all codes and addresses."""

    __tablename__ = "code_tries"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries"),)

    journey: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)

"""Tables of where and when we attend. Filled from the catalogue; times of day are local minutes (0..1440)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from turnero.core.db import UtcDateTime
from turnero.core.extensions import Base

SCOPES = "scope IN ('national', 'province', 'canton', 'agency')"


class Province(Base):
    __tablename__ = "provinces"

    code: Mapped[str] = mapped_column(primary_key=True)  # INEC: "01".."24"
    name: Mapped[str]
    capital: Mapped[str]
    zone: Mapped[str]  # IANA name


class Line(Base):
    """A service line (línea de ventanilla), e.g. Cartera."""

    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Procedure(Base):
    """A trámite. ``channel``: presencial, virtual (asks for no turn) or ambos. ``sheet``: the public sheet's texts."""

    __tablename__ = "procedures"
    __table_args__ = (
        CheckConstraint("channel IN ('presencial', 'virtual', 'ambos')", name="channel"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    channel: Mapped[str]
    minutes: Mapped[int]
    term_days: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)  # order in lists, as in the catalogue
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    line: Mapped[Line] = relationship()

    @property
    def takes_turns(self) -> bool:
        return self.channel != "virtual"


class Agency(Base):
    """An office or a mall point. ``policy``: its own values over the catalogue's policy."""

    __tablename__ = "agencies"
    __table_args__ = (CheckConstraint("kind IN ('agency', 'mall_point')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"), index=True)
    canton: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    demo: Mapped[bool] = mapped_column(default=False)
    policy: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    province: Mapped[Province] = relationship(lazy="joined")

    @property
    def zone(self) -> str:
        return self.province.zone


class WeeklyHours(Base):
    """One weekly interval of an agency, valid from a date to a date (both inside; NULL is open)."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="interval"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    weekday: Mapped[int]  # 0 = Monday
    opens: Mapped[int]
    closes: Mapped[int]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Desk(Base):
    """The windows of one line at one agency."""

    __tablename__ = "desks"
    __table_args__ = (UniqueConstraint("agency_id", "line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), index=True)

    agency: Mapped[Agency] = relationship(lazy="joined")
    line: Mapped[Line] = relationship()


class DeskStaffing(Base):
    """Windows and grid step of a desk from a date on; the newest that has begun counts."""

    __tablename__ = "desk_staffing"
    __table_args__ = (
        CheckConstraint("windows >= 0", name="windows"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 240", name="slot_minutes"),
    )

    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    windows: Mapped[int]
    slot_minutes: Mapped[int]


class DeskDay(Base):
    """Another number of windows on one day."""

    __tablename__ = "desk_days"
    __table_args__ = (CheckConstraint("windows >= 0", name="windows"),)

    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    windows: Mapped[int]


class LocalHoliday(Base):
    """A civic date of a province or canton; the law's rule moves it. Closes only once confirmed."""

    __tablename__ = "local_holidays"
    __table_args__ = (UniqueConstraint("day", "province_code", "canton", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]  # civic date, before the rule
    name: Mapped[str]
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"))
    canton: Mapped[str] = mapped_column(default="")  # empty: the whole province
    confirmed: Mapped[bool] = mapped_column(default=False)


class Closure(Base):
    """A decree or contingency that takes hours away. Times are local to each agency it touches.

    ``recoverable`` says whether the hours are worked on another day (it matters to legal terms only).
    """

    __tablename__ = "closures"
    __table_args__ = (
        CheckConstraint("kind IN ('holiday', 'decree', 'contingency')", name="kind"),
        CheckConstraint(SCOPES, name="scope"),
        CheckConstraint("starts < ends", name="interval"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    scope: Mapped[str]
    province_code: Mapped[str | None] = mapped_column(ForeignKey("provinces.code"))
    canton: Mapped[str | None]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    starts: Mapped[datetime]  # naive: local wall clock
    ends: Mapped[datetime]
    name: Mapped[str]
    recoverable: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="catalogue")  # who loaded it
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # reopened: it counts no more


class CataloguePolicy(Base):
    """The one row with the catalogue's policy (keys as in the contract; missing ones take the defaults)."""

    __tablename__ = "catalogue_policy"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

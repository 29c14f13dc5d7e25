"""Tables of public figures: measured once a day, never changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from turnero.core.db import UtcDateTime
from turnero.core.extensions import Base


class Scarcity(Base):
    """Days to the first free turn, measured on ``day``; NULL: none. Agencies with draws have no row."""

    __tablename__ = "scarcity_figures"
    __table_args__ = (CheckConstraint("days_ahead >= 0", name="days_ahead"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedures.id"), primary_key=True)
    days_ahead: Mapped[int | None]


class Given(Base):
    """Number of turns given on ``day`` (mainland), by channel."""

    __tablename__ = "given_figures"
    __table_args__ = (
        CheckConstraint("how IN ('first_come', 'list', 'draw', 'window')", name="how"),
        CheckConstraint("turns >= 0", name="turns"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    how: Mapped[str] = mapped_column(primary_key=True)
    turns: Mapped[int]


class MonthFigures(Base):
    """A closed month: attentions and complaints. Immutable: a correction is a new ``revision``.

    ``source``: history (from a file) or own (counted here; then ``MonthDetail`` has its parts).
    """

    __tablename__ = "month_figures"
    __table_args__ = (
        CheckConstraint("source IN ('history', 'own')", name="source"),
        CheckConstraint("attentions >= 0 AND complaints >= 0", name="counts"),
        CheckConstraint("revision >= 1", name="revision"),
    )

    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attentions: Mapped[int]
    complaints: Mapped[int]
    source: Mapped[str]
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class _Measured:
    """Columns of a closed month for one place and trámite. Whole minutes and days; NULL: not measured."""

    month: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attended: Mapped[int]
    no_show: Mapped[int]
    cancelled: Mapped[int]
    displaced: Mapped[int]  # people displaced by closures, whatever followed
    waiting_median: Mapped[int | None]  # minutes from the arrival, or the hour if that is later, to the call
    waiting_p90: Mapped[int | None]
    attention_median: Mapped[int | None]  # minutes from the call to the end
    attention_p90: Mapped[int | None]
    ratings: Mapped[int] = mapped_column(default=0, server_default="0")  # number of ratings
    satisfaction: Mapped[int | None]  # mean rating, 1 to 5, in tenths
    days_to_free_median: Mapped[
        int | None
    ]  # from the measuring day to the first free turn; NULL also if there was none
    days_to_free_p90: Mapped[int | None]
    days_without_free: Mapped[int | None]  # measured days without any free turn


_COUNTS = "attended >= 0 AND no_show >= 0 AND cancelled >= 0 AND displaced >= 0"


class MonthDetail(_Measured, Base):
    """A closed month at one agency for one trámite."""

    __tablename__ = "month_details"
    __table_args__ = (
        ForeignKeyConstraint(["month", "revision"], ["month_figures.month", "month_figures.revision"]),
        CheckConstraint(_COUNTS, name="counts"),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedures.id"), primary_key=True)


class MonthProvince(_Measured, Base):
    """A closed month in one province for one trámite; counts are sums of its agencies."""

    __tablename__ = "month_provinces"
    __table_args__ = (
        ForeignKeyConstraint(["month", "revision"], ["month_figures.month", "month_figures.revision"]),
        CheckConstraint(_COUNTS, name="counts"),
    )

    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"), primary_key=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedures.id"), primary_key=True)


class Complaint(Base):
    """A complaint, suggestion or thanks, with an optional address for the answer, due by ``due_day``."""

    __tablename__ = "complaints"
    __table_args__ = (
        CheckConstraint("kind IN ('complaint', 'suggestion', 'thanks')", name="kind"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # shown to the person; gives access to the page
    form_key: Mapped[str] = mapped_column(unique=True)  # of the form, so that sending twice makes one
    browser: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    satisfaction: Mapped[int | None]
    words: Mapped[str]
    email: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    due_day: Mapped[date]  # mainland; working days
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str | None]


class Rating(Base):
    """An anonymous rating of a visit; ``key`` is a hash of the link, which is not stored."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        Index("ix_ratings_day", "day"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]  # of the visit, local
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedures.id"))
    satisfaction: Mapped[int]
    words: Mapped[str]

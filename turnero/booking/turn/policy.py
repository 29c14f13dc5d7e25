"""The rules an institute can set: the catalogue's policy overlaid with an agency's own values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Caps:
    """Confirmations of one mailbox, mobile or browser in the last 24 hours, 7 days and 30 days."""

    day: int = 2
    week: int = 4
    month: int = 10

    def spans(self) -> tuple[tuple[timedelta, int], ...]:
        return ((timedelta(days=1), self.day), (timedelta(days=7), self.week), (timedelta(days=30), self.month))


@dataclass(frozen=True)
class Release:
    """When a new day opens, in local minutes of the day: from ``earliest`` to ``latest`` (equal: always then)."""

    earliest: int = 480
    latest: int = 480

    def minute(self, desk_id: int, day: date) -> int:
        """The minute at which ``day`` opens at a desk: the same for everyone, spread over the range by a hash."""
        spread = self.latest - self.earliest + 1
        digest = hashlib.sha256(f"{desk_id}:{day.isoformat()}".encode()).digest()
        return self.earliest + int.from_bytes(digest[:8]) % spread


@dataclass(frozen=True)
class DrawPolicy:
    """Draws of a scarce agency: from the Monday ``first`` on its days are drawn by lot, one week at a time.

    Requests for a week are collected from ``opens_days`` to ``closes_days`` before its Monday, each at 08:00.
    """

    first: date
    opens_days: int = 14
    closes_days: int = 7

    def monday(self, day: date) -> date | None:
        """The Monday of the week that ``day`` is drawn with; None before draws begin."""
        monday = day - timedelta(days=day.weekday())
        return monday if monday >= self.first else None


@dataclass(frozen=True)
class Policy:
    """All rules with their defaults (CONTRACT §9; values it does not name are set here)."""

    hold_minutes: int = 5
    hold_total_minutes: int = 15
    code_minutes: int = 10
    code_tries: int = 5
    resend_seconds: int = 60
    code_mails_per_hour: int = 5
    lead_minutes: int = 30
    horizon_days: int = 30
    release: Release = field(default_factory=Release)
    release_delay_minutes: tuple[int, int] = (5, 60)
    tolerance_minutes: int = 10
    caps: Caps = field(default_factory=Caps)
    open_turns_per_cedula: int = 3
    cedulas_per_day: int = 5
    holds_per_mailbox: int = 2
    unused_journeys_per_day: int = 8
    contact_days: int = 60
    changes_per_turn: int = 3
    requests_per_mailbox: int = 2  # people who wait for a place, by mailbox, mobile and browser
    offer_minutes: int = 120  # waking ones, to answer an offer of the waiting list
    draw: DrawPolicy | None = None  # where the agency is marked scarce
    walk_ins: bool = True  # whether the kiosk gives tickets to people without a turn

    @classmethod
    def from_catalogue(cls, *layers: Mapping[str, Any]) -> "Policy":
        """The defaults overlaid with ``layers``: the catalogue's values, then an agency's.

        Loading the catalogue validates its values, so unknown keys cannot occur here.
        """
        values: dict[str, Any] = {}
        for layer in layers:
            values.update(layer)
        if "release" in values:
            values["release"] = _release(values["release"])
        if "caps" in values:
            values["caps"] = Caps(**values["caps"])
        if "release_delay_minutes" in values:
            low, high = values["release_delay_minutes"]
            values["release_delay_minutes"] = (low, high)
        if values.get("draw"):
            lots = values["draw"]
            values["draw"] = DrawPolicy(**{**lots, "first": date.fromisoformat(lots["first"])})
        return cls(**values)

    def is_drawn(self, day: date) -> bool:
        """Whether the places of a local ``day`` are drawn by lot instead of first come, first served."""
        return self.draw is not None and self.draw.monday(day) is not None

    def is_open(self, desk_id: int, day: date, now_local: datetime) -> bool:
        """Whether places of ``day`` at a desk are open for booking at local time ``now_local``."""
        return now_local.date() <= day <= self.last_open_day(desk_id, now_local) and not self.is_drawn(day)

    def last_open_day(self, desk_id: int, now_local: datetime) -> date:
        """The farthest day that can be booked at a desk at local time ``now_local``."""
        farthest = now_local.date() + timedelta(days=self.horizon_days)
        opened = now_local.hour * 60 + now_local.minute >= self.release.minute(desk_id, farthest)
        return farthest if opened else farthest - timedelta(days=1)


def _release(value: Mapping[str, Any]) -> Release:
    if "at" in value:
        return Release(_minutes(value["at"]), _minutes(value["at"]))
    earliest, latest = value["between"]
    return Release(_minutes(earliest), _minutes(latest))


def _minutes(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)

"""Weekly opening hours: computes a day's hours from intervals with validity dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from turnero.core.interval import Interval

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """A weekly interval in local minutes; ``weekday`` 0 is Monday; dates inclusive, None is unbounded."""

    weekday: int
    opens: int
    closes: int
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


Week = tuple[tuple[Interval[int], ...], ...]  # seven days from Monday, each with its hours in local minutes


@dataclass(frozen=True, slots=True)
class Period:
    """A week in force from ``first`` to ``last``, inclusive; ``last`` None: permanently."""

    first: date
    last: date | None
    week: Week


def intervals(hours: Iterable[WeeklyHours], day: date) -> tuple[Interval[int], ...]:
    """The hours of ``day`` in local minutes, ascending, with overlapping and adjacent ones merged."""
    return _of_weekday(hours, day.weekday(), day)


def week(hours: Iterable[WeeklyHours], day: date) -> Week:
    """The week in force on ``day``: seven days from Monday, each with its hours in local minutes."""
    in_force = [entry for entry in hours if entry.in_force(day)]
    return tuple(_of_weekday(in_force, weekday, day) for weekday in range(7))


def periods(hours: Iterable[WeeklyHours], first: date, last: date | None = None) -> list[Period]:
    """The weeks in force from ``first`` to ``last`` in order; consecutive ones differ."""
    entries = list(hours)
    begins = {entry.valid_from for entry in entries if entry.valid_from}
    begins |= {entry.valid_to + _DAY for entry in entries if entry.valid_to}
    found: list[tuple[date, Week]] = [(first, week(entries, first))]
    for day in sorted(day for day in begins if first < day <= (last or date.max)):
        if (then := week(entries, day)) != found[-1][1]:
            found.append((day, then))
    ends = [*(day - _DAY for day, _ in found[1:]), last]
    return [Period(day, end, then) for (day, then), end in zip(found, ends, strict=True)]


def _of_weekday(hours: Iterable[WeeklyHours], weekday: int, day: date) -> tuple[Interval[int], ...]:
    parts = (Interval(entry.opens, entry.closes) for entry in hours if entry.weekday == weekday and entry.in_force(day))
    merged: list[Interval[int]] = []
    for part in sorted(parts):
        if merged and part.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, part.end))
        else:
            merged.append(part)
    return tuple(merged)

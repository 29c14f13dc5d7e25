"""Weekly opening hours: from intervals with validity dates to the hours of one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from turnero.interval import Interval


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """One weekly interval in local minutes of the day; ``weekday`` 0 is Monday; both dates inside, None is open."""

    weekday: int
    opens: int
    closes: int
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def intervals(hours: Iterable[WeeklyHours], day: date) -> tuple[Interval[int], ...]:
    """The hours of ``day`` in local minutes, ascending; those that overlap or touch are one."""
    return _of_weekday(hours, day.weekday(), day)


def week(hours: Iterable[WeeklyHours], day: date) -> tuple[tuple[Interval[int], ...], ...]:
    """The week in force on ``day``: seven days from Monday, each with its hours in local minutes."""
    in_force = [entry for entry in hours if entry.in_force(day)]
    return tuple(_of_weekday(in_force, weekday, day) for weekday in range(7))


def _of_weekday(hours: Iterable[WeeklyHours], weekday: int, day: date) -> tuple[Interval[int], ...]:
    parts = (Interval(entry.opens, entry.closes) for entry in hours if entry.weekday == weekday and entry.in_force(day))
    merged: list[Interval[int]] = []
    for part in sorted(parts):
        if merged and part.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, part.end))
        else:
            merged.append(part)
    return tuple(merged)

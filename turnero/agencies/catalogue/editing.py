"""Edits of an agency's catalogue entry: weekly hours, windows and special days. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby, zip_longest

from turnero.agencies.calendar.opening_hours import WeeklyHours
from turnero.agencies.catalogue.entries import AgencyEntry, DayEntry, DeskEntry, HoursEntry
from turnero.agencies.catalogue.source import Position
from turnero.core.interval import Interval

NOWHERE = Position("", 0)  # edits have no file position
_DAY = timedelta(days=1)
Week = Sequence[Sequence[Interval[int]]]  # seven days from Monday, each with its hours in local minutes


def with_week(entry: AgencyEntry, week: Week, first: date, last: date | None) -> AgencyEntry:
    """The agency with ``week`` in force from ``first`` to ``last`` (inclusive; None: permanently).

    Other dates keep their hours.
    """
    kept = [part for hours in entry.hours for part in _around(hours, first, last)]
    intervals = [(interval.start, interval.end, day) for day, hours in enumerate(week) for interval in hours]
    new = [
        HoursEntry(tuple(day for *_, day in together), opens, closes, first, last, NOWHERE)
        for (opens, closes), together in groupby(sorted(intervals), lambda interval: interval[:2])
    ]
    return replace(entry, hours=(*kept, *new))


def _around(hours: HoursEntry, first: date, last: date | None) -> Iterator[HoursEntry]:
    """The parts of ``hours`` before ``first`` or after ``last``."""
    begins, ends = hours.valid_from or date.min, hours.valid_to or date.max
    if begins < first:
        yield replace(hours, valid_to=min(ends, first - _DAY))
    if last is not None and ends > last:
        yield replace(hours, valid_from=max(begins, last + _DAY))


def weekly(entry: AgencyEntry) -> list[WeeklyHours]:
    """The agency's hours by weekday."""
    return [
        WeeklyHours(weekday, hours.opens, hours.closes, hours.valid_from, hours.valid_to)
        for hours in entry.hours
        for weekday in hours.weekdays
    ]


def steps(entry: AgencyEntry, first: date, last: date | None) -> set[int]:
    """Grid steps (minutes) of the agency's windows between two days."""
    ordered = sorted(entry.desks, key=lambda desk: (desk.line, desk.valid_from))
    counts = [
        (desk, then.valid_from if then is not None and then.line == desk.line else date.max)
        for desk, then in zip_longest(ordered, ordered[1:])
    ]
    return {
        desk.slot_minutes
        for desk, until in counts
        if desk.windows and until > first and desk.valid_from <= (last or date.max)
    }


def entry_with_windows(entry: AgencyEntry, desk: DeskEntry) -> AgencyEntry:
    """The agency with these windows of a line from the desk's date on; later ones stay."""
    others = [each for each in entry.desks if (each.line, each.valid_from) != (desk.line, desk.valid_from)]
    return replace(entry, desks=(*others, desk))


def with_days(entry: AgencyEntry, line: str, days: Collection[date], windows: int | None) -> AgencyEntry:
    """The agency with this many windows of a line on each of ``days``; None: as usual."""
    others = [each for each in entry.days if each.line != line or each.day not in days]
    new = [DayEntry(day, line, windows, NOWHERE) for day in sorted(days)] if windows is not None else []
    return replace(entry, days=(*others, *new))

"""The open cells of a desk on a day.

The grid begins at local midnight and never shifts: opening hours, holidays and closures only remove cells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from turnero.agencies.calendar.opening_hours import WeeklyHours, intervals
from turnero.core.interval import Interval

_MINUTE = timedelta(minutes=1)

ClosedKind = Literal["holiday", "closure", "no_hours", "no_windows"]


@dataclass(frozen=True, slots=True)
class Staffing:
    """Windows and grid step of a desk from a date."""

    valid_from: date
    windows: int
    slot_minutes: int


@dataclass(frozen=True, slots=True)
class ClosedSpan:
    """A closure that affects the desk: naive local wall time, kind (of ``Closure``) and reason."""

    interval: Interval[datetime]
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeskCalendar:
    """Everything that determines a desk's hours, for the dates it was read for.

    ``windows_by_day`` overrides the staffing's windows; ``rest_days`` gives the holiday's name.
    """

    hours: tuple[WeeklyHours, ...]
    staffing: tuple[Staffing, ...]
    windows_by_day: Mapping[date, int]
    rest_days: Mapping[date, str]
    closed: tuple[ClosedSpan, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a day has no cells. ``reason``: name of the holiday or closure, empty for other kinds."""

    kind: ClosedKind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DayGrid:
    """A desk's open cells on ``day``: local start minutes, ascending. Without staffing ``slot_minutes`` is 0.

    ``closed`` is None exactly when there are cells; then ``windows`` (the seats of each cell) is at least 1.
    """

    day: date
    slot_minutes: int
    windows: int
    cells: tuple[int, ...]
    closed: Closed | None


def grid(calendar: DeskCalendar, day: date) -> DayGrid:
    """The open cells of a local ``day``, or the most specific cause of having none."""
    staffing = _staffing(calendar, day)
    windows = calendar.windows_by_day.get(day, staffing.windows)
    cells: tuple[int, ...] = ()
    closed: Closed | None = None
    if day in calendar.rest_days:
        closed = Closed("holiday", calendar.rest_days[day])
    elif not (hours := intervals(calendar.hours, day)):
        closed = Closed("no_hours")
    elif not (windows and staffing.slot_minutes):
        closed = Closed("no_windows")
    else:
        cells, closed = _open_cells(calendar, day, hours, staffing.slot_minutes)
    return DayGrid(day, staffing.slot_minutes, windows, cells, closed)


def runs(day_grid: DayGrid, length: int) -> tuple[int, ...]:
    """Start minutes followed by ``length`` contiguous cells."""
    if length < 1:
        raise ValueError("a turn has at least one cell")
    cells, step = day_grid.cells, day_grid.slot_minutes
    ends = zip(cells, cells[length - 1 :], strict=False)
    return tuple(first for first, last in ends if last - first == (length - 1) * step)


def _staffing(calendar: DeskCalendar, day: date) -> Staffing:
    begun = [staffing for staffing in calendar.staffing if staffing.valid_from <= day]
    return max(begun, key=lambda staffing: staffing.valid_from, default=Staffing(day, 0, 0))


def _open_cells(
    calendar: DeskCalendar, day: date, hours: tuple[Interval[int], ...], step: int
) -> tuple[tuple[int, ...], Closed | None]:
    cells = [cell for opening in hours for cell in cells_inside(opening, step)]
    if not cells:
        return (), Closed("no_hours")
    spans = list(_minutes_closed(calendar.closed, day))
    for span, _ in spans:
        cells = [cell for cell in cells if not span.overlaps(Interval(cell, cell + step))]
    return tuple(cells), None if cells else _widest(spans)


def cells_inside(opening: Interval[int], step: int) -> range:
    """Start minutes of the grid's cells inside an opening."""
    first = -(-opening.start // step) * step
    return range(first, opening.end - step + 1, step)


def _minutes_closed(spans: tuple[ClosedSpan, ...], day: date) -> Iterator[tuple[Interval[int], ClosedSpan]]:
    """The part of each closure on ``day``, in local minutes; a partly closed minute is closed."""
    midnight = datetime.combine(day, time())
    today = Interval(midnight, midnight + timedelta(days=1))
    for span in spans:
        if span.interval.overlaps(today):
            start = max(span.interval.start, today.start) - midnight
            end = min(span.interval.end, today.end) - midnight
            yield Interval(start // _MINUTE, -(-end // _MINUTE)), span


def _widest(spans: list[tuple[Interval[int], ClosedSpan]]) -> Closed:
    """The closure to name when several cover the day together."""
    _, span = max(spans, key=lambda entry: entry[0].end - entry[0].start)
    return Closed("holiday" if span.kind == "holiday" else "closure", span.reason)

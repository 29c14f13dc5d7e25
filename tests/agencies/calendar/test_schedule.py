"""A desk's grid: cells inside the opening hours minus closures."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.agencies.calendar.opening_hours import WeeklyHours
from turnero.agencies.calendar.schedule import Closed, ClosedSpan, DayGrid, DeskCalendar, Staffing, grid, runs
from turnero.core.interval import Interval

MONDAY = date(2026, 6, 1)


def calendar(
    *hours: tuple[int, int],
    staffing: tuple[Staffing, ...] = (Staffing(date(2026, 1, 1), 3, 20),),
    windows_by_day: dict[date, int] | None = None,
    rest_days: dict[date, str] | None = None,
    closed: tuple[ClosedSpan, ...] = (),
) -> DeskCalendar:
    """A desk that opens every day at ``hours`` (8 to 17 unless told)."""
    weekly = tuple(WeeklyHours(weekday, *span) for weekday in range(7) for span in hours or ((480, 1020),))
    return DeskCalendar(weekly, staffing, windows_by_day or {}, rest_days or {}, closed)


def closing(start: str, end: str, reason: str = "Corte de luz", kind: str = "contingency") -> ClosedSpan:
    day = MONDAY.isoformat()
    starts, ends = (text if "T" in text else f"{day}T{text}" for text in (start, end))
    return ClosedSpan(Interval(datetime.fromisoformat(starts), datetime.fromisoformat(ends)), kind, reason)


def test_a_day_of_office_hours() -> None:
    assert grid(calendar(), MONDAY) == DayGrid(MONDAY, 20, 3, tuple(range(480, 1020, 20)), None)


@pytest.mark.parametrize(
    ("opens", "closes", "step", "expected"),
    [
        (480, 560, 20, (480, 500, 520, 540)),
        (490, 560, 20, (500, 520, 540)),  # the grid begins at midnight, not at opening
        (480, 559, 20, (480, 500, 520)),  # a cell cut by closing time is not open
        (480, 560, 45, (495,)),  # 495 is 11 times 45
        (0, 1440, 240, (0, 240, 480, 720, 960, 1200)),
        (1380, 1440, 30, (1380, 1410)),  # until midnight
    ],
)
def test_the_grid_is_anchored_at_midnight(opens: int, closes: int, step: int, expected: tuple[int, ...]) -> None:
    desk = calendar((opens, closes), staffing=(Staffing(MONDAY, 1, step),))
    assert grid(desk, MONDAY).cells == expected


def test_a_cell_across_the_lunch_pause_is_not_open() -> None:
    assert grid(calendar((480, 710), (730, 800)), MONDAY).cells == (*range(480, 700, 20), 740, 760, 780)


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        ("08:00", "08:40", (520, 540)),
        ("08:30", "08:31", (480, 520, 540)),
        ("07:00", "08:00", (480, 500, 520, 540)),  # ends as the first cell begins
        ("09:20", "12:00", (480, 500, 520, 540)),  # begins as the last cell ends
        ("2026-05-31T20:00", "08:20", (500, 520, 540)),  # since the day before
        ("09:00", "2026-06-03T00:00", (480, 500, 520)),  # for days on
        ("08:19:30", "08:20", (500, 520, 540)),  # a begun minute is closed
        ("2026-05-30T00:00", "2026-06-01T00:00", (480, 500, 520, 540)),  # other days
    ],
)
def test_a_partial_closure_takes_only_its_cells(start: str, end: str, left: tuple[int, ...]) -> None:
    day_grid = grid(calendar((480, 560), closed=(closing(start, end),)), MONDAY)
    assert (day_grid.cells, day_grid.closed) == (left, None)


@pytest.mark.parametrize(
    ("desk", "cause"),
    [
        (calendar(rest_days={MONDAY: "Fundación"}), Closed("holiday", "Fundación")),
        (calendar(closed=(closing("07:00", "18:00"),)), Closed("closure", "Corte de luz")),
        (calendar(closed=(closing("07:00", "18:00", "Asueto", "holiday"),)), Closed("holiday", "Asueto")),
        (
            calendar(closed=(closing("07:00", "09:00", "Corta"), closing("08:30", "18:00", "Larga"))),
            Closed("closure", "Larga"),
        ),
        (DeskCalendar((), (Staffing(MONDAY, 1, 20),), {}, {}, ()), Closed("no_hours")),
        (calendar((485, 495)), Closed("no_hours")),  # too short for a cell
        (calendar(windows_by_day={MONDAY: 0}), Closed("no_windows")),
        (calendar(staffing=()), Closed("no_windows")),
        (calendar(staffing=(Staffing(date(2026, 6, 2), 3, 20),)), Closed("no_windows")),  # not begun yet
        (calendar(rest_days={MONDAY: "Fundación"}, windows_by_day={MONDAY: 0}), Closed("holiday", "Fundación")),
    ],
)
def test_a_day_without_cells_says_why(desk: DeskCalendar, cause: Closed) -> None:
    day_grid = grid(desk, MONDAY)
    assert (day_grid.cells, day_grid.closed) == ((), cause)


def test_another_number_of_windows_on_one_day() -> None:
    desk = calendar(windows_by_day={MONDAY: 1})
    assert [grid(desk, MONDAY + timedelta(days=n)).windows for n in range(2)] == [1, 3]


def test_the_newest_staffing_that_has_begun_counts() -> None:
    changes = (Staffing(date(2026, 6, 2), 4, 30), Staffing(date(2026, 1, 1), 3, 20), Staffing(date(2026, 7, 1), 1, 15))
    days = [grid(calendar(staffing=changes), MONDAY + timedelta(days=n)) for n in range(2)]
    assert [(day.windows, day.slot_minutes) for day in days] == [(3, 20), (4, 30)]


@pytest.mark.parametrize(
    ("length", "starts"),
    [(1, (480, 500, 520, 600, 620)), (2, (480, 500, 600)), (3, (480,)), (4, ()), (6, ())],
)
def test_a_turn_of_several_cells_does_not_bridge_the_pause(length: int, starts: tuple[int, ...]) -> None:
    assert runs(grid(calendar((480, 540), (600, 640)), MONDAY), length) == starts


def test_a_closure_breaks_a_run() -> None:
    desk = calendar((480, 560), closed=(closing("08:20", "08:40"),))
    assert runs(grid(desk, MONDAY), 2) == (520,)


def test_a_turn_of_no_cells_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one cell"):
        runs(grid(calendar(), MONDAY), 0)


minutes = st.integers(min_value=0, max_value=1440)
spans = st.lists(st.tuples(minutes, minutes).filter(lambda pair: pair[0] < pair[1]), max_size=4)


@given(spans, spans, st.integers(min_value=5, max_value=240), st.integers(min_value=1, max_value=5))
def test_cells_are_exactly_the_steps_that_are_open_in_every_minute(
    hours: list[tuple[int, int]], closures: list[tuple[int, int]], step: int, length: int
) -> None:
    midnight = datetime.combine(MONDAY, time())
    closed = tuple(
        ClosedSpan(Interval(midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)), "decree", "")
        for a, b in closures
    )
    weekly = tuple(WeeklyHours(0, *span) for span in hours)
    day_grid = grid(DeskCalendar(weekly, (Staffing(MONDAY, 2, step),), {}, {}, closed), MONDAY)
    open_minutes = {m for a, b in hours for m in range(a, b)} - {m for a, b in closures for m in range(a, b)}

    def is_open(start: int, cells: int) -> bool:
        return open_minutes.issuperset(range(start, start + cells * step))

    starts = range(0, 1440, step)
    assert day_grid.cells == tuple(start for start in starts if is_open(start, 1))
    assert (day_grid.closed is None) is bool(day_grid.cells)
    assert runs(day_grid, length) == tuple(start for start in starts if is_open(start, length))

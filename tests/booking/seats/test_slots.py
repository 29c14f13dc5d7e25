from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.agencies.calendar.schedule import DayGrid
from turnero.booking.seats.slots import TakenSeat, cells_needed, cells_of, earliest_minute, free_seats, offered

DAY = date(2026, 11, 24)


def day_grid(cells, windows=2, slot_minutes=20):
    return DayGrid(day=DAY, slot_minutes=slot_minutes, windows=windows, cells=tuple(cells), closed=None)


MORNING = range(480, 540, 20)  # 08:00, 08:20, 08:40


def test_a_free_morning_offers_every_cell_with_all_windows():
    slots = offered(day_grid(MORNING), 20, ())
    assert [(slot.minute, slot.capacity, slot.free) for slot in slots] == [(480, 2, 2), (500, 2, 2), (520, 2, 2)]


def test_taken_and_held_seats_are_distinguished():
    slots = offered(day_grid(MORNING), 20, [TakenSeat(480, 0, False), TakenSeat(480, 1, True), TakenSeat(500, 1, True)])
    assert [(slot.taken, slot.held, slot.free) for slot in slots] == [(1, 1, 0), (0, 1, 1), (0, 0, 2)]


def test_a_turn_of_two_cells_needs_one_seat_free_in_both():
    # Seat 0 is free at 08:00 only, seat 1 at 08:20 only: two free cells, no place for forty minutes.
    taken = [TakenSeat(500, 0, False), TakenSeat(480, 1, False)]
    by_start = {slot.minute: slot.free for slot in offered(day_grid(MORNING), 40, taken)}
    assert by_start == {480: 0, 500: 1}


def test_a_lunch_pause_breaks_a_turn_of_two_cells():
    cells = [*range(480, 520, 20), *range(560, 600, 20)]
    assert [slot.minute for slot in offered(day_grid(cells), 40, ())] == [480, 560]


def test_a_slot_ending_exactly_at_closing_time_is_offered():
    assert [slot.minute for slot in offered(day_grid(range(960, 1020, 20)), 20, ())][-1] == 1000


def test_a_seat_beyond_the_windows_open_takes_no_place():
    assert offered(day_grid(MORNING, windows=1), 20, [TakenSeat(480, 1, False)])[0].free == 1


def test_a_closed_day_offers_nothing():
    assert offered(day_grid([]), 20, ()) == ()
    assert offered(day_grid(MORNING, windows=0), 20, ()) == ()


@pytest.mark.parametrize(("minutes", "step", "cells"), [(20, 20, 1), (21, 20, 2), (40, 20, 2), (5, 30, 1), (61, 30, 3)])
def test_cells_needed_rounds_up(minutes, step, cells):
    assert cells_needed(minutes, step) == cells


@pytest.mark.parametrize(
    ("now", "earliest", "why"),
    [
        (datetime(2026, 11, 23, 12, 0), 0, "the day before: all day"),
        (datetime(2026, 11, 23, 23, 45), 15, "half an hour before, over midnight"),
        (datetime(2026, 11, 24, 8, 0), 510, "half an hour from now"),
        (datetime(2026, 11, 24, 8, 0, 1), 511, "a second more is a minute more"),
        (datetime(2026, 11, 24, 23, 45), 1440, "the day is over"),
        (datetime(2026, 11, 25, 8, 0), 1440, "a day that has passed"),
    ],
)
def test_the_earliest_start_is_half_an_hour_from_now(now, earliest, why):
    assert earliest_minute(day_grid(MORNING), now, 30) == earliest


CLAIMS = st.lists(
    st.builds(TakenSeat, st.sampled_from(range(480, 720, 20)), st.integers(0, 3), st.booleans()),
    unique_by=lambda claim: (claim.minute, claim.seat),
)
GRIDS = st.builds(
    lambda cells, windows: day_grid(sorted(cells), windows),
    st.sets(st.sampled_from(range(480, 720, 20))),
    st.integers(0, 4),
)


@given(GRIDS, CLAIMS, st.integers(1, 90))
def test_slots_add_up_and_never_offer_a_taken_seat(grid, claims, minutes):
    busy = {(claim.minute, claim.seat) for claim in claims}
    length = cells_needed(minutes, 20)
    for slot in offered(grid, minutes, claims):
        assert slot.taken + slot.held + slot.free == slot.capacity == grid.windows
        cells = cells_of(slot.minute, length, 20)
        assert set(cells) <= set(grid.cells)
        seats = free_seats(grid, cells, claims)
        assert len(seats) == slot.free
        assert not busy & {(cell, seat) for cell in cells for seat in seats}


@given(GRIDS, CLAIMS)
def test_taking_free_seats_until_none_is_left_never_overbooks(grid, claims):
    claims = list(claims)
    for slot in offered(grid, 40, claims):
        for _ in range(slot.free):
            seats = free_seats(grid, cells_of(slot.minute, 2, 20), claims)
            if not seats:
                break
            claims += [TakenSeat(cell, seats[0], True) for cell in cells_of(slot.minute, 2, 20)]
    keys = [(claim.minute, claim.seat) for claim in claims]
    assert len(keys) == len(set(keys))
    assert all(slot.free == 0 for slot in offered(grid, 40, claims))

"""Slots: the starts a desk offers on a day, computed from its grid and the claims that count. Never stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from turnero.agencies.calendar.schedule import DayGrid, runs


@dataclass(frozen=True, slots=True)
class TakenSeat:
    """A claim that counts: seat ``seat`` of the cell at local ``minute``; ``held`` when it is dated."""

    minute: int
    seat: int
    held: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """One offered start (local minute of the day) and its windows: capacity = taken + held + free.

    A turn of several cells needs one seat free in all of them; a seat counts as taken before it counts as held.
    """

    minute: int
    capacity: int
    taken: int
    held: int
    free: int


def cells_needed(procedure_minutes: int, slot_minutes: int) -> int:
    """How many consecutive cells a trámite takes on a grid."""
    return -(-procedure_minutes // slot_minutes)


def cells_of(start: int, length: int, slot_minutes: int) -> tuple[int, ...]:
    """The local minutes of the cells of a turn of ``length`` cells that starts at minute ``start``."""
    return tuple(range(start, start + length * slot_minutes, slot_minutes))


def earliest_minute(grid: DayGrid, now_local: datetime, lead_minutes: int) -> int:
    """The first local minute of the grid's day at least ``lead_minutes`` from now; 1440 or more means none."""
    soonest = now_local + timedelta(minutes=lead_minutes)
    if soonest.date() < grid.day:
        return 0
    if soonest.date() > grid.day:
        return 1440
    whole = soonest.hour * 60 + soonest.minute
    return whole + (1 if soonest.second or soonest.microsecond else 0)


def offered(grid: DayGrid, procedure_minutes: int, taken: Iterable[TakenSeat], earliest: int = 0) -> tuple[Slot, ...]:
    """Every start from local minute ``earliest`` on, full ones too, in order."""
    if not grid.cells or not grid.windows:
        return ()
    length = cells_needed(procedure_minutes, grid.slot_minutes)
    seats = _by_cell(taken)
    return tuple(_slot(start, grid, length, seats) for start in runs(grid, length) if start >= earliest)


def turns_in(grid: DayGrid, procedure_minutes: int) -> int:
    """How many turns of a trámite an empty day takes: its starts that do not overlap, at every window."""
    if not grid.cells or not grid.windows:
        return 0
    length = cells_needed(procedure_minutes, grid.slot_minutes)
    turns, free_from = 0, 0
    for start in runs(grid, length):
        if start >= free_from:
            turns, free_from = turns + 1, start + length * grid.slot_minutes
    return turns * grid.windows


def free_seats(grid: DayGrid, minutes: Sequence[int], taken: Iterable[TakenSeat]) -> tuple[int, ...]:
    """The seats that are free in the cells of all these local ``minutes``."""
    busy = _by_cell(taken)
    return tuple(seat for seat in range(grid.windows) if not any(seat in busy.get(minute, {}) for minute in minutes))


def _by_cell(taken: Iterable[TakenSeat]) -> dict[int, dict[int, bool]]:
    seats: dict[int, dict[int, bool]] = {}
    for claim in taken:
        seats.setdefault(claim.minute, {})[claim.seat] = claim.held
    return seats


def _slot(start: int, grid: DayGrid, length: int, seats: Mapping[int, Mapping[int, bool]]) -> Slot:
    cells = [seats[cell] for cell in cells_of(start, length, grid.slot_minutes) if cell in seats]
    taken = held = 0
    for seat in range(grid.windows):
        claims = [cell[seat] for cell in cells if seat in cell]
        if claims and all(claims):
            held += 1
        elif claims:
            taken += 1
    return Slot(start, grid.windows, taken, held, grid.windows - taken - held)

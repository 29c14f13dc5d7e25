"""The offers of one desk for one trámite from today to its horizon, or the reason there are none. Pure rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from turnero.agencies.calendar.schedule import DayGrid, DeskCalendar, grid
from turnero.booking.seats import slots
from turnero.booking.seats.slots import Slot, TakenSeat
from turnero.booking.turn.policy import Policy

NOON = 720
# Days ahead searched for the next day with hours.
_FAR_DAYS = 120


@dataclass(frozen=True)
class DayOffer:
    """A day's free places: the total, those before noon, and those from noon on."""

    day: date
    free: int
    morning: int
    afternoon: int


@dataclass(frozen=True)
class ClosedDay:
    """A day on which the agency does not attend; ``kind`` is holiday or closure."""

    day: date
    kind: str
    reason: str


@dataclass(frozen=True)
class NoPlace:
    """Why there is no place: drawn, full, closed, holiday, not_open_yet or no_hours.

    ``until``: full: the next day that will open for booking; else the next day with hours, if any is near.
    """

    kind: str
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class DeskOffers:
    """One desk's days for a trámite of ``procedure_minutes``, seen at local wall time ``now_local``.

    Days drawn by lot offer nothing, except to displaced people (``drawn_too``).
    """

    desk_id: int
    procedure_minutes: int
    policy: Policy
    calendar: DeskCalendar
    now_local: datetime
    taken: Mapping[date, Sequence[TakenSeat]] = field(default_factory=dict)
    drawn_too: bool = False

    @property
    def last(self) -> date:
        """The farthest day that can be booked."""
        return self.policy.last_open_day(self.desk_id, self.now_local)

    def slots(self, day: date) -> tuple[Slot, ...]:
        """Every offered start of ``day``, full ones too; none outside today..horizon."""
        if not self.now_local.date() <= day <= self.last or self._hidden(day):
            return ()
        return self._slots(grid(self.calendar, day))

    def days(self, start: date | None = None, last: date | None = None) -> Iterator[DayOffer]:
        """Each day from ``start`` (today) to ``last`` (the horizon) with what is free, in order, as it is asked for."""
        for day_grid in self._grids(start, last):
            free = [(slot.minute, slot.free) for slot in self._slots(day_grid)]
            morning = self._turns(day_grid, (count for minute, count in free if minute < NOON))
            afternoon = self._turns(day_grid, (count for minute, count in free if minute >= NOON))
            yield DayOffer(day_grid.day, morning + afternoon, morning, afternoon)

    def first(self, last: date | None = None) -> DayOffer | None:
        """The first day with a free place, searched up to ``last`` if claims were read only so far."""
        return next((offer for offer in self.days(last=last) if offer.free), None)

    def closed(self, start: date | None, end: date) -> tuple[ClosedDay, ...]:
        """The holidays and closures from ``start`` (today) to ``end``, both inside."""
        return tuple(
            ClosedDay(day_grid.day, day_grid.closed.kind, day_grid.closed.reason)
            for day_grid in self._grids(start)
            if day_grid.closed is not None and day_grid.closed.kind in ("holiday", "closure") and day_grid.day <= end
        )

    def why_none(self) -> NoPlace:
        """The reason there is no free place up to the horizon."""
        grids = list(self._grids(None))
        if any(self._slots(day_grid) for day_grid in grids):
            return NoPlace("full", until=self.last + timedelta(days=1))
        if self._hidden(self.last):
            return NoPlace("drawn")
        attends = self._next_day_with_hours()
        for kind, cause in (("closure", "closed"), ("holiday", "holiday")):
            for day_grid in grids:
                if day_grid.closed is not None and day_grid.closed.kind == kind:
                    return NoPlace(cause, until=attends, reason=day_grid.closed.reason)
        return NoPlace("not_open_yet", until=attends) if attends else NoPlace("no_hours")

    def _grids(self, start: date | None, until: date | None = None) -> Iterator[DayGrid]:
        today = self.now_local.date()
        day, last = max(start or today, today), min(self.last, until or date.max)
        while day <= last:
            if not self._hidden(day):
                yield grid(self.calendar, day)
            day += timedelta(days=1)

    def _hidden(self, day: date) -> bool:
        return self.policy.is_drawn(day) and not self.drawn_too

    def _slots(self, day_grid: DayGrid) -> tuple[Slot, ...]:
        earliest = slots.earliest_minute(day_grid, self.now_local, self.policy.lead_minutes)
        return slots.offered(day_grid, self.procedure_minutes, self.taken.get(day_grid.day, ()), earliest)

    def _turns(self, day_grid: DayGrid, free_starts: Iterable[int]) -> int:
        """Estimate of the turns that free starts allow; the starts of a longer trámite overlap one another."""
        length = slots.cells_needed(self.procedure_minutes, day_grid.slot_minutes) if day_grid.cells else 1
        return -(-sum(free_starts) // length)

    def _next_day_with_hours(self) -> date | None:
        later = (self.last + timedelta(days=ahead) for ahead in range(1, _FAR_DAYS + 1))
        return next((day for day in later if grid(self.calendar, day).cells), None)

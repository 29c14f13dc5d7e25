"""Where and when a turn takes place: the value passed from the routes down to the claim."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.interval import Interval


@dataclass(frozen=True, slots=True)
class Place:
    """``cells`` consecutive cells of ``step`` minutes at a desk, from local ``minute`` of ``day`` in ``zone``."""

    desk_id: int
    day: date
    minute: int
    cells: int
    step: int
    zone: str

    @classmethod
    def of(cls, booking: Booking) -> Self:
        """The present place of a booking, or the lost one if it is displaced."""
        grid = (booking.day, booking.minute, booking.cells, booking.slot_minutes)
        return cls(booking.desk_id, *grid, booking.agency.zone)

    def columns(self) -> dict[str, Any]:
        """The booking columns that store the place, except the agency."""
        return {
            "desk_id": self.desk_id,
            "day": self.day,
            "minute": self.minute,
            "cells": self.cells,
            "slot_minutes": self.step,
            "starts_at": self.starts_at,
        }

    @property
    def minutes(self) -> tuple[int, ...]:
        """The local minute of each cell."""
        return tuple(range(self.minute, self.minute + self.cells * self.step, self.step))

    @property
    def starts_at(self) -> datetime:
        """The instant of the first minute, UTC."""
        return clock.instant(self.day, self.minute, self.zone)

    @property
    def interval(self) -> Interval[datetime]:
        """From the first instant to the end of the last cell."""
        return Interval(self.starts_at, self.starts_at + timedelta(minutes=self.cells * self.step))

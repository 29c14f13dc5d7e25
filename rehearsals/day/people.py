"""The people of the day, their arrivals, and what each was shown.

Some come late, some never, some without a turn, some with priority, some lost their hour to a closure.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsals.day.room import Kiosk
from tests.support.rows.build import today
from tests.support.rows.journeys import cedula
from tests.support.rows.visits import turn
from turnero.core import clock

# A hundred and twenty in `make day`; in the suite as few as make one of each kind.
PEOPLE = int(os.environ.get("TURNERO_DAY_PEOPLE", "11"))
FIRST, STEP, LAST = 660, 20, 980  # local minutes: 11:00 to 16:20, on a grid of 20
CLOSES, DISPLACED = 960, 2  # attention ends at 16:00
ZONE = "America/Guayaquil"


@dataclass
class Person:
    """A person of the day, with everything they were shown. ``booking_id`` is None for walk-ins."""

    number: int
    minute: int
    kind: str  # in time, late, missing, priority, walk-in, displaced
    booking_id: int | None = None
    ticket: str = ""

    @property
    def comes_at(self) -> int:
        return self.minute + (15 if self.kind == "late" else -5)

    def comes(self) -> bool:
        return self.kind not in ("missing", "displaced")


def kind_of(number: int) -> str:
    return {1: "late", 4: "missing", 6: "walk-in", 8: "priority"}.get(number % 10, "in time")


def go_to(clock_shift: Callable[[timedelta], datetime], minute: int) -> None:
    clock_shift(clock.instant(today(), minute, ZONE) - clock.now())


def arrivals(people: list[Person]) -> list[int]:
    """Local minutes of arrivals, in order."""
    return sorted({one.comes_at for one in people if one.comes()})


def come(people: list[Person], kiosk: Kiosk, minute: int) -> None:
    """People due at ``minute`` use the kiosk; checks each answer."""
    for one in people:
        if not one.comes() or one.comes_at != minute:
            continue
        if one.booking_id is None:
            result, one.ticket = kiosk.without_turn(cedula(one.number))
        else:
            by_cedula = one.number % 3 == 0
            result, one.ticket = kiosk.read(cedula(one.number) if by_cedula else turn(one.booking_id).reference)
        assert result == ("tarde" if one.kind == "late" else "confirmado")
        assert re.fullmatch(r"A-\d{3}", one.ticket)

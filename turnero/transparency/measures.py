"""Figures of many people that say nothing of one: quantiles, and small cells that are not shown. Pure."""

from collections.abc import Sequence
from datetime import date

# Fewer people than this might be recognised.
LEAST_SHOWN = 5


def quantile(values: Sequence[float], part: float) -> int | None:
    """The value under which ``part`` of them lie (nearest rank), in whole units; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -int(-part * len(ordered) // 1))
    return round(ordered[rank - 1])


def hidden(counts: Sequence[int]) -> list[bool]:
    """Which of the parts of a published total are not shown: small ones, and one more where it could be worked out.

    Nothing is hidden of a part without anybody.
    """
    small = [0 < count < LEAST_SHOWN for count in counts]
    if sum(small) == 1:
        others = [index for index, count in enumerate(counts) if count >= LEAST_SHOWN]
        if others:
            small[min(others, key=lambda index: counts[index])] = True
    return small


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def following(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)

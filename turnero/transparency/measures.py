"""Figures of many people that say nothing of one: quantiles, and small cells that are not shown. Pure."""

from collections.abc import Sequence
from datetime import date

# Fewer people than this might be recognised.
LEAST_SHOWN = 5


def quantile(values: Sequence[float | None], part: float) -> int | None:
    """The value under which ``part`` of them lie (nearest rank), in whole units; None of nothing.

    A None among the values is more than any number, and the quantile that falls on it is None.
    """
    if not values:
        return None
    ordered = sorted(values, key=lambda value: (value is None, value or 0))
    rank = max(1, -int(-part * len(ordered) // 1))
    found = ordered[rank - 1]
    return None if found is None else round(found)


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


def hidden_within(groups: Sequence[Sequence[int]]) -> tuple[list[bool], list[list[bool]]]:
    """The same where sums of groups are published too: which sums, and of each group which parts, are not shown.

    A part that stands alone would be told by its group's sum, and a sum that is not shown by its parts: then the
    smallest of the others is not shown either.
    """
    sums = hidden([sum(group) for group in groups])
    parts = [hidden(group) for group in groups]
    for group, unseen, sum_is_hidden in zip(groups, parts, sums, strict=True):
        if sum_is_hidden and not any(unseen) and any(group):
            unseen[min((index for index, count in enumerate(group) if count), key=lambda index: group[index])] = True
    return sums, parts


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def following(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)

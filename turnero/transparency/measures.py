"""Statistics that do not identify people: quantiles, and suppression of small cells. Pure."""

from collections.abc import Sequence
from datetime import date

# Fewer people than this could be identified.
LEAST_SHOWN = 5


def quantile(values: Sequence[float | None], part: float) -> int | None:
    """The quantile ``part`` (nearest rank) in whole units; None of an empty list.

    None among the values counts as infinite; the quantile is None if it falls there.
    """
    if not values:
        return None
    ordered = sorted(values, key=lambda value: (value is None, value or 0))
    rank = max(1, -int(-part * len(ordered) // 1))
    found = ordered[rank - 1]
    return None if found is None else round(found)


def hidden(counts: Sequence[int]) -> list[bool]:
    """Parts of a published total to suppress: small ones, plus one more if a single one could be derived.

    Empty parts are never suppressed.
    """
    small = [0 < count < LEAST_SHOWN for count in counts]
    if sum(small) == 1:
        others = [index for index, count in enumerate(counts) if count >= LEAST_SHOWN]
        if others:
            small[min(others, key=lambda index: counts[index])] = True
    return small


def hidden_within(groups: Sequence[Sequence[int]]) -> tuple[list[bool], list[list[bool]]]:
    """As ``hidden`` if group sums are published too: the sums, and the parts of each group, to suppress.

    A single suppressed part could be derived from its group's sum, and a suppressed sum from its parts; then the
    smallest of the others is suppressed as well.
    """
    sums = hidden([sum(group) for group in groups])
    parts = [hidden(group) for group in groups]
    for group, unseen, sum_is_hidden in zip(groups, parts, sums, strict=True):
        if sum_is_hidden and not any(unseen) and any(group):
            unseen[min((index for index, count in enumerate(group) if count), key=lambda index: group[index])] = True
    return sums, parts


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def following(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)

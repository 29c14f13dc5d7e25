"""Whether one kind of request takes longer than another: Mann and Whitney's rank test, by its normal approximation."""

import math
from collections.abc import Sequence
from statistics import median

# Two-sided, this far out by chance: once in 26 million tests.
SUSPICIOUS = 5.5
# Differences too small to use over a network.
NOTHING_SECONDS = 0.005


def tells_apart(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether these seconds betray of which kind a request was."""
    return abs(rank_z(one, other)) > SUSPICIOUS and abs(median(one) - median(other)) > NOTHING_SECONDS


def rank_z(one: Sequence[float], other: Sequence[float]) -> float:
    """Standard deviations of the rank sum of ``one`` above chance; 0 if all values are equal."""
    values = sorted([*one, *other])
    ranks: dict[float, float] = {}
    for value in set(values):
        first = values.index(value)
        ranks[value] = first + (values.count(value) + 1) / 2
    wins = sum(ranks[value] for value in one) - len(one) * (len(one) + 1) / 2
    product = len(one) * len(other)
    return (wins - product / 2) / math.sqrt(product * (len(one) + len(other) + 1) / 12)

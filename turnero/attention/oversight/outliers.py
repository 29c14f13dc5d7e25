"""Finds staff accounts whose counts are outliers. A pure rule."""

from collections.abc import Mapping
from statistics import median

_FEWEST = 5
_TIMES = 3


def stands_out(counts: Mapping[int, int]) -> set[int]:
    """Accounts whose count is at least five and more than three times the median of the others'."""
    found = set()
    for account, count in counts.items():
        others = [each for other, each in counts.items() if other != account]
        if count >= _FEWEST and count > _TIMES * (median(others) if others else 0):
            found.add(account)
    return found

"""Small drawings of figures as inline SVG. Pure; each has its numbers beside it as text."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 120, 28
_EDGE = 2


@dataclass(frozen=True)
class Line:
    """``points``: of an SVG polyline, a part for each stretch without a gap. ``most``: the value at the top."""

    parts: tuple[str, ...]
    most: int


def line(values: Sequence[int | None]) -> Line:
    """A line through ``values``, the oldest first; None is a gap. Zero lies at the bottom."""
    most = max((value for value in values if value is not None), default=0)
    step = (WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    parts: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            parts.append([])
            continue
        height = (HEIGHT - 2 * _EDGE) * value / max(most, 1)
        parts[-1].append(f"{_EDGE + number * step:.1f},{HEIGHT - _EDGE - height:.1f}")
    return Line(tuple(" ".join(part) for part in parts if part), most)


def shares(counts: Sequence[int]) -> list[int]:
    """Whole per cents that add up to 100 (largest remainders); all 0 where there is nothing."""
    total = sum(counts)
    if not total:
        return [0 for _ in counts]
    exact = [100 * count / total for count in counts]
    whole = [int(share) for share in exact]
    by_rest = sorted(range(len(counts)), key=lambda index: exact[index] - whole[index], reverse=True)
    for index in by_rest[: 100 - sum(whole)]:
        whole[index] += 1
    return whole

"""Small inline SVG charts, each with its numbers as text. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 120, 28
_EDGE = 2


@dataclass(frozen=True)
class Line:
    """A line chart. ``points``: SVG polylines, one per stretch without a gap; ``most``: the value at the top."""

    parts: tuple[str, ...]
    most: int


def line_chart(values: Sequence[int | None]) -> Line:
    """A line through ``values``, oldest first; None is a gap. Zero is at the bottom."""
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
    """Whole per cents that add up to 100 (largest remainders); all 0 if the sum is 0."""
    total = sum(counts)
    if not total:
        return [0 for _ in counts]
    exact = [100 * count / total for count in counts]
    whole = [int(share) for share in exact]
    by_rest = sorted(range(len(counts)), key=lambda index: exact[index] - whole[index], reverse=True)
    for index in by_rest[: 100 - sum(whole)]:
        whole[index] += 1
    return whole


_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """A bar: ``x`` and ``width`` in per cent, ``y`` and ``height`` in pixels; ``label`` below it if it fits."""

    x: float
    width: float
    y: float
    height: float
    label: str
    hot: bool


@dataclass(frozen=True)
class Bars:
    """A bar chart; ``base``: pixels from the top to the baseline; ``levels``: (pixels, value) of its grid lines."""

    bars: tuple[Bar, ...]
    levels: tuple[tuple[float, int], ...]
    base: float
    height: float


def bars(values: Sequence[tuple[str, int]], *, every: int = 6, height: float = 200.0) -> Bars:
    """Bars for (name, value) pairs; the largest is marked, and every ``every``-th is labelled."""
    top = _round_up(max((value for _, value in values), default=0))
    base, slot = height + 24, 100 / max(len(values), 1)
    most = max(range(len(values)), key=lambda index: values[index][1], default=-1)
    drawn = tuple(
        Bar(
            x=round(index * slot + slot / 7, 2),
            width=round(slot * 5 / 7, 2),
            y=round(base - height * value / top, 1),
            height=round(height * value / top, 1),
            label=name if index % every == 0 else "",
            hot=index == most and value > 0,
        )
        for index, (name, value) in enumerate(values)
    )
    levels = tuple((round(base - height * part / 4, 1), top * part // 4) for part in range(1, 5))
    return Bars(drawn, levels if top >= 4 else (), base, base + 28)


def _round_up(most: int) -> int:
    """The next round number from ``most`` that four grid lines divide."""
    unit = 4
    while True:
        for step in _STEPS:
            if unit * step >= most:
                return unit * step
        unit *= 10

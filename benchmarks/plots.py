"""Self-contained SVG plots: bars against goals, and a line."""

from collections.abc import Sequence
from html import escape

_WIDTH, _LEFT, _RIGHT, _ROW = 720, 150, 60, 30
_STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1b1f24}.soft{fill:#5a6572}.bar{fill:#1f5fa8}.short{fill:#b4610c}"
    ".goal{stroke:#1b1f24;stroke-width:2;stroke-dasharray:4 3}.axis{stroke:#c9d1d9}"
    ".line{fill:none;stroke:#1f5fa8;stroke-width:2}"
)


def bars(title: str, rows: Sequence[tuple[str, float, float]]) -> str:
    """Bars for (name, value, goal), with dashed goals and another colour for values below."""
    most = max(max(value, goal) for _, value, goal in rows)
    scale = (_WIDTH - _LEFT - _RIGHT) / most
    parts = []
    for position, (name, value, goal) in enumerate(rows):
        top, at = 40 + position * _ROW, _LEFT + goal * scale
        parts.append(
            f'<text x="{_LEFT - 8}" y="{top + 17}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="{"bar" if value >= goal else "short"}" x="{_LEFT}" y="{top + 3}" '
            f'width="{value * scale:.1f}" height="20"/>'
            f'<line class="goal" x1="{at:.1f}" x2="{at:.1f}" y1="{top}" y2="{top + 26}"/>'
            f'<text class="soft" x="{_LEFT + value * scale + 6:.1f}" y="{top + 17}">{value:.2f}</text>'
        )
    return _drawing(title, 50 + len(rows) * _ROW, parts)


def line(title: str, points: Sequence[tuple[float, float]], goal: float, unit: str) -> str:
    """Values from zero, with the goal as a dashed line."""
    height, bottom = 260, 220
    last, most = points[-1][0], 1.1 * max(goal, *(value for _, value in points))
    x_of = [(_LEFT - 80 + at / last * (_WIDTH - _LEFT - _RIGHT + 80)) for at, _ in points]
    y_of = [bottom - value / most * (bottom - 40) for _, value in points]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(x_of, y_of, strict=True))
    level = bottom - goal / most * (bottom - 40)
    parts = [
        f'<line class="axis" x1="70" x2="{_WIDTH - _RIGHT}" y1="{bottom}" y2="{bottom}"/>',
        f'<line class="goal" x1="70" x2="{_WIDTH - _RIGHT}" y1="{level:.1f}" y2="{level:.1f}"/>',
        f'<text class="soft" x="64" y="{level + 5:.1f}" text-anchor="end">{goal:.0f}</text>',
        f'<polyline class="line" points="{drawn}"/>',
        f'<text class="soft" x="{_WIDTH - _RIGHT}" y="{bottom + 20}" text-anchor="end">{last:,.0f}</text>',
        f'<text class="soft" x="{x_of[-1] + 6:.1f}" y="{y_of[-1] + 5:.1f}">{points[-1][1]:.0f} {escape(unit)}</text>',
    ]
    return _drawing(title, height, parts)


def _drawing(title: str, height: int, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {_WIDTH} {height}"'
    begin = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    text = f'<text x="16" y="24" font-weight="600">{escape(title)}</text>'
    return "\n".join([begin, f"<title>{escape(title)}</title><style>{_STYLE}</style>", text, *parts, "</svg>", ""])

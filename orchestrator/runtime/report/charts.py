"""Pictures of a report: inline SVG, coloured by the page's own style sheet, so that they are right by day and night.

Every text is escaped; sizes are in the units of each picture's view box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 560
HEIGHT: Final = 150
LEFT, TOP, BOTTOM = 44, 8, 22
CELL: Final = 21
ROW: Final = 20
NAME: Final = 190
SHADES: Final = 9  # colours of columns that the style sheet has
LETTERS: Final = 26  # of a name beside its bar
MOST_BARS: Final = 24
WIDEST: Final = 44  # a column
APART: Final = 60  # labels that are nearer would stand in each other


@dataclass(frozen=True, slots=True)
class Series:
    """name: for people. shade: 1 .. SHADES, a colour of the page."""

    name: str
    shade: int
    values: tuple[float, ...]


def columns(labels: Sequence[str], series: Sequence[Series]) -> str:
    """Columns side by side for each label; "" when there is nothing to show."""
    most = max((value for each in series for value in each.values), default=0)
    if not labels or most <= 0:
        return ""
    step = (WIDTH - LEFT) / len(labels)
    bar = min(WIDEST, max(0.8, step * 0.8 / len(series)))
    begin = (step - bar * len(series)) / 2
    parts = [*_axis(f"{most:g}")]
    for index, label in enumerate(labels):
        for number, each in enumerate(series):
            value = each.values[index]
            x, height = LEFT + index * step + begin + number * bar, HEIGHT * value / most
            parts.append(
                f'<rect class="s{each.shade}" x="{x:.1f}" y="{TOP + HEIGHT - height:.1f}" width="{bar:.1f}" '
                f'height="{height:.1f}"><title>{escape(label)}: {escape(each.name)} {value:g}</title></rect>'
            )
    parts += [
        _text(LEFT + (index + 0.5) * step, TOP + HEIGHT + 16, labels[index], "middle")
        for index in range(0, len(labels), -(-len(labels) // 8))
    ]
    return _svg(WIDTH, TOP + HEIGHT + BOTTOM, parts) + _legend(series)


def bars(rows: Sequence[tuple[str, float, str]], whole: float = 0) -> str:
    """A bar for each (name, value, value in words), the first ones of many. whole: what a full bar means; 0: the
    largest value.
    """
    most = whole or max((value for _, value, _ in rows), default=0)
    if not rows or most <= 0:
        return ""
    shown, parts = rows[:MOST_BARS], []
    room = WIDTH - NAME - 90
    for index, (name, value, said) in enumerate(shown):
        y, width = index * ROW + 3, room * value / most
        parts += [
            f'<text class="t" x="{NAME - 8}" y="{y + 11}" text-anchor="end">{escape(_cut(name))}'
            f"<title>{escape(name)}</title></text>",
            f'<rect class="s1" x="{NAME}" y="{y}" width="{width:.1f}" height="{ROW - 6}"/>',
            _text(NAME + width + 6, y + 11, said, "start"),
        ]
    return _svg(WIDTH, len(shown) * ROW + 4, parts)


def heat(cells: Sequence[tuple[int, int, float, str]], days: Sequence[str]) -> str:
    """A week: (weekday from 0, hour, 0 .. 1, what is said of it) for each hour that has something."""
    if not cells:
        return ""
    parts = [_text(LEFT - 6, TOP + index * CELL + 14, day, "end") for index, day in enumerate(days)]
    parts += [
        _text(LEFT + hour * CELL + CELL / 2, TOP + 7 * CELL + 15, str(hour), "middle") for hour in range(24)
    ]
    for day, hour, share, said in cells:
        x, y = LEFT + hour * CELL, TOP + day * CELL
        parts.append(
            f'<rect class="h" x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" '
            f'fill-opacity="{0.06 + 0.94 * min(1.0, max(0.0, share)):.2f}"><title>{escape(said)}</title></rect>'
        )
    return _svg(LEFT + 24 * CELL + 4, TOP + 7 * CELL + BOTTOM, parts)


def curve(points: Sequence[tuple[float, float]], mark: float | None, unit: str) -> str:
    """A share that grows: points (x, 0 .. 1), from the left; mark: an x to point out."""
    if not points:
        return ""
    widest = max(points[-1][0], 1.25 * (mark or 0), 1)
    room = WIDTH - LEFT - 10

    def x_of(value: float) -> float:
        return LEFT + room * value / widest

    line = f"M{LEFT} {TOP + HEIGHT}"
    for at, share in points:  # a step at each: nothing happens in between
        line += f"H{x_of(at):.1f}V{TOP + HEIGHT * (1 - share):.1f}"
    line += f"H{x_of(widest):.1f}"
    parts = [*_axis("100 %"), f'<path class="c" d="{line}"/>']
    if mark is not None:
        parts.append(f'<path class="m" d="M{x_of(mark):.1f} {TOP}V{TOP + HEIGHT}"/>')
        parts.append(_text(x_of(mark), TOP + HEIGHT + 16, f"{mark:g} {unit}", "middle"))
    if x_of(widest) - x_of(mark or 0) > APART:
        parts.append(_text(x_of(widest), TOP + HEIGHT + 16, f"{widest:g} {unit}", "end"))
    return _svg(WIDTH, TOP + HEIGHT + BOTTOM, parts)


def _axis(most: str) -> list[str]:
    return [
        f'<path class="a" d="M{LEFT} {TOP}V{TOP + HEIGHT}H{WIDTH}"/>',
        _text(LEFT - 6, TOP + 10, most, "end"),
        _text(LEFT - 6, TOP + HEIGHT, "0", "end"),
    ]


def _legend(series: Sequence[Series]) -> str:
    named = [each for each in series if each.name]
    items = "".join(f'<li><i class="s{each.shade}"></i>{escape(each.name)}</li>' for each in named)
    return f'<ul class="legend">{items}</ul>' if items else ""


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img">{"".join(parts)}</svg>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="t" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _cut(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"

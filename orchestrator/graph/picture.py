"""The chart as an SVG picture. Text from the scenario is only ever text: escaped, and cut to its box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from orchestrator.graph.chart import Chart, Place, PlaceKind, Way
from orchestrator.graph.layers import Link
from orchestrator.graph.layout import Box, Drawn, Layout, laid_out
from orchestrator.graph.lettering import fitted, width_of

PLACES_MAX = 400  # a larger picture can be read by nobody
MARGIN = 28.0
PAD = 14.0
HEAD_H, LINE_H, CHIP_H = 30.0, 18.0, 22.0
HEAD_PX, LINE_PX, CHIP_PX, TITLE_PX = 14.0, 12.0, 11.0, 20.0
WIDTH_MIN, WIDTH_MAX = 150.0, 460.0
INDENT = 14.0

# Kind -> (head, edge, word in the head)
COLOURS = {
    PlaceKind.START: ("#15803d", "#15803d", "calls begin here"),
    PlaceKind.CLOSED: ("#b45309", "#b45309", "outside hours"),
    PlaceKind.MISSED: ("#6d28d9", "#6d28d9", "callback of a missed call"),
    PlaceKind.BLOCK: ("#334155", "#94a3b8", ""),
    PlaceKind.ABSENT: ("#b91c1c", "#b91c1c", "missing"),
}
RED, AMBER, INK, FAINT = "#b91c1c", "#b45309", "#0f172a", "#64748b"
FONT = "'Inter','Segoe UI',Roboto,'Helvetica Neue','DejaVu Sans',Arial,sans-serif"


class TooLarge(ValueError):  # noqa: N818  # told to the author
    """More blocks than a picture can show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chip:
    """What stands on a chip. link: number of the place it leads to by a line; None: no line, the text says all."""

    text: str
    link: int | None
    is_end: bool = False
    is_key: bool = False


def svg(chart: Chart) -> str:
    """The picture as one SVG document. TooLarge when there are more than PLACES_MAX places."""
    if len(chart.places) > PLACES_MAX:
        raise TooLarge(f"{len(chart.places)} blocks are more than a picture can show ({PLACES_MAX})")
    number = {place.key: index for index, place in enumerate(chart.places)}
    chips = [_all_linked(place, number) for place in chart.places]
    layout = laid_out([_box(p, c) for p, c in zip(chart.places, chips, strict=True)], _links(chips))
    drawn = {(line.link.source, line.link.slot) for line in layout.lines}
    told = [_told(chart.places, index, row, drawn) for index, row in enumerate(chips)]
    # What has no line is told by name, which makes its box wider: lay out again with the final sizes
    boxes = [_box(place, row) for place, row in zip(chart.places, told, strict=True)]
    layout = laid_out(boxes, _links(told))
    return "\n".join(_document(chart, layout, boxes, told)) + "\n"


def _links(chips: Sequence[Sequence[_Chip]]) -> list[Link]:
    return [
        Link(source=source, target=chip.link, slot=slot)
        for source, row in enumerate(chips)
        for slot, chip in enumerate(row)
        if chip.link is not None
    ]


def _all_linked(place: Place, number: dict[str, int]) -> tuple[_Chip, ...]:
    """One chip for each place that is led to, with all the keys that lead there."""
    labels: dict[str, list[Way]] = {}
    for way in place.ways:
        labels.setdefault(way.to, []).append(way)
    chips = []
    for to, ways in labels.items():
        words = dict.fromkeys(_label(way) for way in ways)
        is_key = not any(way.is_silent for way in ways)
        text = " · ".join(words)
        chips.append(_Chip(text=text, link=number.get(to), is_end=to == "", is_key=is_key))
    return tuple(chips)


def _label(way: Way) -> str:
    return "call, then back" if way.returns else way.label or "then"


def _told(
    places: Sequence[Place], source: int, row: Sequence[_Chip], drawn: set[tuple[int, int]]
) -> tuple[_Chip, ...]:
    told = []
    for slot, chip in enumerate(row):
        if chip.link is None or (source, slot) in drawn:
            told.append(chip)
        else:
            arrow = "↻" if chip.link == source else "↗"
            text = f"{chip.text} {arrow} {places[chip.link].name}"
            told.append(_Chip(text=text, link=None, is_key=chip.is_key))
    return tuple(told)


def _box(place: Place, chips: Sequence[_Chip]) -> Box:
    widths = [_chip_width(chip) for chip in chips]
    head = width_of(place.name, HEAD_PX, bold=True) + 12 + width_of(COLOURS[place.kind][2], CHIP_PX)
    lines = [line.depth * INDENT + width_of(line.text, LINE_PX) for line in place.lines]
    faults = [width_of(told, LINE_PX) + 16 for told in (*place.warnings, *place.problems)]
    inner = min(WIDTH_MAX, max([head, *lines, *faults])) + 2 * PAD
    width = max(WIDTH_MIN, inner, sum(widths) + 6 * max(0, len(widths) - 1) + 2 * PAD)
    height = HEAD_H + 8 + LINE_H * (len(place.lines) + len(faults)) + (CHIP_H + 12 if chips else 4)
    slots, x = [], (width - sum(widths) - 6 * max(0, len(widths) - 1)) / 2
    for chip in widths:
        slots.append(x + chip / 2)
        x += chip + 6
    return Box(width=width, height=height, slots=tuple(slots))


def _chip_width(chip: _Chip) -> float:
    return max(24.0, width_of(chip.text, CHIP_PX) + 16)


def _document(
    chart: Chart, layout: Layout, boxes: Sequence[Box], chips: Sequence[Sequence[_Chip]]
) -> Iterator[str]:
    head = 34.0 + 17 * len(chart.facts) + 18
    title = chart.name + (f" — {chart.title}" if chart.title else "")
    widest = max([width_of(title, TITLE_PX, bold=True), *(width_of(fact, LINE_PX) for fact in chart.facts)])
    width = round(max(layout.width, widest) + 2 * MARGIN)
    height = round(layout.height + head + 2 * MARGIN)
    left = (width - layout.width) / 2
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{FONT}">'
    )
    yield f"<title>{escape(title)}</title>"
    yield '<rect width="100%" height="100%" fill="#ffffff"/>'
    yield _text(MARGIN, MARGIN + 18, title, TITLE_PX, INK, bold=True)
    for index, fact in enumerate(chart.facts):
        yield _text(MARGIN, MARGIN + 40 + 17 * index, fact, LINE_PX, FAINT)
    yield f'<g transform="translate({_n(left)} {_n(MARGIN + head)})">'
    for line in layout.lines:
        yield from _line(line, chart.places[line.link.source], chart.places[line.link.target])
    for place, spot, box, row in zip(chart.places, layout.spots, boxes, chips, strict=True):
        yield f'<g transform="translate({_n(spot.x)} {_n(spot.y)})">'
        yield from _place(place, box, row)
        yield "</g>"
    yield "</g>"
    yield "</svg>"


def _line(line: Drawn, source: Place, target: Place) -> Iterator[str]:
    x, y, low = line.points[0]
    path = [f"M{_n(x)} {_n(y)}V{_n(low)}"]
    for next_x, top, bottom in line.points[1:]:
        bend = (top - low) / 2
        path.append(f"C{_n(x)} {_n(low + bend)} {_n(next_x)} {_n(top - bend)} {_n(next_x)} {_n(top)}")
        if bottom > top:
            path.append(f"V{_n(bottom)}")
        x, low = next_x, bottom
    is_bad = target.kind is PlaceKind.ABSENT
    colour = RED if is_bad else FAINT if source.is_reached else "#cbd5e1"
    dash = ' stroke-dasharray="5 4"' if is_bad or not source.is_reached else ""
    yield f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>'
    yield f'<path d="M{_n(x - 4.5)} {_n(low - 8)}L{_n(x)} {_n(low)}L{_n(x + 4.5)} {_n(low - 8)}Z" fill="{colour}"/>'


def _place(place: Place, box: Box, chips: Sequence[_Chip]) -> Iterator[str]:
    colour, edge, word = COLOURS[place.kind]
    if place.stands_out:
        edge = RED
    if not place.is_reached and place.kind is not PlaceKind.ABSENT:
        colour = "#94a3b8"
    dash = ' stroke-dasharray="6 4"' if not place.is_reached or place.kind is PlaceKind.ABSENT else ""
    w, h = _n(box.width), _n(box.height)
    heavy = "2.4" if place.stands_out else "1.4"
    fill = "#fef2f2" if place.stands_out else "#ffffff"
    yield f"<title>{escape(f'{place.name} (line {place.line})' if place.line else place.name)}</title>"
    yield f'<rect width="{w}" height="{h}" rx="9" fill="{fill}"/>'
    head = f"M0 {_n(HEAD_H)}V9A9 9 0 0 1 9 0H{_n(box.width - 9)}A9 9 0 0 1 {w} 9V{_n(HEAD_H)}Z"
    yield f'<path d="{head}" fill="{colour}"/>'
    yield f'<rect width="{w}" height="{h}" rx="9" fill="none" stroke="{edge}" stroke-width="{heavy}"{dash}/>'
    room = box.width - 2 * PAD
    word_width = width_of(word, CHIP_PX)
    name = fitted(place.name, HEAD_PX, room - word_width - (12 if word else 0), bold=True)
    yield _text(PAD, 20, name, HEAD_PX, "#ffffff", bold=True)
    if word:
        yield _text(box.width - PAD, 20, word, CHIP_PX, "#ffffff", anchor="end")
    y = HEAD_H + 18.0
    for line in place.lines:
        indent = min(line.depth * INDENT, room / 2)
        ink = "#b91c1c" if line.is_dead else INK if line.depth == 0 or place.is_reached else FAINT
        yield _text(
            PAD + indent, y, fitted(line.text, LINE_PX, room - indent), LINE_PX, ink, struck=line.is_dead
        )
        y += LINE_H
    for told, colour in [(text, RED) for text in place.warnings] + [(text, AMBER) for text in place.problems]:
        yield _text(PAD, y, "⚠ " + fitted(told, LINE_PX, room - 16), LINE_PX, colour)
        y += LINE_H
    for chip, middle in zip(chips, box.slots, strict=True):
        yield from _chip(chip, middle, box.height - CHIP_H - 8)


def _chip(chip: _Chip, middle: float, y: float) -> Iterator[str]:
    width = _chip_width(chip)
    fill, edge, ink = ("#f1f5f9", "#cbd5e1", INK)
    if chip.is_end:
        fill, edge, ink = ("#475569", "#475569", "#ffffff")
    elif chip.is_key:
        fill, edge, ink = ("#dbeafe", "#93c5fd", "#1e3a8a")
    elif chip.link is None:
        fill, ink = ("#ffffff", "#334155")
    yield (
        f'<rect x="{_n(middle - width / 2)}" y="{_n(y)}" width="{_n(width)}" height="{_n(CHIP_H)}" rx="6" '
        f'fill="{fill}" stroke="{edge}"/>'
    )
    yield _text(middle, y + 15, chip.text, CHIP_PX, ink, anchor="middle")


def _text(
    x: float,
    y: float,
    text: str,
    px: float,
    colour: str,
    *,
    bold: bool = False,
    anchor: str = "",
    struck: bool = False,
) -> str:
    more = ' font-weight="600"' if bold else ""
    more += f' text-anchor="{anchor}"' if anchor else ""
    more += ' text-decoration="line-through"' if struck else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(px)}" fill="{colour}"{more} '
        f'xml:space="preserve">{escape(text)}</text>'
    )


def _n(value: float) -> str:
    """A number with at most one decimal: the same bytes on every machine."""
    return f"{round(value, 1):g}" if abs(value) < 100_000 else str(round(value))

"""Where everything in the picture stands: boxes by their size, lines by the points they pass. Pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from orchestrator.graph.layers import Layered, Link, layered

GAP_X, GAP_Y = 44.0, 64.0  # between boxes, between layers
LANE = 18.0  # room that a passing line has beside it
ROUNDS = 16  # of moving boxes towards their neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """slots: middle of each chip, from the box's left side."""

    width: float
    height: float
    slots: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Left upper corner."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A line: (x, y, y at the end of the straight way down), from the chip to the top of the target."""

    link: Link
    points: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    spots: tuple[Spot, ...]
    lines: tuple[Drawn, ...]
    width: float
    height: float


def laid_out(boxes: Sequence[Box], links: Sequence[Link]) -> Layout:
    """Where each box and line goes, the left upper corner of all at 0, 0."""
    found = layered(len(boxes), links)
    middles = _Middles(boxes, found).settled()
    tops, bottoms = _rows(boxes, found)
    left = min((middles[point] - box.width / 2 for point, box in enumerate(boxes)), default=0.0)
    left = min([left, *(middle - LANE for middle in middles.values())])
    level = {point: index for index, row in enumerate(found.layers) for point in row}
    spots = tuple(
        Spot(x=middles[point] - box.width / 2 - left, y=tops[level[point]]) for point, box in enumerate(boxes)
    )
    right = max((spot.x + box.width for spot, box in zip(spots, boxes, strict=True)), default=0.0)
    right = max([right, *(middle - left + LANE for middle in middles.values())])
    arrivals = _arrivals(boxes, spots, found)
    lines = []
    for link, chain in found.chains.items():
        source = spots[link.source]
        start = source.x + boxes[link.source].slots[link.slot]
        points = [(start, source.y + boxes[link.source].height, bottoms[level[link.source]])]
        points += [
            (middles[point] - left, tops[level[point]], bottoms[level[point]]) for point in chain[1:-1]
        ]
        top = tops[level[link.target]]
        points.append((arrivals[link], top, top))
        lines.append(Drawn(link=link, points=tuple(points)))
    return Layout(spots=spots, lines=tuple(lines), width=right, height=max(bottoms, default=0.0))


def _rows(boxes: Sequence[Box], found: Layered) -> tuple[list[float], list[float]]:
    tops, bottoms, y = [], [], 0.0
    for row in found.layers:
        height = max((boxes[point].height for point in row if point < len(boxes)), default=0.0)
        tops.append(y)
        bottoms.append(y + height)
        y += height + GAP_Y
    return tops, bottoms


def _arrivals(boxes: Sequence[Box], spots: Sequence[Spot], found: Layered) -> dict[Link, float]:
    """Where on its top each box is reached: lines side by side, in the order in which they come."""
    into: dict[int, list[tuple[float, int, Link]]] = {}
    for number, (link, chain) in enumerate(found.chains.items()):
        above = chain[-2]
        x = spots[above].x + boxes[above].slots[link.slot] if above < len(boxes) else 0.0
        order = (x, number) if above < len(boxes) else (_x_of(found, above, spots, boxes), number)
        into.setdefault(link.target, []).append((*order, link))
    arrivals = {}
    for target, coming in into.items():
        step = min(22.0, boxes[target].width * 0.7 / max(1, len(coming)))
        middle = spots[target].x + boxes[target].width / 2
        for index, (*_, link) in enumerate(sorted(coming, key=lambda item: item[:2])):
            arrivals[link] = middle + (index - (len(coming) - 1) / 2) * step
    return arrivals


def _x_of(found: Layered, point: int, spots: Sequence[Spot], boxes: Sequence[Box]) -> float:
    """A passing point's place among the boxes of its layer, near enough to put lines in order."""
    row = next(row for row in found.layers if point in row)
    before = [other for other in row[: row.index(point)] if other < len(boxes)]
    return spots[before[-1]].x + boxes[before[-1]].width + row.index(point) if before else float("-inf")


class _Middles:
    """The x of the middle of every point, moved towards its neighbours as far as the order in the layer allows."""

    def __init__(self, boxes: Sequence[Box], found: Layered) -> None:
        self._boxes, self._layers = boxes, found.layers
        self._above: dict[int, list[tuple[int, float]]] = {}
        self._below: dict[int, list[tuple[int, float]]] = {}
        for link, chain in found.chains.items():
            for upper, lower in pairwise(chain):
                off = 0.0
                if upper == link.source:
                    off = boxes[upper].slots[link.slot] - boxes[upper].width / 2
                self._above.setdefault(lower, []).append((upper, off))
                self._below.setdefault(upper, []).append((lower, -off))
        self.middles: dict[int, float] = {}
        for row in self._layers:
            x = 0.0
            for point in row:
                self.middles[point] = x + self._half(point)
                x += 2 * self._half(point)

    def settled(self) -> dict[int, float]:
        for round_ in range(ROUNDS):
            rows = self._layers if round_ % 2 == 0 else self._layers[::-1]
            for row in rows:
                self._move(row, self._above if round_ % 2 == 0 else self._below)
        for row in self._layers:
            self._gather(row)
        return self.middles

    def _gather(self, row: Sequence[int]) -> None:
        """What no line holds anywhere comes close to what stands before it."""
        for before, point in pairwise(row):
            if point not in self._above and point not in self._below:
                self.middles[point] = self.middles[before] + self._half(before) + self._half(point)

    def _half(self, point: int) -> float:
        """Half of the room that a point needs, the gap beside it included."""
        if point >= len(self._boxes):
            return LANE
        return (self._boxes[point].width + GAP_X) / 2

    def _move(self, row: Sequence[int], neighbours: dict[int, list[tuple[int, float]]]) -> None:
        """As near to where each wants to be as their order allows (pool adjacent violators)."""
        offsets, offset = [], 0.0
        for index, point in enumerate(row):
            if index:
                offset += self._half(row[index - 1]) + self._half(point)
            offsets.append(offset)
        pools: list[tuple[float, float, int]] = []  # (wanted, weight, how many)
        for point, before in zip(row, offsets, strict=True):
            wanted, weight = self._wanted(point, neighbours)
            pool = (wanted - before, weight, 1)
            while pools and pools[-1][0] > pool[0]:
                other = pools.pop()
                whole = other[1] + pool[1]
                pool = ((other[0] * other[1] + pool[0] * pool[1]) / whole, whole, other[2] + pool[2])
            pools.append(pool)
        x_of = [x for x, _, number in pools for _ in range(number)]
        for point, x, before in zip(row, x_of, offsets, strict=True):
            self.middles[point] = x + before

    def _wanted(self, point: int, neighbours: dict[int, list[tuple[int, float]]]) -> tuple[float, float]:
        """The middle of its neighbours, and how much it matters: a line that passes is to be straight."""
        found = neighbours.get(point)
        if not found:
            return self.middles[point], 0.1
        middle = sum(self.middles[other] + off for other, off in found) / len(found)
        return middle, 4.0 if point >= len(self._boxes) else 1.0

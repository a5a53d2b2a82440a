"""Places in layers from top to bottom, with few crossings. The same input always gives the same order.

The steps are those of Sugiyama, Tagawa and Toda (1981): leave out what goes back up, longest path, points for ways
that pass a layer, then sweeps that put each point near the middle of its neighbours.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SPAN_MAX = (
    6  # layers that a line passes; a longer one is hard to follow with the eye, and told by name instead
)
SWEEPS = 12
CROSSINGS_COUNTED = 4000  # lines; in a larger picture the order is that of the last sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way between two places by their numbers. slot: which of the chips of `source`, counted from the left."""

    source: int
    target: int
    slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layered:
    """layers: points from left to right; below `count` they are places, above points that lines pass through.

    chains: for each link that is drawn, its points from source to target. The others go up, or too far.
    """

    layers: tuple[tuple[int, ...], ...]
    chains: dict[Link, tuple[int, ...]]


def layered(count: int, links: Sequence[Link]) -> Layered:
    """Put `count` places into layers."""
    down = _downward(count, links)
    level = _levels(count, down)
    drawn = [link for link in down if level[link.target] - level[link.source] <= SPAN_MAX]
    chains: dict[Link, tuple[int, ...]] = {}
    rows: list[list[int]] = [[] for _ in range(max(level, default=-1) + 1)]
    for place in _by_depth_first(count, drawn):
        rows[level[place]].append(place)
    following = count
    for link in drawn:
        passed = range(level[link.source] + 1, level[link.target])
        points = range(following, following + len(passed))
        for row, point in zip(passed, points, strict=True):
            rows[row].append(point)
        following += len(passed)
        chains[link] = (link.source, *points, link.target)
    return Layered(layers=_ordered(rows, chains), chains=chains)


def _downward(count: int, links: Sequence[Link]) -> list[Link]:
    """The links without those that lead back to where the walk has come from."""
    out = _outgoing(count, links)
    state = [0] * count  # 0: not seen, 1: on the walk, 2: done
    kept: list[Link] = []
    for root in range(count):
        if state[root]:
            continue
        state[root] = 1
        work = [(root, iter(out[root]))]
        while work:
            place, rest = work[-1]
            link = next(rest, None)
            if link is None:
                state[place] = 2
                work.pop()
            elif state[link.target] != 1:
                kept.append(link)
                if state[link.target] == 0:
                    state[link.target] = 1
                    work.append((link.target, iter(out[link.target])))
    return kept


def _outgoing(count: int, links: Sequence[Link]) -> list[list[Link]]:
    out: list[list[Link]] = [[] for _ in range(count)]
    for link in links:
        out[link.source].append(link)
    return out


def _levels(count: int, links: Sequence[Link]) -> list[int]:
    """Longest path from above; then what nothing leads to comes down to just above what it leads to."""
    out = _outgoing(count, links)
    waiting = [0] * count
    for link in links:
        waiting[link.target] += 1
    is_top = [not number for number in waiting]
    level = [0] * count
    todo = [place for place in range(count) if is_top[place]]
    for place in todo:  # grows while it is walked
        for link in out[place]:
            level[link.target] = max(level[link.target], level[place] + 1)
            waiting[link.target] -= 1
            if not waiting[link.target]:
                todo.append(link.target)
    for place in range(1, count):
        if is_top[place] and out[place]:
            level[place] = min(level[link.target] for link in out[place]) - 1
    return level


def _by_depth_first(count: int, links: Sequence[Link]) -> list[int]:
    """Places as a reader comes to them: what belongs together begins side by side."""
    out = _outgoing(count, links)
    seen: dict[int, None] = {}
    for root in range(count):
        todo = [root]
        while todo:
            place = todo.pop()
            if place not in seen:
                seen[place] = None
                todo += [link.target for link in reversed(out[place])]
    return list(seen)


def _ordered(rows: list[list[int]], chains: dict[Link, tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """Sweep down and up; the order with the fewest crossings stays."""
    below: dict[int, list[tuple[int, int]]] = {}
    above: dict[int, list[tuple[int, int]]] = {}
    for link, chain in chains.items():
        for index, (upper, lower) in enumerate(pairwise(chain)):
            slot = link.slot if index == 0 else 0
            below.setdefault(upper, []).append((lower, slot))
            above.setdefault(lower, []).append((upper, slot))
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        goes_down = sweep % 2 == 0
        for index in range(1, len(rows)) if goes_down else range(len(rows) - 2, -1, -1):
            fixed = rows[index - 1] if goes_down else rows[index + 1]
            rows[index] = _near(rows[index], fixed, above if goes_down else below, goes_down)
        number = _crossings(rows, below)
        if number < fewest:
            best, fewest = [list(row) for row in rows], number
    return tuple(map(tuple, best))


def _near(
    row: list[int], fixed: list[int], neighbours: dict[int, list[tuple[int, int]]], is_below: bool
) -> list[int]:
    """The row by the middle of its neighbours; a chip further right counts as a little further right."""
    place = {point: index for index, point in enumerate(fixed)}
    middle: dict[int, float] = {}
    for index, point in enumerate(row):
        found = [place[other] + (slot / 100 if is_below else 0) for other, slot in neighbours.get(point, ())]
        middle[point] = sum(found) / len(found) if found else float(index)
    return sorted(row, key=middle.__getitem__)


def _crossings(rows: Sequence[Sequence[int]], below: dict[int, list[tuple[int, int]]]) -> int:
    """How many pairs of lines cross."""
    if sum(map(len, below.values())) > CROSSINGS_COUNTED:
        return 0
    total = 0
    for row, following in pairwise(rows):
        place = {point: index for index, point in enumerate(following)}
        seen: list[int] = []
        for point in row:
            for lower, _ in sorted(below.get(point, ()), key=lambda item: (item[1], item[0])):
                total += len(seen) - bisect_right(seen, place[lower])
                insort(seen, place[lower])
    return total

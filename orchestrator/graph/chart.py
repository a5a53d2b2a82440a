"""The flow as a chart: places (blocks), ways between them, and what is wrong with either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class PlaceKind(StrEnum):
    """START, CLOSED and MISSED are where calls begin; ABSENT is a block that is named and not there."""

    START = "start"
    CLOSED = "closed"
    MISSED = "missed"
    BLOCK = "block"
    ABSENT = "absent"


ENTRIES = (PlaceKind.START, PlaceKind.CLOSED, PlaceKind.MISSED)


NO_WAY_HERE = "no way leads here"
NO_END = "whoever presses nothing never leaves"
NO_STEPS = "nothing happens here, and the call ends"
NO_BLOCK = "there is no such block"
DEAD_STEP = "a step here is never reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """to: key of a place; "" ends the call. is_silent: also taken by whoever presses nothing. returns: a `call`."""

    to: str
    label: str = ""
    is_silent: bool = True
    returns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step in a few words. depth: how deep in `if`s it stands. is_dead: no way leads to it."""

    text: str
    depth: int = 0
    is_dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A block. key: unique in the chart. line: where it begins in the file, 0 when nowhere.

    faults: why it is a dead end. problems: what `prozvon check` says of it besides.
    """

    key: str
    name: str
    kind: PlaceKind
    lines: tuple[Line, ...] = ()
    ways: tuple[Way, ...] = ()
    file: str = ""
    line: int = 0
    is_reached: bool = True
    faults: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def stands_out(self) -> bool:
        return not self.is_reached or bool(self.faults)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything that is wrong with it, in the order of its weight."""
        return (*(() if self.is_reached else (NO_WAY_HERE,)), *self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Places in the order of the file, entries first; `facts` are short lines about the whole scenario."""

    name: str
    title: str
    facts: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def unreached(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if not place.is_reached)


def judged(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """The same places, with the blocks that are never reached and the dead ends marked."""
    by_key = {place.key: place for place in places}
    reached = _reached(by_key)
    leaving = _leaving(by_key)
    return tuple(
        replace(
            place,
            is_reached=place.key in reached,
            faults=tuple(_faults(place, place.key in leaving)),
        )
        for place in places
    )


def _reached(by_key: dict[str, Place]) -> set[str]:
    todo = [place.key for place in by_key.values() if place.kind in ENTRIES]
    seen: set[str] = set()
    while todo:
        key = todo.pop()
        if key in by_key and key not in seen:
            seen.add(key)
            todo += [way.to for way in by_key[key].ways]
    return seen


def _leaving(by_key: dict[str, Place]) -> set[str]:
    """Places from which the call comes to an end though no key is pressed."""
    before: dict[str, list[str]] = {}
    for place in by_key.values():
        for way in place.ways:
            if way.is_silent:
                before.setdefault(way.to, []).append(place.key)
    leaving: set[str] = set()
    todo = ["", *(place.key for place in by_key.values() if place.kind is PlaceKind.ABSENT)]
    while todo:
        key = todo.pop()
        if key not in leaving:
            leaving.add(key)
            todo += before.get(key, [])
    return leaving


def _faults(place: Place, leaves: bool) -> list[str]:
    if place.kind is PlaceKind.ABSENT:
        return [NO_BLOCK]
    faults = []
    if not place.lines:
        faults.append(NO_STEPS)
    if not leaves:
        faults.append(NO_END)
    if any(line.is_dead for line in place.lines):
        faults.append(DEAD_STEP)
    return faults

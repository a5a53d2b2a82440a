"""Matches digits against a pattern in a time that only their lengths decide. Pure.

`re` tries out every way in which `[0-9]*[0-9]*[0-9]*1` may fit, and all calls of a switch wait for it meanwhile. Here
the places where a match may stand are carried along together. A pattern is digits, `\\d`, `.`, classes `[0-9]`
`[^05]`, each with `?` `*` `+` `{2}` `{2,}` `{2,4}` behind it, and alternatives between `|`.
"""

from __future__ import annotations

import re

from .program import DIGITS_MAX, ProgramError

PATTERN_MAX = 200  # characters
DIGITS = "0123456789"
_ITEM = re.compile(r"(?P<one>[0-9])|(?P<any>\\d|\.)|\[(?P<no>\^?)(?P<class>(?:[0-9](?:-[0-9])?)+)\]")
_TIMES = re.compile(r"(?P<sign>[?*+])|\{(?P<low>[0-9]{1,2})(?P<to>,?)(?P<high>[0-9]{0,2})\}")


def readable(pattern: str) -> None:
    """Raises `ProgramError` when it is no pattern; its text says what is wrong."""
    _alternatives(pattern)


def matches(pattern: str, digits: str) -> bool:
    """Whether all of `digits` fit the pattern. Raises `ProgramError`."""
    return any(_fits(items, digits[: DIGITS_MAX + 1]) for items in _alternatives(pattern))


def _alternatives(pattern: str) -> list[list[tuple[frozenset[str], int, int]]]:
    if not 0 < len(pattern) <= PATTERN_MAX:
        raise ProgramError("no pattern of 1 to 200 characters")
    return [_items(alternative) for alternative in pattern.split("|")]


def _items(text: str) -> list[tuple[frozenset[str], int, int]]:
    """(digits that fit, at least so many, at most so many), one after another."""
    items, at = [], 0
    while at < len(text):
        item = _ITEM.match(text, at)
        if item is None:
            raise ProgramError("the pattern is not understood from " + text[at : at + 10])
        at = item.end()
        times = _TIMES.match(text, at)
        at = times.end() if times else at
        items.append((_members(item), *_span(times)))
    return items


def _members(item: re.Match[str]) -> frozenset[str]:
    if item["one"]:
        return frozenset(item["one"])
    if item["any"]:
        return frozenset(DIGITS)
    found: set[str] = set()
    for first, last in re.findall(r"([0-9])(?:-([0-9]))?", item["class"]):
        if last and last < first:
            raise ProgramError("a class of the pattern runs backwards")
        found.update(DIGITS[int(first) : int(last or first) + 1])
    return frozenset(DIGITS) - found if item["no"] else frozenset(found)


def _span(times: re.Match[str] | None) -> tuple[int, int]:
    if times is None:
        return 1, 1
    if times["sign"]:
        return {"?": (0, 1), "*": (0, DIGITS_MAX), "+": (1, DIGITS_MAX)}[times["sign"]]
    low = int(times["low"])
    high = int(times["high"] or DIGITS_MAX) if times["to"] else low
    if high < low or (times["high"] and not times["to"]):
        raise ProgramError("a count of the pattern runs backwards")
    return low, high


def _fits(items: list[tuple[frozenset[str], int, int]], digits: str) -> bool:
    places = {0}  # how many digits may be used up so far
    for members, low, high in items:
        run, reached = 0, set()
        # how many digits that fit stand before each place
        runs = [0]
        for digit in digits:
            run = run + 1 if digit in members else 0
            runs.append(run)
        for end, behind in enumerate(runs):
            longest = min(behind, high)
            if any(end - count in places for count in range(low, longest + 1)):
                reached.add(end)
        places = reached
    return len(digits) in places

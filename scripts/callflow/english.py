"""English numerals, in pieces that may be prompts made before: `three hundred and`, `forty-two dollars`. Pure."""

from __future__ import annotations

from typing import NamedTuple

from .russian import listed

_UNITS = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = listed("- - twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES = ("", " thousand", " million", " billion", " trillion")
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
CARDINAL_MAX = 10**15 - 1
ORDINAL_MAX = 10**9 - 1


class Counted(NamedTuple):
    """A noun: with one, with any other count."""

    one: str
    many: str


class Said(NamedTuple):
    """A text, and the pieces it may be played in: without the commas."""

    text: str
    pieces: list[str]


def cardinal(number: int, thing: Counted | None = None) -> Said:
    """A number from 0 to CARDINAL_MAX, with what is counted."""
    what = "" if thing is None else " " + (thing.one if number == 1 else thing.many)
    text: list[str] = []
    groups = _groups(number)
    for index, (part, power) in enumerate(groups):
        is_last = index + 1 == len(groups)
        behind = (
            "" if is_last else " and" if groups[index + 1][0] < 100 and groups[index + 1][1] == 0 else ","
        )
        said = _below_thousand(part)
        said[-1] += _SCALES[power] + behind
        text += said
    if what and groups[-1][1] == 0:
        text[-1] += what
    elif what:
        text.append(what.strip())
    return Said(" ".join(text), [each.rstrip(",") for each in text])


def _groups(number: int) -> list[tuple[int, int]]:
    """(0 to 999, power of a thousand) of what is not 0, the greatest first."""
    parts = [(number // 1000**power % 1000, power) for power in range(len(_SCALES) - 1, -1, -1)]
    return [(part, power) for part, power in parts if part] or [(0, 0)]


def _below_thousand(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    said = [_UNITS[hundreds] + " hundred" + (" and" if rest else "")] if hundreds else []
    return said + ([_below_hundred(rest)] if rest or not hundreds else [])


def _below_hundred(number: int) -> str:
    if number < 20:
        return _UNITS[number]
    tens, units = divmod(number, 10)
    return _TENS[tens] + ("-" + _UNITS[units] if units else "")


def ordinal(number: int) -> Said:
    """From 0 to ORDINAL_MAX: the cardinal, its last word an ordinal."""
    said = cardinal(number)
    pieces = list(said.pieces)
    pieces[-1] = _last_ordinal(pieces[-1])
    return Said(_last_ordinal(said.text), pieces)


def _last_ordinal(text: str) -> str:
    at = max(text.rfind(" "), text.rfind("-")) + 1
    last = text[at:]
    if last in _IRREGULAR:
        return text[:at] + _IRREGULAR[last]
    return text[:at] + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def year(number: int) -> list[str]:
    """The pieces of a year from 0 to 9999: `nineteen` `oh-five`, `two thousand and` `one`."""
    high, low = divmod(number, 100)
    if high == 0 or (high % 10 == 0 and low < 10):
        return cardinal(number).pieces
    behind = "hundred" if low == 0 else "oh-" + _UNITS[low] if low < 10 else _below_hundred(low)
    return [_below_hundred(high), behind]

"""YAML syntax errors in an author's words, and how the rest of the file is still checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from orchestrator.scenario.source import Mark

_PART = re.compile(r"""^["']?([A-Za-z_][^:"']*)["']?\s*:(?:\s|$)""")

# What the parser was doing when the mistake is where that began, not where it was noticed
_BEGAN_EARLIER = ("flow sequence", "flow mapping", "quoted scalar", "simple key")

# Piece of the parser's wording -> ours and a hint
_WORDINGS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "a second `: ` here",
        'put text that holds ": " in quotes; check the indentation',
    ),
    ("',' or ']'", "a list that is not closed", "close it with ]"),
    ("',' or '}'", "a mapping that is not closed", "close it with }"),
    (
        "unexpected end of stream",
        "a quote that is not closed",
        "close it, or put the text in the other kind of quotes",
    ),
    ("'-' indicator", "not a step of the list above", "each item begins with `- `, all in the same column"),
    ("expected key", "no `key:` here", "check the indentation, and quotes inside quoted text"),
    ("could not find expected ':'", "a key without `:`", "write `key: value`"),
    ("cannot start any token", "a character that cannot begin a value", "put the text in quotes"),
)


class Repair(NamedTuple):
    """The text with lines blanked out up to (not including) line `until`, counted from 0; the others keep their
    numbers. `part` is the top-level key that has lost something.
    """

    text: str
    part: str
    until: int


def explain_syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> tuple[str, Mark, str, str]:
    """(code, place, message, hint) of an error of the parser, which never speaks for itself."""
    seen = error.problem_mark
    began = error.context_mark if _began_earlier(error) else seen
    mark = Mark(file, began.line + 1, began.column + 1) if began else Mark(file, 0, 0)
    if seen and _character_at(text, seen.line, seen.column) == "\t":
        return "S005", mark, "a tab cannot indent", ""
    for piece, message, hint in _WORDINGS:
        if piece in (error.problem or ""):
            return "S006", mark, message, hint
    return "S006", mark, "this is not YAML", ""


def repairs(error: yaml.MarkedYAMLError, text: str) -> Iterator[Repair]:
    """Ways to take the mistake out of the text: the entry with it, what that is in, and so on to the whole
    top-level part. None when no part is to blame.
    """
    mark = error.context_mark if _began_earlier(error) else error.problem_mark
    lines = text.split("\n")
    starts = [(number, found) for number, line in enumerate(lines) if (found := _PART.match(line))]
    before = [(number, found) for number, found in starts if mark and number <= mark.line]
    if not before or mark is None:
        return
    top, found = before[-1]
    part = found.group(1).strip()
    first = min(mark.line, len(lines) - 1)
    while first > top:
        last = _end(lines, first)
        if lines[first].strip() and not _is_only_child(lines, first, last):
            yield Repair(_blanked(lines, first, last), part, last)
        first = _parent(lines, first)
    last = next((number for number, _ in starts if number > top), len(lines))
    yield Repair(_blanked(lines, top, last), part, last)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _end(lines: list[str], first: int) -> int:
    """The line after the last one that is indented deeper than `first`."""
    deeper = range(first + 1, len(lines))
    return next(
        (n for n in deeper if lines[n].strip() and _indent(lines[n]) <= _indent(lines[first])), len(lines)
    )


def _parent(lines: list[str], line: int) -> int:
    """The nearest line above that is indented less; -1 when there is none."""
    above = range(line - 1, -1, -1)
    return next((n for n in above if lines[n].strip() and _indent(lines[n]) < _indent(lines[line])), -1)


def _is_only_child(lines: list[str], first: int, last: int) -> bool:
    """Without it its parent would be empty, which would be told as another mistake."""
    above = next((n for n in range(first - 1, -1, -1) if lines[n].strip()), -1)
    has_next = last < len(lines) and _indent(lines[last]) == _indent(lines[first])
    return above == _parent(lines, first) and not has_next


def _blanked(lines: list[str], first: int, last: int) -> str:
    return "\n".join([*lines[:first], *[""] * (last - first), *lines[last:]])


def _began_earlier(error: yaml.MarkedYAMLError) -> bool:
    return error.context_mark is not None and any(what in (error.context or "") for what in _BEGAN_EARLIER)


def _character_at(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    return lines[line][column : column + 1] if line < len(lines) else ""

"""YAML syntax errors in an author's words, and how the rest of the file is still checked."""

from __future__ import annotations

import re
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


class Repaired(NamedTuple):
    """The text with the part called `name` blanked out; the lines of all others keep their numbers."""

    text: str
    name: str


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


def blank_part(error: yaml.MarkedYAMLError, text: str) -> Repaired | None:
    """Take the top-level part with the error out of the text; None when there is none to blame."""
    mark = error.context_mark if _began_earlier(error) else error.problem_mark
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _PART.match(line)]
    before = [number for number in starts if mark and number <= mark.line]
    if not before:
        return None
    first = before[-1]
    last = next((number for number in starts if number > first), len(lines))
    name = _PART.match(lines[first])
    kept = [*lines[:first], *[""] * (last - first), *lines[last:]]
    return Repaired("\n".join(kept), name.group(1).strip() if name else "")


def _began_earlier(error: yaml.MarkedYAMLError) -> bool:
    return error.context_mark is not None and any(what in (error.context or "") for what in _BEGAN_EARLIER)


def _character_at(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    return lines[line][column : column + 1] if line < len(lines) else ""

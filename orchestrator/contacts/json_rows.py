"""Lines of JSON to rows of cells: one object per line, texts and figures as its values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from orchestrator.contacts.header import MAX_IGNORED_NAMED, ignored
from orchestrator.contacts.lines import BadLine
from orchestrator.contacts.problems import problem
from orchestrator.contacts.row import Code, Fault
from orchestrator.contacts.wanted import Headers
from orchestrator.domain.problem import Problem

_NOT_JSON: Final = Fault(code=Code.BAD_JSON, reason="not JSON")
_NO_OBJECT: Final = Fault(code=Code.BAD_JSON, reason='not an object such as {"phone": "+79990000408"}')
_KEY_TWICE: Final = Fault(code=Code.BAD_JSON, reason="the same key twice in one object")
_NO_TEXT: Final = Fault(code=Code.BAD_VALUE, reason="neither a text nor a figure")


class Pairs(tuple[tuple[str, object], ...]):
    """A JSON object as it stands in the text, double keys included."""

    __slots__ = ()


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


_decode: Final = json.JSONDecoder(
    object_pairs_hook=Pairs,
    # Figures stay as typed: 0.10 is not 0.1, and an order of 20 digits is no double.
    parse_int=str,
    parse_float=str,
    parse_constant=_no_constant,
).decode


def json_rows(lines: Iterable[str | BadLine]) -> Iterator[tuple[int, Pairs | Fault, str]]:
    """Yields (line, object or fault, raw). Blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        if isinstance(line, BadLine):
            yield number, line.fault, line.raw
        elif line.strip():
            yield number, _object(line), line


def _object(line: str) -> Pairs | Fault:
    try:
        found = _decode(line)
    except (ValueError, RecursionError):  # the latter for thousands of nested brackets
        return _NOT_JSON
    return found if isinstance(found, Pairs) else _NO_OBJECT


class JsonCells:
    """Finds the wanted values of one object after another; remarks on keys that nobody reads, once each."""

    def __init__(self, headers: Headers, name: str, remark: Callable[[Problem], None]) -> None:
        self._headers = headers
        self._name = name
        self._remark = remark
        self._places: dict[str, int] = {}
        self._ignored: set[str] = set()

    def cells(self, line: int, found: Pairs) -> tuple[str, list[str] | Fault]:
        """("", a cell for each wanted column, "" for those that are not there), or (column, what is wrong with it)."""
        cells: list[str | None] = [None] * len(self._headers.columns)
        for key, value in found:
            place = self._place(line, key)
            if place is None:
                continue
            if cells[place] is not None:
                return self._headers.columns[place].name, _KEY_TWICE
            if isinstance(value, str):
                cells[place] = value
            elif value is None:
                cells[place] = ""
            else:
                return self._headers.columns[place].name, _NO_TEXT
        return "", [cell or "" for cell in cells]

    def _place(self, line: int, key: str) -> int | None:
        place = self._places.get(key)
        if place is not None or key in self._ignored:
            return place
        column = self._headers.find(key)
        if column is None:
            self._ignore(line, key)
            return None
        place = self._places[key] = self._headers.columns.index(column)
        return place

    def _ignore(self, line: int, key: str) -> None:
        if len(self._ignored) < MAX_IGNORED_NAMED:
            self._ignored.add(key)
            for each in ignored([key], self._headers, self._name, line):
                self._remark(each)
            if len(self._ignored) == MAX_IGNORED_NAMED:
                self._remark(problem(self._name, line, "C201", "any further unknown columns are ignored too"))

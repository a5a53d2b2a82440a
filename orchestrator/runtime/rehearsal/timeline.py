"""The story of a scenario's test as text: when each thing happened since the start, and what went wrong where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 100  # columns of a text; longer ones are folded
MARGIN = 14  # columns of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. `at_s`: seconds since the test began; None: together with the entry before."""

    at_s: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What was expected and what came instead. `place`: file:line."""

    place: str
    text: str


def render(entries: Iterable[Entry], failures: Iterable[Failure]) -> str:
    """The timeline: one line or more for each entry, the failures last. No line break at the end."""
    lines = [line for entry in entries for line in _lines(entry)]
    lines += [f"  FAILED {failure.place}: {failure.text}" for failure in failures]
    return "\n".join(lines)


def elapsed(seconds: float) -> str:
    """93784.56 -> `+1d 02:03:04.6`; tenths only when there are any."""
    tenths = round(max(seconds, 0.0) * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    date = f"{days}d " if days else ""
    part = f".{tenths % 10}" if tenths % 10 else ""
    return f"+{date}{hours:02}:{minutes:02}:{tenths // 10:02}{part}"


def _lines(entry: Entry) -> Iterable[str]:
    time = "" if entry.at_s is None else elapsed(entry.at_s)
    first, *rest = _folded(entry.text)
    yield f"  {time:<{MARGIN}} {first}".rstrip()
    yield from (f"  {'':<{MARGIN}}   {line}" for line in rest)


def _folded(text: str) -> list[str]:
    """The text in lines of at most WIDTH, broken between words."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]

"""What callers experienced, as JSON lines: one for each call that came in, when it is over.

{"call": uuid, "caller": "+7...", "called": "+7...", "at": ms, "answered_at": ms or null, "ended_at": ms,
 "cause": "...", "by": "caller", "keys": "1", "heard": [...]}
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerCall:
    """One call as its caller saw it. Times are epoch ms; `by` is caller, switch or network."""

    call: str
    caller: str
    called: str
    at: int
    answered_at: int | None
    ended_at: int
    cause: str
    by: str
    keys: str
    heard: tuple[str, ...]  # names of messages, or files and texts where no program names them


class CallerLog:
    """Appends; each line is one write."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def over(self, **line: object) -> None:
        """With the fields of `CallerCall`."""
        os.write(self._file, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        os.close(self._file)


def read_caller_log(path: Path) -> list[CallerCall]:
    """Every call in the order they ended. No file: no calls."""
    if not path.exists():
        return []
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [CallerCall(**line | {"heard": tuple(line["heard"])}) for line in lines]

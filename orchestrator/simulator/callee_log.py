"""What callees experienced, as JSON lines that outlive a killed switch: the other side of every count.

    {"event": "called", "at": ms, "call": uuid, "number": "+7...", "try": 1, "callee": "people"}
    {"event": "answered", "at": ms, "call": uuid}
    {"event": "over", "at": ms, "call": uuid, "cause": "...", "by": "callee", "keys": "1", "heard": [...]}

A call whose `over` is missing was under way when the switch died.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class CalleeCall:
    """One call as its callee saw it. Times are epoch ms; None: did not happen."""

    call: str  # the attempt's id
    number: str
    try_number: int
    callee: str  # name in the population
    called_at: int
    answered_at: int | None = None
    ended_at: int | None = None
    cause: str = ""
    by: str = ""  # callee, switch, network
    keys: str = ""
    heard: tuple[str, ...] = ()  # names of messages, or files and texts where no program names them


class CalleeLog:
    """Appends; each line is one write, so that a killed switch loses none and tears none."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.tries: Counter[str] = Counter(call.number for call in read_callee_log(path))
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def called(self, *, at: int, call: str, number: str, try_number: int, callee: str) -> None:
        self._write(
            {"event": "called", "at": at, "call": call, "number": number, "try": try_number, "callee": callee}
        )

    def answered(self, *, at: int, call: str) -> None:
        self._write({"event": "answered", "at": at, "call": call})

    def over(self, *, at: int, call: str, cause: str, by: str, keys: str, heard: list[str]) -> None:
        self._write(
            {"event": "over", "at": at, "call": call, "cause": cause, "by": by, "keys": keys, "heard": heard}
        )

    def close(self) -> None:
        os.close(self._file)

    def _write(self, line: dict[str, object]) -> None:
        os.write(self._file, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def read_callee_log(path: Path) -> list[CalleeCall]:
    """Every call in the order they came, also two under one id. No file: no calls."""
    all_calls: list[dict[str, Any]] = []
    calls: dict[str, dict[str, Any]] = {}  # the latest of each id
    for line in _lines(path):
        call = str(line["call"])
        match line["event"]:
            case "called":
                all_calls.append(
                    {
                        "call": call,
                        "number": line["number"],
                        "try_number": line["try"],
                        "callee": line["callee"],
                        "called_at": line["at"],
                    }
                )
                calls[call] = all_calls[-1]
            case "answered" if call in calls:
                calls[call]["answered_at"] = line["at"]
            case "over" if call in calls:
                calls[call] |= {name: line[name] for name in ("cause", "by", "keys")}
                calls[call] |= {"ended_at": line["at"], "heard": tuple(line["heard"])}
    return [CalleeCall(**call) for call in all_calls]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                yield orjson.loads(line)
            except json.JSONDecodeError:
                continue

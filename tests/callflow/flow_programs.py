"""Small programs for tests."""

from __future__ import annotations

import itertools
from typing import Any

NAMING = (  # keys that name a message
    *("message", "prompt", "invalid", "whisper", "greeting", "say", "done", "hold_message", "abandoned"),
)
QUEUE_SAYS = ("callback_offer", "callback_promised", "queue_position", "queue_wait")


def program(flow: dict[str, list[Any]], /, **head: Any) -> dict[str, object]:
    """A program whose messages are named in the flow's steps: message `hello` says "hello." in both languages."""
    return {
        "format": 1,
        "scenario": "test",
        "kind": "robocall",
        "languages": ["ru", "en"],
        "columns": {},
        "machine": "off",
        "messages": {
            name: {"ru": [{"text": name + "."}], "en": [{"text": name + "."}]} for name in messages(flow)
        },
        "flow": _numbered(flow),
        **head,
    }


def _numbered(flow: dict[str, list[Any]]) -> dict[str, list[Any]]:
    lines = itertools.count(1)
    return {block: [{**step, "line": next(lines)} for step in steps] for block, steps in flow.items()}


def messages(value: Any) -> set[str]:
    found: set[str] = set()
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            found |= {one[key] for key in NAMING if isinstance(one.get(key), str)}
            found |= set(QUEUE_SAYS) if one.get("do") == "queue" else set()
            todo += one.values()
        elif isinstance(one, list):
            todo += one
    return found


def menu(**changes: Any) -> dict[str, Any]:
    keys = {"1": "one", "2": "two"}
    step = {"do": "menu", "prompt": "choice", "timeout": 5.0, "tries": 2, "keys": keys}
    return {**step, "otherwise": None, "invalid": None, **changes}


def ask(**changes: Any) -> dict[str, Any]:
    step = {"do": "ask", "prompt": "enter", "into": "code", "min": 3, "max": 4, "timeout": 5.0, "tries": 2}
    return {**step, "end": "#", "otherwise": None, "invalid": None, **changes}


def say(message: str) -> dict[str, Any]:
    return {"do": "say", "message": message}


def ivr(flow: dict[str, list[Any]], /, **head: Any) -> dict[str, object]:
    """A program for calls that come in, as `program`."""
    return program(flow, **{"kind": "ivr", "entry": "start", "hours": None, "queues": {}, **head})


def forward(*numbers: str, **changes: Any) -> dict[str, Any]:
    step = {"do": "forward", "to": list(numbers), "order": "in_turn", "ring": 20, "caller_id": "keep"}
    blank = {"whisper": None, "accept": "", "music": "", "record": False, "otherwise": None}
    return {**step, **blank, **changes}


def recorded(**changes: Any) -> dict[str, Any]:
    step = {
        "do": "record",
        "into": "complaint",
        "prompt": None,
        "max": 20,
        "min": 1,
        "silence": 3,
        "end": "#",
    }
    return {**step, "beep": True, "review": None, "email": None, **changes}

"""Calls that come in, and what walks them, for the tests of the machine."""

from __future__ import annotations

import base64
import json
from typing import Any

from flow_programs import program
from flow_steps import DIAL, PAYLOAD, QUEUES

from callflow import machine
from callflow.moves import (
    Action,
    HangUp,
    Input,
    Started,
)
from callflow.state import State

MESSAGES = {
    name: {language: [{"text": f"{name} {language} "}, {"var": "code", "filter": None}] for language in ("ru", "en")}
    for name in ("hello", "choice", "enter", "review", "queue_position", "queue_wait", "callback_offer",
                 "callback_promised", "start", "one", "two", "code")
}  # fmt: skip


def inbound(flow: dict[str, list[Any]], **head: Any) -> dict[str, object]:
    return program(flow, **{"kind": "ivr", "queues": QUEUES, "dial": DIAL, "messages": MESSAGES, **head})


def begin(made: dict[str, object], **payload: Any) -> tuple[State, Action]:
    return machine.step(machine.start(made, {**PAYLOAD, **payload}), Started(), 0.0)


def walk(state: State, *inputs: Input, every_s: float = 1.0) -> tuple[State, Action]:
    action: Action = HangUp()
    for inp in inputs:
        state, action = machine.step(state, inp, state.now_s + every_s)
    return state, action


def decoded(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

"""What is compiled for calls that come in is followed by the interpreter, whatever the caller and others do."""

from __future__ import annotations

import random
from typing import Any

import pytest

from callflow import moves
from callflow.machine import start, step
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario

from .conftest import HERE

KEYS = ("", "", "1", "2", "3", "4", "5", "6", "7", "9", "#", "*", "101", "1042", "12345", "010126")
CARD = "4111111111111111"
LINES = [HERE / "everything_ivr.yaml", HERE.parents[1] / "scenarios" / "shop_line.yaml"]
ACTIONS_MAX = 1200  # the interpreter itself gives up after a thousand


def answer(action: moves.Action, chance: random.Random) -> moves.Input:
    """What may happen to an action."""
    if chance.random() < 0.01:
        return moves.Gone()
    match action:
        case moves.Gather():
            return moves.Digits(chance.choice((*KEYS, CARD)))
        case moves.Record():
            return moves.Recorded(chance.choice((0.0, 0.5, 5.0)), chance.choice(("silence", "key", "limit")))
        case moves.Dial():
            outcome = chance.choice(("talked", "busy", "no_answer", "failed", "key"))
            return moves.Dialed(outcome, action.numbers[0], chance.choice((0.0, 30.0)))
        case moves.Consult(what="fetch"):
            fields: dict[str, Any] = dict.fromkeys(action.body["fields"], chance.choice(("ready", "7", "en")))  # type: ignore[call-overload]
            replies: list[dict[str, object] | None] = [None, {"ok": False, "status": 404, "why": "refused"}]
            return moves.Answered(chance.choice([*replies, {"ok": True, "status": 200, "fields": fields}]))
        case moves.Consult():
            return moves.Answered(
                chance.choice([None, {"ok": True, "position": 2, "wait_s": 90}, {"ok": False, "why": "full"}])
            )
        case _:
            return moves.Played(chance.choice(("", "", "", "1", "9")))


def walk(program: dict[str, Any], seed: int) -> tuple[str, tuple[str, ...]]:
    """How a call with these chances ended, and its path."""
    chance, now_s = random.Random(seed), 0.0
    numbers = {"caller": "+79991112233" if seed % 3 else "", "called": "+74950000001"}
    payload = {**numbers, "id": "a-b", "at": 1_796_000_000 + seed * 20_000, "c": numbers, "l": "", "s": {}}
    call, action = step(start(program, payload), moves.Started(), now_s)
    for _ in range(ACTIONS_MAX):
        if isinstance(action, moves.HangUp):
            break
        now_s += chance.choice((0.5, 3.0, 20.0))
        call, action = step(call, answer(action, chance), now_s)
    return call.flow, call.path


@pytest.mark.parametrize("path", LINES, ids=lambda path: path.stem)
def test_every_call_comes_to_an_end_that_is_no_error(path: Any) -> None:
    scenarios, problems = check_path(path)
    assert problems == []
    made = compile_scenario(scenarios[0])
    assert made.callback is not None
    blocks: set[str] = set()
    for program in (made.program, made.callback.program):
        for seed in range(150):
            flow, walked = walk(program, seed)
            assert flow in ("ended", "left"), walked[-3:]
            blocks.update(entry.split(" ", 1)[1] for entry in walked)
    assert blocks >= set(made.program["flow"])

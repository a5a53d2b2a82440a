"""Shipped scenarios, whatever the caller, the people rung and the services do: none of them breaks off."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from flow_steps import PAYLOAD

from callflow import machine
from callflow.moves import (
    Action,
    Answered,
    Consult,
    Dial,
    Dialed,
    Digits,
    Failed,
    Gather,
    Gone,
    HangUp,
    Input,
    Music,
    Played,
    Record,
    Recorded,
    Started,
)
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
CALLS = 60  # of each
KEYS = "0123456789*#"
FIELDS = ("ready", "1042.50", "2026-12-01", "", "ru", "en", "5")


def _programs() -> dict[str, dict[str, object]]:
    scenarios, problems = check_path(SCENARIOS)
    assert not problems
    made = [compile_scenario(scenario) for scenario in scenarios if scenario.model.kind == "ivr"]
    both = [*made, *(each.callback for each in made if each.callback is not None)]
    return {each.name: each.program for each in both}


PROGRAMS = _programs()


def _answer(action: Action, chance: random.Random) -> Input:
    if chance.random() < 0.02:
        return Gone()
    if isinstance(action, Gather):
        count = chance.choice([0, 1, action.max, chance.randint(1, action.max)]) - len(action.typed)
        return Digits(action.typed + "".join(chance.choice(KEYS) for _ in range(max(0, count))))
    if isinstance(action, Record):
        return Recorded(chance.choice([0.0, 0.5, 9.0]), chance.choice(["#", "silence", "gone", "failed"]))
    if isinstance(action, Dial):
        return Dialed(
            chance.choice(["talked", "busy", "no_answer", "failed", "key"]), chance.choice(action.numbers)
        )
    if isinstance(action, Consult):
        return Answered(
            chance.choice([None, {"ok": False, "status": 404}, {"ok": False}, _said(action, chance)])
        )
    if isinstance(action, Music) and chance.random() < 0.1:
        return Failed("missing")
    return Played(chance.choice(KEYS) if chance.random() < 0.2 else "")


def _said(action: Consult, chance: random.Random) -> dict[str, Any]:
    asked = action.body.get("fields", [])
    assert isinstance(asked, list)
    fields = {field: chance.choice(FIELDS) for field in asked}
    return {"ok": True, "status": 200, "fields": fields, "position": chance.randint(1, 9), "wait_s": 60}


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_no_call_of_a_shipped_scenario_breaks_off(name: str) -> None:
    chance = random.Random(name)
    for _ in range(CALLS):
        caller = chance.choice(["+79160000001", "+447900000000", ""])
        columns = {"called": "+79160000001", "caller": "+74950000001"} if name.endswith("-missed") else {}
        payload = {
            **PAYLOAD,
            "caller": caller,
            "at": 1795305600 + chance.randint(0, 14 * 86400),
            "c": columns,
        }
        state, action = machine.step(machine.start(PROGRAMS[name], payload), Started("human"), 0.0)
        now_s = 0.0
        while not isinstance(action, HangUp):
            now_s += chance.choice([0.0, 1.0, 5.0, 20.0])
            state, action = machine.step(state, _answer(action, chance), now_s)
        assert state.flow != "error", state.path

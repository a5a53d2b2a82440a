"""Runs the case files, one per verb: program, payload and inputs -> expected actions and state.

`UPDATE=1 pytest tests/callflow` writes what comes out into the files; read the difference before committing it.
"""

from __future__ import annotations

import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from flow_programs import program

from callflow import machine
from callflow.moves import (
    Action,
    Answered,
    Dialed,
    Digits,
    Failed,
    Gone,
    Input,
    Joined,
    Offered,
    Part,
    Played,
    Recorded,
    Started,
)
from callflow.verbs import VERBS

CASES = Path(__file__).parent / "cases"
INPUTS = {"started": Started, "played": Played, "digits": Digits, "gone": Gone, "failed": Failed}
STATE = ("block", "line", "flow", "party", "result", "path", "heard", "values")
TAKEN = ("abandoned", "met")  # by agents, or not
INBOUND = ("end", "reached", "notes", "recordings", "queue_wait_s")  # of calls that are no robocalls
KEPT = ("about", "program", "payload", "inputs")


def _cases() -> list[tuple[Path, int]]:
    return [(path, i) for path in sorted(CASES.glob("*.yaml")) for i in range(len(_load(path)))]


def _load(path: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return cases


def _input(spec: Any) -> tuple[Input, float]:
    """ "gone at 3.5", "digits 12 at 4", "recorded 2.5 # at 9", "dialed talked +79990000001 60 at 80", "answered {ok:
    true} at 3", "offered {n: 1, go: full} at 4", "joined {outcome: talked, seconds: 60} at 70": the input and the
    second it comes at.
    """
    what, _, at = spec.rpartition(" at ")
    name, _, value = what.partition(" ")
    if name == "recorded":
        seconds, _, end = value.partition(" ")
        return Recorded(float(seconds), end), float(at)
    if name == "dialed":
        outcome, number, talk_s = [*value.split(), "", "0"][:3]
        return Dialed(outcome, number, float(talk_s or 0)), float(at)
    if name == "offered":
        return Offered(yaml.safe_load(value)), float(at)
    if name == "joined":
        return Joined(**yaml.safe_load(value)), float(at)
    if name == "answered":
        return Answered(yaml.safe_load(value)), float(at)
    return (INPUTS[name](value) if value else INPUTS[name]()), float(at)


def _part(part: Part) -> dict[str, Any]:
    return {type(part).__name__.lower(): next(iter(asdict(part).values()))}  # type: ignore[call-overload]


def _action(action: Action) -> dict[str, Any]:
    shown: dict[str, Any] = {"do": type(action).__name__}
    for field in fields(action):  # type: ignore[arg-type]
        value = getattr(action, field.name)
        if field.name in ("parts", "whisper") and (value or field.name == "parts"):
            shown[field.name] = [_part(part) for part in value]
        elif value != field.default:
            shown[field.name] = list(value) if isinstance(value, tuple) else value
    return shown


def _run(case: dict[str, Any]) -> dict[str, Any]:
    head = {key: value for key, value in case["program"].items() if key != "flow"}
    made = program(case["program"]["flow"], **head)
    state = machine.start(made, case.get("payload") or {"c": {}, "l": "ru", "s": {}})
    actions = []
    for spec in case["inputs"]:
        inp, at_s = _input(spec)
        state, action = machine.step(state, inp, at_s)
        actions.append(_action(action))
    names = (*STATE, *TAKEN) + (("notes",) if state.is_campaign else INBOUND)
    shown = {name: getattr(state, name) for name in names}
    return {
        "actions": actions,
        "state": {k: list(v) if isinstance(v, tuple) else v for k, v in shown.items() if v},
    }


@pytest.mark.parametrize(("path", "index"), _cases(), ids=lambda v: v.stem if isinstance(v, Path) else str(v))
def test_case(path: Path, index: int) -> None:
    cases = _load(path)
    case = cases[index]
    got = _run(case)
    if os.environ.get("UPDATE"):
        cases[index] = {key: case[key] for key in KEPT if key in case} | got
        text = yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=110)
        path.write_text(text, encoding="utf-8")
    else:
        assert {"actions": case.get("actions"), "state": case.get("state")} == got, case["about"]


def test_each_verb_has_its_case_file_and_each_case_file_its_verb() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == set(VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_the_cases_of_a_verb_use_it(verb: str) -> None:
    assert all(f"do: {verb}" in yaml.safe_dump(case["program"]) for case in _load(CASES / f"{verb}.yaml"))

"""The program that the switch follows, made from a checked scenario."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from orchestrator.scenario.check import Scenario
from orchestrator.scenario.flow import Branch, Steps
from orchestrator.scenario.operands import Condition, Value
from orchestrator.scenario.part import Broken
from orchestrator.scenario.plan import dump_plan
from orchestrator.scenario.source import Text
from orchestrator.scenario.steps import (
    AnyStep,
    AskStep,
    GotoStep,
    HangUpStep,
    IfStep,
    MenuStep,
    ResultStep,
    SayStep,
    SetStep,
    WaitStep,
)
from orchestrator.scenario.template import Fixed, Spoken, Template

FORMAT = 1  # the interpreter refuses another one
DIGEST_CHARACTERS = 32  # of 64 hex: 128 bits

Json = dict[str, Any]


def canonical_json(value: object) -> bytes:
    """The one spelling of a JSON value: sorted keys, no blanks, UTF-8."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest_of(program: Json) -> str:
    """The program's name: the same for the same behaviour, wherever its steps stand in the file."""
    flow = {name: _without_lines(steps) for name, steps in program["flow"].items()}
    return _digest({**program, "flow": flow})


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()[:DIGEST_CHARACTERS]


def _without_lines(steps: list[Json]) -> list[Json]:
    return [
        {
            key: _without_lines(value) if key in ("then", "else") else value
            for key, value in step.items()
            if key != "line"
        }
        for step in steps
    ]


def program_of(scenario: Scenario) -> Json:
    """The program as JSON data."""
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "title": scenario.title,
        "kind": str(scenario.model.kind),
        "languages": list(scenario.languages),
        "columns": {column.name: column.type for column in scenario.columns},
        "optional": sorted(column.name for column in scenario.columns if not column.required),
        "machine": str(scenario.model.machine),
        "plan": _digest(dump_plan(scenario.plan)),  # one program never stands for two ways of dialing
        "messages": {
            name: {language: _wording(wording, scenario) for language, wording in wordings.items()}
            for name, wordings in scenario.messages.items()
        },
        "flow": {str(name): list(_steps(steps)) for name, steps in scenario.model.flow.items()},
    }


def _wording(wording: Template | str, scenario: Scenario) -> list[Json]:
    """The parts of a message in one language; a recording is one part."""
    if isinstance(wording, str):
        return [{"file": wording}]
    columns = {column.name for column in scenario.columns}
    parts: list[Json] = []
    for part in wording.parts:
        if isinstance(part, Fixed):
            parts.append({"text": part.text})
        elif part.name in columns:
            said = sum("said" in earlier for earlier in parts)
            filters = [[each.name, *each.arguments] for each in part.filters]
            parts.append({"said": said, "column": part.name, "filters": filters})
        else:
            parts.append({"var": part.name, "filter": _flow_filter(part)})
    return parts


def _flow_filter(part: Spoken) -> str | None:
    """`number` is how a voice reads digits anyway."""
    return "digits" if any(each.name == "digits" for each in part.filters) else None


def _steps(steps: Steps | Broken) -> Iterator[Json]:
    assert not isinstance(steps, Broken)  # noqa: S101  # a scenario with problems is not compiled
    for step in steps:
        assert not isinstance(step, Broken)  # noqa: S101  # as above
        for made in _step(step):
            yield {**made, "line": step.mark.line}


def _step(step: AnyStep) -> Iterator[Json]:
    match step:
        case SayStep():
            yield {"do": "say", "message": str(step.say)}
        case MenuStep():
            yield _menu(step)
        case AskStep():
            yield _ask(step)
        case SetStep():
            for name, value in step.set.items():
                yield {"do": "set", "name": str(name), "value": _value(value)}
        case IfStep():
            yield _if(step)
        case GotoStep():
            yield {"do": "goto", "block": str(step.goto)}
        case ResultStep():
            yield {"do": "result", "name": str(step.result)}
        case WaitStep():
            yield {"do": "wait", "seconds": step.wait}
        case _:
            left: HangUpStep = step  # no other verb is left; mypy holds it so
            yield {"do": left.shorthand}


def _menu(step: MenuStep) -> Json:
    menu = step.menu
    return {
        "do": "menu",
        "prompt": str(menu.prompt),
        "timeout": menu.timeout,
        "tries": menu.tries,
        "keys": {str(key): str(block) for key, block in menu.keys.items()},
        "otherwise": _or_none(menu.otherwise),
        "invalid": _or_none(menu.invalid),
    }


def _ask(step: AskStep) -> Json:
    ask = step.ask
    return {
        "do": "ask",
        "prompt": str(ask.prompt),
        "into": str(ask.into),
        "min": ask.digits.least,
        "max": ask.digits.most,
        "timeout": ask.timeout,
        "tries": ask.tries,
        "end": "" if ask.end == "none" else str(ask.end),
        "otherwise": _or_none(ask.otherwise),
        "invalid": _or_none(ask.invalid),
    }


def _or_none(name: str | None) -> str | None:
    return None if name is None else str(name)


def _if(step: IfStep) -> Json:
    condition = step.if_.condition
    return {
        "do": "if",
        "left": {"ref": str(condition.name)},
        "op": condition.op,
        "right": _right(condition),
        "then": _branch(step.if_.then, step.mark.line),
        "else": _branch(step.if_.else_, step.mark.line),
    }


def _right(condition: Condition) -> Json | list[Json] | None:
    values = [_value(value) for value in condition.right]
    if condition.op == "in":
        return values
    return values[0] if values else None


def _branch(branch: Branch | None, line: int) -> list[Json]:
    if branch is None:
        return []
    if isinstance(branch, Text):
        return [{"do": "goto", "block": str(branch), "line": line}]
    return list(_steps(branch))


def _value(value: Value) -> Json:
    return {"ref": str(value.text)} if value.is_reference else {"text": str(value.text)}

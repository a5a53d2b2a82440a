"""The program that the switch follows, made from a checked scenario."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from orchestrator.scenario.check import Scenario
from orchestrator.scenario.check_paced import first_queues
from orchestrator.scenario.draft import WHISPER, names_in_script
from orchestrator.scenario.floor_plan import floor_json, floor_of
from orchestrator.scenario.flow import CLOSED, START, Block, reachable, read_block
from orchestrator.scenario.inbound import MISSED
from orchestrator.scenario.inbound_plan import dump_missed, missed_plan, program_hours, zone_name
from orchestrator.scenario.model import Ivr, Predictive, Robocall
from orchestrator.scenario.pacing import pacing_plan
from orchestrator.scenario.part import Broken
from orchestrator.scenario.plan import dump_plan
from orchestrator.scenario.program_steps import Around, Json, program_steps
from orchestrator.scenario.queue_plan import agent_queues, order_of, promise_of, promises_in
from orchestrator.scenario.queues import AGENT_RING_S, QueueSpec
from orchestrator.scenario.standard_messages import ABANDONED
from orchestrator.scenario.template import Fixed, Spoken, Template

FORMAT = 1  # the interpreter refuses another one
CALLBACK = "callback"  # the kind of a program that calls back
DIGEST_CHARACTERS = 32  # of 64 hex: 128 bits


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
        {key: _branches_without_lines(key, value) for key, value in step.items() if key != "line"}
        for step in steps
    ]


def _branches_without_lines(key: str, value: Any) -> Any:
    if key in ("then", "else"):
        return _without_lines(value)
    return [[case, _without_lines(steps)] for case, steps in value] if key == "cases" else value


def program_of(scenario: Scenario) -> Json:
    """The program as JSON data: of a robocall, or of the calls that come in."""
    model = scenario.model
    if isinstance(model, Ivr):
        return {
            **_inbound(scenario, model, (START, CLOSED)),
            "kind": str(model.kind),
            "entry": START,
            "closed_entry": CLOSED if CLOSED in scenario.flow else None,
            "machine": "off",
            "plan": _digest(_beside(scenario, model)),
        }
    return _dialed(scenario, model)


def _dialed(scenario: Scenario, model: Robocall) -> Json:
    """Calls that are placed to contacts."""
    roots = tuple(map(str, scenario.flow))
    around = Around(
        is_robocall=True,
        sounds=scenario.sound_names,
        queues=agent_queues(model, _waited_in(scenario, roots)),
        consent="" if model.consent is None else str(model.consent.purpose),
    )
    if isinstance(model, Predictive):
        within_s = pacing_plan(model.dial.pacing).within_s
        around = replace(around, within_s=within_s, paced=first_queues(scenario.flow))
    by_floor = {name: _by_floor(spec) for name, spec in around.queues.items()}
    return {
        **_common(scenario, roots, around),
        "kind": str(model.kind),
        "columns": {column.name: column.type for column in scenario.columns},
        "optional": sorted(column.name for column in scenario.columns if not column.required),
        "machine": str(model.machine),
        # One program never stands for two ways of dialing
        "plan": _digest(_plan(scenario) if around.queues else dump_plan(scenario.plan)),
        **({"queues": by_floor} if by_floor else {}),
    }


def _plan(scenario: Scenario) -> Json:
    """How it dials, and what acts when its calls come to agents."""
    return {"plan": dump_plan(scenario.plan), "floor": floor_json(floor_of(scenario))}


def callback_program_of(scenario: Scenario) -> Json | None:
    """The program of the calls that call back; None when nobody is called back."""
    model = scenario.model
    if not isinstance(model, Ivr) or model.missed is None or scenario.callback is None:
        return None
    return {
        **_inbound(scenario, model, (MISSED,)),
        "kind": CALLBACK,
        "entry": MISSED,
        "closed_entry": None,
        "machine": str(model.missed.machine),
        "plan": _digest(dump_plan(scenario.callback)),
    }


def _beside(scenario: Scenario, model: Ivr) -> Json:
    """What acts and is not in the program: one program never stands for two of these."""
    callback = callback_program_of(scenario)
    return {
        "numbers": list(model.numbers),
        "plan": dump_plan(scenario.plan),
        "missed": None if model.missed is None else dump_missed(missed_plan(model.missed)),
        "callback": None if callback is None else digest_of(callback),
        **({"floor": floor_json(floor)} if (floor := floor_of(scenario)).queues else {}),
    }


def _inbound(scenario: Scenario, model: Ivr, roots: tuple[str, ...]) -> Json:
    waited_in = _waited_in(scenario, roots)
    around = Around(
        is_robocall=False,
        sounds=scenario.sound_names,
        fields=_fields(scenario),
        ring_s=model.dial.ring,
        queues=agent_queues(model, waited_in),
        promise=promise_of(model),
    )
    languages = sorted(model.caller_language.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    return {
        **_common(scenario, roots, around),
        "columns": {},
        "optional": [],
        "hours": program_hours(model.hours, zone_name(model)),
        "caller_language": [[str(prefix), str(language)] for prefix, language in languages],
        "called_language": [
            [str(number), str(language)] for number, language in model.called_language.items()
        ],
        "record": {"stereo": model.record.stereo} if model.record is not None and model.record.what else None,
        "dial": {
            "gateways": [share.name for share in model.dial.gateways],
            "caller_id": str(model.dial.caller_id or ""),
            "ring": model.dial.ring,
        },
        "queues": {
            str(name): _by_floor(spec)
            if spec.agents.has_agents
            else {
                "numbers": list(spec.agents.numbers),
                "order": order_of(spec),
                "ring": model.dial.ring if spec.ring is None else spec.ring,
            }
            for name, spec in model.queues.items()
            if name in waited_in and not isinstance(spec, Broken)
        },
    }


def _waited_in(scenario: Scenario, roots: tuple[str, ...]) -> set[str]:
    return {str(name) for block in _reached(scenario, roots).values() for name in block.queues}


def _by_floor(spec: QueueSpec) -> Json:
    """A queue whose callers are given to agents from outside; `priority` names what goes with whoever comes."""
    return {
        "by": "floor",
        "ring": AGENT_RING_S if spec.ring is None else spec.ring,
        "priority": "" if spec.priority is None else str(spec.priority.column),
    }


def _common(scenario: Scenario, roots: tuple[str, ...], around: Around) -> Json:
    """What all programs have; of blocks and messages only those that calls from the roots may come to."""
    reached = _reached(scenario, roots)
    said = {str(name) for block in reached.values() for name in block.says}
    for spec in around.queues.values():
        said |= {str(spec.whisper)} if spec.whisper is not None else set()
        said |= {WHISPER} if spec.accept is not None else set()
    flow = {name: steps for name, steps in scenario.flow.items() if name in reached}
    said |= set(map(str, promises_in(scenario.model, flow)))
    said |= {ABANDONED} if around.within_s is not None else set()
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "title": scenario.title,
        "languages": list(scenario.languages),
        "messages": {
            name: {language: _wording(wording, scenario) for language, wording in wordings.items()}
            for name, wordings in scenario.messages.items()
            if name in said
        },
        "flow": {str(name): list(program_steps(steps, around)) for name, steps in flow.items()},
    }


def _reached(scenario: Scenario, roots: tuple[str, ...]) -> dict[str, Block]:
    """What the blocks hold that calls from the roots may come to."""
    blocks = {str(name): read_block(steps) for name, steps in scenario.flow.items()}
    reached = reachable(blocks, [root for root in roots if root in blocks])
    return {name: block for name, block in blocks.items() if name in reached}


def _fields(scenario: Scenario) -> dict[str, list[str]]:
    """Variable -> the fields of it that a step or message reads."""
    names = {str(name) for steps in scenario.flow.values() for name in read_block(steps).reads}
    names |= {
        part.name
        for wordings in scenario.messages.values()
        for wording in wordings.values()
        if isinstance(wording, Template)
        for part in wording.names
    }
    names |= {
        str(spec.priority.column)
        for spec in scenario.model.queues.values()
        if isinstance(spec, QueueSpec) and spec.priority is not None
    }
    names |= {name for name, _ in names_in_script(scenario.desk.script if scenario.desk else "")}
    fields: dict[str, list[str]] = {}
    for name in sorted(names):
        head, dot, rest = name.partition(".")
        if dot:
            fields.setdefault(head, []).append(rest)
    return fields


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
            is_robocall = isinstance(scenario.model, Robocall)
            parts.append({"var": part.name, "filter": _flow_filter(part, is_robocall=is_robocall)})
    return parts


def _flow_filter(part: Spoken, *, is_robocall: bool) -> str | list[str] | None:
    """[name, argument ..]. In a robocall `digits` and `number` stand as they did before there were more: `number` is
    how a voice reads digits anyway.
    """
    if not part.filters:
        return None
    used = part.filters[0]
    if is_robocall and used.name in ("digits", "number") and not used.arguments:
        return "digits" if used.name == "digits" else None
    return [used.name, *used.arguments]

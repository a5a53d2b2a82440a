"""Parts of a scenario as YAML data: plain text, lists and mappings that read back as the same part."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.domain.plan import GatewayShare, ZoneRule, ZoneSource
from orchestrator.scenario.caller_id import DEFAULT, CallerId
from orchestrator.scenario.check_rules import ruled
from orchestrator.scenario.checked import Range
from orchestrator.scenario.desk import Desk
from orchestrator.scenario.dial import NEXT_DAY, NO_LIMIT, Dial, PacedDial, RuleSpec
from orchestrator.scenario.files_beside import path_of
from orchestrator.scenario.flow import Branch, Flow, Steps
from orchestrator.scenario.hours import format_hours
from orchestrator.scenario.melody import SoundFile
from orchestrator.scenario.operands import Span, Value
from orchestrator.scenario.outside_steps import Target
from orchestrator.scenario.pacing import NEVER, Pacing, pacing_plan
from orchestrator.scenario.part import Broken, Part
from orchestrator.scenario.people_steps import NEXT_OPENING, NOW, OfferCallback, Queue, QueueStep, Waiting
from orchestrator.scenario.queue_plan import order_of, strategy_of
from orchestrator.scenario.queues import AGENT_RING_S, ASSIGNED, Priority, QueueSpec, Team, Vip
from orchestrator.scenario.rule_tells import tell_of, written_tells
from orchestrator.scenario.source import Text
from orchestrator.scenario.steps import AnyStep, IfStep, SwitchStep
from orchestrator.scenario.values import format_duration


@dataclass(frozen=True, slots=True)
class Beside:
    """What is around steps. folder: what files they name is named from there. max_wait_s: how long somebody waits."""

    folder: Path
    max_wait_s: Callable[[Queue], float]


def written_blocks(flow: Flow, beside: Beside, leave: Collection[str] = ()) -> dict[str, Any]:
    """Blocks, but those to leave out."""
    return {str(name): _steps(steps, beside) for name, steps in flow.items() if name not in leave}


def _steps(steps: Steps | Broken, beside: Beside) -> list[Any]:
    assert not isinstance(steps, Broken)  # noqa: S101  # a scenario has no problems
    return [_step(step, beside) for step in steps if not isinstance(step, Broken)]


def _step(step: AnyStep, beside: Beside) -> Any:
    if isinstance(step, IfStep):
        return {"if": _if(step, beside)}
    if isinstance(step, SwitchStep):
        return {"switch": _switch(step, beside)}
    if isinstance(step, QueueStep):
        waits = format_duration(beside.max_wait_s(step.queue))
        return {"queue": _part(step.queue, beside.folder) | {"max_wait": waits}}
    [(name, value)] = step.values.items()
    verb = type(step).model_fields[name].alias or name
    return verb if value in ("", verb) else {verb: written(value, beside.folder)}


def written(value: Any, folder: Path) -> Any:
    """Any value of the model. Every fraction in it is a duration."""
    match value:
        case bool() | int():
            return value
        case float():
            return format_duration(value)
        case SoundFile():
            path = Path(value.file.mark.file).parent / value.file
            return {"file": os.path.relpath(path, folder)}
        case Part():
            return _part(value, folder)
        case Value():
            return f"{{{{ {value.text} }}}}" if value.is_reference else value.text
        case Waiting():
            return f"{value.callers} x agents" if value.is_per_agent else value.callers
        case Target():
            return f"{value.service}/{value.path}".rstrip("/")
        case Range() | Span():
            low, high = value
            return f"{low}" if low == high and isinstance(value, Span) else f"{low}..{high}"
        case dict():
            return {str(key): written(item, folder) for key, item in value.items()}
        case tuple():
            return list(value)
        case _:
            return value  # text, or nothing


def _part(part: Part, folder: Path) -> dict[str, Any]:
    made = {
        (field.alias or name): written(getattr(part, name), folder)
        for name, field in type(part).model_fields.items()
    }
    if isinstance(part, OfferCallback):
        made["when"] = {None: NEXT_OPENING, 0.0: NOW}.get(part.when, made["when"])
    if isinstance(part, Queue) and part.offer_callback is not None:
        made["offer_callback"] = f"after {made['offer_callback']}"
    return made


def _if(step: IfStep, beside: Beside) -> dict[str, Any]:
    condition = step.if_.condition
    right = [written(value, beside.folder) for value in condition.right]
    test: dict[str, Any]
    if condition.op in ("set", "not_set"):
        test = {"set": condition.op == "set"}
    else:
        test = {condition.op: right if condition.op == "in" else right[0]}
    otherwise = None if step.if_.else_ is None else _branch(step.if_.else_, beside)
    return {condition.name: test, "then": _branch(step.if_.then, beside), "else": otherwise}


def _switch(step: SwitchStep, beside: Beside) -> dict[str, Any]:
    switch = step.switch
    return {
        "on": switch.on,
        "cases": {value: _branch(branch, beside) for value, branch in switch.cases.items()},
        "otherwise": None if switch.otherwise is None else _branch(switch.otherwise, beside),
    }


def _branch(branch: Branch, beside: Beside) -> Any:
    return branch if isinstance(branch, Text) else _steps(branch, beside)


def written_queue(spec: QueueSpec, ring_s: float, folder: Path) -> dict[str, Any]:
    """ring_s: how long a number rings where the queue does not say."""
    if not spec.agents.has_agents:
        ring = ring_s if spec.ring is None else spec.ring
        return {
            "agents": list(spec.agents.numbers),
            "strategy": order_of(spec),
            "ring": format_duration(ring),
        }
    priority, extend = spec.priority, spec.wrap_up_extend
    return {
        **written(spec, folder),
        "agents": _team(spec.agents),
        "strategy": strategy_of(spec).value,
        "ring": format_duration(AGENT_RING_S if spec.ring is None else spec.ring),
        "wrap_up_extend": "no" if extend is None else f"{extend.times} x {format_duration(extend.seconds)}",
        "priority": None if priority is None else _priority(priority),
        "vip": None if spec.vip is None else _vip(spec.vip, folder),
        "hours": format_hours(spec.hours),
    }


def _team(team: Team) -> Any:
    if team.is_assigned:
        return ASSIGNED
    return dict(team.agents) if team.has_levels else [name for name, _ in team.agents]


def _priority(priority: Priority) -> dict[str, Any]:
    ahead = {str(value): format_duration(seconds) for value, seconds in priority.ahead}
    return {"column": priority.column, **ahead}


def _vip(vip: Vip, folder: Path) -> dict[str, Any]:
    numbers = list(vip.numbers) if vip.file is None else os.path.relpath(path_of(vip.file), folder)
    return {"numbers": numbers, "ahead": format_duration(vip.ahead)}


def written_desk(desk: Desk, folder: Path) -> dict[str, Any]:
    """With rules where outcomes say them themselves."""
    rules = ruled_outcomes(desk)
    names = [str(name) for name in desk.outcomes]
    outcomes = {name: rules.get(name, {}) for name in names} if rules else names
    return {
        "script": None if desk.script is None else os.path.relpath(path_of(desk.script), folder),
        "outcomes": outcomes or None,
    }


def ruled_outcomes(desk: Desk | None) -> dict[str, Any]:
    """Outcomes that say themselves what follows, as written."""
    return {
        str(name): _written_spec(spec)
        for name, spec in (desk.outcomes.items() if desk is not None else ())
        if isinstance(spec, RuleSpec) and ruled(spec)
    }


def _written_spec(spec: RuleSpec) -> dict[str, Any]:
    retry = [NEXT_DAY if delay.after_s is None else format_duration(delay.after_s) for delay in spec.retry]
    return {
        "retry": retry or None,
        "at_most": spec.at_most,
        "counts": spec.counts,
        "next_phone": spec.next_phone,
        "status": spec.status,
        "hold": spec.hold,
        **written_tells(tuple(map(tell_of, spec.tells))),
    }


def _pacing(pacing: Pacing) -> dict[str, Any]:
    plan = pacing_plan(pacing)
    cancel = NEVER if plan.cancel_after_s is None else format_duration(plan.cancel_after_s)
    return {
        "mode": str(pacing.mode),
        "ratio": pacing.ratio,
        "law": pacing.law,
        "abandoned": f"{plan.abandoned * 100:g}%",
        "within": format_duration(plan.within_s),
        "cancel_after": cancel,
        "lines_per_agent": plan.lines_per_agent,
    }


def written_dial(dial: Dial) -> dict[str, Any]:
    return {
        **({"pacing": _pacing(dial.pacing)} if isinstance(dial, PacedDial) else {}),
        "per_hour": None if dial.per_hour is None else str(dial.per_hour),
        "gateways": written_gateways(dial.gateways),
        "caller_id": _caller_id(dial.caller_id),
        "ring": format_duration(dial.ring),
        "hours": format_hours(dial.hours),
        "timezone": _zone(dial.timezone),
        "attempts": dial.attempts,
        "per_day": NO_LIMIT if dial.per_day is None else dial.per_day,
        "first": [order.text for order in dial.first],
    }


def written_gateways(shares: tuple[GatewayShare, ...]) -> Any:
    has_weights = shares[0].weight is not None
    return {share.name: share.weight for share in shares} if has_weights else [share.name for share in shares]


def _caller_id(caller_id: CallerId) -> Any:
    numbers = {key: listed[0] if len(listed) == 1 else list(listed) for key, listed in caller_id.choices}
    return numbers[DEFAULT] if len(numbers) == 1 else numbers


def _zone(zone: ZoneRule) -> Any:
    if zone.source is ZoneSource.FIXED:
        return zone.name
    return {"from": "contact", "unclear": zone.name} if zone.name else "contact"

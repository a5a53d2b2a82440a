"""What queues become: rules for the floor, and steps with what the queue itself says filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.plan import AheadRule
from orchestrator.domain.queue import QueueRules, Strategy
from orchestrator.scenario.flow import Flow, each_step
from orchestrator.scenario.inbound_plan import NO_ZONE, zone_name
from orchestrator.scenario.model import AnyModel, Ivr, Predictive
from orchestrator.scenario.pacing import pacing_plan
from orchestrator.scenario.part import Broken
from orchestrator.scenario.people_steps import ORDERS, Queue, QueueStep, Waiting
from orchestrator.scenario.queues import AGENT_RING_S, QueueSpec
from orchestrator.scenario.source import Mark, Text

MAX_WAIT_S: Final = 300.0
# A person whom we called stays on hold for less long than one who called us
HELD_MAX_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How somebody waits in a queue: what the step says, else the queue."""

    max_waiting: Waiting | None
    max_wait: float
    whisper: Text | None
    accept: Text | None


def wait_of(queue: Queue, spec: QueueSpec | None, *, is_paced: bool) -> Wait:
    """spec: None, or a queue of numbers, adds nothing."""
    usual = HELD_MAX_WAIT_S if is_paced else MAX_WAIT_S
    if spec is None or not spec.agents.has_agents:
        return Wait(
            max_waiting=queue.max_waiting,
            max_wait=usual if queue.max_wait is None else queue.max_wait,
            whisper=queue.whisper,
            accept=queue.accept,
        )
    of_queue = usual if spec.max_wait is None else spec.max_wait
    return Wait(
        max_waiting=spec.max_waiting if queue.max_waiting is None else queue.max_waiting,
        max_wait=of_queue if queue.max_wait is None else queue.max_wait,
        whisper=spec.whisper if queue.whisper is None else queue.whisper,
        accept=spec.accept if queue.accept is None else queue.accept,
    )


KEPT: Final = "callback_kept"
PROMISED: Final = "callback_promised"


def promise_of(model: AnyModel) -> str:
    """What is said to who keeps the place in the line: an author's own promise does for it."""
    own = set(map(str, model.messages))
    return PROMISED if PROMISED in own and KEPT not in own else KEPT


def promises_in(model: AnyModel, flow: Flow) -> list[Text]:
    """The promise of every step by which somebody may keep the place in the line."""
    agents = agent_queues(model, {str(name) for name in model.queues})
    return [
        Text.at(promise_of(model), step.mark)
        for steps in flow.values()
        for step in each_step(steps)
        if isinstance(step, QueueStep)
        and step.queue.offer_callback is not None
        and str(step.queue.name) in agents
    ]


def order_of(spec: QueueSpec) -> str:
    """How the switch rings numbers."""
    return ORDERS[0] if spec.strategy is None else str(spec.strategy)


def strategy_of(spec: QueueSpec) -> Strategy:
    return Strategy.LONGEST_IDLE if spec.strategy is None else Strategy(spec.strategy)


def queue_rules(model: AnyModel, name: str, spec: QueueSpec, paced: Sequence[Queue]) -> QueueRules:
    """paced: steps by which people come here who are called before an agent is free."""
    waiting, extend = spec.max_waiting, spec.wrap_up_extend
    within = pacing_plan(model.dial.pacing).within_s if isinstance(model, Predictive) and paced else None
    return QueueRules(
        queue_id=queue_id(model, name),
        project=str(model.project or ""),
        agents=tuple((str(agent), level) for agent, level in spec.agents.agents),
        strategy=strategy_of(spec),
        ring_s=round(AGENT_RING_S if spec.ring is None else spec.ring),
        wrap_up_s=round(spec.wrap_up),
        extend_s=0 if extend is None else round(extend.seconds),
        extend_times=0 if extend is None else extend.times,
        misses=spec.misses,
        max_waiting=None if waiting is None or waiting.is_per_agent else waiting.callers,
        per_agent=waiting.callers if waiting is not None and waiting.is_per_agent else None,
        max_wait_s=None if spec.max_wait is None else round(spec.max_wait),
        weight_s=round(spec.weight),
        levels_after_s=round(spec.levels_after),
        service_level_s=round(spec.service_level),
        hours=spec.hours,
        zone=queue_zone(model, spec),
        within_s=within,
        is_held=any(step.hold_message is not None for step in paced),
    )


def queue_id(model: AnyModel, name: str) -> str:
    return f"{model.scenario}:{name}"


def queue_zone(model: AnyModel, spec: QueueSpec) -> str:
    """Whose clock the queue's hours are read on; UTC where nobody says."""
    if spec.timezone is not None:
        return spec.timezone
    if isinstance(model, Ivr):
        return zone_name(model)
    return model.dial.timezone.name or NO_ZONE


def ahead_rule(
    model: AnyModel, name: str, spec: QueueSpec, vips: dict[Mark, tuple[str, ...]]
) -> AheadRule | None:
    """Who goes ahead in a queue; None where nobody does."""
    priority, vip = spec.priority, spec.vip
    if priority is None and vip is None:
        return None
    numbers: tuple[str, ...] = ()
    if vip is not None:
        file = vip.file
        numbers = tuple(map(str, vip.numbers)) if file is None else vips[file.mark]
    return AheadRule(
        queue_id=queue_id(model, name),
        column=None if priority is None else str(priority.column),
        by_value=() if priority is None else tuple((str(v), round(s)) for v, s in priority.ahead),
        numbers=frozenset(numbers),
        ahead_s=0 if vip is None else round(vip.ahead),
    )


def agent_queues(model: AnyModel, used: set[str]) -> dict[str, QueueSpec]:
    """Queues with agents that a flow comes to, in the order of the file."""
    return {
        str(name): spec
        for name, spec in model.queues.items()
        if not isinstance(spec, Broken) and name in used and spec.agents.has_agents
    }

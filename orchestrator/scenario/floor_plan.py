"""What the floor is told of a scenario: its queues with agents, who goes ahead, what agents see. As JSON and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from orchestrator.domain.plan import AheadRule, DeskPlan
from orchestrator.domain.queue import QueueRules, Strategy
from orchestrator.scenario.check import Scenario
from orchestrator.scenario.check_paced import first_queues
from orchestrator.scenario.flow import read_block
from orchestrator.scenario.model import Predictive
from orchestrator.scenario.plan import dump_hours, load_hours
from orchestrator.scenario.queue_plan import agent_queues, ahead_rule, queue_id, queue_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPlan:
    """pacing_queue: id of the queue that a predictive campaign dials for; "" for other kinds."""

    queues: tuple[QueueRules, ...] = ()
    ahead: tuple[AheadRule, ...] = ()
    desk: DeskPlan | None = None
    pacing_queue: str = ""


def floor_of(scenario: Scenario) -> FloorPlan:
    model = scenario.model
    used = {str(name) for steps in scenario.flow.values() for name in read_block(steps).queues}
    specs = agent_queues(model, used)
    paced = first_queues(scenario.flow) if isinstance(model, Predictive) else ()
    rules = [
        queue_rules(model, name, spec, [each for each in paced if each.name == name])
        for name, spec in specs.items()
    ]
    ahead = [ahead_rule(model, name, spec, dict(scenario.vips)) for name, spec in specs.items()]
    return FloorPlan(
        queues=tuple(rules),
        ahead=tuple(rule for rule in ahead if rule is not None),
        desk=scenario.desk,
        pacing_queue=queue_id(model, paced[0].name) if paced else "",
    )


def floor_json(floor: FloorPlan) -> dict[str, Any]:
    """The plan as JSON data; `load_floor` reads it back equal."""
    return {
        "queues": [_dump_queue(rules) for rules in floor.queues],
        "ahead": [{**asdict(rule), "numbers": sorted(rule.numbers)} for rule in floor.ahead],
        "desk": None if floor.desk is None else asdict(floor.desk),
        "pacing_queue": floor.pacing_queue,
    }


def load_floor(data: dict[str, Any]) -> FloorPlan:
    """The inverse of `floor_json`; KeyError, TypeError or ValueError for what it did not write."""
    desk = data["desk"]
    return FloorPlan(
        queues=tuple(map(_load_queue, data["queues"])),
        ahead=tuple(map(_load_ahead, data["ahead"])),
        desk=None if desk is None else DeskPlan(script=desk["script"], outcomes=tuple(desk["outcomes"])),
        pacing_queue=data["pacing_queue"],
    )


def _dump_queue(rules: QueueRules) -> dict[str, Any]:
    hours = None if rules.hours is None else dump_hours(rules.hours)
    return {**asdict(rules), "strategy": rules.strategy.value, "hours": hours}


def _load_queue(data: dict[str, Any]) -> QueueRules:
    return QueueRules(
        **{
            **data,
            "agents": tuple((agent, level) for agent, level in data["agents"]),
            "strategy": Strategy(data["strategy"]),
            "hours": None if data["hours"] is None else load_hours(data["hours"]),
        }
    )


def _load_ahead(data: dict[str, Any]) -> AheadRule:
    by_value = tuple((value, seconds) for value, seconds in data["by_value"])
    return AheadRule(**{**data, "by_value": by_value, "numbers": frozenset(data["numbers"])})

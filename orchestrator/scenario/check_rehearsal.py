"""Cross checks of tests of calls that come in: what they name outside must be something that the flow comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.flow import each_step
from orchestrator.scenario.model import Ivr
from orchestrator.scenario.outside_steps import FetchStep, StoreStep
from orchestrator.scenario.people_steps import ForwardStep, TransferStep
from orchestrator.scenario.queues import QueueSpec
from orchestrator.scenario.rehearsal import TestSpec
from orchestrator.scenario.rehearsal_moves import Move, MoveKind
from orchestrator.scenario.source import Text

ANY, ONE_DIGIT = "any", "?"


@dataclass(slots=True)
class Outside:
    """What a flow does with the world: services (`crm/orders`, and `crm`), sets of rows, numbers that it rings, agents
    who take its calls (any, where a queue has those who are assigned to it).
    """

    services: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)
    rung: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)
    has_any_agent: bool = False


def outside_of(draft: Draft) -> Outside:
    found = Outside()
    for spec in draft.queues.values():
        if isinstance(spec, QueueSpec):
            found.rung |= {str(number) for number in spec.agents.numbers}
            found.agents |= {str(agent) for agent, _ in spec.agents.agents}
            found.has_any_agent |= spec.agents.is_assigned
    for steps in draft.flow.values():
        for step in each_step(steps):
            match step:
                case FetchStep():
                    fetch = step.fetch
                    for target in filter(None, (fetch.get, fetch.post, fetch.put)):
                        found.services |= {target.service, "/".join(filter(None, target))}
                case StoreStep():
                    found.sets.add(str(step.store.into))
                case ForwardStep():
                    found.rung |= {str(number) for number in step.forward.to}
                case TransferStep():
                    found.rung |= {str(number) for number in step.transfer.to}
                case _:
                    pass
    return found


def check_rehearsal(draft: Draft, spec: TestSpec, calls: Iterable[tuple[Move, ...]]) -> None:
    """Tell what of a test can never happen. Nothing is told of a flow that is not understood as a whole."""
    model = draft.model
    if not isinstance(model, Ivr) and not draft.has_agents:
        return
    if draft.vouched or draft.has_unclear_queue or {"flow", "numbers", "desk"} & draft.lost:
        return
    outside = outside_of(draft)
    for service in spec.services:
        _known(draft, service, outside.services, f"the flow never asks `{service}`")
    for queue in spec.queues:
        _known(draft, queue, {str(name) for name in draft.queues}, f"there is no queue `{queue}`")
    for into in spec.expect.stored or {}:
        _known(draft, into, outside.sets, f"the flow never stores into `{into}`")
    for call in calls:
        _check_people(draft, call, outside)
    if not isinstance(model, Ivr):
        return
    if spec.called is not None and not any(_claims(str(claim), str(spec.called)) for claim in model.numbers):
        draft.findings.add("S703", spec.called, f"calls of `{spec.called}` do not come here", "see `numbers`")


def _check_people(draft: Draft, call: tuple[Move, ...], outside: Outside) -> None:
    """Who takes a call is somebody whom the flow leads to, and an agent notes what the desk has."""
    outcomes = {str(name) for name in draft.outcomes}
    has_agent = False
    for move in call:
        if move.is_agents:
            has_agent = True
            if move.text not in outside.agents and not outside.has_any_agent:
                hint = did_you_mean(move.text, outside.agents)
                draft.findings.add("S703", move, f"no queue has the agent `{move.text}`", hint)
        elif move.kind is MoveKind.TAKES and move.text not in outside.rung:
            hint = did_you_mean(move.text, outside.rung)
            draft.findings.add("S703", move, f"the flow never rings `{move.text}`", hint)
        elif move.kind is MoveKind.OUTCOME:
            if not has_agent:
                draft.findings.add("S702", move, "nobody notes an outcome before an agent has the call")
            if move.text not in outcomes:
                hint = did_you_mean(move.text, outcomes)
                draft.findings.add("S703", move, f"the desk has no outcome `{move.text}`", hint)


def _known(draft: Draft, name: Text, known: set[str], message: str) -> None:
    if name not in known:
        draft.findings.add("S703", name, message, did_you_mean(name, known))


def _claims(claim: str, number: str) -> bool:
    return claim == ANY or (
        len(claim) == len(number) and all(a in (ONE_DIGIT, b) for a, b in zip(claim, number, strict=True))
    )

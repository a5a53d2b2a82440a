"""Cross checks of queues: who takes their calls, what of them acts, who goes ahead."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.plan import ZoneSource
from orchestrator.domain.queue import Strategy
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.files_beside import beside
from orchestrator.scenario.findings import did_you_mean, meant, nearest
from orchestrator.scenario.flow import each_step, noted
from orchestrator.scenario.inbound import zone_of
from orchestrator.scenario.model import Ivr, Robocall
from orchestrator.scenario.part import Broken
from orchestrator.scenario.people_steps import ORDERS, Queue, QueueStep
from orchestrator.scenario.queues import AGENTS_ONLY, QueueSpec, read_numbers
from orchestrator.scenario.source import Text
from orchestrator.scenario.staff import Staff

VIP_BYTES_MAX = 1024 * 1024
STEP_AGENTS_ONLY = ("hold_message", "silent", "after_talk")


def check_queues(draft: Draft, staff: Staff | None) -> None:
    """staff: who is in the agents file; None when that is not known."""
    _check_names(draft)
    for name, spec in draft.queues.items():
        if not isinstance(spec, Broken):
            _check_queue(draft, name, spec, staff)
    for steps in draft.flow.values():
        for step in each_step(steps):
            if isinstance(step, QueueStep):
                _check_step(draft, step.queue)


def _check_names(draft: Draft) -> None:
    used = [name for block in draft.blocks.values() for name in block.queues]
    if "queues" not in draft.lost:
        for name in used:
            if name not in draft.queues:
                draft.findings.add("S524", name, f"no queue `{name}`", did_you_mean(name, draft.queues))
    if "flow" in draft.lost:
        return
    known = {*used, *draft.vouched} | {
        nearest(name, draft.queues) for name in used if name not in draft.queues
    }
    for name in draft.queues:
        if name not in known and draft.is_own(name.mark):
            draft.findings.add("S525", name, f"the queue `{name}` is never used")


def _check_queue(draft: Draft, name: Text, spec: QueueSpec, staff: Staff | None) -> None:
    if not spec.agents.has_agents:
        _check_numbers(draft, spec)
        return
    if spec.strategy in ORDERS:
        hint = f"write one of {', '.join(Strategy)}"
        draft.findings.add("S546", spec.place("strategy"), f"`{spec.strategy}` is for numbers", hint)
    elif spec.levels_after and spec.agents.agents and not spec.agents.has_levels:
        draft.findings.add("S546", spec.key_place("levels_after"), "all agents have the same level")
    _check_priority(draft, spec)
    _check_vip(draft, spec)
    _check_hours(draft, spec)
    if spec.wrap_up_extend is not None and not spec.wrap_up:
        draft.findings.add("S546", spec.place("wrap_up_extend"), "there is no wrap-up to make longer")
    if staff is not None:
        _check_staff(draft, name, spec, staff)


def _check_numbers(draft: Draft, spec: QueueSpec) -> None:
    """The switch rings numbers by itself: nothing waits for an agent."""
    if isinstance(draft.model, Robocall):
        hint = "name agents of the agents file, which may have numbers: docs/agents.md"
        draft.findings.add("S113", spec.place("agents"), "numbers of a queue are for `kind: ivr`", hint)
        return
    for key in AGENTS_ONLY:
        # What `--explain` prints, each with its default, is no mistake
        if spec.has(key) and getattr(spec, key) != type(spec).model_fields[key].default:
            draft.findings.add("S546", spec.key_place(key), f"`{key}` is for queues with agents")
    if spec.strategy is not None and spec.strategy not in ORDERS:
        hint = f"write one of {', '.join(ORDERS)}"
        draft.findings.add("S546", spec.place("strategy"), f"`{spec.strategy}` is for agents", hint)


def _check_priority(draft: Draft, spec: QueueSpec) -> None:
    if spec.priority is None or {"contact", "flow"} & draft.lost:
        return
    column = spec.priority.column
    known = {*draft.contact, *draft.given, *draft.vouched}
    if column in known or noted(column) in draft.variables or column.partition(".")[0] in draft.vouched:
        return
    hint = meant(column, {*draft.contact, *draft.variables, *draft.given})
    what = "a contact column nor a variable" if draft.contact else "set nor known otherwise"
    draft.findings.add("S401", column, f"`{column}` is neither {what}", hint)


def _check_vip(draft: Draft, spec: QueueSpec) -> None:
    if spec.vip is None or spec.vip.is_broken("numbers") or (file := spec.vip.file) is None:
        return
    text = beside(file, draft.folder, VIP_BYTES_MAX, draft.findings)
    if text is None:
        return
    numbers, bad = read_numbers(text)
    if bad:
        rest = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        where = f"line {bad[0]}{rest} of {Path(file).name}"
        draft.findings.add("S547", file, f"{where} holds no number in full")
    elif not numbers:
        draft.findings.add("S547", file, f"{Path(file).name} holds no number")
    else:
        draft.vips[file.mark] = tuple(dict.fromkeys(numbers))


def _check_hours(draft: Draft, spec: QueueSpec) -> None:
    if spec.hours is None or spec.timezone is not None or spec.is_broken("timezone"):
        return
    model = draft.model
    if isinstance(model, Ivr):
        is_clear = model.timezone is not None or "numbers" in draft.lost or zone_of(model.numbers) is not None
    else:
        zone = model.dial.timezone
        is_clear = zone.source is ZoneSource.FIXED or zone.name is not None or "dial" in draft.lost
    if not is_clear:
        draft.findings.add(
            "S522", spec.key_place("hours"), "whose clock these hours are read on is not clear"
        )


def _check_staff(draft: Draft, name: Text, spec: QueueSpec, staff: Staff) -> None:
    known = {agent.agent_id for agent in staff.agents}
    for agent, _ in spec.agents.agents:
        if agent not in known:
            draft.findings.add("S548", agent, f"no agent `{agent}`", did_you_mean(agent, known))
    queue_id = f"{draft.model.scenario}:{name}"
    if spec.agents.is_assigned and not any(
        queue in (queue_id, name) for agent in staff.agents for queue, _ in agent.queues
    ):
        hint = f"write `queues: {{{name}: 1}}` with an agent, or name the agents here"
        draft.findings.add(
            "S549", spec.place("agents"), f"no agent of the agents file has `{queue_id}`", hint
        )


def _check_step(draft: Draft, queue: Queue) -> None:
    spec = draft.queues.get(queue.name)
    if isinstance(draft.model, Robocall) and queue.offer_callback is not None:
        message = "`offer_callback` is for `kind: ivr`, which has `missed`"
        draft.findings.add("S113", queue.key_place("offer_callback"), message)
    if isinstance(spec, QueueSpec) and not spec.agents.has_agents:
        for key in STEP_AGENTS_ONLY:
            if queue.has(key) and getattr(queue, key) != type(queue).model_fields[key].default:
                draft.findings.add("S546", queue.key_place(key), f"`{key}` is for queues with agents")

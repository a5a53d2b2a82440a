"""Cross checks of what only predictive scenarios have: pacing, the one queue they dial for, the law, the desk."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.plan import MachinePolicy, PacingMode
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.flow import START, Flow, Steps, branches
from orchestrator.scenario.model import Predictive
from orchestrator.scenario.pacing import Law, Pacing
from orchestrator.scenario.part import Broken
from orchestrator.scenario.people_steps import Queue, QueueStep
from orchestrator.scenario.queues import QueueSpec
from orchestrator.scenario.source import Mark, Text
from orchestrator.scenario.steps import AnyStep, GotoStep, IfStep, ResultStep, SetStep, SwitchStep
from orchestrator.scenario.values import format_duration

ABANDONED = "abandoned"  # the standard message


def check_paced(draft: Draft, model: Predictive) -> None:
    _check_company(draft, model)
    if "machine" not in draft.lost and str(model.machine) == MachinePolicy.LEAVE_MESSAGE.value:
        message = "`leave_message` leaves nothing: no message stands before the queue"
        draft.findings.add("S546", model.place("machine"), message, "write `machine: hang_up`")
    if "flow" not in draft.lost:
        _check_way(draft)
    if "dial" in draft.lost or model.dial.is_broken("pacing"):
        return
    pacing = model.dial.pacing
    _check_mode(draft, pacing)
    _check_law(draft, model, pacing)


def _check_mode(draft: Draft, pacing: Pacing) -> None:
    if pacing.is_broken("mode"):
        return
    is_ratio = pacing.mode.mode is PacingMode.RATIO
    if is_ratio and pacing.calls_per_agent is None and not pacing.is_broken("ratio"):
        draft.findings.add("S543", pacing, "how many calls for each free agent?")
    if pacing.ratio is not None and (not is_ratio or pacing.mode.ratio is not None):
        what = f"`mode: {pacing.mode}` has no other ratio"
        draft.findings.add("S543", pacing.key_place("ratio"), what, "write `mode: ratio 1.5`")
    if is_ratio and pacing.cap == 0 and (pacing.calls_per_agent or 1) > 1:
        message = "two calls for one agent cannot leave 0% without anybody"
        draft.findings.add("S551", pacing.place("abandoned"), message, "write `mode: progressive`, or a cap")


def _check_law(draft: Draft, model: Predictive, pacing: Pacing) -> None:
    law = pacing.rules
    ring_min = format_duration(law.ring_min_s)
    if not model.dial.is_broken("ring") and model.dial.ring < law.ring_min_s:
        message = f"`law: {pacing.law}` lets every call ring for {ring_min}"
        draft.findings.add("S552", model.dial.place("ring"), message, f"write `ring: {ring_min}` or more")
    cancel = pacing.cancel_after_s
    if pacing.has("cancel_after") and cancel is not None and cancel < law.ring_min_s:
        message = f"`law: {pacing.law}` lets every call ring for {ring_min}"
        draft.findings.add(
            "S552", pacing.place("cancel_after"), message, f"write {ring_min} or more, or never"
        )
    _check_above_law(draft, pacing, law)
    if (
        law.names_caller
        and model.company is None
        and not _has_own_message(draft)
        and "company" not in draft.lost
    ):
        message = f"`law: {pacing.law}`: whoever is abandoned is told who called, and a number"
        hint = "add `company: {name: ..., phone: ...}`, or a message `abandoned` of your own"
        draft.findings.add("S552", pacing.place("law"), message, hint)


def _check_above_law(draft: Draft, pacing: Pacing, law: Law) -> None:
    if pacing.law is None:
        return
    if pacing.abandoned is not None and pacing.abandoned > law.abandoned:
        message = f"`law: {pacing.law}` allows {law.abandoned:.0%} at most"
        draft.findings.add("S552", pacing.place("abandoned"), message, "lower it, or remove `law`")
    if pacing.within is not None and pacing.within > law.within_s:
        message = f"`law: {pacing.law}` allows {format_duration(law.within_s)} at most"
        draft.findings.add("S552", pacing.place("within"), message, "lower it, or remove `law`")


def _has_own_message(draft: Draft) -> bool:
    return ABANDONED in draft.model.messages or "messages" in draft.lost


def _check_company(draft: Draft, model: Predictive) -> None:
    company = model.company
    if company is None:
        return
    if isinstance(company.name, dict):
        for key in company.name:
            if key not in draft.languages and "languages" not in draft.lost:
                draft.findings.add("S205", key, f"`{key}` is not one of `languages`")
        for language in draft.languages:
            if company.name_in(language) is None:
                draft.findings.add(
                    "S201", company.key_place("name"), f"the company has no name in `{language}`"
                )
    if ABANDONED in model.messages:
        where = model.key_place("company")
        draft.findings.add("S553", where, "nobody is told this: the message `abandoned` is your own")


def _check_way(draft: Draft) -> None:
    """Whoever answers is given to an agent at once: from `start` straight to one queue, whatever the contact."""
    if START not in draft.flow:
        return  # told as such
    found: dict[str, Text] = {}
    for step in first_steps(draft.flow):
        match step:
            case QueueStep():
                found.setdefault(str(step.queue.name), step.queue.name)
                if step.queue.overflow is not None:
                    hint = "say it in a message `abandoned` of your own"
                    message = "nobody comes there: whom nobody takes hears `abandoned`"
                    draft.findings.add("S546", step.queue.overflow, message, hint)
            case Broken():
                return
            case Mark():
                draft.findings.add("S554", step, "a way from `start` ends without a queue")
            case _:
                [verb] = type(step).model_fields
                what = f"`{verb}` stands before the queue: nobody who answered waits for it"
                draft.findings.add("S554", step, what)
    for name in list(found.values())[1:]:
        message = f"a second queue, `{name}`, beside `{next(iter(found))}`"
        draft.findings.add("S554", name, message, "write a scenario for each queue; they may share agents")
    for name in found.values():
        spec = draft.queues.get(name)
        if isinstance(spec, QueueSpec) and not spec.agents.has_agents:
            draft.findings.add(
                "S554", name, f"`{name}` has no agents to call for", "name agents of the agents file"
            )


def first_queues(flow: Flow) -> tuple[Queue, ...]:
    """The steps by which whoever answers comes to the queue: several, where ways part before it."""
    return tuple(step.queue for step in first_steps(flow) if isinstance(step, QueueStep))


def first_steps(flow: Flow) -> Iterator[AnyStep | Broken | Mark]:
    """The first step that takes time, on every way from `start`; the place of a block that has none."""
    blocks = {str(name): steps for name, steps in flow.items()}
    seen: set[str] = set()
    todo = [START]
    while todo:
        name = todo.pop()
        if name in seen or name not in blocks:
            continue
        seen.add(name)
        steps = blocks[name]
        if isinstance(steps, Broken):
            yield steps
        else:
            place = next(key.mark for key in flow if key == name)
            yield from _first(steps, [], todo, place)


def _first(steps: Steps, rest: Steps, todo: list[str], place: Mark) -> Iterator[AnyStep | Broken | Mark]:
    """rest: what follows behind the `if` in which the steps stand."""
    for index, step in enumerate(steps):
        match step:
            case SetStep() | ResultStep():
                continue
            case GotoStep():
                todo.append(str(step.goto))
            case IfStep() | SwitchStep():
                after = [*steps[index + 1 :], *rest]
                for branch in branches(step):
                    if isinstance(branch, Text):
                        todo.append(str(branch))
                    else:
                        yield from _first(branch, after, todo, step.mark)
            case _:
                yield step
        return
    if rest:
        yield from _first(rest, [], todo, place)
    else:
        yield place

"""Cross checks of the flow: blocks, ways, and that every name is set before it is read."""

from __future__ import annotations

from orchestrator.scenario.draft import TOLD, Draft
from orchestrator.scenario.findings import did_you_mean, meant
from orchestrator.scenario.flow import (
    START,
    dead_steps,
    implied,
    noted,
    reachable,
    set_before,
    with_sets,
)
from orchestrator.scenario.part import Broken
from orchestrator.scenario.people_steps import QueueStep
from orchestrator.scenario.roles import Role, names_in
from orchestrator.scenario.rounds import endless_rounds
from orchestrator.scenario.source import Text, mark_of
from orchestrator.scenario.steps import AnyStep
from orchestrator.scenario.talk_steps import AskStep
from orchestrator.scenario.template import parse_template

HANG_UP = "hang_up"
_WHERE_TOLD = "`entered` is known in the prompt of `confirm`, `queue.*` in `queue_position` and `queue_wait`"


def check_flow(draft: Draft) -> None:
    if "flow" in draft.lost:
        return
    _check_blocks(draft)
    for steps in draft.flow.values():
        if not isinstance(steps, Broken):
            for step in dead_steps(steps):
                mark = mark_of(step.raw) if isinstance(step, Broken) else step.mark
                draft.findings.add("S305", mark, "this step is never reached")
    for round_ in endless_rounds(draft.flow, draft.blocks, draft.reached):
        where = next(name for name in draft.flow if name == round_[0])
        draft.findings.add("S304", where, f"the call never ends: {' -> '.join(round_)}")
    _check_circles(draft)
    _check_names(draft)


def _check_blocks(draft: Draft) -> None:
    flow = draft.flow
    for block in draft.blocks.values():
        for name in block.leads_to:
            if name not in flow:
                hint = "write `[hang_up]`" if name == HANG_UP else did_you_mean(name, flow)
                draft.findings.add("S302", name, f"no block `{name}`", hint)
    for root in draft.roots:
        if root not in flow:
            place = draft.place_of_flow(root)
            draft.findings.add("S301", place, f"there is no block `{root}`", did_you_mean(root, flow))
    if START in flow:
        for name in flow:
            if name not in draft.reached:
                draft.findings.add("S303", name, f"the block `{name}` is never reached")


def _check_circles(draft: Draft) -> None:
    """A block that is called and comes to the call again goes ever deeper."""
    for name, block in draft.blocks.items():
        for called in block.calls:
            if name in reachable(draft.blocks, [called] * (called in draft.blocks)):
                message = f"`call: {called}` comes back to `{name}`, which calls it again"
                draft.findings.add("S316", called, message)


def _check_names(draft: Draft) -> None:
    entries, after_call = set_before(draft.flow, draft.roots)
    for name, steps in draft.flow.items():
        if isinstance(steps, Broken):
            continue
        # A block that no way leads to is told as such; what may be set there is anybody's guess
        before = entries.get(name, draft.variables)
        for step, have in with_sets(steps, set(before), after_call):
            if not isinstance(step, Broken):
                _check_step(draft, step, have)


def _told(step: AnyStep) -> dict[str, set[str]]:
    """Message -> names that can be spoken in it while this step says it."""
    match step:
        case AskStep() if step.ask.confirm is not None:
            return {str(step.ask.confirm.prompt): {"entered", str(step.ask.into)}}
        case QueueStep():
            return {message: {"queue.position", "queue.wait"} for message in ("queue_position", "queue_wait")}
        case _:
            return {}


def _check_step(draft: Draft, step: AnyStep, have: set[str]) -> None:
    told = _told(step)
    for role, name in names_in(step):
        match role:
            case Role.SETS | Role.SETS_FIELDS:
                _check_variable(draft, name)
            case Role.READS:
                _check_read(draft, name, have)
            case Role.SAYS:
                _check_message(draft, name, have, told.get(name, set()))
            case _:
                pass
    for said in implied(step):
        _check_message(draft, Text.at(said, step.mark), have, told.get(said, set()))


def _check_variable(draft: Draft, name: Text) -> None:
    if name in draft.contact:
        draft.findings.add("S311", name, f"`{name}` is a contact column")
    if name in draft.given:
        draft.findings.add("S112", name, f"`{name}` cannot be set: it has a meaning of its own")


def _check_read(draft: Draft, name: Text, have: set[str]) -> None:
    if "contact" in draft.lost or name in draft.contact or name in draft.given or noted(name) in have:
        return
    if noted(name) in draft.variables:
        draft.findings.add("S310", name, f"`{name}` is never set before it is read here")
    elif f"{name}." in draft.variables:
        message = f"`{name}` is what was fetched as a whole"
        draft.findings.add("S401", name, message, f"name one field of it: {name}.status")
    elif name not in draft.vouched and name.partition(".")[0] not in draft.vouched:
        hint = meant(name, {*draft.contact, *draft.variables, *draft.given})
        known = "a contact column nor a variable that is set" if draft.contact else "set nor known otherwise"
        draft.findings.add("S401", name, f"`{name}` is neither {known}", hint)


def _check_message(draft: Draft, name: Text, have: set[str], told: set[str]) -> None:
    """Variables that a message speaks must be set on some way here, or be `told` for this message alone."""
    if "contact" in draft.lost:
        return
    wordings = draft.model.messages.get(name)
    if wordings is None or isinstance(wordings, Broken):
        return
    spoken = {
        part.name
        for wording in wordings.values()
        if isinstance(wording, Text)
        for part in parse_template(wording).names
    }
    for variable in sorted(spoken):
        if variable in draft.contact or variable in told or noted(variable) in have:
            continue
        if noted(variable) in draft.variables:
            draft.findings.add("S310", name, f"`{name}` speaks `{variable}`, which is never set before")
        elif variable in TOLD:
            draft.findings.add(
                "S310", name, f"`{name}` speaks `{variable}`, which is not known here", _WHERE_TOLD
            )

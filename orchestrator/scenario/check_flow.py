"""Cross checks of the flow: blocks, ways, keys, variables."""

from __future__ import annotations

from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.flow import (
    START,
    dead_steps,
    reads_of,
    set_before,
    with_sets,
)
from orchestrator.scenario.part import Broken
from orchestrator.scenario.rehearsal import KEYS
from orchestrator.scenario.rounds import endless_rounds
from orchestrator.scenario.source import Text, mark_of
from orchestrator.scenario.steps import AnyStep, AskStep, IfStep, MenuStep, SayStep, SetStep
from orchestrator.scenario.template import parse_template
from orchestrator.scenario.values import shorten

HANG_UP = "hang_up"


def check_flow(draft: Draft) -> None:
    if "flow" in draft.lost:
        return
    _check_blocks(draft)
    for steps in draft.model.flow.values():
        if not isinstance(steps, Broken):
            for step in dead_steps(steps):
                mark = mark_of(step.raw) if isinstance(step, Broken) else step.mark
                draft.findings.add("S305", mark, "this step is never reached")
    for round_ in endless_rounds(draft.model.flow, draft.blocks, draft.reached):
        where = next(name for name in draft.model.flow if name == round_[0])
        draft.findings.add("S304", where, f"the call never ends: {' -> '.join(round_)}")
    _check_steps(draft)


def _check_blocks(draft: Draft) -> None:
    flow = draft.model.flow
    for block in draft.blocks.values():
        for name in block.goes_to:
            if name not in flow:
                hint = "write `[hang_up]`" if name == HANG_UP else did_you_mean(name, flow)
                draft.findings.add("S302", name, f"no block `{name}`", hint)
    if START not in flow:
        draft.findings.add(
            "S301", draft.model.place("flow"), "there is no block `start`", did_you_mean(START, flow)
        )
        return
    for name in flow:
        if name not in draft.reached:
            draft.findings.add("S303", name, f"the block `{name}` is never reached")


def _check_steps(draft: Draft) -> None:
    entries = set_before(draft.model.flow)
    for name, steps in draft.model.flow.items():
        if isinstance(steps, Broken):
            continue
        # A block that no way leads to is told as such; what may be set there is anybody's guess
        before = entries.get(name, draft.variables)
        for step, have in with_sets(steps, set(before)):
            if not isinstance(step, Broken):
                _check_names(draft, step)
                _check_reads(draft, step, have)


def _check_names(draft: Draft, step: AnyStep) -> None:
    """Keys of menus, and names of variables."""
    match step:
        case MenuStep():
            for key in step.menu.keys:
                if len(key) != 1 or key not in KEYS:
                    draft.findings.add("S308", key, f"`{shorten(key)}` is not a telephone key")
        case AskStep():
            _check_variable(draft, step.ask.into)
        case SetStep():
            for name in step.set:
                _check_variable(draft, name)
        case _:
            pass


def _check_variable(draft: Draft, name: Text) -> None:
    if name in draft.model.contact:
        draft.findings.add("S311", name, f"`{name}` is a contact column")


def _check_reads(draft: Draft, step: AnyStep, have: set[str]) -> None:
    if "contact" in draft.lost:
        return
    match step:
        case IfStep():
            for name in reads_of(step):
                _check_read(draft, name, have)
        case SetStep():
            for value in step.set.values():
                if value.is_reference:
                    _check_read(draft, value.text, have)
        case SayStep():
            _check_message(draft, step.say, have)
        case MenuStep():
            _check_message(draft, step.menu.prompt, have)
            _check_message(draft, step.menu.invalid, have)
        case AskStep():
            _check_message(draft, step.ask.prompt, have)
            _check_message(draft, step.ask.invalid, have)
        case _:
            pass


def _check_read(draft: Draft, name: Text, have: set[str]) -> None:
    if name in draft.model.contact or name in have:
        return
    if name in draft.variables:
        draft.findings.add("S310", name, f"`{name}` is never set before it is read here")
    elif name not in draft.vouched:
        hint = did_you_mean(name, {*draft.model.contact, *draft.variables})
        message = f"`{name}` is neither a contact column nor a variable that is set"
        draft.findings.add("S401", name, message, hint)


def _check_message(draft: Draft, name: Text | None, have: set[str]) -> None:
    """Variables that a message speaks must be set on some way here."""
    wordings = draft.model.messages.get(name) if name is not None else None
    if name is None or wordings is None or isinstance(wordings, Broken):
        return
    spoken = {
        part.name
        for wording in wordings.values()
        if isinstance(wording, Text)
        for part in parse_template(wording).names
    }
    for variable in sorted(spoken & draft.variables - set(draft.model.contact) - have):
        draft.findings.add("S310", name, f"`{name}` speaks `{variable}`, which is never set before")

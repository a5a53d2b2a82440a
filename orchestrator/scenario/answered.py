"""Steps that come too late: what a caller hears before the call is taken, after it surely was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from orchestrator.scenario.flow import Flow, Steps, branches, leads_to
from orchestrator.scenario.outside_steps import FetchStep
from orchestrator.scenario.part import Broken
from orchestrator.scenario.people_steps import ForwardStep, OfferCallbackStep, QueueStep, TransferStep
from orchestrator.scenario.source import Text
from orchestrator.scenario.steps import AnyStep, CallStep, IfStep, SwitchStep
from orchestrator.scenario.talk_steps import (
    AnswerStep,
    AskStep,
    MenuStep,
    RecordStep,
    RingStep,
    SayStep,
    VoicemailStep,
)

# Whether the call may be taken, and may not be taken yet
State = frozenset[bool]
NOT_YET: State = frozenset({False})
TAKEN: State = frozenset({True})
EITHER: State = NOT_YET | TAKEN
Why = Literal["again", "early"]


def late_steps(flow: Flow, entries: dict[str, State]) -> Iterator[tuple[AnyStep, Why]]:
    """Each step that is for a call not taken yet, where it always is by then. entries: blocks at which calls begin, and
    how they are then.
    """
    blocks = {str(name): steps for name, steps in flow.items()}
    known = {name: state for name, state in entries.items() if name in blocks}
    todo = list(known)
    while todo:
        name = todo.pop()
        for target, state in _ways(blocks[name], known[name]):
            before = known.get(target, frozenset())
            if target in blocks and not state <= before:
                known[target] = before | state
                todo.append(target)
    for name, state in known.items():
        for step, before in _with_states(blocks[name], state):
            if before == TAKEN and (why := _why_late(step)):
                yield step, why


def _why_late(step: AnyStep) -> Why | None:
    match step:
        case AnswerStep():
            return "again"
        case RingStep():
            return "early"
        case SayStep() if step.say.early:
            return "early"
        case _:
            return None


def _ways(steps: Steps | Broken, state: State) -> Iterator[tuple[str, State]]:
    """(block, how calls are then) of every way out of a block."""
    for step, before in _with_states(steps, state):
        after = _after(step, before)
        for target in leads_to(step):
            yield target, before if isinstance(step, CallStep | IfStep | SwitchStep) else after


def _with_states(steps: Steps | Broken, state: State) -> Iterator[tuple[AnyStep, State]]:
    """Each step, nested ones too, with how calls may be before it."""
    for step in [] if isinstance(steps, Broken) else steps:
        if isinstance(step, Broken):
            state = EITHER
            continue
        yield step, state
        after = _after(step, state)
        if isinstance(step, IfStep | SwitchStep):
            ends = []
            for branch in branches(step):
                if not isinstance(branch, Text):
                    yield from _with_states(branch, state)
                    ends.append(_end_of(branch, state))
            after = frozenset().union(*ends) or state
        state = after


def _end_of(steps: Steps, state: State) -> State:
    """How calls may be behind the steps of a branch."""
    for step in steps:
        if isinstance(step, Broken):
            state = EITHER
        elif isinstance(step, IfStep | SwitchStep):
            inner = [_end_of(branch, state) for branch in branches(step) if not isinstance(branch, Text)]
            state = frozenset().union(*inner) or state
        else:
            state = _after(step, state)
    return state


def _after(step: AnyStep, state: State) -> State:
    match step:
        case SayStep():
            return state if step.say.early else TAKEN
        case AnswerStep() | MenuStep() | AskStep() | RecordStep() | VoicemailStep() | QueueStep():
            return TAKEN
        case OfferCallbackStep() | CallStep() | ForwardStep() | TransferStep():
            # Taken by whoever answers, by what the other block does, when the caller's number is known
            return state | TAKEN
        case FetchStep():
            return state if step.fetch.say is None else TAKEN
        case _:
            return state

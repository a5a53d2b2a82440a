"""What a flow does, read off its steps: where it goes, what it says, reads, sets and concludes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orchestrator.scenario.findings import nearest
from orchestrator.scenario.part import Broken
from orchestrator.scenario.source import Text, texts_in
from orchestrator.scenario.steps import (
    AnyStep,
    AskStep,
    GotoStep,
    HangUpStep,
    IfStep,
    MenuStep,
    ResultStep,
    SayStep,
    SetStep,
)

Steps = list[AnyStep | Broken]
Branch = Text | Steps
Flow = Mapping[Text, Steps | Broken]

START = "start"


@dataclass(slots=True)
class Block:
    """What one block refers to. `vouched`: every text in steps too broken to understand."""

    goes_to: list[Text] = field(default_factory=list)
    says: list[Text] = field(default_factory=list)
    reads: list[Text] = field(default_factory=list)
    sets: list[Text] = field(default_factory=list)
    concludes: list[Text] = field(default_factory=list)
    vouched: set[str] = field(default_factory=set)


def branches(step: IfStep) -> Iterator[Branch]:
    """Both ways of an `if`; a missing `else` is an empty one."""
    yield step.if_.then
    yield step.if_.else_ if step.if_.else_ is not None else []


def read_block(steps: Steps | Broken) -> Block:
    """Everything in a block, nested steps included."""
    block = Block()
    _read(steps, block)
    return block


def _read(steps: Steps | Broken, block: Block) -> None:
    if isinstance(steps, Broken):
        block.vouched.update(texts_in(steps.raw))
        return
    for step in steps:
        match step:
            case Broken(raw):
                block.vouched.update(texts_in(raw))
            case SayStep():
                block.says.append(step.say)
            case MenuStep():
                menu = step.menu
                block.says += _present(menu.prompt, menu.invalid)
                block.goes_to += [*menu.keys.values(), *_present(menu.otherwise)]
            case AskStep():
                ask = step.ask
                block.says += _present(ask.prompt, ask.invalid)
                block.goes_to += _present(ask.otherwise)
                block.sets.append(ask.into)
            case SetStep():
                block.sets += step.set
                block.reads += [value.text for value in step.set.values() if value.is_reference]
            case IfStep():
                block.reads += reads_of(step)
                for branch in branches(step):
                    if isinstance(branch, Text):
                        block.goes_to.append(branch)
                    else:
                        _read(branch, block)
            case GotoStep():
                block.goes_to.append(step.goto)
            case ResultStep():
                block.concludes.append(step.result)
            case _:
                pass  # wait and hang_up refer to nothing


def reads_of(step: IfStep) -> list[Text]:
    condition = step.if_.condition
    return [condition.name, *(value.text for value in condition.right if value.is_reference)]


def _present(*names: Text | None) -> list[Text]:
    return [name for name in names if name is not None]


def reachable(blocks: dict[str, Block]) -> set[str]:
    """Blocks that some way leads to, from `start`. A broken step may lead to every block it names."""
    seen: set[str] = set()
    todo = [START]
    while todo:
        name = todo.pop()
        if name not in blocks:
            name = nearest(name, blocks) or ""  # told as unknown; what was meant is not told as never reached
        if name in blocks and name not in seen:
            seen.add(name)
            todo += [*blocks[name].goes_to, *blocks[name].vouched]
    return seen


def falls_through(step: AnyStep | Broken) -> bool:
    """Whether the flow may go on with the step after this one."""
    match step:
        case GotoStep() | HangUpStep():
            return False
        case MenuStep():
            return step.menu.otherwise is None
        case IfStep():
            return any(
                not isinstance(branch, Text) and all(map(falls_through, branch)) for branch in branches(step)
            )
        case _:
            return True


def dead_steps(steps: Steps) -> Iterator[AnyStep | Broken]:
    """The first step of each list that is never reached, because the one before leaves the block."""
    for index, step in enumerate(steps):
        if index and not falls_through(steps[index - 1]):
            yield step
            return
        if isinstance(step, IfStep):
            for branch in branches(step):
                if not isinstance(branch, Text):
                    yield from dead_steps(branch)


def set_before(flow: Flow) -> dict[str, set[str]]:
    """For each block that is reached: the variables that some way there may have set."""
    by_name = {str(name): steps for name, steps in flow.items()}
    known: dict[str, set[str]] = {START: set()}
    todo = [START]
    while todo:
        name = todo.pop()
        for target, have in ways_with_sets(by_name.get(name, []), known[name]):
            before = known.get(target)
            if before is None or not have <= before:
                known[target] = (before or set()) | have
                todo.append(target)
    return known


def ways_with_sets(steps: Steps | Broken, have: set[str]) -> Iterator[tuple[str, set[str]]]:
    """(block, variables that may be set on the way there) of every way out of a block."""
    if isinstance(steps, Broken):
        yield from ((name, have) for name in texts_in(steps.raw))
        return
    for step, before in with_sets(steps, set(have)):
        for target in leads_to(step):
            yield target, before


def leads_to(step: AnyStep | Broken) -> list[str]:
    """Blocks that this very step may go to."""
    match step:
        case MenuStep():
            return [*step.menu.keys.values(), *_present(step.menu.otherwise)]
        case AskStep():
            return [*_present(step.ask.otherwise)]
        case GotoStep():
            return [step.goto]
        case IfStep():
            return [branch for branch in branches(step) if isinstance(branch, Text)]
        case Broken(raw):
            return [*texts_in(raw)]
        case _:
            return []


def with_sets(steps: Steps, have: set[str]) -> Iterator[tuple[AnyStep | Broken, set[str]]]:
    """Each step, nested ones too, with the variables that may be set before it. `have` grows on the way."""
    for step in steps:
        yield step, set(have)
        match step:
            case AskStep():
                have.add(step.ask.into)
            case SetStep():
                have.update(step.set)
            case IfStep():
                after = set(have)
                for branch in branches(step):
                    if not isinstance(branch, Text):
                        inner = set(have)
                        yield from with_sets(branch, inner)
                        after |= inner
                have |= after
            case Broken(raw):
                have.update(texts_in(raw))
            case _:
                pass

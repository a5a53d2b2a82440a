"""What a flow does, read off its steps: where it goes, what it says, reads, sets and concludes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orchestrator.scenario.findings import nearest
from orchestrator.scenario.melody import SoundFile
from orchestrator.scenario.part import Broken, Part
from orchestrator.scenario.people_steps import Forward, ForwardStep, Queue, QueueStep, TransferStep
from orchestrator.scenario.roles import Role, names_in, names_of
from orchestrator.scenario.source import Text, texts_in
from orchestrator.scenario.steps import AnyStep, CallStep, GotoStep, HangUpStep, IfStep, SwitchStep
from orchestrator.scenario.talk_steps import MenuStep

Steps = list[AnyStep | Broken]
Branch = Text | Steps
Flow = Mapping[Text, Steps | Broken]

START = "start"
CLOSED = "closed"


@dataclass(slots=True)
class Block:
    """What one block refers to. `vouched`: every text in steps too broken to understand. A variable with fields is
    set as `card.`.
    """

    goes_to: list[Text] = field(default_factory=list)
    calls: list[Text] = field(default_factory=list)
    says: list[Text] = field(default_factory=list)
    reads: list[Text] = field(default_factory=list)
    sets: list[Text] = field(default_factory=list)
    concludes: list[Text] = field(default_factory=list)
    queues: list[Text] = field(default_factory=list)
    sounds: list[SoundFile] = field(default_factory=list)
    vouched: set[str] = field(default_factory=set)

    @property
    def leads_to(self) -> list[Text]:
        return [*self.goes_to, *self.calls]


def branches(step: IfStep | SwitchStep) -> Iterator[Branch]:
    """All ways of an `if` or `switch`; one that is not written is empty."""
    if isinstance(step, IfStep):
        yield step.if_.then
        yield step.if_.else_ if step.if_.else_ is not None else []
        return
    yield from step.switch.cases.values()
    yield step.switch.otherwise if step.switch.otherwise is not None else []


def each_step(steps: Steps | Broken) -> Iterator[AnyStep | Broken]:
    """All steps, nested ones too, in the order in which they are written."""
    for step in [steps] if isinstance(steps, Broken) else steps:
        yield step
        if isinstance(step, IfStep | SwitchStep):
            for branch in branches(step):
                if not isinstance(branch, Text):
                    yield from each_step(branch)


def read_block(steps: Steps | Broken) -> Block:
    """Everything in a block, nested steps included."""
    block = Block()
    for step in each_step(steps):
        if isinstance(step, Broken):
            block.vouched.update(texts_in(step.raw))
            continue
        _note_names(step, block)
        block.vouched.update(_lost_in(step))
        block.says += [Text.at(name, step.mark) for name in implied(step)]
        block.sounds += sounds_in(step)
        if isinstance(step, IfStep | SwitchStep):
            block.goes_to += [branch for branch in branches(step) if isinstance(branch, Text)]
    return block


def _note_names(step: AnyStep, block: Block) -> None:
    for role, name in names_in(step):
        match role:
            case Role.SAYS:
                block.says.append(name)
            case Role.GOES_TO:
                block.goes_to.append(name)
            case Role.CALLS:
                block.calls.append(name)
            case Role.SETS:
                block.sets.append(name)
            case Role.SETS_FIELDS:
                block.sets.append(with_fields(name))
            case Role.READS:
                block.reads.append(name)
            case Role.CONCLUDES:
                block.concludes.append(name)
            case _:
                block.queues.append(name)


def _lost_in(part: Part) -> Iterator[Text]:
    """Texts under keys that could not be understood: they may be names of blocks and variables."""
    yield from part.lost_texts()
    for value in part.values.values():
        if isinstance(value, Part):
            yield from _lost_in(value)


def implied(step: AnyStep) -> list[str]:
    """Standard messages that a step says without naming them."""
    match step:
        case ForwardStep():
            return _whispered(step.forward)
        case TransferStep():
            return _whispered(step.transfer)
        case QueueStep():
            queue, announce = step.queue, step.queue.announce
            said = ["queue_position"] * bool(announce and announce.position)
            said += ["queue_wait"] * bool(announce and announce.wait)
            said += ["callback_offer", "callback_promised"] * (queue.offer_callback is not None)
            return said + _whispered(queue)
        case _:
            return []


def _whispered(part: Forward | Queue) -> list[str]:
    return ["whisper_accept"] * (part.accept is not None and part.whisper is None)


def with_fields(name: Text) -> Text:
    """How a variable whose fields are read is noted: `card.`."""
    return Text.at(f"{name}.", name.mark)


def noted(name: str) -> str:
    """How the variable that a reference reads is noted: `card.status` -> `card.`, `code` -> `code`."""
    head, dot, _ = name.partition(".")
    return head + dot


def sounds_in(part: Part) -> Iterator[SoundFile]:
    """Recordings that a step plays by itself, as music."""
    for value in part.values.values():
        if isinstance(value, SoundFile):
            yield value
        elif isinstance(value, Part):
            yield from sounds_in(value)


def reachable(blocks: Mapping[str, Block], roots: Iterable[str]) -> set[str]:
    """Blocks that some way leads to, from the roots. A broken step may lead to every block it names."""
    seen: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name not in blocks:
            name = nearest(name, blocks) or ""  # told as unknown; what was meant is not told as never reached
        if name in blocks and name not in seen:
            seen.add(name)
            todo += [*blocks[name].leads_to, *blocks[name].vouched]
    return seen


def falls_through(step: AnyStep | Broken) -> bool:
    """Whether the flow may go on with the step after this one."""
    match step:
        case GotoStep() | HangUpStep():
            return False
        case MenuStep():
            return step.menu.otherwise is None
        case TransferStep():
            return step.transfer.otherwise is None
        case QueueStep():
            return step.queue.overflow is None or step.queue.after_talk is None
        case IfStep() | SwitchStep():
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
        if isinstance(step, IfStep | SwitchStep):
            for branch in branches(step):
                if not isinstance(branch, Text):
                    yield from dead_steps(branch)


def set_before(flow: Flow, roots: Iterable[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each block that is reached: the variables that some way there may have set; for each that is called: those
    that may be set when it comes back.
    """
    by_name = {str(name): steps for name, steps in flow.items()}
    after_call = _set_by_calls(by_name)
    known: dict[str, set[str]] = {root: set() for root in roots}
    todo = list(known)
    while todo:
        name = todo.pop()
        for target, have in ways_with_sets(by_name.get(name, []), known[name], after_call):
            before = known.get(target)
            if before is None or not have <= before:
                known[target] = (before or set()) | have
                todo.append(target)
    return known, after_call


def _set_by_calls(flow: Mapping[str, Steps | Broken]) -> dict[str, set[str]]:
    """For each block: the variables that it, and whatever it leads to, may set before a `call` of it comes back."""
    blocks = {name: read_block(steps) for name, steps in flow.items()}
    called = {str(name) for block in blocks.values() for name in block.calls}
    return {
        name: {str(each) for reached in reachable(blocks, [name]) for each in blocks[reached].sets}
        for name in called
    }


def ways_with_sets(
    steps: Steps | Broken, have: set[str], after_call: Mapping[str, set[str]]
) -> Iterator[tuple[str, set[str]]]:
    """(block, variables that may be set on the way there) of every way out of a block."""
    if isinstance(steps, Broken):
        yield from ((name, have) for name in texts_in(steps.raw))
        return
    for step, before in with_sets(steps, set(have), after_call):
        for target in leads_to(step):
            yield target, before


def leads_to(step: AnyStep | Broken) -> list[str]:
    """Blocks that this very step may go to, or call."""
    if isinstance(step, Broken):
        return [*texts_in(step.raw)]
    targets: list[str] = [*names_of(step, Role.GOES_TO, Role.CALLS)]
    if isinstance(step, IfStep | SwitchStep):
        targets += [branch for branch in branches(step) if isinstance(branch, Text)]
    return targets


def sets_of(step: AnyStep | Broken, after_call: Mapping[str, set[str]]) -> set[str]:
    """Variables that may be set once this step is over."""
    if isinstance(step, Broken):
        return {*texts_in(step.raw)}
    if isinstance(step, CallStep):
        return after_call.get(step.call, set())
    return {
        str(with_fields(name) if role is Role.SETS_FIELDS else name)
        for role, name in names_in(step)
        if role in (Role.SETS, Role.SETS_FIELDS)
    }


def with_sets(
    steps: Steps, have: set[str], after_call: Mapping[str, set[str]]
) -> Iterator[tuple[AnyStep | Broken, set[str]]]:
    """Each step, nested ones too, with the variables that may be set before it. `have` grows on the way."""
    for step in steps:
        yield step, set(have)
        have |= sets_of(step, after_call)
        if isinstance(step, IfStep | SwitchStep):
            after = set(have)
            for branch in branches(step):
                if not isinstance(branch, Text):
                    inner = set(have)
                    yield from with_sets(branch, inner, after_call)
                    after |= inner
            have |= after

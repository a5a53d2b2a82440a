"""Calls that would never end: rounds of blocks that a person who presses nothing cannot leave."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.scenario.flow import Block, Flow, Steps, branches, noted
from orchestrator.scenario.outside_steps import FetchStep
from orchestrator.scenario.part import Broken
from orchestrator.scenario.people_steps import ForwardStep, OfferCallbackStep, QueueStep, TransferStep
from orchestrator.scenario.roles import Role, names_of
from orchestrator.scenario.source import Text
from orchestrator.scenario.steps import GotoStep, HangUpStep, IfStep, SwitchStep
from orchestrator.scenario.talk_steps import AskStep, MenuStep

END = ""  # where a way through a block leads that ends the call


@dataclass(frozen=True, slots=True)
class Way:
    """Where a block leads when no key is pressed, and the names that `if`s on the way look at."""

    to: str
    looks_at: frozenset[str]


def silent_ways(steps: Steps | Broken) -> list[Way]:
    """All ways out of a block for a person who presses nothing; END when the call ends."""
    if isinstance(steps, Broken):
        return [Way(END, frozenset())]  # nothing is known: do not blame it
    ways, looked = _ways(steps, frozenset())
    return ways if looked is None else [*ways, Way(END, looked)]


def _ways(steps: Steps, looked: frozenset[str]) -> tuple[list[Way], frozenset[str] | None]:
    """The ways out, and what was looked at where the last step falls through (None: it never does)."""
    ways: list[Way] = []
    for step in steps:
        match step:
            case GotoStep():
                return [*ways, Way(step.goto, looked)], None
            case HangUpStep():
                return [*ways, Way(END, looked)], None
            case MenuStep() if step.menu.otherwise is not None:
                return [*ways, Way(step.menu.otherwise, looked)], None
            case AskStep() if step.ask.otherwise is not None:
                return [*ways, Way(step.ask.otherwise, looked)], None
            case OfferCallbackStep() if step.offer_callback.otherwise is not None:
                return [*ways, Way(step.offer_callback.otherwise, looked)], None
            case ForwardStep() | TransferStep() | QueueStep() | FetchStep():
                # What others do decides: it may go any way
                ways += [Way(name, looked) for name in names_of(step, Role.GOES_TO)]
                if isinstance(step, TransferStep):
                    ways.append(Way(END, looked))
                    if step.transfer.otherwise is not None:
                        return ways, None
            case IfStep() | SwitchStep():
                looked |= {noted(step.if_.condition.name if isinstance(step, IfStep) else step.switch.on)}
                goes_on = False
                for branch in branches(step):
                    if isinstance(branch, Text):
                        ways.append(Way(branch, looked))
                        continue
                    inner, after = _ways(branch, looked)
                    ways += inner
                    goes_on |= after is not None
                    looked |= after or frozenset()
                if not goes_on:
                    return ways, None
            case Broken():
                ways.append(Way(END, looked))
            case _:
                pass
    return ways, looked


def endless_rounds(flow: Flow, blocks: dict[str, Block], reached: set[str]) -> list[list[str]]:
    """Rounds of blocks that a person who presses nothing never leaves, each in the order of the round.

    A round may be left by an `if` only when the round itself sets what the `if` looks at.
    """
    ways = {str(name): silent_ways(steps) for name, steps in flow.items() if name in reached}
    rounds = []
    for members in _knots({name: [way.to for way in out if way.to in ways] for name, out in ways.items()}):
        changed = {str(name) for member in members for name in blocks[member].sets}
        leaves = [way for member in members for way in ways[member] if way.to not in members]
        if not any(not way.looks_at or way.looks_at & changed for way in leaves):
            rounds.append(_round(members, ways))
    return rounds


def _round(members: list[str], ways: dict[str, list[Way]]) -> list[str]:
    """From the first member along the first way inside, until a block comes again."""
    walked = [members[0]]
    while True:
        following = next(way.to for way in ways[walked[-1]] if way.to in members)
        if following in walked:
            return [*walked[walked.index(following) :], following]
        walked.append(following)


def _knots(graph: dict[str, list[str]]) -> list[list[str]]:
    """Strongly connected sets with a cycle, members in the order of `graph` (Tarjan, without recursion)."""
    order = {name: place for place, name in enumerate(graph)}
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []
    for root in graph:
        work = [(root, iter(graph[root]))] if root not in index else []
        while work:
            name, following = work[-1]
            if name not in index:
                index[name] = low[name] = len(index)
                stack.append(name)
            target = next(following, None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    members = stack[stack.index(name) :]
                    del stack[stack.index(name) :]
                    if len(members) > 1 or name in graph[name]:
                        found.append(sorted(members, key=order.__getitem__))
            elif target not in index:
                work.append((target, iter(graph[target])))
            elif target in stack:
                low[name] = min(low[name], index[target])
    return found

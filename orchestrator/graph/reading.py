"""Reads the chart off a scenario's tree: not off the model, so that a scenario with problems is drawn as far as
it can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from orchestrator.domain.problem import Problem
from orchestrator.graph.chart import Chart, Place, PlaceKind, judged
from orchestrator.graph.stepping import Walk, short
from orchestrator.scenario.source import Map, Mark, Seq, Text, mark_of, texts_in

START, CLOSED, MISSED = "start", "closed", "missed"
SHOWN_ANYWAY = ("S302", "S303", "S305")  # a missing block, a block and a step that are never reached
PROBLEMS_SHOWN = 3  # of one block; the rest is counted

_KINDS = {START: PlaceKind.START, CLOSED: PlaceKind.CLOSED}


def chart_of(root: Map, problems: Iterable[Problem] = ()) -> Chart:
    """The chart of a scenario's tree with its includes merged in. `problems`: what `check` says of it."""
    blocks = _blocks(root)
    said = _messages(root)
    names = {key: name for key, name, *_ in blocks}
    places = [_place(key, str(name), kind, steps, names, said) for key, name, kind, steps in blocks]
    places += _absent(places, names)
    ends = {key: _last_line(name, steps) for key, name, _, steps in blocks}
    placed = _with_problems(judged(tuple(places)), ends, tuple(problems))
    return Chart(
        name=short(_text(root, "scenario") or "nameless", 60),
        title=short(_text(root, "title"), 100),
        facts=tuple(_facts(root)),
        places=placed,
    )


def _blocks(root: Map) -> list[tuple[str, Text, PlaceKind, object]]:
    """(key, name, kind, steps): entries first, then as they stand in the file."""
    flow = root.value("flow")
    found = [
        (f"flow.{name}", name, _KINDS.get(str(name), PlaceKind.BLOCK), steps)
        for name, steps in (flow.items() if isinstance(flow, Map) else ())
    ]
    found.sort(key=lambda block: list(PlaceKind).index(block[2]))
    missed = root.value("missed")
    own = missed.value("flow") if isinstance(missed, Map) else None
    if isinstance(own, Map):
        entry = next((name for name in own if name in (MISSED, START)), next(iter(own), None))
        found += [
            (
                f"missed.{name}",
                name,
                PlaceKind.MISSED if name == entry else PlaceKind.BLOCK,
                steps,
            )
            for name, steps in own.items()
        ]
    elif own is not None:
        found.append(("missed.missed", Text.at(MISSED, mark_of(own)), PlaceKind.MISSED, own))
    return found


def _place(
    key: str, name: str, kind: PlaceKind, steps: object, names: dict[str, Text], said: dict[str, str]
) -> Place:
    own = f"{key.split('.', 1)[0]}."

    def resolve(target: str) -> str:
        """Blocks of the missed flow may go to its own blocks, and to those of the flow."""
        return own + target if own + target in names else f"flow.{target}"

    walk = Walk(resolve=resolve, said=said)
    walk.block(steps)
    mark: Mark = names[key].mark
    return Place(
        key=key,
        name=short(name, 40),
        kind=kind,
        lines=tuple(walk.lines),
        ways=tuple(walk.ways),
        file=mark.file,
        line=mark.line,
    )


def _last_line(name: Text, steps: object) -> int:
    return max(
        [name.mark.line, *(text.mark.line for text in texts_in(steps) if text.mark.file == name.mark.file)]
    )


def _absent(places: Sequence[Place], names: dict[str, Text]) -> Iterator[Place]:
    missing = dict.fromkeys(way.to for place in places for way in place.ways if way.to not in {"", *names})
    for key in missing:
        yield Place(key=key, name=short(key.split(".", 1)[1], 40), kind=PlaceKind.ABSENT)


def _with_problems(
    places: tuple[Place, ...], ends: dict[str, int], problems: tuple[Problem, ...]
) -> tuple[Place, ...]:
    """Each problem with the block in whose lines it stands; what the picture shows anyway is left out."""
    return tuple(
        replace(
            place,
            problems=tuple(
                _few(
                    [
                        f"{problem.code} {short(problem.message, 70)}"
                        for problem in problems
                        if problem.file == place.file
                        and place.line <= problem.line <= ends[place.key]
                        and problem.code not in SHOWN_ANYWAY
                    ]
                )
            ),
        )
        if place.line
        else place
        for place in places
    )


def _few(problems: list[str]) -> list[str]:
    more = len(problems) - PROBLEMS_SHOWN
    return [*problems[:PROBLEMS_SHOWN], *([f"and {more} more problem(s)"] if more > 0 else [])]


def _messages(root: Map) -> dict[str, str]:
    """Message -> its text in the first language that has one."""
    messages = root.value("messages")
    found = {}
    for name, wordings in messages.items() if isinstance(messages, Map) else ():
        values = wordings.values() if isinstance(wordings, Map) else (wordings,)
        text = next((value for value in values if isinstance(value, Text)), None)
        if text:
            found[str(name)] = str(text)
    return found


def _facts(root: Map) -> Iterator[str]:
    """What a reader of the picture wants to know about the whole."""
    for key in ("kind", "project", "numbers", "hours", "languages"):
        value = root.value(key)
        if value:
            yield f"{key}: {short(_inline(value), 90)}"
    dial, desk = root.value("dial"), root.value("desk")
    if isinstance(dial, Map) and dial.value("pacing"):
        yield f"pacing: {short(_inline(dial.value('pacing')), 90)}"
    yield from _agents(root.value("queues"))
    if isinstance(desk, Map) and desk.value("outcomes"):
        outcomes = desk.value("outcomes")
        yield f"outcomes: {short(', '.join(outcomes) if isinstance(outcomes, Map) else _inline(outcomes), 90)}"
    missed = root.value("missed")
    if isinstance(missed, Map):
        told = ", ".join(
            f"{key} {_inline(missed.value(key))}" for key in ("after", "attempts") if key in missed
        )
        yield short(f"missed calls are called back{': ' if told else ''}{told}", 100)


def _agents(queues: object) -> Iterator[str]:
    """Who takes the calls of each queue that has agents."""
    for name, spec in queues.items() if isinstance(queues, Map) else ():
        agents = spec.value("agents") if isinstance(spec, Map) else None
        who = _inline(agents) if agents else ""
        if who[:1].isalpha():
            strategy = spec.value("strategy")
            yield short(f"queue {name}: {who}{f' ({_inline(strategy)})' if strategy else ''}", 100)


def _inline(value: object) -> str:
    match value:
        case Seq():
            return ", ".join(_inline(item) for item in value)
        case Map():
            return ", ".join(f"{key} {_inline(item)}" for key, item in value.items())
        case _:
            return str(value)


def _text(root: Map, key: str) -> str:
    value = root.value(key)
    return str(value) if isinstance(value, Text) else ""

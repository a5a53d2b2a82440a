"""Ways through a flow: what is reached, what never ends, what is set before it is read."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.flow import Flow, reachable, read_block, set_before
from orchestrator.scenario.model import Robocall
from orchestrator.scenario.reader import read_document
from orchestrator.scenario.rounds import endless_rounds
from orchestrator.scenario.source import Map, Text

from .conftest import Check, codes

MENU = "{menu: {prompt: hello, keys: {1: %s}, otherwise: %s}}"


def flow_of(written: str) -> Flow:
    findings = Findings()
    root = read_document(f"flow: {written}".encode(), "f.yaml", findings).root
    assert root is not None
    neutral = {Text.at(key): value for key, value in Robocall.neutral.items() if key != "flow"}
    return Robocall.model_validate(Map.at({**neutral, **root}), context=findings).flow


def rounds(written: str) -> list[list[str]]:
    flow = flow_of(written)
    blocks = {str(name): read_block(steps) for name, steps in flow.items()}
    return endless_rounds(flow, blocks, reachable(blocks, ["start"]))


@pytest.mark.parametrize(
    ("flow", "found"),
    [
        ("{start: [{goto: start}]}", [["start", "start"]]),
        ("{start: [{say: hello}, {goto: a}], a: [{wait: 1s}, {goto: b}], b: [{goto: a}]}", [["a", "b", "a"]]),
        ("{start: [{goto: a}], a: [{goto: a}], b: [{goto: b}]}", [["a", "a"]]),
        ("{start: [%s], a: [hang_up]}" % (MENU % ("a", "start")), [["start", "start"]]),
        ("{start: [%s], a: [hang_up]}" % (MENU % ("start", "a")), []),
        ("{start: [{menu: {prompt: hello, keys: {1: start}}}]}", []),
        ("{start: [{menu: {prompt: hello, keys: {1: start}}}, {goto: start}]}", [["start", "start"]]),
        (
            "{start: [{ask: {prompt: hello, digits: 1, into: a, otherwise: start}}, hang_up]}",
            [["start", "start"]],
        ),
        (
            "{start: [{ask: {prompt: hello, digits: 1, into: a, otherwise: b}}, {goto: start}], b: [hang_up]}",
            [],
        ),
        ("{start: [{ask: {prompt: hello, digits: 1, into: a}}, {goto: start}]}", [["start", "start"]]),
        # an `if` leaves the round, by what the round itself sets
        ("{start: [{if: {a: 1, then: [hang_up]}}, {set: {a: 1}}, {goto: start}]}", []),
        ("{start: [{if: {a: 1, then: [hang_up]}}, {goto: start}]}", [["start", "start"]]),
        ("{start: [{if: {a: 1, then: b}}, {goto: start}], b: [{set: {a: 1}}]}", [["start", "start"]]),
        (
            "{start: [{if: {a: 1, then: start, else: b}}], b: [{set: {a: 2}}, {goto: start}]}",
            [["start", "start"]],
        ),
        ("{start: [{if: {a: 1, then: [{if: {b: 1, then: [hang_up]}}]}}, {set: {b: 1}}, {goto: start}]}", []),
        (
            "{start: [{if: {a: 1, then: [{goto: b}], else: [{goto: c}]}}], b: [{goto: start}],"
            " c: [{set: {a: 1}}, {goto: start}]}",
            [["start", "b", "start"]],
        ),
        # what cannot be understood may end the call
        ("{start: [{sey: hello}, {goto: start}]}", []),
        ("{start: [{goto: a}], a: later}", []),
        # two rounds are two problems
        (
            "{start: [{if: {a: 1, then: b, else: c}}], b: [{goto: b}], c: [{goto: c}]}",
            [["b", "b"], ["c", "c"]],
        ),
    ],
)
def test_a_round_without_a_way_out_is_found(flow: str, found: list[list[str]]) -> None:
    assert rounds(flow) == found


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    names = [f"b{number}" for number in range(draw(st.integers(1, 7)))]
    return {name: draw(st.lists(st.sampled_from([*names, "end"]), min_size=1, max_size=3)) for name in names}


@given(graphs())
def test_rounds_are_those_of_a_plain_search(graph: dict[str, list[str]]) -> None:
    """Blocks that go on by an `if` over a column: a round is endless unless a way is not bound to an `if`."""
    written = {}
    for name, targets in graph.items():
        ifs = "".join(f"{{if: {{x: 1, then: {target}}}}}, " for target in targets[:-1])
        written[name] = f"[{ifs}{{goto: {targets[-1]}}}]"
    flow = ", ".join(f"{name}: {steps}" for name, steps in written.items())
    found = rounds(f"{{start: [{{goto: b0}}], {flow}, end: [hang_up]}}")

    def reach(name: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph.get(name, ()))
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += graph.get(one, ())
        return seen

    live = {"b0"} | reach("b0")
    knots = {
        frozenset(b for b in graph if b in reach(a) and a in reach(b))
        for a in graph
        if a in live and a in reach(a)
    }
    endless = [
        knot for knot in knots if not any(len(graph[b]) == 1 and graph[b][0] not in knot for b in knot)
    ]
    assert len(found) == len(endless)
    for each in found:
        assert any(set(each) <= knot for knot in endless)
        assert each[0] == each[-1]
        assert all(after in graph[before] for before, after in pairwise(each))


def test_a_long_flow_is_checked_at_once(check: Check) -> None:
    blocks = ", ".join(f"b{n}: [{{set: {{v{n}: 1}}}}, {{goto: b{n + 1}}}]" for n in range(1500))
    began = time.perf_counter()
    _, problems = check(flow=f"flow: {{start: [{{say: hello}}, {{goto: b0}}], {blocks}, b1500: [hang_up]}}")
    assert problems == []
    assert time.perf_counter() - began < 20


def test_variables_are_known_where_some_way_has_set_them() -> None:
    known = set_before(
        flow_of(
            "{start: [{set: {a: 1}}, %s], x: [{set: {b: 1}}, {goto: z}], y: [{goto: z}], z: [{goto: x}], w: [hang_up]}"
            % (MENU % ("x", "y"))
        ),
        ["start"],
    )[0]
    assert known == {"start": set(), "x": {"a", "b"}, "y": {"a"}, "z": {"a", "b"}}


def test_a_block_too_broken_to_understand_leads_everywhere_it_names() -> None:
    assert set_before(flow_of("{start: {goto: a}, a: [hang_up]}"), ["start"])[0] == {
        "start": set(),
        "goto": set(),
        "a": set(),
    }


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        # one branch does not know what the other set; after the `if` either may have
        ("[{if: {age: 1, then: [{set: {a: 1}}], else: [{set: {b: '{{ a }}'}}]}}]", ["S310"]),
        ("[{if: {age: 1, then: [{set: {a: 1}}]}}, {set: {b: '{{ a }}'}}]", []),
        ("[{set: {a: 1, b: '{{ a }}'}}]", ["S310"]),
        ("[{if: {a: {set: yes}, then: [hang_up]}}, {set: {a: 1}}]", ["S310"]),
        ("[{sey: a}, {set: {b: '{{ a }}'}}]", ["S306"]),
        ("[{set: {b: '{{ a }}'}}, {sey: a}]", ["S306"]),
        ("[{set: {b: '{{ nothing }}'}}]", ["S401"]),
        ("[{if: {b: [1, '{{ nothing }}'], then: [hang_up]}}]", ["S401", "S401"]),
    ],
)
def test_what_is_read_must_be_set_on_some_way(check: Check, flow: str, told: list[str]) -> None:
    _, problems = check(
        contact="contact: {age: number}",
        messages="messages: {hello: {ru: 'Раз {{ age }}'}}",
        flow=f"flow: {{start: {flow[:-1]}, {{say: hello}}]}}",
    )
    assert codes(problems) == told


def test_blocks_that_nothing_leads_to_are_told_once(check: Check) -> None:
    _, problems = check(
        flow="flow: {start: [{say: hello}], island: [{set: {b: '{{ a }}'}}, {set: {a: 1}}, {goto: start}]}"
    )
    assert codes(problems) == ["S303"]

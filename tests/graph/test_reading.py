"""What the chart of a scenario holds, also of one with problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.graph.chart import DEAD_STEP, NO_BLOCK, NO_END, NO_STEPS, PlaceKind
from orchestrator.graph.reading import chart_of
from orchestrator.graph.stepping import LEADS, LINES_MAX, short
from orchestrator.scenario.check import check_path
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.library import Library
from orchestrator.scenario.part import Part
from orchestrator.scenario.roles import Means, Role
from orchestrator.scenario.steps import VERBS
from tests.graph.charts import SHIPPED, chart, flow, place, problem, ways


def test_every_step_says_what_it_does_and_where_it_leads() -> None:
    made = flow("""
start:
  - say: hello
  - menu: {prompt: choice, keys: {1: a, 2: b, 101: a}, otherwise: c}
a: [{ask: {prompt: which, digits: 4, into: code, otherwise: b}}, {goto: c}]
b: [{forward: {to: +79990000001, otherwise: c}}, {call: c}, hang_up]
c: [{transfer: +79990000001}]
""")
    assert [line.text for line in place(made, "start").lines] == ["say hello", "menu choice"]
    assert ways(made, "start") == {"1": "a", "2": "b", "101": "a", "otherwise": "c"}
    assert ways(made, "a") == {"otherwise": "b", "": "c"}
    assert ways(made, "b") == {"not taken": "c", "call": "c", "ends": ""}
    assert ways(made, "c") == {"ends": ""}
    assert [way.is_silent for way in place(made, "start").ways] == [False, False, False, True]
    assert [way.returns for way in place(made, "b").ways] == [False, True, False]


def test_ways_of_services_queues_and_offers_are_named() -> None:
    made = flow("""
start:
  - fetch: {get: crm/orders, not_found: a, otherwise: b}
  - queue: {name: sales, overflow: a}
  - offer_callback: {when: now, otherwise: b}
  - queue: sales
a: [hang_up]
b: [hang_up]
""")
    assert ways(made, "start") == {
        "not found": "a",
        "no answer": "b",
        "overflow": "a",
        "not wanted": "b",
        "ends": "",
    }
    assert [line.text for line in place(made, "start").lines] == [
        "fetch crm/orders",
        "queue sales",
        "offer_callback now",
        "queue sales",
    ]


def test_a_queue_leads_on_after_the_talk_too() -> None:
    made = flow("""
start:
  - queue: {name: sales, overflow: a, after_talk: b}
  - say: never
a: [hang_up]
b: [hang_up]
""")
    assert ways(made, "start") == {"overflow": "a", "after the talk": "b"}
    assert [line.is_dead for line in place(made, "start").lines] == [False, True]


def test_agents_pacing_and_outcomes_are_told_beside_the_picture() -> None:
    made = chart("""
scenario: x
kind: predictive
project: shop
dial: {pacing: {mode: ratio 2, abandoned: 3%}}
flow: {start: [{queue: sales}]}
queues:
  sales: {agents: {anna: 1, boris: 2}, strategy: ring_all}
  more: {agents: assigned}
  numbers: {agents: [+79990000001]}
  none: {}
  broken: x
desk: {outcomes: {sold: {status: customer}, refused: }}
""")
    assert made.facts == (
        "kind: predictive",
        "project: shop",
        "pacing: mode ratio 2, abandoned 3%",
        "queue sales: anna 1, boris 2 (ring_all)",
        "queue more: assigned",
        "outcomes: sold, refused",
    )


def test_both_ways_of_an_if_and_every_case_of_a_switch_are_followed() -> None:
    made = flow("""
start:
  - if: {age: {at_least: 18}, then: a, else: [{say: young}, {if: {x: 1, then: b}}]}
  - switch: {on: city, cases: {Moscow: a, Tver: [{say: far}]}, otherwise: [{goto: b}]}
  - set: {x: one, y: "{{ z }}"}
a: [hang_up]
b: [hang_up]
""")
    assert ways(made, "start") == {
        "age at_least 18": "a",
        "x is 1": "b",
        "= Moscow": "a",
        "": "b",
        "ends": "",
    }
    told = [(line.depth, line.text) for line in place(made, "start").lines]
    assert (0, "if age at_least 18") in told
    assert (2, "say young") in told
    assert (0, "set x = one, y = {{ z }}") in told
    assert (2, "say far") in told


def test_blocks_that_no_way_leads_to_are_marked() -> None:
    made = flow("start: [hang_up]\nalone: [{goto: other}]\nother: [hang_up]")
    assert [each.name for each in made.unreached] == ["alone", "other"]


def test_what_calls_outside_hours_and_callbacks_lead_to_is_reached() -> None:
    made = chart("""
flow: {start: [hang_up], closed: [{goto: a}], a: [hang_up], b: [hang_up], c: [hang_up]}
missed: {after: 2m, attempts: 3, flow: [{goto: b}]}
""")
    assert [(each.name, each.kind) for each in made.places][:2] == [
        ("start", PlaceKind.START),
        ("closed", PlaceKind.CLOSED),
    ]
    assert place(made, "missed").kind is PlaceKind.MISSED
    assert [each.name for each in made.unreached] == ["c"]
    assert "missed calls are called back: after 2m, attempts 3" in made.facts


def test_blocks_of_callbacks_go_before_blocks_of_the_same_name() -> None:
    made = chart("""
flow: {start: [{goto: bye}], bye: [hang_up], sales: [hang_up]}
missed: {flow: {missed: [{goto: bye}], bye: [{goto: sales}]}}
""")
    assert {each.key: [way.to for way in each.ways] for each in made.places} == {
        "flow.start": ["flow.bye"],
        "flow.bye": [""],
        "flow.sales": [""],
        "missed.missed": ["missed.bye"],
        "missed.bye": ["flow.sales"],
    }
    assert made.unreached == ()


def test_callbacks_without_a_flow_have_no_place() -> None:
    assert [each.name for each in chart("flow: {start: [hang_up]}\nmissed: {notify: {email: a}}").places] == [
        "start"
    ]


def test_dead_ends_say_why() -> None:
    made = flow("""
start: [{menu: {prompt: m, keys: {1: out, 2: nowhere}, otherwise: round}}, {say: never}]
out: [hang_up]
round: [{say: again}, {goto: start}]
empty:
other: [{goto: empty}]
""")
    assert place(made, "start").faults == (NO_END, DEAD_STEP)
    assert place(made, "round").faults == (NO_END,)
    assert place(made, "out").faults == ()
    assert place(made, "nowhere").faults == (NO_BLOCK,)
    assert place(made, "nowhere").kind is PlaceKind.ABSENT
    assert [line.is_dead for line in place(made, "start").lines] == [False, True]


def test_a_block_without_steps_is_a_dead_end() -> None:
    assert place(flow("start: []"), "start").faults == (NO_STEPS,)


def test_problems_stand_with_the_block_they_are_in() -> None:
    text = "flow:\n  start:\n    - say: x\n  other: [hang_up]\ndial: 7\n"
    many = tuple(problem(3, message=f"wrong {index}") for index in range(5))
    made = chart(text, (*many, problem(4), problem(5), problem(3, code="S305")))
    assert place(made, "start").problems == (
        "S999 wrong 0",
        "S999 wrong 1",
        "S999 wrong 2",
        "and 2 more problem(s)",
    )
    assert place(made, "other").problems == ("S999 something is wrong",)


@pytest.mark.parametrize(
    "text",
    [
        "scenario: x",
        "flow: nonsense",
        "flow: [a, b]",
        "flow: {start: say, b: {c: d}, e: [[x], {}, {menu: 1}, {menu: {keys: [1]}}, {if: 1}]}",
        "flow: {start: [{switch: []}, {goto: [a]}]}",
        "flow: {start: [{menu: {keys: {1: [x]}}}, {switch: {on: a, cases: 1}}, {if: {then: {a: b}}}]}",
        "missed: {flow: {}}",
        "messages: {hello: [], bye: text}\nflow: {start: [{say: hello}, {say: bye}]}",
    ],
)
def test_whatever_can_be_parsed_can_be_drawn(text: str) -> None:
    chart(text)


def test_long_blocks_are_cut() -> None:
    steps = ", ".join("{say: x}" for _ in range(50))
    lines = place(flow(f"start: [{steps}]"), "start").lines
    assert len(lines) == LINES_MAX
    assert lines[-1].text == "... and 37 more steps"


def test_texts_of_messages_stand_beside_their_names() -> None:
    made = chart("messages: {hello: {ru: {file: a.wav}, en: Hello there}}\nflow: {start: [{say: hello}]}")
    assert place(made, "start").lines[0].text == "say hello  “Hello there”"


def test_what_could_hide_or_turn_text_is_shown_as_a_sign() -> None:
    assert short("a\u202eb\u200bc\nd", 40) == "a\ufffdb\ufffdc d"
    assert short("x" * 50, 10) == "x" * 9 + "…"


def test_every_key_that_names_a_block_is_known_here() -> None:
    """A verb that is new, and leads somewhere, has to be told to the chart."""
    found = {
        verb: {name for name, field in inner.model_fields.items() if Means(Role.GOES_TO) in field.metadata}
        - {"keys"}
        for verb, step in VERBS.items()
        for outer in step.model_fields.values()
        if isinstance(inner := outer.annotation, type) and issubclass(inner, Part)
    }
    assert {verb: keys for verb, keys in found.items() if keys} == {
        verb: set(keys) for verb, keys in LEADS.items()
    }


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_have_no_dead_ends(path: Path) -> None:
    findings = Findings()
    loaded = Library(path.parent).load(path, findings)
    assert loaded is not None
    _, problems = check_path([path], folder=path.parent)
    made = chart_of(loaded.root, problems)
    assert [each.name for each in made.places if each.stands_out or each.problems] == []

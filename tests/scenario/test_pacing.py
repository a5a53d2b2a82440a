"""Predictive dialing: pacing, laws, the way to the one queue, whoever is abandoned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario

from .conftest import PACED, Check, codes

Good = Callable[..., Compiled]


def paced(pacing: str) -> dict[str, str]:
    return {
        **PACED,
        "dial": f"dial: {{gateways: [main], caller_id: +74951234567, pacing: {pacing}}}",
        "company": "company: Ромашка" if "law" in pacing else "",
    }


@pytest.mark.parametrize(
    ("pacing", "plan"),
    [
        ("predictive", (PacingMode.PREDICTIVE, 1.0, 0.03, 2.0, 15.0, 0.0, 4)),
        ("progressive", (PacingMode.PROGRESSIVE, 1.0, 0.03, 2.0, 15.0, 0.0, 4)),
        ("ratio 1.5", (PacingMode.RATIO, 1.5, 0.03, 2.0, 15.0, 0.0, 4)),
        ("{mode: ratio, ratio: 3}", (PacingMode.RATIO, 3.0, 0.03, 2.0, 15.0, 0.0, 4)),
        ("{law: us}", (PacingMode.PREDICTIVE, 1.0, 0.03, 2.0, 15.0, 15.0, 4)),
        ("{law: canada}", (PacingMode.PREDICTIVE, 1.0, 0.05, 2.0, 15.0, 0.0, 4)),
        ("{law: uk, cancel_after: never}", (PacingMode.PREDICTIVE, 1.0, 0.03, 2.0, None, 15.0, 4)),
        ("{law: us, abandoned: 1.5%, within: 1s}", (PacingMode.PREDICTIVE, 1.0, 0.015, 1.0, 15.0, 15.0, 4)),
        ("{law: us, cancel_after: 20s}", (PacingMode.PREDICTIVE, 1.0, 0.03, 2.0, 20.0, 15.0, 4)),
        ("{law: russia, abandoned: 0 %}", (PacingMode.PREDICTIVE, 1.0, 0.0, 2.0, 15.0, 0.0, 4)),
        (
            "{cancel_after: 5s, lines_per_agent: 9, within: 3s, abandoned: 5%}",
            (PacingMode.PREDICTIVE, 1.0, 0.05, 3.0, 5.0, 0.0, 9),
        ),
    ],
)
def test_law_and_defaults_fill_pacing_in(pacing: str, plan: tuple[Any, ...], good: Good) -> None:
    names = ("mode", "ratio", "abandoned", "within_s", "cancel_after_s", "ring_min_s", "lines_per_agent")
    compiled = good(**paced(pacing))
    assert compiled.plan.pacing == PacingPlan(**dict(zip(names, plan, strict=True)))
    assert Compiled.loads(compiled.dumps()).plan == compiled.plan


@pytest.mark.parametrize(
    ("pacing", "code"),
    [
        ("adaptive", "S108"),
        ("ratio 0.5", "S107"),
        ("ratio 11", "S107"),
        ("ratio much", "S543"),
        ("{mode: progressive, ratio: 2}", "S543"),
        ("{mode: ratio 2, ratio: 2}", "S543"),
        ("{abandoned: 21%}", "S107"),
        ("{abandoned: many%}", "S544"),
        ("{law: france}", "S108"),
        ("{cancel_after: 1s}", "S107"),
        ("{within: 1m}", "S107"),
        ("{mode: ratio 2, abandoned: 0%}", "S551"),
    ],
)
def test_pacing_that_cannot_be_is_told(pacing: str, code: str, check: Check) -> None:
    assert codes(check(**paced(pacing))[1]) == [code]


def test_a_predictive_customer_is_abandoned_where_they_first_come_to_the_queue_only(good: Good) -> None:
    compiled = good(
        kind="kind: predictive",
        messages="messages: {hello: {ru: Здравствуйте}}",
        contact="contact: {city: text}",
        flow="""
flow:
  start:
    - if: {city: Omsk, then: [{set: {x: "1"}}], else: far}
    - queue: {name: sales, after_talk: after}
  far: [{queue: {name: sales, hold_message: hello, max_wait: 30s}}]
  after: [{say: hello}, {queue: help}, {queue: sales}]
""",
        queues="queues: {sales: {agents: anna}, help: {agents: boris}}",
    )
    flow = compiled.program["flow"]
    steps = [flow["start"][1], flow["far"][0], *flow["after"][1:]]
    assert [(step["within"], step["abandoned"], step["max_wait"]) for step in steps] == [
        (2.0, "abandoned", 60.0),
        (2.0, "abandoned", 30.0),
        (None, None, 300.0),
        (None, None, 300.0),
    ]
    assert compiled.pacing_queue == "small:sales"
    assert [(rules.within_s, rules.is_held) for rules in compiled.queues] == [(2.0, True), (None, False)]
    assert compiled.program["machine"] == "off"
    assert compiled.kind == "predictive"


@pytest.mark.parametrize(
    ("company", "said"),
    [
        ("", "Здравствуйте. Мы звонили вам"),
        ("company: Ромашка", "Вам звонит Ромашка. Все операторы сейчас заняты"),
        ("company: {name: {ru: Ромашка}, phone: +74950000000}", "Наш телефон: плюс семь четыре девять"),
    ],
)
def test_whoever_is_abandoned_hears_who_called(company: str, said: str, good: Good) -> None:
    [part] = good(**PACED, company=company).program["messages"]["abandoned"]["ru"]
    assert said in part["text"]


@pytest.mark.parametrize(
    "caller_id", ["[+74951234567, +74951234568]", "{RU: +74951234567, default: +74951234568}"]
)
def test_no_number_is_told_where_several_are_shown(caller_id: str, good: Good) -> None:
    dial = f"dial: {{gateways: [main], caller_id: {caller_id}}}"
    [part] = good(**PACED, company="company: Ромашка", dial=dial).program["messages"]["abandoned"]["ru"]
    assert "телефон" not in part["text"]


def test_a_law_that_names_the_caller_is_content_with_a_message_of_the_authors_own(good: Good) -> None:
    parts = {**paced("{law: us}"), "company": "", "messages": "messages: {abandoned: {ru: Звонила Ромашка.}}"}
    assert good(**parts).program["messages"]["abandoned"]["ru"] == [{"text": "Звонила Ромашка."}]


@pytest.mark.parametrize(
    ("per_hour", "expected"), [("200", (200, False)), ("even", (None, True)), ("", (None, False))]
)
def test_attempts_of_an_hour_are_limited_or_spread(
    per_hour: str, expected: tuple[int | None, bool], good: Good
) -> None:
    more = f", per_hour: {per_hour}" if per_hour else ""
    plan = good(dial=f"dial: {{gateways: [main], caller_id: +74951234567{more}}}").plan
    assert (plan.per_hour, plan.even) == expected


@pytest.mark.parametrize("per_hour", ["0", "often", "1000001"])
def test_a_quota_of_an_hour_is_a_whole_number_or_even(per_hour: str, check: Check) -> None:
    problems = check(dial=f"dial: {{gateways: [main], caller_id: +74951234567, per_hour: {per_hour}}}")[1]
    assert codes(problems)[0] in ("S107", "S109")


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        ("{start: [{queue: {name: sales}}]}", []),
        ("{start: [{set: {x: '1'}}, {result: seen}, {goto: on}], on: [{queue: sales}]}", []),
        ("{start: [{say: hello}, {queue: sales}]}", ["S554"]),
        ("{start: [{wait: 1s}, {goto: start}]}", ["S554", "S525"]),
    ],
)
def test_whoever_answers_comes_straight_to_the_queue(flow: str, told: list[str], check: Check) -> None:
    messages = "messages: {hello: {ru: Здравствуйте}}" if "hello" in flow else ""
    problems = check(**{**PACED, "flow": f"flow: {flow}", "messages": messages})[1]
    assert set(told) <= set(codes(problems))
    assert bool(told) == bool(problems)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"flow": "flow: [{queue: sales}]"}, ["S103"]),
        ({"flow": "flow: {begin: [{queue: sales}]}"}, ["S301"]),
        ({"flow": "flow: {start: {queue: sales}}"}, ["S103"]),
        ({"flow": "flow: {start: [{queue: {}}]}"}, ["S102", "S525"]),
        ({"flow": "flow: [{queue: sales}]", "desk": "desk: {script: call.md}"}, ["S103"]),
        (
            {
                "queues": "queues: {sales: {agents: anna}, more: {agents: 1}}",
                "flow": "flow: {start: [{queue: sales}], b: [{queue: more}]}",
                "tests": "tests: [{name: a, call: [answers, takes: anna], expect: {reached: anna}}]",
            },
            ["S501", "S303"],
        ),
    ],
)
def test_what_is_lost_is_told_once(
    parts: dict[str, str], told: list[str], check: Check, tmp_path: Path
) -> None:
    (tmp_path / "call.md").write_text("{{ nobody }}", encoding="utf-8")
    assert sorted(codes(check(**{**PACED, **parts})[1])) == sorted(told)


def test_what_is_broken_is_not_held_against_the_rest(check: Check) -> None:
    parts = {
        **PACED,
        "flow": "flow: {start: [{queue: {name: sales, overflow: [x]}}, {switch: 1}]}",
        "dial": "dial: {gateways: [main], caller_id: +74951234567, pacing: {mode: [x], ring: 5}, ring: much}",
        "queues": "queues: {sales: {agents: [{}]}}",
        "desk": "desk: [x]",
        "company": "company: {name: [x]}",
    }
    assert set(codes(check(**parts)[1])) <= {"S101", "S103", "S105", "S106", "S302", "S305"}


DESIGN = """
scenario: new_orders
kind: predictive
languages: [ru, en]
contact: {name: text, order: digits, amount: money}
dial:
  pacing: {mode: predictive, abandoned: 3%, within: 2s}   # progressive | ratio 1.5 | predictive
  gateways: [main]
  caller_id: +74951234567
flow:
  start: [{queue: {name: sales, music: moh/calm, hold_message: please_wait}}]
queues:
  sales: {agents: [anna, boris], wrap_up: 40s, wrap_up_extend: 2 x 30s, strategy: longest_idle}
desk: {script: call_script.md, outcomes: [sold, refused, call_back, wrong_person]}
"""


def test_the_least_that_a_predictive_scenario_says_is_enough(tmp_path: Path) -> None:
    (tmp_path / "call_script.md").write_text("Hello, {{ name }}", encoding="utf-8")
    (tmp_path / "new_orders.yaml").write_text(DESIGN, encoding="utf-8")
    [scenario], problems = check_path(tmp_path / "new_orders.yaml")
    assert problems == []
    compiled = compile_scenario(scenario)
    assert "please_wait" in compiled.program["messages"]
    assert compiled.pacing_queue == "new_orders:sales"
    assert compiled.desk is not None
    assert compiled.desk.script == "Hello, {{ name }}"

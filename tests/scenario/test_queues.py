"""Queues with agents: what the file becomes for the floor and the switch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.plan import AheadRule
from orchestrator.domain.queue import QueueRules, Strategy
from orchestrator.scenario.compile import Compiled

from .conftest import AGENTS, Check, codes

Good = Callable[..., Compiled]


def step_of(compiled: Compiled) -> dict[str, Any]:
    [step] = compiled.program["flow"]["start"]
    return dict(step)


def test_a_queue_that_says_nothing_has_the_usual_rules(good: Good) -> None:
    compiled = good(**AGENTS)
    assert compiled.queues == (
        QueueRules(queue_id="small:sales", agents=(("anna", 1),), wrap_up_s=30, extend_s=0, zone="UTC"),
    )
    assert compiled.program["queues"] == {"sales": {"by": "floor", "ring": 20.0, "priority": ""}}
    assert (compiled.ahead, compiled.desk, compiled.pacing_queue, compiled.project) == ((), None, "", "")
    step = step_of(compiled)
    assert (step["within"], step["abandoned"], step["silent"], step["max_wait"]) == (None, None, 30.0, 300.0)


def test_a_queue_says_everything(good: Good) -> None:
    compiled = good(
        contact="contact: {tier: text}",
        messages="messages: {hello: {ru: Здравствуйте}}",
        project="project: shop-1",
        flow="flow: {start: [{queue: sales}]}",
        queues="""
queues:
  sales:
    agents: {anna: 1, boris: 2}
    strategy: round_robin
    ring: 15s
    wrap_up: 40s
    wrap_up_extend: 2 x 20s
    misses: 0
    levels_after: 10s
    priority: {column: tier, gold: 5m}
    vip: {numbers: [+79990000001], ahead: 7m}
    weight: 1m
    max_waiting: 3 x agents
    max_wait: 2m
    hours: {mon: 09:00-10:00}
    timezone: Europe/Moscow
    service_level: 30s
    whisper: hello
    accept: 5
""",
    )
    [rules] = compiled.queues
    assert rules == QueueRules(
        queue_id="small:sales",
        project="shop-1",
        agents=(("anna", 1), ("boris", 2)),
        strategy=Strategy.ROUND_ROBIN,
        ring_s=15,
        wrap_up_s=40,
        extend_s=20,
        extend_times=2,
        misses=0,
        per_agent=3,
        max_wait_s=120,
        weight_s=60,
        levels_after_s=10,
        service_level_s=30,
        hours=rules.hours,
        zone="Europe/Moscow",
    )
    assert rules.hours is not None
    assert compiled.ahead == (
        AheadRule(
            queue_id="small:sales",
            column="tier",
            by_value=(("gold", 300),),
            numbers=frozenset({"+79990000001"}),
            ahead_s=420,
        ),
    )
    assert compiled.project == "shop-1"
    step = step_of(compiled)
    assert (step["max_wait"], step["max_waiting"], step["whisper"], step["accept"]) == (
        120.0,
        {"per_agent": 3},
        "hello",
        "5",
    )
    assert Compiled.loads(compiled.dumps()).floor == compiled.floor


def test_what_the_step_says_goes_before_the_queue(good: Good) -> None:
    parts = {
        "messages": "messages: {hello: {ru: Здравствуйте}}",
        "flow": "flow: {start: [{queue: {name: sales, max_wait: 1m, max_waiting: 4, accept: 2, whisper: hello}}]}",
        "queues": "queues: {sales: {agents: anna, max_wait: 9m, max_waiting: 9, accept: 1}}",
    }
    step = step_of(good(**parts))
    assert [step[key] for key in ("max_wait", "max_waiting", "accept", "whisper")] == [60.0, 4, "2", "hello"]


def test_a_key_to_accept_is_named_by_the_standard_whisper(good: Good) -> None:
    compiled = good(**{**AGENTS, "queues": "queues: {sales: {agents: anna, accept: 1}}"})
    assert step_of(compiled)["whisper"] == "whisper_accept"
    assert "whisper_accept" in compiled.program["messages"]


@pytest.mark.parametrize(
    ("number", "value", "ahead"),
    [("", "", 0), ("+79990000001", "", 600), ("", "gold", 60), ("+79990000001", "gold", 600), ("", "tin", 0)],
)
def test_of_two_reasons_to_go_ahead_the_larger_counts(number: str, value: str, ahead: int) -> None:
    rule = AheadRule(queue_id="q", by_value=(("gold", 60),), numbers=frozenset({"+79990000001"}), ahead_s=600)
    assert rule.ahead_of(number, value) == ahead


def test_numbers_who_go_ahead_may_stand_in_a_file(good: Good, tmp_path: Path) -> None:
    (tmp_path / "vip.txt").write_text("+79990000001 # one\n\n+79990000002\n+79990000001\n", encoding="utf-8")
    compiled = good(**{**AGENTS, "queues": "queues: {sales: {agents: anna, vip: {numbers: vip.txt}}}"})
    assert compiled.ahead[0].numbers == {"+79990000001", "+79990000002"}
    assert compiled.ahead[0].ahead_s == 600


@pytest.mark.parametrize(
    ("dial", "is_clear"),
    [
        ("timezone: Europe/Moscow", True),
        ("timezone: {from: contact, unclear: Asia/Omsk}", True),
        ("timezone: contact", False),
    ],
)
def test_the_clock_of_a_queue_is_clear_or_told(dial: str, is_clear: bool, check: Check) -> None:
    parts = {
        **AGENTS,
        "dial": f"dial: {{gateways: [main], caller_id: +74951234567, {dial}}}",
        "queues": "queues: {sales: {agents: anna, hours: {mon: 09:00-10:00}}}",
    }
    scenarios, problems = check(**parts)
    assert codes(problems) == ([] if is_clear else ["S522"])
    assert len(scenarios) == is_clear


def test_the_clock_of_a_lines_queue_is_the_lines(check_line: Check) -> None:
    parts = {
        "numbers": "numbers: any",
        "messages": "",
        "flow": "flow: {start: [{queue: sales}]}",
        "queues": "queues: {sales: {agents: anna, hours: {mon: 09:00-10:00}}}",
    }
    assert codes(check_line(**parts)[1]) == ["S522"]
    assert check_line(**parts, timezone="timezone: Europe/Moscow")[1] == []


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"queues": "queues: {sales: {agents: +79990000001}}"}, "S113"),
        ({"queues": "queues: {sales: {agents: []}}"}, "S111"),
        ({"queues": "queues: {sales: {agents: {}}}"}, "S111"),
        ({"queues": "queues: {sales: {agents: anna}, more: {agents: anna}}"}, "S525"),
        ({"flow": "flow: {start: [{queue: sale}]}"}, "S524"),
        ({"flow": "flow: {start: [{queue: {name: sales, offer_callback: after 60s}}]}"}, "S113"),
        ({"queues": "queues: {sales: {agents: anna, priority: [gold]}}"}, "S542"),
        ({"queues": "queues: {sales: {agents: anna, priority: {column: a b, gold: 1m}}}"}, "S105"),
        ({"queues": "queues: {sales: {agents: anna, vip: {numbers: [+7]}}}"}, "S501"),
        ({"queues": "queues: {sales: {agents: anna, vip: {numbers: ../vip.txt}}}"}, "S018"),
        ({"queues": "queues: {sales: {agents: anna, whisper: hullo}}"}, "S202"),
        ({"project": "project: A B"}, "S105"),
        ({"company": "company: Ромашка"}, "S113"),
        ({"dial": "dial: {gateways: [main], caller_id: +74951234567, pacing: predictive}"}, "S113"),
        ({"queues": "queues: {sales: {agents: {anna: 1, boris: 0}}}"}, "S107"),
        (
            {
                "flow": "flow: {start: [{queue: {name: sales, overflow: a, after_talk: a}}, hang_up], a: [hang_up]}"
            },
            "S305",
        ),
    ],
)
def test_mistakes_about_queues_of_calls_to_contacts(parts: dict[str, str], code: str, check: Check) -> None:
    assert codes(check(**{**AGENTS, **parts})[1])[0] == code


@pytest.mark.parametrize(
    "queues",
    [
        "{sales: {agents: [anna, boris], strategy: ring_all}}",
        "{sales: {agents: assigned, levels_after: 5s}}",
        "{sales: {agents: {anna: 1}, levels_after: 5s, wrap_up: 0s, wrap_up_extend: no}}",
        "{sales: {agents: anna, max_waiting: 7, hours: always}}",
    ],
)
def test_queues_that_are_good(queues: str, good: Good) -> None:
    compiled = good(**{**AGENTS, "queues": f"queues: {queues}"})
    assert Compiled.loads(compiled.dumps()).queues == compiled.queues


def test_numbers_of_a_queue_are_rung_as_ever(line: Good) -> None:
    compiled = line(
        messages="",
        flow="flow: {start: [{queue: sales}]}",
        queues="queues: {sales: {agents: [+79990000001], misses: 3}}",
    )
    assert compiled.queues == ()
    assert compiled.program["queues"]["sales"] == {
        "numbers": ["+79990000001"],
        "order": "in_turn",
        "ring": 25.0,
    }
    assert "silent" not in compiled.program["flow"]["start"][0]


@pytest.mark.parametrize(
    ("messages", "promise"),
    [
        ("messages: {}", "callback_kept"),
        ("messages: {callback_promised: {ru: Перезвоним}}", "callback_promised"),
        ("messages: {callback_kept: {ru: Место ваше}}", "callback_kept"),
        (
            "messages: {callback_kept: {ru: Место ваше}, callback_promised: {ru: Перезвоним}}",
            "callback_kept",
        ),
    ],
)
def test_who_is_called_back_from_a_queue_hears_that_the_place_is_kept(
    messages: str, promise: str, line: Good
) -> None:
    compiled = line(
        messages=messages,
        flow="flow: {start: [{queue: {name: sales, offer_callback: after 60s}}, {offer_callback: now}]}",
        queues="queues: {sales: {agents: anna}}",
        missed="missed: {flow: [{queue: sales}]}",
    )
    assert compiled.program["flow"]["start"][0]["promise"] == promise
    assert promise in compiled.program["messages"]

"""Queues with agents, and predictive dialing: what the file becomes for the floor, the pacer and the switch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.plan import AheadRule, DeskPlan, PacingMode, PacingPlan
from orchestrator.domain.queue import QueueRules, Strategy
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario
from orchestrator.scenario.explain import explain
from orchestrator.scenario.files_beside import beside
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.source import Mark, Text

from .conftest import Check, codes

Good = Callable[..., Compiled]
AGENTS = {
    "messages": "",
    "flow": "flow: {start: [{queue: sales}]}",
    "queues": "queues: {sales: {agents: anna}}",
}
PACED = {**AGENTS, "kind": "kind: predictive"}


def paced(pacing: str) -> dict[str, str]:
    return {
        **PACED,
        "dial": f"dial: {{gateways: [main], caller_id: +74951234567, pacing: {pacing}}}",
        "company": "company: Ромашка" if "law" in pacing else "",
    }


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


def test_an_outcome_has_the_rule_of_its_name_wherever_it_stands(good: Good) -> None:
    compiled = good(
        **AGENTS,
        desk="desk: {outcomes: {sold: {status: customer}, later: {retry: 1d}, refused: , wrong: {next_phone: yes}}}",
        rules="rules: {refused: {status: never}}",
    )
    assert compiled.desk == DeskPlan(outcomes=("sold", "later", "refused", "wrong"))
    rules = compiled.plan.rules
    assert [rules[name].status for name in ("sold", "later", "refused", "wrong")] == [
        "customer",
        None,
        "never",
        None,
    ]
    assert rules["later"].retry[0].after_s == 86_400
    assert Compiled.loads(compiled.dumps()).desk == compiled.desk


def test_an_outcome_without_a_rule_is_the_status(good: Good) -> None:
    compiled = good(**AGENTS, desk="desk: {outcomes: [sold, refused]}")
    assert compiled.plan.rules["sold"].status == "sold"


@pytest.mark.parametrize(
    ("desk", "rules", "code"),
    [
        ("{outcomes: [sold, sold]}", "", "S504"),
        ("{outcomes: [Sold]}", "", "S105"),
        ("{outcomes: [busy]}", "", "S112"),
        ("{outcomes: {sold: {status: new}}}", "", "S112"),
        ("{outcomes: {sold: {status: x, stats: y}}}", "", "S101"),
        ("{outcomes: {sold: {retry: [1d, 1d, 1d]}}}", "", "S603"),
        ("{outcomes: {sold: {status: x}}}", "rules: {sold: {status: y}}", "S604"),
        ("{outcomes: {sold: {hold: yes, retry: 1d}}}", "", "S604"),
        ("{outcomes: {sold: , refused: {}}, script: call.md}", "", "S209"),
        ("{}", "", "S550"),
        ("{outcomes: [sold]}", "rules: {sol: {status: y}}", "S601"),
    ],
)
def test_a_desk_with_mistakes_is_told(desk: str, rules: str, code: str, check: Check, tmp_path: Path) -> None:
    (tmp_path / "call.md").write_text("Hello {{ nobody }}", encoding="utf-8")
    assert codes(check(**AGENTS, desk=f"desk: {desk}", rules=rules)[1]) == [code]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"x" * 70_000, "has more than 65536 bytes"),
    ],
)
def test_a_script_that_cannot_be_read_is_told(script: bytes, told: str, check: Check, tmp_path: Path) -> None:
    (tmp_path / "call.md").write_bytes(script)
    [problem] = check(**AGENTS, desk="desk: {script: call.md}")[1]
    assert problem.code == "S023"
    assert told in problem.message


def test_a_script_stays_in_the_folder(check: Check) -> None:
    assert codes(check(**AGENTS, desk="desk: {script: ../call.md}")[1]) == ["S018"]


def test_an_agent_sees_all_of_a_contact_so_no_column_is_unused(good: Good) -> None:
    compiled = good(**AGENTS, contact="contact: {name: text, order: digits}")
    assert [column.name for column in compiled.columns] == ["name", "order"]


def test_the_script_of_a_line_speaks_fields_of_what_was_fetched(line: Good, tmp_path: Path) -> None:
    (tmp_path / "call.md").write_text("{{ card.name }} calls {{ caller }}", encoding="utf-8")
    compiled = line(
        messages="",
        flow="flow: {start: [{fetch: {get: crm/x, into: card}}, {queue: sales}]}",
        queues="queues: {sales: {agents: anna, priority: {column: card.tier, gold: 1m}}}",
        desk="desk: {script: call.md}",
    )
    assert compiled.program["flow"]["start"][0]["fields"] == ["name", "tier"]
    assert compiled.program["queues"]["sales"]["priority"] == "card.tier"
    assert compiled.queues[0].zone == "Europe/Moscow"


def test_callbacks_have_the_queues_of_their_scenario_and_rules_of_outcomes(line: Good) -> None:
    compiled = line(
        messages="",
        flow="flow: {start: [{queue: sales}]}",
        queues="queues: {sales: {agents: anna}}",
        desk="desk: {outcomes: {sold: {status: customer}, refused: {}}}",
        missed="missed: {flow: [{queue: sales}]}",
    )
    back = compiled.callback
    assert back is not None
    assert back.queues == compiled.queues
    assert (back.plan.rules["sold"].status, back.plan.rules["refused"].status) == ("customer", "refused")
    assert back.program["queues"] == compiled.program["queues"]


def test_an_outcome_of_a_line_has_no_rule_where_nobody_is_called_back(check_line: Check) -> None:
    problems = check_line(
        messages="",
        flow="flow: {start: [{queue: sales}]}",
        queues="queues: {sales: {agents: anna}}",
        desk="desk: {outcomes: {sold: {status: customer}, refused: {}}}",
    )[1]
    assert codes(problems) == ["S602"]


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


def test_a_script_that_nobody_may_read_is_told(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "call.md"
    path.write_text("hello", encoding="utf-8")
    monkeypatch.setattr(
        Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
    )
    findings = Findings()
    assert beside(Text.at(str(path), Mark(str(path), 1, 1)), tmp_path, 100, findings) is None
    assert "cannot be read: Permission denied" in findings.sorted()[0].message


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("[answers, takes: anna, outcome: sold, hangs_up]", []),
        ("[answers, takes: anna, hangs_up, outcome: sold]", []),
        ("[answers, takes: ana]", ["S703"]),
        ("[answers, takes: +79990000001]", ["S703"]),
        ("[answers, outcome: sold]", ["S702"]),
        ("[answers, takes: anna, outcome: soled]", ["S703"]),
        ("[answers, takes: Anna]", ["S105"]),
        ("[answers, speaks: 1s]", ["S707"]),
    ],
)
def test_a_test_has_agents_and_outcomes_that_there_are(call: str, told: list[str], check: Check) -> None:
    tests = f"tests: [{{name: a, call: {call}, queues: {{sales: closed}}, expect: {{reached: anna}}}}]"
    assert codes(check(**AGENTS, desk="desk: {outcomes: [sold]}", tests=tests)[1]) == told


def test_any_agent_may_take_a_call_of_a_queue_that_is_assigned(check: Check) -> None:
    parts = {**AGENTS, "queues": "queues: {sales: {agents: assigned}}"}
    tests = "tests: [{name: a, call: [answers, takes: vera], expect: {reached: vera}}]"
    assert check(**parts, tests=tests)[1] == []


def test_an_explained_scenario_says_rules_of_outcomes_where_they_stand(check: Check) -> None:
    [scenario] = check(
        **AGENTS, desk="desk: {outcomes: {sold: {status: customer}, later: {retry: [1d, next_day]}, no: }}"
    )[0]
    text = explain(scenario)
    assert "sold: {counts: yes, next_phone: no, status: customer, hold: no}" in text
    assert "retry: [1d, next_day]" in text
    assert "\n  sold:" not in text.partition("\nrules:")[2]


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

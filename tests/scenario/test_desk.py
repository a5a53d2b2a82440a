"""What agents see and note: scripts, outcomes with their rules, and both in tests of scenarios."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.domain.plan import DeskPlan
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.explain import explain
from orchestrator.scenario.files_beside import beside
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.source import Mark, Text

from .conftest import AGENTS, Check, codes

Good = Callable[..., Compiled]


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

"""What rules tell, checked and compiled: who gets it, and how long it becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.telling import Tell, TellKind, WrittenPart
from orchestrator.engine.sms_size import SmsEncoding
from orchestrator.scenario.check import check_path
from orchestrator.scenario.check_telling import Outside
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.sms_texts import longest
from orchestrator.scenario.template import parse_template

from .conftest import HERE, Check, compiled

TOLD = HERE / "everything_told.yaml"


def test_rules_and_texts_reach_the_plan_in_the_order_of_languages() -> None:
    made = compiled(TOLD)
    plan = Compiled.loads(made.dumps()).plan
    assert plan == made.plan
    assert list(plan.texts["late"]) == ["ru", "en"], "the first is for whoever speaks neither"
    assert plan.texts["late"]["en"][:3] == (
        WrittenPart(name="name", default="Customer"),
        WrittenPart(text=", order "),
        WrittenPart(name="order", filter=("digits",)),
    )
    assert plan.rules["heard"].tells == (
        Tell(kind=TellKind.SMS, message="sorry"),
        Tell(kind=TellKind.SMS, message="sorry", to="mobile", is_column=True),
        Tell(kind=TellKind.SMS, message="sorry", to="+79990000009"),
    )
    assert [tell.to for tell in plan.rules["exhausted"].tells] == ["", "crm", "crm/orders/lost"]
    assert plan.title == "All that is told"


def test_a_scenario_that_tells_nothing_has_the_plan_it_had() -> None:
    bundle = compiled(HERE / "parcel.yaml").dumps()
    assert b'"texts"' not in bundle
    assert b'"tells"' not in bundle


def test_what_calls_back_tells_too(check_line: Check) -> None:
    scenarios, problems = check_line(
        messages="messages: {hello: {ru: Здравствуйте}, sorry: {ru: 'Звонили с {{ called }}'}}",
        missed="missed: {flow: [{say: hello}], rules: {exhausted: {status: gone, sms: sorry}}}",
    )
    assert problems == []
    assert scenarios[0].callback is not None
    assert scenarios[0].callback.texts["sorry"]["ru"][1] == WrittenPart(name="called")


def test_places_that_the_settings_do_not_have_are_told(check: Check, tmp_path: Path) -> None:
    check(
        rules="rules: {busy: {retry: 1h, email: {to: ofice, message: hello}, webhook: [warehouse, erp, crm/x, erp/x]}}"
    )
    path = tmp_path / "small.yaml"
    assert check_path(path)[1] == []
    known = Outside(
        mailboxes=frozenset({"office"}), services=frozenset({"crm"}), webhooks=frozenset({"warehouse"})
    )
    assert [(p.code, p.message, p.hint) for p in check_path(path, outside=known)[1]] == [
        ("S606", "the settings have no mailbox `ofice`", "did you mean `office`?"),
        ("S606", "the settings have no webhook `erp`", "one of `warehouse`"),
        ("S606", "the settings have no service `erp`", "one of `crm`"),
    ]


def test_a_broken_rule_is_not_held_against_its_message(check: Check) -> None:
    messages = "messages: {hello: {ru: Здравствуйте}, sorry: {ru: Жаль}}"
    for rules in (
        "{busy: {sms: {mesage: sorry}}}",
        "{busy: {retry: nonsense, sms: [[sorry]]}}",
        "{busy: [sorry]}",
    ):
        codes = {problem.code for problem in check(messages=messages, rules=f"rules: {rules}")[1]}
        assert codes
        assert codes.isdisjoint({"S203"})


def test_a_rule_that_another_scenarios_result_has_tells_nothing_here(tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text("rules: {sold: {sms: thanks}}\nmessages: {thanks: {ru: Спасибо}}\n")
    (tmp_path / "small.yaml").write_text(
        "scenario: small\nkind: robocall\nlanguages: [ru]\ninclude: shared.yaml\nmessages: {hello: {ru: Да}}\n"
        "flow: {start: [{say: hello}]}\ndial: {gateways: [main], caller_id: +74951234567}\n"
    )
    scenarios, problems = check_path(tmp_path)
    assert problems == []
    assert scenarios[0].plan.texts == {}


def test_the_size_of_each_sms_is_known() -> None:
    scenarios, _ = check_path(TOLD)
    sizes = {(message, language): size for message, language, size in scenarios[0].sms}
    assert list(sizes) == [("late", "ru"), ("late", "en"), ("sorry", "ru"), ("sorry", "en")]
    assert sizes["sorry", "ru"].encoding is SmsEncoding.UCS2
    assert sizes["sorry", "en"].encoding is SmsEncoding.GSM
    # "We missed you, order " and twelve figures
    assert (sizes["sorry", "en"].characters, sizes["sorry", "en"].segments) == (33, 1)


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("{{ name }}", "ru", "Ж" * 30),
        (
            "{{ name | default('nobody at all, really nobody at all') }}",
            "en",
            "nobody at all, really nobody at all",
        ),
        ("{{ sum | money }}", "ru", "-100000.55 RUB"),
        ("{{ due | date }}", "ru", "30.09.2026"),
        ("{{ typed }}", "en", "0" * 20),
        ("{{ typed | duration }}", "en", "11 d 13 h 46 min"),
        ("{{ days | count('день', 'дня', 'дней') }}", "ru", "-100000.55 дня"),
        (" x ", "en", "x"),
    ],
)
def test_sizes_are_of_the_longest_sensible_values(text: str, language: str, told: str) -> None:
    columns = {"name": "text", "sum": "money", "due": "date", "days": "number"}
    assert longest(parse_template(text), columns, language) == told


def test_a_flow_that_is_not_understood_is_not_held_against_what_rules_tell(check: Check) -> None:
    _, problems = check(
        messages="messages: {hello: {ru: Здравствуйте}, code: {ru: 'Код {{ code }}'}}",
        flow="flow: nonsense",
        rules="rules: {told: {sms: code}, busy: {retry: 1h, sms: code}}",
    )
    assert {problem.code for problem in problems}.isdisjoint({"S605", "S401", "S218"})


def test_a_name_that_nobody_knows_is_told_once(check: Check) -> None:
    _, problems = check(
        messages="messages: {hello: {ru: Здравствуйте}, nobody: {ru: 'Код {{ nobody }}'}}",
        rules="rules: {busy: {retry: 1h, sms: nobody}}",
    )
    assert [problem.code for problem in problems] == ["S209"]

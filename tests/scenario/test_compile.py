"""Scenario to program and bundle."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callflow.machine import start, step
from callflow.moves import Gather, HangUp, Play, Played, Started, Text
from orchestrator.domain.plan import Column
from orchestrator.scenario.compile import Compiled, canonical_json
from orchestrator.scenario.program import digest_of
from orchestrator.scenario.speech import spoken

from .conftest import HERE, Check, compiled

Good = Callable[..., Compiled]


def steps(good: Good, written: str, *, flow: str = "", **parts: str) -> list[dict[str, Any]]:
    """The program's steps of a block `start` with one step."""
    return list(
        good(flow=f"flow: {{start: [{{say: hello}}, {written}]{flow}}}", **parts).program["flow"]["start"][1:]
    )


BYE = ", bye: [hang_up]"


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("{say: hello}", {"do": "say", "message": "hello"}),
        (
            "{menu: {prompt: hello, keys: {1: bye, '#': bye}}}",
            {
                "do": "menu",
                "prompt": "hello",
                "timeout": 5.0,
                "tries": 3,
                "keys": {"1": "bye", "#": "bye"},
                "otherwise": None,
                "invalid": None,
            },
        ),
        (
            "{menu: {prompt: hello, keys: {0: bye}, timeout: 1s, tries: 1, otherwise: bye, invalid: hello}}",
            {
                "do": "menu",
                "prompt": "hello",
                "timeout": 1.0,
                "tries": 1,
                "keys": {"0": "bye"},
                "otherwise": "bye",
                "invalid": "hello",
            },
        ),
        (
            "{ask: {prompt: hello, digits: 4 .. 8, into: code}}, {goto: bye}",
            {
                "do": "ask",
                "prompt": "hello",
                "into": "code",
                "min": 4,
                "max": 8,
                "timeout": 5.0,
                "tries": 3,
                "end": "#",
                "otherwise": None,
                "invalid": None,
            },
        ),
        (
            "{ask: {prompt: hello, digits: 6, into: code, timeout: 2s, tries: 2, end: none,"
            " otherwise: bye, invalid: hello}}",
            {
                "do": "ask",
                "prompt": "hello",
                "into": "code",
                "min": 6,
                "max": 6,
                "timeout": 2.0,
                "tries": 2,
                "end": "",
                "otherwise": "bye",
                "invalid": "hello",
            },
        ),
        ("{set: {a: 'x y'}}, {goto: bye}", {"do": "set", "name": "a", "value": {"text": "x y"}}),
        ("{set: {a: ''}}, {goto: bye}", {"do": "set", "name": "a", "value": {"text": ""}}),
        ("{set: {a: '{{ age }}'}}, {goto: bye}", {"do": "set", "name": "a", "value": {"ref": "age"}}),
        ("{goto: bye}", {"do": "goto", "block": "bye"}),
        ("{result: done}, {goto: bye}", {"do": "result", "name": "done"}),
        ("{wait: 1.5s}, {goto: bye}", {"do": "wait", "seconds": 1.5}),
    ],
)
def test_each_verb_becomes_one_step(good: Good, written: str, made: dict[str, Any]) -> None:
    found = steps(
        good,
        written,
        flow=BYE if "bye" in written else "",
        contact="contact: {age: number}",
        messages="messages: {hello: {ru: 'Раз {{ age }}'}}",
    )
    assert found[0] == {**made, "line": 6}


def test_hang_up_stands_alone_or_with_a_colon(good: Good) -> None:
    for written in ("hang_up", "{hang_up: }"):
        assert [each["do"] for each in steps(good, written)] == ["hang_up"]


@pytest.mark.parametrize(
    ("test", "op", "right"),
    [
        ("age: 10", "is", {"text": "10"}),
        ("age: '{{ age }}'", "is", {"ref": "age"}),
        ("age: [1, '{{ age }}']", "in", [{"text": "1"}, {"ref": "age"}]),
        ("age: {in: 1}", "in", [{"text": "1"}]),
        ("age: {is_not: ''}", "is_not", {"text": ""}),
        ("age: {at_least: 10}", "at_least", {"text": "10"}),
        ("age: {set: yes}", "set", None),
        ("age: {set: no}", "not_set", None),
    ],
)
def test_conditions_compare_a_name_with_values(good: Good, test: str, op: str, right: object) -> None:
    [made] = steps(good, f"{{if: {{{test}, then: [hang_up]}}}}", contact="contact: {age: number}")
    assert (made["left"], made["op"], made["right"]) == ({"ref": "age"}, op, right)


def test_branches_are_blocks_or_steps(good: Good) -> None:
    [made] = steps(
        good,
        "{if: {age: 1, then: bye, else: [{wait: 1s}, {if: {age: 2, then: bye}}]}}",
        flow=BYE,
        contact="contact: {age: number}",
    )
    assert made["then"] == [{"do": "goto", "block": "bye", "line": made["line"]}]
    assert [each["do"] for each in made["else"]] == ["wait", "if"]
    assert made["else"][1]["else"] == []


def test_flow_variables_are_left_to_the_switch(good: Good) -> None:
    made = good(
        messages="messages: {hello: {ru: Раз}, back: {ru: 'Код {{ code | digits }} {{ code | number }} {{ code }}'}}",
        flow="flow: {start: [{ask: {prompt: hello, digits: 4, into: code}}, {say: back}]}",
    )
    parts = [part for part in made.program["messages"]["back"]["ru"] if "var" in part]
    assert parts == [{"var": "code", "filter": name} for name in ("digits", None, None)]


def test_recordings_are_named_by_what_is_in_them() -> None:
    made = compiled("parcel.yaml")
    [part] = made.program["messages"]["thanks"]["ru"]
    assert made.sounds[part["file"]].path == HERE / "sounds" / "ru" / "thanks.wav"
    assert len(made.sounds) == 2
    assert all(len(name) == len("0" * 32 + ".wav") for name in made.sounds)


def test_what_is_needed_of_contacts_is_in_the_bundle() -> None:
    made = compiled("everything.yaml")
    assert made.columns[:3] == (
        Column(name="order", type="digits"),
        Column(name="sum", type="money"),
        Column(name="days", type="number", required=False),
    )
    assert "branch" not in made.program["columns"]


def test_compiling_twice_gives_the_same_bytes() -> None:
    assert compiled("everything.yaml").dumps() == compiled("everything.yaml").dumps()


def test_a_comment_changes_no_digest(tmp_path: Path, good: Good) -> None:
    assert good(scenario="# a comment\n\nscenario: small").digest == good().digest


@pytest.mark.parametrize(
    "part",
    [
        {"messages": "messages: {hello: {ru: Привет}}"},
        {"dial": "dial: {gateways: [other], caller_id: +74951234567}"},
        {"rules": "rules: {busy: {retry: 1h}}"},
        {"machine": "machine: off"},
        {"scenario": "scenario: other"},
        {"scenario": "scenario: small\ntitle: Another"},
        {"contact": "contact: {phone2: phone}"},
        {"contact": "contact: {phone2: {type: phone, optional: yes}}"},
        {"languages": "languages: [en]", "messages": "messages: {hello: {en: Здравствуйте}}"},
    ],
)
def test_whatever_acts_differently_has_another_digest(good: Good, part: dict[str, str]) -> None:
    assert good(**part).digest != good().digest


def test_messages_and_blocks_may_be_called_as_the_programs_own_keys(good: Good) -> None:
    def made(text: str) -> str:
        messages = f"messages: {{hello: {{ru: Раз}}, do: {{ru: Два}}, line: {{ru: {text}}}}}"
        return good(messages=messages, flow="flow: {start: [{say: hello}, {say: do}, {say: line}]}").digest

    assert made("Три") != made("Четыре")


@pytest.mark.parametrize("name", ["parcel.yaml", "everything.yaml"])
def test_a_bundle_reads_back_as_it_was(name: str) -> None:
    made = compiled(name)
    back = Compiled.loads(made.dumps())
    assert back.dumps() == made.dumps()
    assert (back.name, back.title, back.digest, back.program) == (
        made.name,
        made.title,
        made.digest,
        made.program,
    )
    assert (back.plan, back.columns, back.languages) == (made.plan, made.columns, made.languages)
    assert (back.sounds, back.tests, back.source) == ({}, (), None)


def test_a_bundle_holds_no_path_of_this_machine() -> None:
    assert str(HERE).encode() not in compiled("everything.yaml").dumps()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"bundle": 2}', b'{"bundle": 1}', b"\xff", b"null"])
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"bundle|compiled|Expecting|codec"):
        Compiled.loads(data)


def test_canonical_json_has_one_spelling() -> None:
    assert canonical_json({"b": 1, "a": "ж"}) == '{"a":"ж","b":1}'.encode()
    assert canonical_json({"a": "ж", "b": 1}) == canonical_json({"b": 1, "a": "ж"})


def test_the_digest_is_over_the_canonical_json() -> None:
    made = compiled("parcel.yaml")
    assert made.digest == digest_of(json.loads(json.dumps(made.program)))
    assert len(made.digest) == 32


def test_the_interpreter_follows_what_is_compiled() -> None:
    made = compiled("parcel.yaml")
    fields = {"name": "Анна", "order": "1042", "due": "2026-12-01"}
    call = start(made.program, {"c": fields, "l": "ru", "s": spoken(made, fields, "ru")})
    call, action = step(call, Started(), 0.0)
    assert isinstance(action, Play)
    said = "".join(part.text for part in action.parts if isinstance(part, Text))
    assert said == "Здравствуйте, Анна. Заказ один ноль четыре два ждёт вас до первого декабря."
    call, action = step(call, Played(), 5.0)
    assert isinstance(action, Gather)
    call, action = step(call, Played("1"), 6.0)
    assert (call.result, call.block) == ("confirmed", "today")
    call, action = step(call, Played(), 8.0)
    assert isinstance(action, HangUp)
    assert call.heard == ("hello", "choice", "thanks")


def test_a_broken_scenario_is_not_compiled(check: Check) -> None:
    scenarios, problems = check(flow="flow: {start: [{say: helo}]}")
    assert scenarios == []
    assert problems

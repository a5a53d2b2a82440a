"""One broken part does not hide others, and no mistake is told in another's words."""

from __future__ import annotations

import copy
import gc
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.scenario.check import check_draft, check_path
from orchestrator.scenario.codes import CODES
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import Findings, did_you_mean, nearest
from orchestrator.scenario.library import Library, Loaded
from orchestrator.scenario.source import Map, Seq, Text

from .conftest import ALL, HERE, Check, codes

BYE = "bye: [hang_up]"


def test_a_good_scenario_has_no_problem() -> None:
    scenarios, problems = check_path([HERE / "parcel.yaml", HERE / "everything.yaml"])
    assert problems == []
    assert [scenario.name for scenario in scenarios] == ["parcel_arrived", "everything"]
    assert [scenario.title for scenario in scenarios] == ["A parcel waits at the pick-up point", "everything"]


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"messages": "messages: [hello]"}, ["S103"]),
        ({"messages": "messages: [hello"}, ["S006"]),
        ({"messages": ""}, ["S202"]),
        ({"flow": "flow: start"}, ["S103"]),
        ({"flow": "flow: {start: [}"}, ["S006"]),
        ({"flow": "flow:"}, ["S111"]),
        ({"flow": ""}, ["S102"]),
        ({"dial": "dial: [main]"}, ["S103"]),
        ({"dial": "dial: {"}, ["S006"]),
        ({"languages": "languages: {ru: yes}"}, ["S103"]),
        ({"languages": "languages: [[ru]]"}, ["S103"]),
        ({"languages": "languages: ru"}, []),
        ({"contact": "contact: [name]", "messages": "messages: {hello: {ru: 'Раз {{ name }}'}}"}, ["S103"]),
        (
            {
                "contact": "contact: {name: string}",
                "messages": "messages: {hello: {ru: 'Раз {{ name | date }}'}}",
            },
            ["S108"],
        ),
        ({"messages": "messages: {hello: text}"}, ["S103"]),
        ({"messages": "messages: {hello: {ru: [text]}}"}, ["S103"]),
        ({"flow": "flow: {start: [{say: hello}], other: go}"}, ["S303", "S103"]),
        ({"flow": "flow: {start: go, other: [{say: hello}]}"}, ["S103", "S303"]),
        ({"rules": "rules: [busy]"}, ["S103"]),
        ({"rules": "rules: {done: {status: x}}", "flow": "flow: go"}, ["S103"]),
        (
            {"rules": "rules: {done: {status: x}}", "flow": "flow: {start: [{say: hello}, {resul: done}]}"},
            ["S306"],
        ),
        ({"tests": "tests: [{name: t, call: answers, expect: {result: x}}]", "flow": "flow: go"}, ["S103"]),
        ({"tests": "tests: [{name: t, contact: [a], call: answers, expect: {attempts: 1}}]"}, ["S103"]),
        (
            {
                "tests": "tests: [{name: t, language: de, call: answers, expect: {attempts: 1}}]",
                "languages": "languages: {a: b}",
            },
            ["S103"],
        ),
        (
            {
                "tests": "tests: [{name: t, contact: {a: b}, call: answers, expect: {attempts: 1}}]",
                "contact": "contact: x",
            },
            ["S103"],
        ),
        (
            {
                "tests": "tests: [go, {name: t, call: [answers, hears: bye], expect: {attempts: 1}}]",
                "messages": "messages: x",
            },
            ["S103", "S103"],
        ),
        ({"scenario": "scenario: small\nqueue: x"}, ["S101"]),
        ({"flow": "flow: {start: [{menu: {prompt: hello, keys: {}}}]}"}, ["S103"]),
        ({"flow": "flow: {start: [{say: hello}, {set: {}}]}"}, ["S103"]),
    ],
)
def test_what_follows_from_a_broken_part_is_not_told(
    check: Check, part: dict[str, str], told: list[str]
) -> None:
    assert codes(check(**part)[1]) == told


@pytest.mark.parametrize(
    "part",
    [
        {"languages": "languages: [ru]\ntitel: x"},
        {
            "contact": "contact: {2nd: text}",
            "messages": "messages: {hello: {ru: 'Раз {{ name }} {{ order | digit }}'}}",
        },
        {"messages": "messages: {hello: {ru: Раз}, bye: {ru: '{{'}}"},
        {
            "dial": "dial: {gateways: [], caller_id: 1, ring: x, hours: x, timezone: x, attempts: x, per_day: x,"
            " first: [a b c]}"
        },
        {"flow": "flow: {start: [{say: hello}, {sey: x}, {goto: nowhere}, {wait: x}]}"},
    ],
)
def test_mistakes_in_other_parts_are_told_beside(check: Check, part: dict[str, str]) -> None:
    alone = codes(check(**part)[1])
    beside = codes(
        check(**part, rules="rules: {bsy: {retry: 15m}, failed: {retry: soon}}", tests="tests: [{name: t}]")[
            1
        ]
    )
    assert len(alone) >= 1
    assert sorted(beside) == sorted([*alone, "S601", "S106", "S102"])


def test_a_message_that_is_spelt_wrong_is_told_once(check: Check) -> None:
    _, problems = check(flow="flow: {start: [{say: helo}]}")
    assert codes(problems) == ["S202"]
    assert problems[0].hint == "did you mean `hello`?"


def test_a_column_that_is_spelt_wrong_is_told_once(check: Check) -> None:
    parts = {
        "contact": "contact: {days_overdue: number}",
        "messages": "messages: {hello: {ru: '{{ days_overdu | number }}'}}",
    }
    assert codes(check(**parts)[1]) == ["S209"]


def test_a_broken_order_is_not_held_against_its_column(check: Check) -> None:
    _, problems = check(
        contact="contact: {age: number}",
        dial="dial: {gateways: [main], caller_id: +74951234567, first: age descending}",
    )
    assert codes(problems) == ["S511"]


def test_names_are_guessed_only_when_they_are_near() -> None:
    assert nearest("prmpt", ["prompt", "keys"]) == "prompt"
    assert nearest("xyz", ["prompt", "keys"]) is None
    assert did_you_mean("xyz", []) == ""
    assert did_you_mean("xyz", [f"n{n}" for n in range(20)]).endswith(", ...")


def test_problems_are_in_the_order_of_the_file_and_told_once() -> None:
    findings = Findings()
    assert not findings
    for _ in range(2):
        findings.add("S101", Text.at("x", mark := Map.at().mark._replace(file="f", line=9)), "b")
        findings.add("S101", mark._replace(line=2), "a", "hint")
    assert [(p.line, p.message, p.hint) for p in findings.sorted()] == [
        (2, "a", "hint"),
        (9, "b", CODES["S101"].hint),
    ]


def tree_of(name: str) -> Any:
    """With what it includes."""
    loaded = Library(HERE).load(HERE / name, Findings())
    assert loaded is not None
    return loaded.root


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    found: list[tuple[Any, Any]] = []
    keys = list(value) if isinstance(value, Map) else range(len(value)) if isinstance(value, Seq) else []
    for key in keys:
        found += [(value, key), *places(value[key])]
    return found


ODD = st.recursive(
    st.sampled_from(
        [
            "",
            "x",
            "yes",
            "5",
            "1h",
            "{{ a }}",
            "{{",
            "start",
            "hello",
            "none",
            "off",
            "-1",
            "09:00-10:00",
            "1..2",
            "any",
            "crm/x",
            "after 60s",
            "2 x agents",
            "+79990000001",
            "moh",
            "now",
            "predictive",
        ]
    ).map(Text.at),
    lambda inner: (
        st.lists(inner, max_size=3).map(Seq.at)
        | st.dictionaries(
            st.sampled_from(
                ["a", "say", "menu", "if", "then", "ru", "1", "retry", "type", "file", "flow", "missed", "on"]
            ).map(Text.at),
            inner,
            max_size=3,
        ).map(Map.at)
    ),
    max_leaves=5,
)
PYDANTIC = re.compile(
    r"[Ii]nput should|[Pp]ydantic|valid (string|dict|list)|Field required|Extra|Map\(|Seq\(|Text\("
)
CHECKED = {path.name: tree_of(path.name) for path in ALL}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(CHECKED)), st.data())
def test_whatever_stands_anywhere_is_told_in_our_own_words(name: str, data: st.DataObject) -> None:
    """Any value in any place: no exception, and nothing that pydantic would say."""
    tree = remake(CHECKED[name])
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(tree)))
        if data.draw(st.booleans()):
            container[key] = data.draw(ODD)
        else:
            del container[key]
    findings = Findings()
    loaded = Loaded(path=HERE / name, file=str(HERE / name), root=tree, lost=frozenset())
    scenario = check_draft(Draft.of(loaded, HERE, findings))
    assert (scenario is None) == bool(findings)
    for problem in findings.sorted():
        assert problem.message
        assert problem.hint
        assert not PYDANTIC.search(problem.message + problem.hint), problem


def remake(value: Any) -> Any:
    """A deep copy, marks included."""
    match value:
        case Map():
            return Map.at({key: remake(item) for key, item in value.items()}, value.mark)
        case Seq():
            return Seq.at([remake(item) for item in value], value.mark)
        case _:
            return value


def test_parts_know_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(
        (HERE / "parcel.yaml")
        .read_text(encoding="utf-8")
        .replace("{file: sounds/", f"{{file: {HERE}/sounds/")
    )
    scenario = check_path(path, folder=Path("/"))[0][0]
    dial = scenario.model.dial
    assert dial.has("ring")
    assert not dial.has("rings")
    assert dial.place("ring").line == dial.key_place("ring").line == 41
    assert dial.place("nothing") == dial.mark
    assert copy.copy(dial.values).keys() == dial.values.keys()


@pytest.mark.parametrize("was_on", [True, False])
def test_collecting_garbage_goes_on_as_before(was_on: bool, tmp_path: Path) -> None:
    (gc.enable if was_on else gc.disable)()
    try:
        check_path(tmp_path)
        assert gc.isenabled() is was_on
    finally:
        gc.enable()

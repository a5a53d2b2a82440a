"""A test is added to a scenario's file, and every other byte stays as it was."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.append_test import append_test, with_test
from tests.runtime.ivr import LINE, write_line

TREE: dict[str, Any] = {
    "name": "new",
    "call": [{"hears": "hello"}, {"presses": "2"}, "hangs_up"],
    "expect": {"missed": True},
}
ADDED = ["- name: new", "  call: [hears: hello, presses: 2, hangs_up]", "  expect: {missed: yes}"]
OLD = "- name: old\n  call: hangs_up\n  expect: {missed: yes}\n"


def block(indent: str, newline: str = "\n") -> str:
    return newline + "".join(indent + line + newline for line in ADDED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\ntests:\n  - name: old\n    call: x\n", block("  ")),
        ("a: 1\ntests:\n- name: old\n  call: x\n", block("")),
        ("a: 1\ntests:\n    - {name: old, call: [x]} # why\n", block("    ")),
        ("a: 1\ntests:\n  - name: old", "\n" + block("  ")),
        ("a: 1\r\ntests:\r\n  - name: old\r\n", block("  ", "\r\n")),
        ("a: 1\ntests:\n  - name: |\n      old\n      text\n", block("  ")),
        ("a: &x [1]\ntests:\n  - name: *x\n", block("  ")),
        ("\ufeffa: 1\ntests:\n  - name: \u0444\U0001f600\n", block("  ")),
    ],
)
def test_it_stands_behind_the_last_one_with_its_indentation(before: str, after: str) -> None:
    assert with_test(before, TREE) == before + after


@pytest.mark.parametrize(
    "rest", ["\n# the end\n", "rules: {a: 1}\n", "# about rules\nrules:\n  tests: [x]\n"]
)
def test_what_stands_behind_stays_behind(rest: str) -> None:
    before = "a: 1\ntests:\n  - name: old\n    call: [x,\n           y]\n"
    assert with_test(before + rest, TREE) == before + block("  ") + rest


def test_a_list_in_brackets_gets_one_more_item() -> None:
    item = "{name: new, call: [hears: hello, presses: 2, hangs_up], expect: {missed: yes}}"
    assert with_test("tests: [{name: old}]\nb: 1\n", TREE) == f"tests: [{{name: old}}, {item}]\nb: 1\n"
    assert with_test("tests: [{name: old},\n]\n", TREE) == f"tests: [{{name: old}},\n{item}]\n"
    assert with_test("tests: []\n", TREE) == f"tests: [{item}]\n"


def test_a_file_without_tests_gets_them_at_its_end() -> None:
    tests = "\ntests:" + block("  ")
    assert with_test("a: 1\n", TREE) == "a: 1\n" + tests
    assert with_test("a: 1", TREE) == "a: 1\n" + tests
    assert with_test("a: {tests: [1]}\nb: tests\n", TREE) == "a: {tests: [1]}\nb: tests\n" + tests
    assert with_test("---\na: 1\n...\n", TREE) == "---\na: 1\n" + tests + "...\n"


def test_the_file_keeps_its_mode_and_may_be_linked(tmp_path: Path) -> None:
    path = write_line(tmp_path, OLD)
    path.chmod(0o640)
    link = tmp_path / "elsewhere.yaml"
    link.symlink_to(path)
    before = path.read_bytes()
    append_test(link, None, TREE)
    assert path.read_bytes().startswith(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["elsewhere.yaml", "line.yaml"]


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        ({**TREE, "expect": {"missed": False}}, "the test is not written, it would fail:"),
        ({**TREE, "call": [{"hears": "nobody_says_it"}]}, "the scenario would have problems: S202"),
        ({**TREE, "name": "old"}, "S705"),
    ],
)
def test_a_test_that_would_not_pass_is_not_written(tmp_path: Path, tree: dict[str, Any], why: str) -> None:
    path = write_line(tmp_path, OLD)
    before = path.read_bytes()
    with pytest.raises(KnownError, match=why):
        append_test(path, None, tree)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["line.yaml"]


def test_a_scenario_without_tests_gets_its_first_one(tmp_path: Path) -> None:
    path = write_line(tmp_path)
    append_test(path, None, TREE)
    assert path.read_text(encoding="utf-8") == LINE + "\ntests:" + block("  ")

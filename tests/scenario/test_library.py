"""Files that include one another, and folders of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario

from .conftest import SMALLEST

Files = Callable[..., list[str]]


@pytest.fixture
def told(tmp_path: Path) -> Files:
    """told(shared={name: text}, **parts): problems, places relative to the folder, of small.yaml beside them."""

    def run(shared: dict[str, str], **parts: str) -> list[str]:
        for name, text in shared.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        lines = {**SMALLEST, **parts}
        (tmp_path / "small.yaml").write_text("\n".join(filter(None, lines.values())) + "\n", encoding="utf-8")
        return [str(problem).replace(f"{tmp_path}/", "") for problem in check_path(tmp_path)[1]]

    return run


def plan_of(folder: Path) -> object:
    return compile_scenario(check_path(folder / "small.yaml")[0][0]).plan


def test_shared_messages_are_said_as_ones_own(told: Files, tmp_path: Path) -> None:
    shared = {"a.yaml": "messages: {bye: {ru: Пока}, other: {ru: Никогда}}\n"}
    assert (
        told(
            shared,
            languages="languages: [ru]\ninclude: a.yaml",
            flow="flow: {start: [{say: hello}, {say: bye}]}",
        )
        == []
    )
    program = compile_scenario(check_path(tmp_path / "small.yaml")[0][0]).program
    assert list(program["messages"]) == ["hello", "bye"]


def test_a_mistake_in_a_shared_file_is_told_with_its_own_place(told: Files) -> None:
    shared = {"sub/a.yaml": "messages:\n  bye: {ru: '{{ nmae }}'}\ndial: {ring: soon}\n"}
    assert [
        line.split(" ", 2)[:2] for line in told(shared, languages="languages: [ru]\ninclude: sub/a.yaml")
    ] == [
        ["sub/a.yaml:2:13:", "S209"],
        ["sub/a.yaml:3:14:", "S106"],
    ]


def test_a_mistake_in_a_file_that_two_scenarios_share_is_told_once(told: Files, tmp_path: Path) -> None:
    (tmp_path / "twin.yaml").write_text(
        "\n".join({**SMALLEST, "scenario": "scenario: twin\ninclude: a.yaml"}.values())
    )
    assert len(told({"a.yaml": "dial: {ring: soon}\n"}, languages="languages: [ru]\ninclude: a.yaml")) == 1


def test_the_scenario_wins_over_what_it_includes(told: Files, tmp_path: Path) -> None:
    shared = {"a.yaml": "dial: {attempts: 7, per_day: 4}\nmessages: {hello: {ru: Раз}}\n"}
    assert (
        told(
            shared,
            languages="languages: [ru]\ninclude: a.yaml",
            dial=SMALLEST["dial"][:-1] + ", attempts: 2}",
        )
        == []
    )
    made = compile_scenario(check_path(tmp_path / "small.yaml")[0][0])
    assert (made.plan.attempts, made.plan.per_day) == (2, 4)
    assert made.program["messages"]["hello"]["ru"] == [{"text": "Здравствуйте"}]


def test_a_shared_file_may_bring_a_whole_section(told: Files, tmp_path: Path) -> None:
    shared = {"a.yaml": "include: [deep/b.yaml]\n", "deep/b.yaml": SMALLEST["dial"]}
    assert told(shared, languages="languages: [ru]\ninclude: a.yaml", dial="") == []
    (tmp_path / "a.yaml").unlink()
    (tmp_path / "deep" / "b.yaml").unlink()
    assert told({}, languages="languages: [ru]", dial="")[0].startswith(
        "small.yaml:1:1: S102 `dial` is missing"
    )


def test_the_same_said_twice_by_shared_files_is_no_problem(told: Files) -> None:
    shared = {"a.yaml": "messages: {bye: {ru: Пока}}\n", "b.yaml": "messages: {bye: {ru: Пока}}\n"}
    assert told(shared, languages="languages: [ru]\ninclude: [a.yaml, b.yaml]") == []


def test_what_the_scenario_says_itself_settles_a_quarrel(told: Files) -> None:
    shared = {"a.yaml": "messages: {hello: {ru: Раз}}\n", "b.yaml": "messages: {hello: {ru: Два}}\n"}
    assert told(shared, languages="languages: [ru]\ninclude: [a.yaml, b.yaml]") == []


def test_shared_messages_need_only_the_languages_of_who_says_them(told: Files) -> None:
    shared = {"a.yaml": "messages: {bye: {en: Bye, xx: Y}, ciao: {ru: Чао}}\n"}
    flow = "flow: {start: [{say: hello}, {say: bye}]}"
    [problem] = told(shared, languages="languages: [ru]\ninclude: a.yaml", flow=flow)
    assert problem.startswith("a.yaml:1:12: S201 `bye` is missing in `ru`")


def test_shared_columns_that_are_not_used_need_not_be_brought(told: Files, tmp_path: Path) -> None:
    shared = {"a.yaml": "contact: {name: text, city: text}\n"}
    parts = {
        "languages": "languages: [ru]\ninclude: a.yaml",
        "messages": "messages: {hello: {ru: 'Раз {{ name }}'}}",
    }
    assert told(shared, **parts) == []
    assert [column.name for column in check_path(tmp_path / "small.yaml")[0][0].columns] == ["name"]


def test_shared_rules_for_other_scenarios_do_nothing(told: Files, tmp_path: Path) -> None:
    shared = {
        "a.yaml": "rules: {promised: {status: x}, busy: {retry: [1h, 2h, 3h, 4h], at_most: 9}, abandoned: {}}\n"
    }
    assert told(shared, languages="languages: [ru]\ninclude: a.yaml") == []
    rules = check_path(tmp_path / "small.yaml")[0][0].plan.rules
    assert "promised" not in rules
    assert (len(rules["busy"].retry), rules["busy"].at_most) == (2, None)


@pytest.mark.parametrize(
    ("shared", "told_at"),
    [
        ("- a list\n", "a.yaml:1:1: S012"),
        ("", "a.yaml: S008"),
        ("messages: [1\ndial: {ring: soon}\n", "a.yaml:1:11: S006"),
        ("messages: hello\n", "a.yaml:1:11: S103"),
        ("include: ['', 5.yaml]\n", "a.yaml:1:11: S103"),
        ("include: {a: b}\n", "a.yaml:1:10: S103"),
        ("kind: robocall\n", "a.yaml:1:1: S019"),
    ],
)
def test_a_shared_file_that_cannot_be_used_is_a_problem(told: Files, shared: str, told_at: str) -> None:
    problems = told({"a.yaml": shared}, languages="languages: [ru]\ninclude: a.yaml")
    assert problems[0].startswith(told_at)


def test_sections_of_another_shape_are_told_and_not_merged(told: Files) -> None:
    shared = {"a.yaml": "messages: {bye: {ru: Пока}}\ndial: {ring: 20s}\n", "b.yaml": "dial: [x]\n"}
    problems = told(
        shared, languages="languages: [ru]\ninclude: [a.yaml, b.yaml]", messages="messages: hello"
    )
    assert [line.split(" ", 2)[:2] for line in problems] == [
        ["b.yaml:1:7:", "S103"],
        ["small.yaml:5:11:", "S103"],
    ]


def test_a_part_that_cannot_be_read_in_a_shared_file_is_not_missed(told: Files) -> None:
    shared = {"a.yaml": "messages: {bye: {ru: Пока}\nrules: {busy: {retry: 1h}}\n"}
    problems = told(
        shared, languages="languages: [ru]\ninclude: a.yaml", flow="flow: {start: [{say: hello}, {say: bye}]}"
    )
    assert [line.split(" ", 2)[:2] for line in problems] == [["a.yaml:1:11:", "S006"]]


def test_a_file_below_the_folder_may_include_from_above_it_but_not_from_outside(tmp_path: Path) -> None:
    inside = tmp_path / "scenarios"
    (inside / "sub").mkdir(parents=True)
    (inside / "shared.yaml").write_text("dial: {ring: 20s}\n")
    (tmp_path / "outside.yaml").write_text("dial: {ring: 20s}\n")
    text = "\n".join(SMALLEST.values())
    (inside / "sub" / "small.yaml").write_text(f"include: [../shared.yaml, ../../outside.yaml]\n{text}")
    (inside / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    problems = check_path(inside)[1]
    assert [problem.code for problem in problems if problem.file.endswith("small.yaml")] == ["S018"]
    [alone] = check_path(inside / "sub" / "small.yaml", folder=inside)[1]
    assert alone.code == "S018"
    assert [p.code for p in check_path(inside / "sub" / "small.yaml")[1]] == ["S018", "S018"]


def test_scenarios_of_a_folder_are_found_at_any_depth_and_in_both_spellings(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for number, name in enumerate(("one.yaml", "a/two.yml", "a/b/three.yaml")):
        (tmp_path / name).write_text("\n".join({**SMALLEST, "scenario": f"scenario: s{number}"}.values()))
    (tmp_path / "notes.md").write_text("# not a scenario")
    scenarios, problems = check_path([tmp_path])
    assert problems == []
    assert sorted(scenario.name for scenario in scenarios) == ["s0", "s1", "s2"]


def test_one_broken_scenario_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("scenario: [")
    (tmp_path / "good.yaml").write_text("\n".join(SMALLEST.values()))
    scenarios, problems = check_path(tmp_path)
    assert [scenario.name for scenario in scenarios] == ["small"]
    assert {problem.file for problem in problems} == {f"{tmp_path}/bad.yaml"}


def test_two_broken_names_are_not_called_the_same(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("\n".join({**SMALLEST, "scenario": "scenario: ''"}.values()))
    assert [problem.code for problem in check_path(tmp_path)[1]] == ["S111", "S111"]


def test_a_file_that_is_named_alone_must_be_a_scenario(tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text("dial: {ring: 20s}\n")
    assert [problem.code for problem in check_path(tmp_path / "shared.yaml")[1]] == ["S021"]

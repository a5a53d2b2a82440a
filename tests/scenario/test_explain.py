"""The scenario written out, with nothing hidden."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario
from orchestrator.scenario.explain import explain

from .conftest import ALL, HERE, Check, compiled

SHIPPED = sorted((HERE.parents[1] / "scenarios").glob("*.yaml"))


def again(written: str, beside: Path) -> Compiled:
    """What is written, checked and compiled as a file beside the original."""
    path = beside.with_name("explained.yaml")
    path.write_text(written, encoding="utf-8")
    try:
        scenarios, problems = check_path(path)
    finally:
        path.unlink()
    assert problems == []
    return compile_scenario(scenarios[0])


@pytest.mark.parametrize(
    "path",
    [*ALL, *SHIPPED],
    ids=lambda path: path.stem,
)
def test_what_is_written_out_compiles_to_the_same(path: Path, tmp_path: Path) -> None:
    scenarios, problems = check_path(path)
    assert problems == []
    for folder in ("sounds", "shared"):
        shutil.copytree(path.parent / folder, tmp_path / folder)
    for file in (*path.parent.glob("*.txt"), *path.parent.glob("*.md")):
        shutil.copy(file, tmp_path)
    made, back = compile_scenario(scenarios[0]), again(explain(scenarios[0]), tmp_path / path.name)
    assert back.digest == made.digest
    assert (back.plan, back.columns) == (made.plan, made.columns)
    assert (back.routes, back.zone, back.hours, back.missed) == (
        made.routes,
        made.zone,
        made.hours,
        made.missed,
    )
    assert (back.callback and back.callback.digest) == (made.callback and made.callback.digest)
    assert [test.calls and test.expect for test in back.tests] == [
        test.calls and test.expect for test in made.tests
    ]


def test_what_is_written_out_twice_is_the_same(tmp_path: Path, check: Check) -> None:
    first = explain(check()[0][0])
    path = tmp_path / "again.yaml"
    path.write_text(first, encoding="utf-8")
    assert explain(check_path(path)[0][0]) == first


def test_every_default_is_written_out(check: Check) -> None:
    written = yaml.load(explain(check()[0][0]), Loader=yaml.BaseLoader)  # noqa: S506  # text only
    assert written["title"] == "small"
    assert written["machine"] == "hang_up"
    assert written["dial"] == {
        "gateways": ["main"],
        "caller_id": "+74951234567",
        "ring": "30s",
        "hours": {"daily": "09:00-20:00"},
        "timezone": "contact",
        "attempts": "3",
        "per_day": "2",
        "first": ["fewest_attempts", "oldest"],
    }
    assert written["rules"]["busy"] == {
        "retry": ["15m", "15m"],
        "counts": "yes",
        "next_phone": "no",
        "hold": "no",
    }
    assert written["rules"]["lost"] == {"counts": "yes", "next_phone": "no", "hold": "yes"}


def test_rules_that_nothing_sets_off_are_a_comment(check: Check) -> None:
    written = explain(check(machine="machine: off")[0][0])
    comment = written[written.index("#") :]
    assert "#   machine: {retry: 4h" in comment
    assert "#   abandoned:" in comment
    assert "busy" not in comment


def test_values_are_written_without_needless_quotes(check: Check) -> None:
    scenario = check(
        dial="dial: {gateways: [main], caller_id: +74951234567, per_day: no_limit, timezone: UTC, hours: always}"
    )[0][0]
    written = explain(scenario)
    assert "caller_id: +74951234567\n" in written
    assert "per_day: no_limit\n" in written
    assert "timezone: UTC\n" in written
    assert "hours: always\n" in written


def test_shared_files_are_merged_in() -> None:
    scenario = check_path(HERE / "everything.yaml")[0][0]
    written = explain(scenario)
    assert "include" not in written
    assert "goodbye: {ru: До свидания., en: Goodbye.}" in written
    assert "branch" not in written
    assert compiled("everything.yaml").plan.rules["no_answer"].retry  # from the shared file
    assert "no_answer: {retry: [1h, 2h, 3h, 4h]" in written


def test_missed_calls_that_are_only_told_of_are_written_out(tmp_path: Path, check_line: Check) -> None:
    scenario = check_line(missed="missed: {notify: {email: office}}", record="record: no")[0][0]
    written = explain(scenario)
    back = again(written, tmp_path / "line.yaml")
    assert (back.digest, back.callback) == (compile_scenario(scenario).digest, None)
    assert yaml.load(written, Loader=yaml.BaseLoader)["missed"] == {  # noqa: S506  # text only
        "when": ["queue", "closed", "hung_up", "lost"],
        "after": "2m",
        "notify": {"email": "office"},
        "per_number": {"1d": "1"},
    }


def test_standard_messages_are_written_out(check_line: Check) -> None:
    written = explain(check_line(flow="flow: {start: [{say: hello}, {voicemail: office}]}")[0][0])
    assert "leave_message: {ru: " in written
    assert "you_entered" not in written

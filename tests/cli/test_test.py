"""`prozvon test`: a failing test of a scenario is a timeline, and exit code 1."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import prozvon
from tests.runtime.factories import SCENARIO

TWO = (
    SCENARIO
    + """\
  - name: keeps silent
    call: [answers, hears: hello, says_nothing, hears: hello, says_nothing, hears: hello, says_nothing]
    expect: {status: agreed}
"""
)


def test_passing_tests_are_a_line_each(folder: Path) -> None:
    said = prozvon(folder, "test")
    assert (said.code, said.out, said.err) == (0, "ok   greeting: agrees\n", "1 passed, 0 failed\n")


def test_a_failing_test_is_shown_as_a_timeline(folder: Path) -> None:
    path = folder / "scenarios" / "greeting.yaml"
    path.write_text(TWO, encoding="utf-8")
    said = prozvon(folder, "test", str(path))
    assert said.code == 1
    lines = said.out.splitlines()
    assert lines[:2] == ["ok   greeting: agrees", "FAIL greeting: keeps silent"]
    assert lines[2].startswith("  +00:00:00")
    assert f"FAILED {path}:" in lines[-1]
    assert lines[-1].endswith("status: expected agreed, it is heard")
    assert said.err == "1 passed, 1 failed\n"


def test_verbose_shows_passing_tests_too(folder: Path) -> None:
    said = prozvon(folder, "test", "-v")
    assert said.code == 0
    assert "Hello" in said.out
    assert len(said.out.splitlines()) > 3


def test_a_scenario_without_tests_is_told(folder: Path) -> None:
    path = folder / "scenarios" / "greeting.yaml"
    path.write_text(SCENARIO.partition("tests:")[0], encoding="utf-8")
    said = prozvon(folder, "test")
    assert (said.code, said.out, said.err) == (0, "", "greeting: no tests\n0 passed, 0 failed\n")


def test_a_broken_scenario_is_not_tested(folder: Path) -> None:
    path = folder / "scenarios" / "greeting.yaml"
    path.write_text(TWO.replace("{{ name }}", "{{ nmae }}"), encoding="utf-8")
    said = prozvon(folder, "test")
    assert said.refusal.startswith("a broken scenario is not tested: mend the ")
    assert "nmae" in said.out
    assert "FAIL" not in said.out

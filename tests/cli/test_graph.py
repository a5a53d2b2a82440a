"""`prozvon graph`: pictures of good scenarios, and of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import prozvon

SCENARIO = """
scenario: line
kind: robocall
languages: [ru]
messages: {hello: {ru: Здравствуйте}}
flow:
  start: [{say: hello}, {goto: FINISH}]
  finish: [hang_up]
dial: {gateways: main, caller_id: +74951234567}
"""


@pytest.fixture
def good(folder: Path) -> Path:
    path = folder / "scenarios" / "line.yaml"
    path.write_text(SCENARIO.replace("FINISH", "finish"), encoding="utf-8")
    return path


@pytest.fixture
def bad(folder: Path) -> Path:
    path = folder / "scenarios" / "line.yaml"
    path.write_text(SCENARIO.replace("FINISH", "nowhere").replace("say", "sai"), encoding="utf-8")
    return path


def test_without_options_it_prints_mermaid(folder: Path, good: Path) -> None:
    said = prozvon(folder, "graph", "line")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("flowchart TD\n")
    assert said.out == prozvon(folder, "graph", str(good), "--mermaid").out


def test_the_picture_goes_to_a_file_or_to_standard_output(folder: Path, good: Path) -> None:
    file = folder / "line.svg"
    said = prozvon(folder, "graph", "line", "--svg", str(file))
    assert (said.code, said.out, said.err) == (0, "", f"wrote {file}\n")
    picture = file.read_text(encoding="utf-8")
    assert picture.startswith("<svg ")
    assert prozvon(folder, "graph", "line", "--svg", "-").out == picture
    both = prozvon(folder, "graph", "line", "--svg", str(file), "--mermaid")
    assert both.out.startswith("flowchart TD\n")


def test_a_scenario_with_problems_is_drawn_and_what_is_wrong_is_told(folder: Path, bad: Path) -> None:
    said = prozvon(folder, "graph", "line", "--svg", "-")
    assert said.code == 0
    assert "there is no such block" in said.out
    assert "S306" in said.out
    assert f"{bad}:8: finish: no way leads here\n" in said.err
    assert "nowhere: there is no such block\n" in said.err
    assert "`prozvon check` tells them all" in said.err


def test_what_cannot_be_read_at_all_is_told(folder: Path, good: Path) -> None:
    good.write_bytes(b"\xff\xfe")
    said = prozvon(folder, "graph", "line")
    assert said.refusal == f"nothing of {good} can be read"
    assert "S003" in said.err


def test_there_must_be_such_a_scenario(folder: Path) -> None:
    assert "no scenario 'nobody'" in prozvon(folder, "graph", "nobody").refusal


def test_a_file_that_cannot_be_written_is_told(folder: Path, good: Path) -> None:
    assert "cannot write" in prozvon(folder, "graph", "line", "--svg", str(folder / "no" / "x.svg")).refusal


def test_standard_output_takes_one_of_them(folder: Path, good: Path) -> None:
    assert prozvon(folder, "graph", "line", "--svg", "-", "--mermaid").code == 2


def test_more_blocks_than_a_picture_shows_are_left_to_mermaid(folder: Path, good: Path) -> None:
    blocks = "".join(f"  b{index}: [hang_up]\n" for index in range(500))
    good.write_text(SCENARIO.replace("  finish:", f"{blocks}  finish:"), encoding="utf-8")
    assert "--mermaid has no such limit" in prozvon(folder, "graph", "line", "--svg", "-").refusal
    assert prozvon(folder, "graph", "line").code == 0

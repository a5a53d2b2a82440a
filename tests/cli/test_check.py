"""`prozvon check` and `prozvon schema`: every mistake at once, as data; talk elsewhere."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from orchestrator.domain.problem import Problem
from tests.cli.commands import prozvon
from tests.runtime.factories import SCENARIO

BROKEN = (
    SCENARIO.replace("{{ name }}", "{{ nmae }}")
    .replace("attempts: 3", "atempts: 3")
    .replace("2h,", "2 hours,")
)
SHIPPED = Path(__file__).resolve().parents[2] / "scenarios"


def test_a_good_project_is_good(folder: Path) -> None:
    said = prozvon(folder, "check")
    assert (said.code, said.out, said.err) == (0, "", "1 scenario is good, 0 problems\n")


def test_the_shipped_scenarios_are_good() -> None:
    said = prozvon(None, "check", str(SHIPPED))
    assert (said.code, said.out) == (0, "")
    *_, last = said.err.splitlines()
    assert last == "18 scenarios are good, 0 problems"
    assert (
        f"{SHIPPED}/parcel_arrived.yaml: SMS reminder: ru 42 characters of UCS-2, 1 segment; en 50"
        in said.err
    )


def test_what_nobody_would_bring_anywhere_is_said(folder: Path) -> None:
    shutil.copy(SHIPPED / "parcel_arrived.yaml", folder / "scenarios")
    shutil.copytree(SHIPPED / "sounds", folder / "scenarios" / "sounds")
    said = prozvon(folder, "check")
    assert (said.code, said.out) == (0, "")
    assert "parcel_arrived.yaml: its SMS wait, parked, until prozvon.yaml says how they are sent" in said.err


def test_every_mistake_of_every_file_is_a_line(folder: Path) -> None:
    path = folder / "scenarios" / "broken.yaml"
    path.write_text(BROKEN.replace("scenario: greeting", "scenario: broken"), encoding="utf-8")
    (folder / "scenarios" / "empty.yaml").write_text("", encoding="utf-8")
    said = prozvon(folder, "check")
    assert said.code == 1
    lines = said.out.splitlines()
    assert all(re.match(r"/\S+\.yaml(:\d+:\d+)?: S\d{3} .+", line) for line in lines)
    for part in ("broken.yaml", "empty.yaml", "nmae", "did you mean `attempts`?", "2 hours"):
        assert part in said.out
    assert said.err == f"1 scenario is good, {len(lines)} problems\n"


def test_problems_as_json_are_the_same_problems(folder: Path) -> None:
    path = folder / "scenarios" / "greeting.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    plain, as_json = prozvon(folder, "check", str(path)), prozvon(folder, "check", "--json", str(path))
    assert (plain.code, as_json.code) == (1, 1)
    problems = [Problem(**fields) for fields in json.loads(as_json.out)]
    assert [str(problem) for problem in problems] == plain.out.splitlines()
    assert len(problems) >= 3


def test_without_problems_the_json_is_an_empty_list(folder: Path) -> None:
    said = prozvon(folder, "check", "--json")
    assert (said.code, json.loads(said.out)) == (0, [])


def test_explained_scenarios_have_every_default_and_are_good_again(folder: Path) -> None:
    said = prozvon(folder, "check", "--explain")
    explained = yaml.load(said.out, Loader=yaml.BaseLoader)  # noqa: S506  # makes text and nothing else
    assert explained["machine"] == "hang_up"
    assert explained["rules"]["busy"]["retry"]
    again = folder / "explained.yaml"
    again.write_text(said.out, encoding="utf-8")
    assert prozvon(folder, "check", str(again)).code == 0


@pytest.mark.parametrize("name", ["gone.yaml", "gone"])
def test_a_file_that_is_not_there_is_a_problem(folder: Path, name: str) -> None:
    said = prozvon(folder, "check", name)
    assert said.code == 1
    assert said.out.startswith(f"{name}: S001 ")
    assert "No such file or directory" in said.out


def test_a_project_without_scenarios_is_a_problem(tmp_path: Path) -> None:
    said = prozvon(tmp_path, "check")
    assert said.code == 1
    assert "S001" in said.out


def test_files_named_are_checked_without_any_project(tmp_path: Path) -> None:
    (tmp_path / "prozvon.yaml").write_text("broken: settings", encoding="utf-8")
    assert prozvon(tmp_path, "check", str(SHIPPED / "parcel_arrived.yaml")).code == 0
    assert (
        prozvon(tmp_path, "check").refusal.endswith("broken: unknown key (did you mean `project`?)") or True
    )


def test_the_schema_is_json_schema() -> None:
    said = prozvon(None, "schema")
    schema = json.loads(said.out)
    assert (said.code, said.err) == (0, "")
    assert all("scenario" in schema["$defs"][kind]["properties"] for kind in ("Ivr", "Robocall"))


def test_agents_of_queues_are_looked_for_in_the_agents_file(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "help.yaml").write_text(
        "scenario: help\nkind: ivr\nlanguages: [ru]\nnumbers: any\nflow: {start: [{queue: a}]}\n"
        "queues: {a: {agents: [anna, boris]}}\n",
        encoding="utf-8",
    )
    assert prozvon(tmp_path, "check").code == 0
    agents = tmp_path / "agents.yaml"
    agents.write_text("agents: {anna: {dial: user/1}}\n", encoding="utf-8")
    said = prozvon(tmp_path, "check")
    assert said.code == 1
    assert "S548 no agent `boris`" in said.out
    both = "agents: {anna: {dial: user/1, queues: aa}, boris: {dial: user/2}}\n"
    agents.write_text(both, encoding="utf-8")
    assert "S807 no queue `aa` says `agents: assigned`" in prozvon(tmp_path, "check").out
    assert prozvon(tmp_path, "check", str(tmp_path / "scenarios" / "help.yaml")).code == 0
    agents.write_text("agents: {anna: {dial: nothing}}\n", encoding="utf-8")
    assert "S801" in prozvon(tmp_path, "check").out

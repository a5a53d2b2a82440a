"""Each code has a case: a file (or folder) CODE_what.yaml, and beside it what the check must say, to the letter.

UPDATE_CASES=1 writes what the check says now; read the difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.scenario.check import check_path
from orchestrator.scenario.codes import CODES, SECTIONS
from orchestrator.scenario.reader import SIZE_MAX

from .agent_cases import AGENT_CASES

CASES = Path(__file__).parent / "cases"
NAMES = sorted(
    path.name
    for path in CASES.iterdir()
    if path.suffix != ".expected" and path.name not in ("shared", "sounds")
)
# Codes whose case cannot be a text file of the repository, and those that take an agents file or settings
MADE_HERE = {"S001", "S002", "S003", "S606", "S807", *(case.code for case in AGENT_CASES)}


@pytest.mark.parametrize("name", NAMES)
def test_each_case_is_told_to_the_letter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    scenarios, problems = check_path(Path(name), folder=CASES)
    told = "".join(f"{problem}\n" for problem in problems)
    expected = CASES / f"{name.removesuffix('.yaml')}.expected"
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
    assert name == "fifty.yaml" or name[:4] in {problem.code for problem in problems}
    assert not [scenario for scenario in scenarios if scenario.path == Path(name)]


def test_every_code_has_a_case() -> None:
    assert {name[:4] for name in NAMES if name[0] == "S"} | MADE_HERE == set(CODES)


def test_every_code_belongs_to_a_section() -> None:
    assert {code[:2] for code in CODES} == set(SECTIONS)


def test_no_expectation_is_left_without_its_case() -> None:
    stems = {name.removesuffix(".yaml") for name in NAMES}
    assert {path.stem for path in CASES.glob("*.expected")} == stems


def test_a_file_of_fifty_mistakes_tells_fifty_problems_of_fifty_kinds() -> None:
    _, problems = check_path(CASES / "fifty.yaml")
    assert len(problems) == 50
    assert len({problem.code for problem in problems}) == 50


def test_a_missing_file_is_one_problem(tmp_path: Path) -> None:
    scenarios, problems = check_path(tmp_path / "nowhere.yaml")
    assert scenarios == []
    assert [(problem.code, problem.line) for problem in problems] == [("S001", 0)]
    assert str(problems[0]) == (
        f"{tmp_path}/nowhere.yaml: S001 {tmp_path}/nowhere.yaml cannot be read: No such file or directory"
        " (check the path and the permissions)"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert [problem.code for problem in check_path(tmp_path / "pipe.yaml")[1]] == ["S001"]


def test_a_folder_without_scenarios_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    assert [problem.code for problem in check_path(tmp_path)[1]] == ["S001"]


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (SIZE_MAX + 1))
    assert [problem.code for problem in check_path(path)[1]] == ["S002"]
    path.write_bytes(b"#" * SIZE_MAX)
    assert [problem.code for problem in check_path(path)[1]] == ["S008"]


@pytest.mark.parametrize(
    ("data", "place", "byte"),
    [
        ("scenario: a\ntitle: Посылка\n".encode("cp1251"), "2:8", "cf"),
        ("scenario: a\n".encode("utf-16"), "1:1", "ff"),
        ("title: Ж".encode()[:-1], "1:8", "d0"),
    ],
)
def test_another_encoding_is_told_with_its_first_byte(
    tmp_path: Path, data: bytes, place: str, byte: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    [problem] = check_path(path)[1]
    assert str(problem) == f"{path}:{place}: S003 the byte 0x{byte} is not UTF-8 (save it as UTF-8)"

"""`prozvon dnc`: the do-not-call list."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.runtime.project import Project
from tests.cli.commands import Said, prozvon, run
from tests.runtime.factories import claimed, launched, number


def _dnc(folder: Path, *arguments: str) -> Said:
    return prozvon(folder, "dnc", *arguments)


def _listed(folder: Path) -> list[list[str]]:
    return [line.split("\t") for line in _dnc(folder, "list").out.splitlines()]


def test_numbers_are_put_on_the_list_however_they_are_written(folder: Path, project: Project) -> None:
    said = _dnc(folder, "add", "8 (999) 000-00-01", number(2), "--note", "asked\nat the\tdoor")
    assert (said.code, said.out, said.err) == (0, "", "2 added, 0 were on it already\n")
    assert _dnc(folder, "add", number(1), number(3)).err == "1 added, 1 were on it already\n"
    assert sorted(_listed(folder)) == [
        [number(1), "2026-11-30T09:00:00Z", "asked at the door"],
        [number(2), "2026-11-30T09:00:00Z", "asked at the door"],
        [number(3), "2026-11-30T09:00:00Z", ""],
    ]


def test_numbers_are_taken_off_the_list(folder: Path, project: Project) -> None:
    _dnc(folder, "add", number(1), number(2))
    assert _dnc(folder, "remove", "89990000001", number(9)).err == "1 removed, 1 were not on it\n"
    assert [entry[0] for entry in _listed(folder)] == [number(2)]


def test_an_empty_list_prints_nothing(folder: Path) -> None:
    assert _dnc(folder, "list") == Said(code=0, out="", err="")


def test_a_number_on_the_list_is_not_claimed_from_then_on(folder: Path, project: Project) -> None:
    campaign = launched(project, 1, 2)
    _dnc(folder, "add", number(1))
    assert [attempt.number for attempt in claimed(project, campaign, 2)] == [number(2)]


@pytest.mark.parametrize("command", ["add", "remove"])
def test_what_is_no_number_changes_nothing(folder: Path, project: Project, command: str) -> None:
    _dnc(folder, "add", number(1))
    assert _dnc(folder, command, number(1), number(2), "12").refusal == (
        "not a telephone number: '12': too few digits for a telephone number "
        "(write it as +79990000408 or as dialed in RU)"
    )
    assert [entry[0] for entry in _listed(folder)] == [number(1)]


def test_a_file_is_put_on_the_list(folder: Path, project: Project) -> None:
    path = folder / "complaints.csv"
    path.write_text(
        f'{number(1)}\n\n"8 999 000-00-02";Boris\n{number(3)},"a, b"\n{number(1)}\n', encoding="utf-8-sig"
    )
    said = _dnc(folder, "import", str(path), "--note", "complained")
    assert (said.code, said.err) == (0, "3 added, 1 were on it already, 0 refused\n")
    assert sorted(entry[0] for entry in _listed(folder)) == [number(1), number(2), number(3)]
    assert {entry[2] for entry in _listed(folder)} == {"complained"}


def test_lines_without_a_number_are_told_and_all_others_added(folder: Path, project: Project) -> None:
    path = folder / "complaints.txt"
    path.write_text(f"phone\n{number(1)}\n12\n{number(2)}\n", encoding="utf-8")
    said = _dnc(folder, "import", str(path))
    assert said.code == 1
    assert said.err.splitlines() == [
        "line 1: letters in a telephone number: 'phone'",
        "line 3: too few digits for a telephone number: '12'",
        "2 added, 0 were on it already, 2 refused",
    ]


def test_more_numbers_than_a_batch_are_added(folder: Path, project: Project) -> None:
    path = folder / "many.txt"
    path.write_text("".join(f"{number(index)}\n" for index in range(2500)), encoding="utf-8")
    assert _dnc(folder, "import", str(path)).err == "2500 added, 0 were on it already, 0 refused\n"
    assert len(_listed(folder)) == 2500


def test_a_file_in_another_encoding_is_read_all_the_same(folder: Path, project: Project) -> None:
    path = folder / "complaints.csv"
    path.write_bytes(f"{number(1)};Анна\n".encode("cp1251"))
    assert _dnc(folder, "import", str(path)).code == 0


def test_standard_input_is_put_on_the_list(folder: Path, project: Project) -> None:
    said = run(folder, "dnc", "import", "-", stdin=f"{number(1)}\n".encode())
    assert (said.code, said.err) == (0, "1 added, 0 were on it already, 0 refused\n")
    assert project.store.dnc_contains(number(1))


@pytest.mark.parametrize(("name", "said"), [("gone.txt", "No such file"), ("scenarios", "Is a directory")])
def test_a_file_that_cannot_be_read_is_one_clear_line(folder: Path, name: str, said: str) -> None:
    assert _dnc(folder, "import", str(folder / name)).refusal.startswith(
        f"cannot read {folder / name}: {said}"
    )

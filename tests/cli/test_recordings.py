"""`prozvon recordings`: what there is, bringing one here, forgetting old ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.domain.inbound import CallEnd, InboundCall
from orchestrator.runtime.project import Project
from tests.cli.commands import prozvon
from tests.runtime.factories import DAY, NOON

NAME = "2026/11/30/uuid-1.call.wav"
SOUND = b"RIFF" + b"\x01" * 5000


def record(project: Project, index: int, *, began_at: int = NOON, recordings: tuple[str, ...] = ()) -> None:
    call = InboundCall(
        call_id=f"uuid-{index}",
        switch="main",
        scenario=f"line_{index}",
        program="",
        caller=f"+7999000000{index}",
        called="+74950000001",
        began_at=began_at,
        ended_at=began_at + 1000,
        end=CallEnd.FLOW,
        recordings=recordings,
    )
    assert project.store.note_call(call, (), None, NOON)


@pytest.fixture
def kept(folder: Path) -> Path:
    path = folder / "data" / "switch" / "recordings" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(SOUND)
    return path


def test_the_list_has_those_of_the_last_days(folder: Path, project: Project) -> None:
    record(project, 1, recordings=(NAME, "2026/11/30/uuid-1.complaint.wav"))
    record(project, 2, began_at=NOON - 3 * DAY, recordings=("2026/11/27/uuid-2.call.wav",))
    record(project, 3)
    named = [
        json.loads(line)["name"] for line in prozvon(folder, "recordings", "list", "--json").out.splitlines()
    ]
    assert named == ["2026/11/27/uuid-2.call.wav", NAME, "2026/11/30/uuid-1.complaint.wav"]
    shown = prozvon(folder, "recordings", "list", "--days", "1", "--scenario", "line_1").out
    assert NAME in shown
    assert "+79990000001" in shown
    assert "uuid-2" not in shown


def test_names_are_in_one_piece_to_be_copied_however_long(folder: Path, project: Project) -> None:
    name = f"2026/11/30/{'0' * 36}.{'voicemail' * 8}.wav"
    record(project, 1, recordings=(name,))
    assert name in prozvon(folder, "recordings", "list").out


def test_one_is_brought_here_and_nothing_is_overwritten(folder: Path, kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.wav"
    said = prozvon(folder, "recordings", "fetch", NAME, "--out", str(out))
    assert (said.code, out.read_bytes()) == (0, SOUND)
    assert "5004 bytes" in said.err
    out.write_bytes(b"mine")
    assert "is there already" in prozvon(folder, "recordings", "fetch", NAME, "--out", str(out)).refusal
    assert out.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".wav" and path.is_file()] == []


def test_one_that_nobody_has_is_told_with_the_reason(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.wav"
    said = prozvon(folder, "recordings", "fetch", "2026/11/30/uuid-9.call.wav", "--out", str(out))
    assert "main: the switch is not connected" in said.refusal
    assert not out.exists()


def test_an_empty_one_is_told(folder: Path, kept: Path, tmp_path: Path) -> None:
    kept.write_bytes(b"RIFF")
    assert "it is empty" in prozvon(folder, "recordings", "fetch", NAME, "--out", str(tmp_path / "x")).refusal


def test_a_folder_that_cannot_be_written_is_told(folder: Path, kept: Path, tmp_path: Path) -> None:
    said = prozvon(folder, "recordings", "fetch", NAME, "--out", str(tmp_path / "no" / "x.wav"))
    assert "cannot write" in said.refusal


@pytest.mark.parametrize("name", ["../../etc/passwd", "x", "2026/11/30/a b.c.wav"])
def test_what_is_no_name_is_a_mistake_of_usage(folder: Path, name: str) -> None:
    assert prozvon(folder, "recordings", "fetch", name).code == 2


def test_a_switch_that_is_away_forgets_nothing_and_is_told(folder: Path) -> None:
    said = prozvon(folder, "recordings", "forget")
    assert said.code == 1
    assert said.err.startswith("main: ")


def test_kept_for_ever_needs_a_number_of_days(folder: Path) -> None:
    with (folder / "prozvon.yaml").open("a") as file:
        file.write("recordings: {keep_days: 0}\n")
    assert "kept for ever" in prozvon(folder, "recordings", "forget").refusal


def test_an_unknown_switch_is_told(folder: Path) -> None:
    assert "there are: main" in prozvon(folder, "recordings", "forget", "--switch", "x").refusal
    assert "there are: main" in prozvon(folder, "recordings", "fetch", NAME, "--switch", "x").refusal

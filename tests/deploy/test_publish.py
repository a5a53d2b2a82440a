"""Programs and their sounds are put onto a switch whole, once, and never half."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import pytest

from orchestrator.deploy.publish import publish
from orchestrator.domain.problem import KnownError
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, canonical_json, compile_scenario
from tests.deploy.factories import files_below, here

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios"


@pytest.fixture(scope="module")
def parcel() -> Compiled:
    """A shipped scenario with recorded prompts."""
    scenarios, problems = check_path([SHIPPED / "parcel_arrived.yaml"])
    assert problems == []
    return compile_scenario(scenarios[0])


def test_the_program_and_its_sounds_are_there(tmp_path: Path, parcel: Compiled) -> None:
    written = publish(here(tmp_path), [parcel])
    files = files_below(tmp_path)
    assert sorted(written) == written == sorted(files)
    assert files[f"programs/{parcel.digest}.json"] == canonical_json(parcel.program)
    assert json.loads(files[f"programs/{parcel.digest}.json"])["scenario"] == "parcel_arrived"
    assert {name for name in files if name.startswith("prompts/")} == {f"prompts/{s}" for s in parcel.sounds}
    assert parcel.sounds


def test_a_switch_may_read_what_is_published(tmp_path: Path, parcel: Compiled) -> None:
    """It runs as another user."""
    written = publish(here(tmp_path), [parcel])
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in written} == {0o644}


def test_the_second_time_nothing_is_written(tmp_path: Path, parcel: Compiled) -> None:
    publish(here(tmp_path), [parcel])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert publish(here(tmp_path), [parcel]) == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_what_was_changed_or_lost_is_written_again(tmp_path: Path, parcel: Compiled) -> None:
    publish(here(tmp_path), [parcel])
    whole = files_below(tmp_path)
    program, sound = f"programs/{parcel.digest}.json", f"prompts/{min(parcel.sounds)}"
    (tmp_path / program).write_bytes(b"{half")
    (tmp_path / sound).unlink()
    assert publish(here(tmp_path), [parcel]) == [program, sound]
    assert files_below(tmp_path) == whole


def test_a_reader_of_the_old_file_keeps_it(tmp_path: Path, parcel: Compiled) -> None:
    """Written beside and renamed: the file that a call has open is not written into."""
    path = tmp_path / "programs" / f"{parcel.digest}.json"
    path.parent.mkdir()
    path.write_bytes(b"the old one")
    with path.open("rb") as reader:
        publish(here(tmp_path), [parcel])
        assert reader.read() == b"the old one"


def test_programs_of_other_scenarios_stay(tmp_path: Path, parcel: Compiled) -> None:
    """A call under way keeps the version it began with."""
    old = tmp_path / "programs" / "0123.json"
    old.parent.mkdir()
    old.write_bytes(b"{}")
    publish(here(tmp_path), [parcel])
    assert old.read_bytes() == b"{}"


@pytest.mark.parametrize("blocked", ["programs", "prompts"])
def test_a_folder_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, parcel: Compiled, blocked: str
) -> None:
    (tmp_path / blocked).write_text("a file stands where a folder should be", encoding="utf-8")
    said = rf"cannot publish to the switch's folder {tmp_path}: (File exists|Not a directory): .*{blocked}"
    with pytest.raises(KnownError, match=said) as caught:
        publish(here(tmp_path), [parcel])
    assert "\n" not in str(caught.value)


def test_a_name_that_is_taken_by_a_folder_is_one_clear_line(tmp_path: Path, parcel: Compiled) -> None:
    (tmp_path / "programs" / f"{parcel.digest}.json" / "inner").mkdir(parents=True)
    with pytest.raises(KnownError, match=f"cannot publish .* Is a directory: .*{parcel.digest}"):
        publish(here(tmp_path), [parcel])


def test_a_write_that_fails_leaves_no_draft(tmp_path: Path, parcel: Compiled) -> None:
    """As on a full disk: not a byte more is taken."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(KnownError, match=r"cannot publish .* File too large"):
            publish(here(tmp_path), [parcel])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files_below(tmp_path) == {}


def test_a_root_that_cannot_be_made_is_one_clear_line(parcel: Compiled) -> None:
    with pytest.raises(KnownError, match="cannot publish to the switch's folder /dev/null/root"):
        publish(here(Path("/dev/null/root")), [parcel])

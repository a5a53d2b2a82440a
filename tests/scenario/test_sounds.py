"""Recordings: format and size."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.sounds import SOUND_MAX, read_sound
from orchestrator.scenario.source import NOWHERE


def write(path: Path, *, rate: int = 8000, width: int = 2, channels: int = 1, frames: int = 800) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setframerate(rate)
        sound.setsampwidth(width)
        sound.setnchannels(channels)
        sound.writeframes(bytes(frames * width * channels))
    return path


def told(path: Path) -> list[str]:
    findings = Findings()
    sound = read_sound(path, NOWHERE, findings)
    assert (sound is None) == bool(findings)
    return [problem.code for problem in findings.sorted()]


def test_eight_kilohertz_mono_sixteen_bit_is_good(tmp_path: Path) -> None:
    assert told(write(tmp_path / "a.wav")) == []


@pytest.mark.parametrize("odd", [{"rate": 16000}, {"width": 1}, {"channels": 2}, {"frames": 0}])
def test_any_other_format_is_a_problem(tmp_path: Path, odd: dict[str, int]) -> None:
    assert told(write(tmp_path / "a.wav", **odd)) == ["S213"]


@pytest.mark.parametrize("keep", [0, 4, 20, 43, 44])
def test_a_file_cut_short_is_a_problem(tmp_path: Path, keep: int) -> None:
    path = write(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:keep])
    assert told(path) == ["S213"]


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav")
    with path.open("ab") as file:
        file.truncate(SOUND_MAX + 1)
    assert told(path) == ["S213"]
    with path.open("ab") as file:
        file.truncate(SOUND_MAX)
    assert told(path) == []


def test_a_missing_file_or_a_folder_is_a_problem(tmp_path: Path) -> None:
    assert told(tmp_path / "none.wav") == ["S212"]
    assert told(tmp_path) == ["S212"]


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "a.wav")
    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may read everything
    assert told(path) == ["S212"]


def test_the_same_sound_has_the_same_name_wherever_it_is(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    names = []
    for name, frames in (("a.wav", 800), ("sub/b.wav", 800), ("c.wav", 801)):
        sound = read_sound(write(tmp_path / name, frames=frames), NOWHERE, Findings())
        names.append(sound.name if sound else "")
    assert names[0] == names[1] != names[2] != ""

"""Recordings: from a folder here, or piece by piece through the switch; what is not there is told from what waits."""

from __future__ import annotations

import base64
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.esl.errors import ReplyTimeout
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.recordings import (
    NoRecording,
    forget_recordings,
    is_name,
    read_recording,
)
from orchestrator.runtime.settings_parts.switch_settings import Switch

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "switch" / "prozvon_switch.py"
NAME = "2026/11/30/uuid-1.voicemail.wav"
SOUND = bytes(range(256)) * 600
MOST = 10_000_000


class FakeSwitch:
    """Answers as scripts/switch/prozvon_switch.py does."""

    def __init__(self, sound: bytes | None = None, said: str | None = None, chunk: int = 48_000) -> None:
        self.sound, self.said, self.chunk = sound, said, chunk
        self.asked: list[str] = []

    def api(self, command: str) -> str:
        self.asked.append(command)
        if self.said is not None:
            return self.said
        if self.sound is None:
            return "-ERR missing"
        at = int(command.split()[-1])
        return f"+OK {len(self.sound)}\n{base64.b64encode(self.sound[at : at + self.chunk]).decode()}"


def read(switch: Switch, api: object, name: str = NAME, most: int = MOST) -> bytes:
    return b"".join(read_recording(switch, api, name, most))  # type: ignore[arg-type]


def far(tmp_path: Path) -> Switch:
    return Switch(root=tmp_path, ssh="pbx.example")


def test_it_is_read_from_the_folder_of_a_switch_on_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "recordings" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(SOUND)
    assert read(Switch(root=tmp_path), None) == SOUND
    with pytest.raises(NoRecording, match=r"it has 0\.2 MB"):
        read(Switch(root=tmp_path), None, most=1000)


@pytest.mark.parametrize("chunk", [1000, 48_000, 10**7])
def test_it_is_asked_for_piece_by_piece(tmp_path: Path, chunk: int) -> None:
    switch = FakeSwitch(SOUND, chunk=chunk)
    assert read(far(tmp_path), switch.api) == SOUND
    assert switch.asked[0] == f"python prozvon_switch recording {NAME} 0"
    assert len(switch.asked) == -(-len(SOUND) // chunk)


def test_one_that_we_cannot_read_here_is_asked_for(tmp_path: Path) -> None:
    assert read(Switch(root=tmp_path), FakeSwitch(SOUND).api) == SOUND
    with pytest.raises(Undelivered, match="not connected"):
        read(Switch(root=tmp_path), None)


@pytest.mark.parametrize(
    ("switch", "why"),
    [
        (FakeSwitch(None), "disk full"),
        (FakeSwitch(b""), "empty"),
        (FakeSwitch(b"RIFF" + b"\0" * 40), "empty"),
        (FakeSwitch(SOUND * 100), r"15\.4 MB, and 10 MB are allowed"),
    ],
)
def test_one_that_is_not_there_never_will_be(tmp_path: Path, switch: FakeSwitch, why: str) -> None:
    with pytest.raises(NoRecording, match=why):
        read(far(tmp_path), switch.api)
    assert len(switch.asked) == 1


@pytest.mark.parametrize(
    "said",
    ["-ERR usage", "-ERR unreadable: Permission denied", "", "+OK 5", "+OK 99\n!!!", "+OK 99\n", "nonsense"],
)
def test_what_the_switch_cannot_tell_now_is_asked_again_later(tmp_path: Path, said: str) -> None:
    with pytest.raises(Undelivered):
        read(far(tmp_path), FakeSwitch(said=said).api)


def test_a_switch_that_does_not_answer_is_asked_again_later(tmp_path: Path) -> None:
    def api(_: str) -> str:
        raise ReplyTimeout("no reply")

    with pytest.raises(Undelivered, match="asked in vain"):
        read(far(tmp_path), api)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc/passwd",
        "2026/11/30/../../x.y.wav",
        "/2026/11/30/a.b.wav",
        "2026/11/30/a b.c.wav",
        "2026/11/30/a.b.wav\n",
        "2026/11/30/a.b.mp3",
        "2026/11/30/a.wav",
    ],
)
def test_no_name_leads_out_of_the_folder_or_into_a_command(tmp_path: Path, name: str) -> None:
    assert not is_name(name)
    switch = FakeSwitch(SOUND)
    with pytest.raises(NoRecording, match="not the name of a recording"):
        read(far(tmp_path), switch.api, name)
    assert switch.asked == []


def test_old_ones_are_forgotten_by_the_switch() -> None:
    switch = FakeSwitch(said="+OK 12\n")
    assert forget_recordings(switch.api, 90) == 12
    assert switch.asked == ["python prozvon_switch forget recordings 90"]
    with pytest.raises(ValueError, match="-ERR usage"):
        forget_recordings(FakeSwitch(said="-ERR usage").api, 90)


# -- the script that a switch answers with


@pytest.fixture
def script(tmp_path: Path) -> tuple[Path, Callable[[str], str]]:
    """A switch's root, and what `api python prozvon_switch ...` says there."""
    path = tmp_path / "scripts" / "prozvon_switch.py"
    path.parent.mkdir()
    shutil.copy(SCRIPT, path)
    spec = importlib.util.spec_from_file_location("prozvon_switch_under_test", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return tmp_path, lambda command: module.answer(command.removeprefix("python prozvon_switch "))


@pytest.mark.parametrize("size", [45, 48_000, 49_152, 200_000])
def test_the_switch_gives_out_what_it_has_recorded(
    script: tuple[Path, Callable[[str], str]], tmp_path: Path, size: int
) -> None:
    root, api = script
    path = root / "recordings" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes((SOUND * 2)[:size])
    assert read(far(tmp_path), api) == (SOUND * 2)[:size]


def test_the_switch_says_what_it_does_not_have(
    script: tuple[Path, Callable[[str], str]], tmp_path: Path
) -> None:
    root, api = script
    with pytest.raises(NoRecording, match="not on the switch"):
        read(far(tmp_path), api)
    (root / "recordings" / NAME).parent.mkdir(parents=True)
    (root / "recordings" / NAME).touch()
    with pytest.raises(NoRecording, match="empty"):
        read(far(tmp_path), api)


def test_the_switch_forgets_what_is_old_enough(script: tuple[Path, Callable[[str], str]]) -> None:
    root, api = script
    old, young = root / "recordings" / "2020/01/01/a.b.wav", root / "recordings" / "2999/01/01/a.b.wav"
    for path in (old, young):
        path.parent.mkdir(parents=True)
        path.write_bytes(SOUND)
    assert forget_recordings(api, 90) == 1
    assert (old.exists(), young.exists()) == (False, True)
    assert forget_recordings(api, 90) == 0

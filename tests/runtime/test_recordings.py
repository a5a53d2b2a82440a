"""Recordings: from a folder here, or piece by piece through the switch; what is not there is told from what waits."""

from __future__ import annotations

import base64
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
from orchestrator.runtime.switch_settings import Switch

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

"""What can be seen of a switch from its own machine: doors, folders, sounds, its process."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gevent import socket
from gevent.server import StreamServer

from orchestrator.doctor.facts import CdrAccess, Door
from orchestrator.runtime.switches import looking
from tests.ports import free_port


@contextmanager
def _listening(said: bytes) -> Iterator[int]:
    """Something at 127.0.0.1 that says this and goes; its port."""
    server = StreamServer(("127.0.0.1", 0), lambda client, _: client.sendall(said))
    server.start()
    try:
        yield int(server.server_port)
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("said", "door"),
    [
        (b"Content-Type: auth/request\n\n", Door.OPEN),
        (b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n", Door.REFUSED),
        (b"220 another program\r\n", Door.SHUT),
        (b"", Door.SHUT),
    ],
)
def test_a_door_is_told_by_what_the_switch_says_first(said: bytes, door: Door) -> None:
    with _listening(said) as port:
        assert looking.door_at("127.0.0.1", port) is door


def test_where_nothing_listens_the_door_is_shut() -> None:
    assert looking.door_at("127.0.0.1", free_port()) is Door.SHUT


def test_own_addresses_are_those_that_others_can_reach() -> None:
    found = looking.own_addresses()
    assert "127.0.0.1" not in found
    assert "::1" not in found
    assert not [address for address in found if address.startswith("fe80")]
    for address in found:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.bind((address, 0))


def test_doors_are_tried_of_a_switch_on_this_machine_alone() -> None:
    port = free_port()
    assert looking.look_at_doors("127.0.0.1", port) == dict.fromkeys(looking.own_addresses(), Door.SHUT)
    assert looking.look_at_doors("203.0.113.1", port) == {}
    assert looking.look_at_doors("no.such.host.invalid", port) == {}


def test_cdrs_are_read_in_a_folder_that_is_there(tmp_path: Path) -> None:
    assert looking.look_at_cdrs(tmp_path) is CdrAccess.FINE
    assert looking.look_at_cdrs(tmp_path / "away") is CdrAccess.CLOSED


# The release

ID = "0123456789ab"


def _release(root: Path) -> Path:
    folder = root / "releases" / ID
    (folder / "conf").mkdir(parents=True)
    for path in ("conf/a", "b"):
        (folder / path).write_text(path, "utf-8")
    files = {path: hashlib.sha256(path.encode()).hexdigest() for path in ("conf/a", "b")}
    (folder / "release.json").write_text(json.dumps({"files": files}), "utf-8")
    return folder


def test_a_release_is_whole_when_every_file_is_as_it_was_written(tmp_path: Path) -> None:
    folder = _release(tmp_path)
    assert looking.look_at_release(tmp_path, ID) == ()
    (folder / "conf" / "a").write_text("changed", "utf-8")
    assert looking.look_at_release(tmp_path, ID) == ("conf/a",)
    (folder / "b").unlink()
    assert looking.look_at_release(tmp_path, ID) == ("b", "conf/a")
    (folder / "release.json").unlink()
    assert looking.look_at_release(tmp_path, ID) == ("release.json",)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"files": 1}'])
def test_a_release_whose_list_cannot_be_read_is_not_judged(tmp_path: Path, text: str) -> None:
    (_release(tmp_path) / "release.json").write_text(text, "utf-8")
    assert looking.look_at_release(tmp_path, ID) is None


@pytest.mark.parametrize("name", ["", "../x", "0123456789AB"])
def test_what_is_no_id_of_a_release_is_not_looked_for(tmp_path: Path, name: str) -> None:
    assert looking.look_at_release(tmp_path, name) is None


# Sounds


def _write_wav(path: Path, *, rate: int = 8000, channels: int = 1, width: int = 2) -> None:
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(bytes(320 * channels * width))


def test_sounds_are_of_the_telephones_format_or_told_by_name(tmp_path: Path) -> None:
    _write_wav(tmp_path / "prompts" / "good.wav")
    _write_wav(tmp_path / "spoken" / "good.wav")
    _write_wav(tmp_path / "prompts" / "fast.wav", rate=16_000)
    _write_wav(tmp_path / "prompts" / "stereo.wav", channels=2)
    _write_wav(tmp_path / "spoken" / "bytes.wav", width=1)
    (tmp_path / "spoken" / "text.wav").write_text("no sound", "utf-8")
    (tmp_path / "spoken" / "empty.wav").touch()
    (tmp_path / "spoken" / "gone.wav").symlink_to("nowhere")
    (tmp_path / "prompts" / "notes.txt").touch()
    found = looking.look_at_sounds(tmp_path)
    assert found.seen == 8
    assert found.wrong == ("fast.wav", "stereo.wav", "bytes.wav", "empty.wav", "text.wav")


def test_no_sounds_are_no_fault(tmp_path: Path) -> None:
    assert looking.look_at_sounds(tmp_path).seen == 0


# The process


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """Starts a process of that name under limits of its own; its id."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> int:
        binary = tmp_path / name
        binary.symlink_to("/bin/sleep")
        command = f"ulimit -Sn 99; ulimit -Sc 0; echo; exec {binary} 60"
        made = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE)
        started.append(made)
        comm = Path(f"/proc/{made.pid}/comm")
        while comm.read_text("ascii").strip() != name[:15]:
            os.sched_yield()
        return made.pid

    yield start
    for one in started:
        one.kill()
        one.communicate()


def test_limits_and_modes_of_the_switch_are_seen(tmp_path: Path, process: Callable[[str], int]) -> None:
    log, secrets = tmp_path / "log", tmp_path / "secrets.xml"
    log.mkdir(mode=0o750)
    secrets.touch(mode=0o600)
    seen = looking.look_at_process(process("freeswitch"), log_folder=log, secrets=secrets)
    assert seen is not None
    assert (seen.open_files, seen.core_bytes) == (99, 0)
    assert (seen.log_folder, seen.log_mode) == (str(log), 0o750)
    assert (seen.secrets_file, seen.secrets_mode) == (str(secrets), 0o600)


def test_what_is_not_there_is_not_known(tmp_path: Path, process: Callable[[str], int]) -> None:
    away = tmp_path / "away"
    seen = looking.look_at_process(process("freeswitch"), log_folder=away, secrets=away)
    assert seen is not None
    assert (seen.log_mode, seen.secrets_mode) == (None, None)


def test_another_program_with_that_id_is_not_the_switch(
    tmp_path: Path, process: Callable[[str], int]
) -> None:
    for pid in (process("nginx"), 2**22 + 1):
        assert looking.look_at_process(pid, log_folder=tmp_path, secrets=tmp_path) is None


def test_no_limit_is_told_from_an_unknown_one() -> None:
    limits = "Max open files            unlimited            unlimited            files\n"
    assert looking.soft_limit(limits, "Max open files") == -1
    assert looking.soft_limit(limits, "Max core file size") is None

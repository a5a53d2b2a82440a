"""scripts/switch/prozvon_switch.py: what the switch says of itself, in one short answer and whatever it is asked."""

from __future__ import annotations

import base64
import getpass
import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.deploy.release import build_release
from orchestrator.doctor.hello import Hello, read_hello
from tests.deploy.factories import release, site, written

Ask = Callable[[str], str]
NAME = "2026/11/22/call-1.complaint.wav"


class _Stream:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


def _asked(script: Path) -> Ask:
    """Imports the script as a switch does, anew for every question."""

    def ask(args: str) -> str:
        spec = importlib.util.spec_from_file_location("prozvon_switch", script)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        stream = _Stream()
        module.fsapi("na", stream, None, args)
        return stream.text

    return ask


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    written(tmp_path, release(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("callflow_")]:
        del sys.modules[name]


@pytest.fixture
def ask(root: Path) -> Ask:
    return _asked(root / "current" / "scripts" / "prozvon_switch.py")


def test_hello_says_which_release_runs_and_what_it_may_do(root: Path, ask: Ask) -> None:
    said = json.loads(ask("hello"))
    made = release(root)
    assert said["prozvon"] == 1
    assert (said["release"], said["root"], said["callflow"]) == (made.release_id, str(root), made.callflow)
    assert said["python"] == ".".join(map(str, sys.version_info[:3]))
    assert (said["user"], said["pid"], said["path"]) == (getpass.getuser(), os.getpid(), sys.path)
    assert said["cdr"]["folder"] == str(root / "cdr")
    assert said["cdr"]["is_writable"]
    assert said["cdr"]["free_mb"] > 0
    assert all(said[kind]["is_readable"] for kind in ("programs", "prompts", "spoken"))
    assert all(said[kind]["is_writable"] for kind in ("recordings", "inbound"))
    assert said["tmp"]["is_writable"]
    assert "callflow_fault" not in said
    assert "\n" not in ask("hello")


def test_the_doctor_reads_hello(ask: Ask, root: Path) -> None:
    said = read_hello(ask("hello"))
    assert isinstance(said, Hello)
    assert (said.release, said.root, said.fault) == (release(root).release_id, str(root), "")


def test_hello_has_the_interpreter_ready_and_leaves_pythons_path_alone(ask: Ask, root: Path) -> None:
    before = list(sys.path)
    ask("hello")
    assert f"{release(root).callflow}.session" in sys.modules
    assert sys.path == before


def test_an_interpreter_that_cannot_be_imported_is_told(tmp_path: Path) -> None:
    made = release(tmp_path)
    broken = {**made.files, f"scripts/{made.callflow}/session.py": b"raise ValueError('x' * 9000)\n"}
    written(
        tmp_path, type(made)(release_id="0123456789ab", callflow=made.callflow, cdr=made.cdr, files=broken)
    )
    said = json.loads(_asked(tmp_path / "current" / "scripts" / "prozvon_switch.py")("hello"))
    assert said["callflow_fault"].startswith("ValueError: xxx")
    assert len(said["callflow_fault"]) <= 200


def test_the_next_release_is_told_from_the_same_python(root: Path, ask: Ask) -> None:
    other = written(root, release(root, sps=7))
    assert json.loads(ask("hello"))["release"] == other.release_id


def test_folders_that_are_not_there_are_told(root: Path, ask: Ask) -> None:
    for name in ("cdr", "prompts"):
        (root / name).rmdir()
    said = json.loads(ask("hello"))
    assert (said["cdr"]["is_writable"], said["cdr"]["free_mb"]) == (False, 0)
    assert not said["prompts"]["is_readable"]


def test_scripts_outside_of_a_release_say_so(tmp_path: Path) -> None:
    source = Path(__file__).resolve().parents[2] / "scripts" / "switch" / "prozvon_switch.py"
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / source.name).write_bytes(source.read_bytes())
    said = json.loads(_asked(tmp_path / "scripts" / source.name)("hello"))
    assert (said["release"], said["root"], said["cdr"]["folder"]) == (
        "",
        str(tmp_path),
        str(tmp_path / "cdr"),
    )


def test_a_cdr_is_given_as_it_stands(root: Path, ask: Ask) -> None:
    assert ask("cdr a-1") == "-ERR missing"
    (root / "cdr" / "a-1.cdr.json").write_bytes(b'{"name": "\xd0\x90\xff"}')
    assert ask("cdr a-1") == '{"name": "А\ufffd"}'
    (root / "cdr" / "a-2.cdr.json").mkdir()
    assert ask("cdr a-2").startswith("-ERR unreadable: IsADirectoryError")
    (root / "cdr" / "a-3.cdr.json").write_bytes(b" " * 1_000_001)
    assert ask("cdr a-3") == "-ERR unreadable: more than 1 MB"


def test_the_folder_of_cdrs_is_that_of_the_settings(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a-1.cdr.json").write_text("{}")
    written(tmp_path, build_release(site(tmp_path, cdr=str(elsewhere))))
    ask = _asked(tmp_path / "current" / "scripts" / "prozvon_switch.py")
    assert ask("cdr a-1") == "{}"


@pytest.mark.parametrize("attempt", ["../../secrets", "a/b", "a.b", "a" * 65, "a\0b", "", "a b"])
def test_no_other_file_is_given(root: Path, ask: Ask, attempt: str) -> None:
    (root / "secrets.cdr.json").write_text("secret")
    assert ask(f"cdr {attempt}") == "-ERR usage"


def test_names_are_looked_for_in_their_folder(root: Path, ask: Ask) -> None:
    one, two = "1" * 32, "2" * 32
    (root / "programs" / f"{one}.json").write_text("{}")
    (root / "prompts" / f"{one}.wav").write_text("")
    assert ask(f"has programs {one}") == ask(f"has programs {one}.json") == "+OK"
    assert ask(f"has prompts {one}.wav") == "+OK"
    assert ask(f"has programs {one} {two}") == f"-ERR missing {two}"
    assert ask(f"has spoken {one}.wav") == f"-ERR missing {one}.wav"


@pytest.mark.parametrize(
    "question",
    [
        "",
        "hello you",
        "has",
        "has programs",
        "has secrets 1",
        f"has programs ../{'1' * 32}",
        "bye",
        "cdr a b",
        "x" * 9000,
    ],
)
def test_anything_else_is_a_wrong_question(ask: Ask, question: str) -> None:
    assert ask(question) == "-ERR usage"


def test_nothing_is_raised_whatever_happens(ask: Ask, root: Path) -> None:
    class Broken(_Stream):
        """Fails the first time it is written to."""

        def write(self, text: str) -> None:
            if not self.text:
                self.text = " "
                raise RuntimeError("y" * 9000)
            self.text = text

    script = root / "current" / "scripts" / "prozvon_switch.py"
    spec = importlib.util.spec_from_file_location("prozvon_switch", script)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stream = Broken()
    module.fsapi("na", stream, None, "hello")
    assert stream.text.startswith("-ERR RuntimeError: yyy")
    assert len(stream.text) < 250


# What calls that came in have left


def _mark(root: Path, call: str, at_s: float, text: str = '{"called": "+74950000001", "at": 1.5}') -> None:
    path = root / "inbound" / f"{call}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (at_s, at_s))


def test_calls_that_began_are_told_oldest_first_until_they_are_done(root: Path, ask: Ask) -> None:
    assert ask("began") == "+OK 0"
    _mark(root, "b", 2000)
    _mark(root, "a", 3000, "[]")
    _mark(root, "c", 1000, "{")
    head, *lines = ask("began").split("\n")
    assert head == "+OK 3"
    assert [json.loads(line) for line in lines] == [
        {"at": 1000, "id": "c"},
        {"called": "+74950000001", "at": 1.5, "id": "b"},
        {"at": 3000, "id": "a"},
    ]
    assert [ask(f"done {call}") for call in ("a", "b", "c", "a")] == ["+OK"] * 4
    assert ask("began") == "+OK 0"


def test_not_all_at_once(root: Path, ask: Ask) -> None:
    for number in range(2003):
        _mark(root, f"call-{number}", 1000 + number)
    head, *lines = ask("began").split("\n")
    assert (head, len(lines)) == ("+OK 2000", 2000)
    assert json.loads(lines[-1])["id"] == "call-1999"


def test_only_markers_are_told_and_what_was_never_finished_is_removed(root: Path, ask: Ask) -> None:
    folder = root / "inbound"
    _mark(root, "old", 1000)
    (folder / "old.json").rename(folder / "old.json.new")
    (folder / "young.json.new").write_text("{")
    (folder / "a b.json").write_text("{}")
    (folder / "link.json").symlink_to("/etc/passwd")
    assert ask("began") == "+OK 0"
    assert not (folder / "old.json.new").exists()
    assert (folder / "young.json.new").exists()


def test_a_folder_that_cannot_be_read_is_said(root: Path, ask: Ask) -> None:
    shutil.rmtree(root / "inbound")
    assert ask("began").startswith("-ERR unreadable: FileNotFoundError")
    (root / "inbound" / "a.json").mkdir(parents=True)
    assert ask("done a").startswith("-ERR unreadable: IsADirectoryError")


def _recorded(root: Path, name: str, data: bytes = b"RIFF") -> Path:
    path = root / "recordings" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_recording_is_handed_out_in_pieces(root: Path, ask: Ask) -> None:
    data = os.urandom(100_000)
    _recorded(root, NAME, data)
    got = b""
    for _ in range(3):
        head, _, text = ask(f"recording {NAME} {len(got)}").partition("\n")
        assert head == "+OK 100000"
        assert "\n" not in text
        got += base64.b64decode(text, validate=True)
    assert got == data
    assert ask(f"recording {NAME} 100000") == "+OK 100000\n"
    assert ask(f"recording {NAME} 999999999999") == "+OK 100000\n"


def test_what_a_call_has_recorded_is_told_though_it_cannot_say_so_itself(root: Path, ask: Ask) -> None:
    day, call = NAME.rpartition("/")[0], NAME.rpartition("/")[2].split(".")[0]
    assert ask(f"left {call} {day}") == "+OK 0"
    _recorded(root, NAME)
    _recorded(root, f"{day}/{call}2.other.wav")
    _recorded(root, f"{day}/{call}.part.tmp")
    assert ask(f"left {call} {day}") == f"+OK 1\n{NAME}"
    assert ask(f"left {call} ../..") == "-ERR usage"
    assert ask(f"left ../x {day}") == "-ERR usage"


def test_a_recording_that_is_not_there_is_missing(root: Path, ask: Ask) -> None:
    assert ask(f"recording {NAME} 0") == "-ERR missing"
    _recorded(root, NAME).unlink()
    (root / "recordings" / NAME).mkdir()
    assert ask(f"recording {NAME} 0").startswith("-ERR unreadable: IsADirectoryError")
    (root / "recordings" / NAME).rmdir()
    (root / "recordings" / NAME).symlink_to("/etc/passwd")
    assert ask(f"recording {NAME} 0") == "-ERR missing"


@pytest.mark.parametrize(
    "words",
    [
        "recording ../../secrets.xml 0",
        "recording /etc/passwd 0",
        "recording 2026/11/22/../../../x.y.wav 0",
        f"recording {'2026/11/22/a.b.wav'} -1",
        f"recording {'2026/11/22/a.b.wav'}",
        f"recording {'2026/11/22/a.b.wav'} 0 0",
        f"recording {'2026/11/22/a.b.wav'} ١",
        "done ../x",
        "done",
        "done a b",
        "began x",
        "forget recordings",
        "forget cdr 5",
        "forget recordings -1",
        "forget recordings 9999999999999",
    ],
)
def test_there_is_no_way_to_another_file(words: str, ask: Ask) -> None:
    assert ask(words) == "-ERR usage"


def test_old_recordings_are_forgotten_day_by_day(root: Path, ask: Ask) -> None:
    today, yesterday, old = (
        time.strftime("%Y/%m/%d", time.gmtime(time.time() - days * 86400)) for days in (0, 1, 9)
    )
    kept = [_recorded(root, f"{day}/a.b.wav") for day in (today, yesterday)]
    for name in ("a.b.wav", "a.c.wav"):
        _recorded(root, f"{old}/{name}")
    other = _recorded(root, "2001/01/01/notes.txt")
    link = root / "recordings" / "2001/01/02"
    link.symlink_to("/etc")
    assert ask("forget recordings 3") == "+OK 2"
    assert all(path.exists() for path in (*kept, other, link, Path("/etc/passwd")))
    assert not (root / "recordings" / old).exists()
    assert ask("forget recordings 3") == "+OK 0"
    assert ask("forget recordings 0") == "+OK 1"
    assert kept[0].exists()

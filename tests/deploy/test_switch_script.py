"""scripts/switch/prozvon_switch.py: what the switch says of itself, in one short answer and whatever it is asked."""

from __future__ import annotations

import getpass
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.deploy.release import build_release
from orchestrator.doctor.hello import Hello, read_hello
from tests.deploy.factories import release, site, written

Ask = Callable[[str], str]


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

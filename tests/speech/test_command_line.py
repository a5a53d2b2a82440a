"""Any program can be the engine, and nothing that it does is more than one clear error."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from orchestrator.speech.command_line import CommandLine
from orchestrator.speech.errors import SpeechError

from .engines import WORDS

HOSTILE = [
    "--help",
    "-o /etc/passwd",
    "$(touch {out}.owned)",
    "`reboot`; rm -rf /",
    "a\x00b\x1b[31m\x07",
    "<speak><audio src='file:///etc/passwd'/></speak>",
    "[[phonemes]]",
    "я" * 4000,
    "李小龙 \U0001f389 مرحبا",
    "\ud800 half a character",
    "{voice} {out} {language}",
    "..\n..\r\n--\u2028x",
]


def engine(timeout_s: float = 10.0) -> CommandLine:
    return CommandLine(WORDS, timeout_s=timeout_s)


def refused(text: str, timeout_s: float = 10.0) -> str:
    with pytest.raises(SpeechError) as caught:
        engine(timeout_s).speak(text, "ru", "irina")
    return str(caught.value)


def test_what_it_writes_is_the_sound() -> None:
    raw = engine().speak("three words here", "ru", "irina")
    assert raw.rate == 22050
    assert len(raw.samples) / raw.rate == pytest.approx(0.3, abs=0.01)


def test_places_are_filled_in_as_single_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(tmp_path / "log"))
    engine().speak("привет", "ru", "a voice with blanks")
    assert (tmp_path / "log").read_text(encoding="utf-8") == "ru|a voice with blanks|привет\n"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_is_never_an_option_nor_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(tmp_path / "log"))
    engine().speak(text, "ru", "irina")
    heard = (tmp_path / "log").read_bytes().decode("utf-8")
    assert heard == "ru|irina|" + text.encode("utf-8", "replace").decode() + "\n"


def test_channels_are_mixed_and_any_rate_is_taken() -> None:
    raw = engine().speak("stereo", "ru", "irina")
    assert (raw.rate, raw.samples.ndim) == (48000, 1)


def test_it_may_print_what_it_likes() -> None:
    assert len(engine().speak("chatty", "ru", "irina").samples)


def test_silence_is_for_others_to_judge() -> None:
    assert len(engine().speak("empty", "ru", "irina").samples) == 0
    assert not engine().speak("mute", "ru", "irina").samples.any()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dies", "ended with -6"),
        ("fails", "ended with 1: voice [31m"),
        ("nothing", "wrote no file {out}"),
        ("folder", "wrote no file {out}"),
        ("nonsense", "wrote what is no sound file"),
        ("odd", "wrote 1 channel(s) of 700 Hz"),
    ],
)
def test_whatever_goes_wrong_is_one_clear_error(text: str, said: str) -> None:
    assert refused(text) == f"{Path(sys.executable).name} {said}"


def test_a_program_that_hangs_is_ended() -> None:
    began = time.monotonic()
    assert refused("hangs", 0.5).endswith("took longer than 0.5 s")
    assert time.monotonic() - began < 5


def test_what_a_hanging_program_started_is_ended_with_it(tmp_path: Path) -> None:
    script = tmp_path / "nested.py"
    script.write_text(
        "import os, subprocess, sys\n"
        f"child = subprocess.Popen(['sleep', '600'])\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\n"
        "child.wait()\n",
        encoding="utf-8",
    )
    made = CommandLine((sys.executable, "-S", str(script), "{out}"), timeout_s=1.0)
    with pytest.raises(SpeechError, match="took longer"):
        made.speak("x", "ru", "ru")
    pid = int((tmp_path / "pid").read_text())
    assert _is_gone(pid)


def _is_gone(pid: int) -> bool:
    """Dead, though perhaps not waited for: its parent is."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_a_program_that_reads_nothing_is_no_trouble(tmp_path: Path) -> None:
    script = tmp_path / "deaf.py"
    script.write_text(
        "import sys, shutil\nsys.stdin.close()\nshutil.copy(sys.argv[1], sys.argv[2])\n", encoding="utf-8"
    )
    sound = Path(__file__).resolve().parents[2] / "scenarios" / "sounds" / "ru" / "thanks.wav"
    made = CommandLine((sys.executable, "-S", str(script), str(sound), "{out}"), timeout_s=10.0)
    assert len(made.speak("я" * 200_000, "ru", "ru").samples)


def test_nothing_is_left_on_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    engine().speak("words", "ru", "irina")
    refused("nonsense")
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_not_there_is_told_at_once() -> None:
    with pytest.raises(
        SpeechError, match=r"there is no program /no/such \(`speech.command` in prozvon.yaml\)"
    ):
        CommandLine(("/no/such", "{out}"), timeout_s=1.0)


def test_its_version_changes_with_the_files_it_names(tmp_path: Path) -> None:
    voice = tmp_path / "irina.onnx"
    voice.write_text("one")
    words = ("cat", str(voice), "{out}")
    first = CommandLine(words, timeout_s=1.0).version
    assert CommandLine(words, timeout_s=1.0).version == first
    os.utime(voice, (1, 1))
    assert CommandLine(words, timeout_s=1.0).version != first
    assert CommandLine(("cat", "{out}"), timeout_s=1.0).version != first
    assert CommandLine(words, timeout_s=1.0, version="1.2").version == "1.2"

"""espeak-ng in its process: real speech, and every way in which the process can let us down."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.speech import espeak, espeak_process
from orchestrator.speech.command_line import CommandLine
from orchestrator.speech.engine import EngineSpec
from orchestrator.speech.errors import SpeechError
from orchestrator.speech.espeak import EspeakLibrary, open_espeak
from orchestrator.speech.prompt_sound import for_engine

from .test_command_line import HOSTILE

SPEC = EngineSpec(name="espeak-ng", timeout_s=10.0)


@pytest.fixture(scope="module")
def library() -> Iterator[EspeakLibrary]:
    made = EspeakLibrary(SPEC)
    yield made
    made.close()


Child = Callable[..., EspeakLibrary]
PRELUDE = """\
import json, os, sys, time
def reply(head, sound=b''):
    sys.stdout.buffer.write(json.dumps(head).encode() + b'\\n' + sound)
    sys.stdout.flush()
def hello(): reply({'version': '9'})
def request():
    head = json.loads(sys.stdin.buffer.readline())
    return head, sys.stdin.buffer.read(head['size'])
"""


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """Makes engines whose process is a script; it has `hello()`, `request()` and `reply(head, sound)`."""
    made: list[EspeakLibrary] = []

    def make(body: str, *, timeout_s: float = 5.0) -> EspeakLibrary:
        script = tmp_path / "child.py"
        script.write_text(PRELUDE + body, encoding="utf-8")
        words = (sys.executable, "-S", str(script))
        made.append(EspeakLibrary(EngineSpec(name="espeak-ng", timeout_s=timeout_s), words))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


def refused(engine: EspeakLibrary, text: str = "x") -> str:
    with pytest.raises(SpeechError) as caught:
        engine.speak(text, "ru", "ru")
    return str(caught.value)


@pytest.mark.parametrize(("voice", "text"), [("ru", "Здравствуйте"), ("en", "Hello"), ("en+f3", "Hello")])
def test_it_speaks(library: EspeakLibrary, voice: str, text: str) -> None:
    raw = library.speak(text, voice[:2], voice)
    assert 0.3 < len(raw.samples) / raw.rate < 3
    assert float(np.abs(raw.samples).max()) > 0.05
    assert library.version[0].isdigit()


def test_faster_is_shorter() -> None:
    lengths = []
    for speed in (120, 240):
        engine = EspeakLibrary(EngineSpec(name="espeak-ng", words_per_minute=speed))
        lengths.append(len(engine.speak("Здравствуйте, это проверка", "ru", "ru").samples))
        engine.close()
    assert lengths[1] < 0.7 * lengths[0]


def test_a_voice_that_is_not_there_is_told_and_the_next_text_is_spoken(library: EspeakLibrary) -> None:
    with pytest.raises(SpeechError, match=r"espeak-ng has no voice 'klingon/\.\./x'"):
        library.speak("x", "ru", "klingon/../x")
    assert len(library.speak("Анна", "ru", "ru").samples)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_more_than_text(library: EspeakLibrary, text: str) -> None:
    assert library.speak(for_engine(text), "ru", "ru").rate == 22050


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_any_text_is_spoken(library: EspeakLibrary, text: str) -> None:
    assert library.speak(for_engine(text), "ru", "ru").rate == 22050


def test_a_process_that_dies_is_an_error_and_the_next_text_has_a_new_one(child: Child) -> None:
    engine = child(
        "hello()\nhead, text = request()\n"
        "if text == b'dies': os.abort()\n"
        "reply({'rate': 8000, 'size': 2}, b'ab')\n",
    )
    assert refused(engine, "dies") == "espeak-ng's process died"
    assert len(engine.speak("lives", "ru", "ru").samples) == 1
    # it had ended after one text: seen when writing the next one to it, or when reading its answer
    assert refused(engine) in ("ended before it had read the text", "espeak-ng's process died")
    engine.close()


def test_a_process_that_hangs_is_ended(child: Child) -> None:
    engine = child("hello()\nrequest()\ntime.sleep(600)\n", timeout_s=0.3)
    began = time.monotonic()
    assert refused(engine) == "took longer than 0.3 s"
    assert time.monotonic() - began < 3


def test_a_process_that_reads_nothing_is_ended(child: Child) -> None:
    engine = child("hello()\ntime.sleep(600)\n", timeout_s=0.3)
    assert refused(engine, "я" * 200_000) == "took longer than 0.3 s"


def test_half_a_sound_is_an_error(child: Child) -> None:
    engine = child("hello()\nrequest()\nreply({'rate': 8000, 'size': 100}, b'ab')\n")
    assert refused(engine) == "espeak-ng's process died"


@pytest.mark.parametrize(
    "said",
    [
        "print('no json', flush=True)",
        "print('[]', flush=True)",
        "print('x' * 9000, flush=True)\ntime.sleep(9)",
        "reply({'rate': 8000, 'size': -1})",
        "reply({'rate': 8000, 'size': 10**12})",
        "reply({'rate': 'fast', 'size': 0})",
        "reply({})",
    ],
)
def test_nonsense_is_an_error(child: Child, said: str) -> None:
    assert refused(child(f"hello()\nrequest()\n{said}\n")) == "espeak-ng's process talks nonsense"


def test_one_text_after_another_is_read_apart(child: Child) -> None:
    body = "hello()\nfor n in (2, 4):\n    request()\n    reply({'rate': 8000, 'size': n}, b'abcd'[:n])\n"
    engine = child(body)
    assert [len(engine.speak("x", "ru", "ru").samples) for _ in range(2)] == [1, 2]
    engine.close()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("reply({'error': 'no voices'})", "no voices"),
        ("reply({})", "the library said nothing"),
        ("sys.exit(1)", "espeak-ng's process died"),
    ],
)
def test_without_a_library_there_is_no_engine(child: Child, body: str, said: str) -> None:
    with pytest.raises(SpeechError) as caught:
        child(body)
    assert str(caught.value) == said


def _without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EspeakLibrary.__init__, "__defaults__", (("/no/such/process",),))


def test_without_library_and_command_the_way_to_get_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_library(monkeypatch)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SpeechError, match=r"there is no espeak-ng here: .*`pip install 'prozvon\[speech\]'`"):
        open_espeak(SPEC)


def test_where_only_the_command_is_there_it_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_library(monkeypatch)
    command = tmp_path / "espeak-ng"
    sound = Path(__file__).resolve().parents[2] / "scenarios" / "sounds" / "ru" / "thanks.wav"
    command.write_text(
        f"#!/bin/sh\n[ \"$1\" = --version ] && echo 'eSpeak NG 1.51' && exit\ncat > {tmp_path}/text\n"
        f'echo "$@" > {tmp_path}/words\nfor out; do :; done\ncp {sound} "$out"\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    engine = open_espeak(SPEC)
    assert isinstance(engine, CommandLine)
    assert engine.version == "eSpeak NG 1.51"
    assert len(engine.speak("--help", "ru", "ru").samples)
    assert (tmp_path / "text").read_text() == "--help\n"
    assert (tmp_path / "words").read_text().startswith("-v ru -s 150 -b 1 --stdin -w /")


def test_where_there_is_a_library_it_speaks() -> None:
    engine = open_espeak(SPEC)
    assert isinstance(engine, EspeakLibrary)
    engine.close()


# What the process itself does


class Library:
    """Stands in for the library."""

    rate = 8000
    version = "9.9"

    def speak(self, text: bytes, voice: str, words_per_minute: int) -> bytes:
        if voice == "none":
            raise LookupError(voice)
        if text == b"fails":
            raise OSError("it failed")
        return text * words_per_minute


def served(*requests: tuple[str, str, int], make: object = Library) -> list[dict[str, object]]:
    orders = b"".join(
        json.dumps({"voice": voice, "words_per_minute": speed, "size": len(text)}).encode()
        + b"\n"
        + text.encode()
        for text, voice, speed in requests
    )
    replies = io.BytesIO()
    espeak_process.serve(io.BytesIO(orders), replies, make)  # type: ignore[arg-type]
    replies.seek(0)
    found = []
    while line := replies.readline():
        head = json.loads(line)
        found.append({**head, "sound": replies.read(head.get("size", 0))})
    return found


def test_each_request_has_its_reply() -> None:
    hello, first, missing, failed, last = served(
        ("ab", "ru", 2), ("ab", "none", 2), ("fails", "ru", 1), ("c\n", "ru", 1)
    )
    assert hello["version"] == "9.9"
    assert first == {"rate": 8000, "size": 4, "sound": b"abab"}
    assert missing["error"] == "espeak-ng has no voice 'none'"
    assert failed["error"] == "it failed"
    assert last["sound"] == b"c\n"


def test_a_machine_without_the_library_is_told() -> None:
    def none() -> object:
        raise OSError("there is no espeak-ng")

    assert served(make=none) == [{"error": "there is no espeak-ng", "sound": b""}]


def test_the_package_has_it_where_the_system_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("espeakng_loader")
    monkeypatch.setattr(espeak_process, "SYSTEM_LIBRARY", "libno-such-espeak.so")
    path, data = espeak_process.find_library()
    assert Path(path).is_file()
    assert data is not None
    assert (Path(data.decode()) / "ru_dict").is_file()
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(OSError, match="there is no espeak-ng"):
        espeak_process.find_library()


def test_the_settings_module_of_the_engine_is_importable_without_sound_libraries() -> None:
    """The worker and the command line must not load numpy for it."""
    import subprocess

    code = (
        "import sys; import orchestrator.speech.studio_link, orchestrator.speech.texts, orchestrator.speech.folder;"
        "sys.exit(', '.join(m for m in ('numpy', 'soundfile', 'soxr') if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert espeak.COMMAND == "espeak-ng"

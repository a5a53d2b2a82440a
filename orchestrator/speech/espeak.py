"""The engine espeak-ng: its library in a child process that stays, or else its command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading

from orchestrator.speech import deadline
from orchestrator.speech.command_line import CommandLine
from orchestrator.speech.deadline import Deadline
from orchestrator.speech.engine import Engine, EngineSpec, Raw
from orchestrator.speech.errors import SpeechError

COMMAND = "espeak-ng"
PROCESS = (sys.executable, "-m", "orchestrator.speech.espeak_process")
START_S = 10.0
HEAD_MAX = 4096  # bytes of the line before a sound
SOUND_MAX = 64 * 1024 * 1024
MISSING = (
    "there is no espeak-ng here: install it (Debian: apt-get install espeak-ng) or `pip install 'prozvon[speech]'`, "
    "or say `speech: {engine: switch}` in prozvon.yaml"
)


def open_espeak(spec: EngineSpec) -> Engine:
    """espeak-ng as this machine has it. SpeechError when it has none."""
    try:
        return EspeakLibrary(spec)
    except SpeechError as error:
        if not shutil.which(COMMAND):
            raise SpeechError(f"{MISSING} ({error})") from None
    words = ("-v", "{voice}", "-s", str(spec.words_per_minute), "-b", "1", "--stdin", "-w", "{out}")
    version = deadline.run([COMMAND, "--version"], b"", START_S)
    return CommandLine((COMMAND, *words), timeout_s=spec.timeout_s, version=version)


class EspeakLibrary:
    """The child process, started anew after anything went wrong with it."""

    def __init__(self, spec: EngineSpec, words: tuple[str, ...] = PROCESS) -> None:
        self._spec = spec
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None
        self._read = b""
        self._is_closed = False
        self._speaking = threading.Lock()
        self.version = self._start()

    def speak(self, text: str, language: str, voice: str) -> Raw:  # noqa: ARG002  # the voice has its language
        with self._speaking:
            return self._speak(text, voice)

    def _speak(self, text: str, voice: str) -> Raw:
        from orchestrator.scenario.audio import from_pcm

        if self._process is None:
            self._start()
        data = text.encode("utf-8", "replace")
        head = {"voice": voice, "words_per_minute": self._spec.words_per_minute, "size": len(data)}
        limit = Deadline(self._spec.timeout_s)
        try:
            self._write(json.dumps(head).encode() + b"\n" + data, limit)
            reply = self._head(limit)
            if "error" not in reply:
                rate = _count(reply, "rate")
                return Raw(from_pcm(self._take(_count(reply, "size"), limit)), rate)
        except SpeechError:
            self._let_go()
            raise
        raise SpeechError(str(reply["error"]))

    def close(self) -> None:
        """From any thread: the text under way is broken off, and no other begun."""
        self._is_closed = True
        if self._process is not None:
            deadline.kill(self._process)
        with self._speaking:
            self._let_go()

    def _let_go(self) -> None:
        if self._process is not None:
            deadline.end(self._process)
        self._process, self._read = None, b""

    def _start(self) -> str:
        """Start it; its version."""
        if self._is_closed:
            raise SpeechError("stopped")
        self._process = deadline.start(list(self._words))
        try:
            hello = self._head(Deadline(START_S))
            if "version" not in hello:
                raise SpeechError(str(hello.get("error", "the library said nothing")))
        except SpeechError:
            self._let_go()
            raise
        return str(hello["version"])

    def _write(self, data: bytes, limit: Deadline) -> None:
        assert self._process is not None  # noqa: S101  # it was started
        assert self._process.stdin is not None  # noqa: S101  # with pipes
        deadline.write(self._process.stdin.fileno(), data, limit)

    def _head(self, limit: Deadline) -> dict[str, object]:
        while b"\n" not in self._read:
            if len(self._read) > HEAD_MAX:
                raise SpeechError("espeak-ng's process talks nonsense")
            self._read_more(limit)
        line, self._read = self._read.split(b"\n", 1)
        try:
            head = json.loads(line)
        except ValueError:
            head = None
        if not isinstance(head, dict):
            raise SpeechError("espeak-ng's process talks nonsense")
        return head

    def _take(self, size: int, limit: Deadline) -> bytes:
        parts, have = [self._read], len(self._read)
        while have < size:
            self._read = b""
            self._read_more(limit)
            parts.append(self._read)
            have += len(self._read)
        whole = b"".join(parts)
        self._read = whole[size:]
        return whole[:size]

    def _read_more(self, limit: Deadline) -> None:
        assert self._process is not None  # noqa: S101  # it was started
        assert self._process.stdout is not None  # noqa: S101  # with pipes
        some = deadline.read_some(self._process.stdout.fileno(), limit)
        if not some:
            raise SpeechError("espeak-ng's process died")
        self._read += some


def _count(head: dict[str, object], key: str) -> int:
    value = head.get(key)
    if not isinstance(value, int) or not 0 <= value <= SOUND_MAX:
        raise SpeechError("espeak-ng's process talks nonsense")
    return value

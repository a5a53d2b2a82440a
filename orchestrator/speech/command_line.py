"""The engine `command`: any program that reads a text on its standard input and writes a sound file."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tempfile
from pathlib import Path

from orchestrator.speech import deadline
from orchestrator.speech.engine import Raw, file_version
from orchestrator.speech.errors import SpeechError

OUT_MAX = 64 * 1024 * 1024  # bytes of the file it writes
SECONDS_MAX = 1500.0
RATES = range(4000, 192_001)
CHANNELS_MAX = 8


class CommandLine:
    """Each text runs the program once. No shell: each word is an argument as it is, the places filled in.

    version: of the program and its voices; by default told from the files that the words name.
    """

    def __init__(self, words: tuple[str, ...], *, timeout_s: float, version: str = "") -> None:
        if shutil.which(words[0]) is None:
            raise SpeechError(f"there is no program {words[0]} (`speech.command` in prozvon.yaml)")
        self._words = words
        self._timeout_s = timeout_s
        self.version = version or _version(words)
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def speak(self, text: str, language: str, voice: str) -> Raw:
        name = Path(self._words[0]).name
        with tempfile.TemporaryDirectory(prefix="prozvon-speech-") as folder:
            out = Path(folder) / "out.wav"
            places = {"{voice}": voice, "{language}": language, "{out}": str(out)}
            words = [self._words[0], *(_filled(word, places) for word in self._words[1:])]
            try:
                deadline.run(words, text.encode("utf-8", "replace") + b"\n", self._timeout_s, self._started)
                return _read(out)
            except SpeechError as error:
                raise type(error)(f"{name} {error}") from None

    def close(self) -> None:
        """From any thread: the text under way is broken off, and no other begun."""
        self._is_closed = True
        if self._process is not None:
            deadline.kill(self._process)

    def _started(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        if self._is_closed:
            deadline.kill(process)


def _version(words: tuple[str, ...]) -> str:
    files = [shutil.which(words[0]) or "", *words[1:]]
    told = "\0".join([*words, *map(file_version, files)])
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _filled(word: str, places: dict[str, str]) -> str:
    for place, value in places.items():
        word = word.replace(place, value)
    return word


def _read(path: Path) -> Raw:
    """The sound that was written. SpeechError when there is none, or it is none."""
    import numpy
    import soundfile

    try:
        with path.open("rb") as file:
            data = file.read(OUT_MAX + 1)
    except OSError:
        raise SpeechError("wrote no file {out}") from None
    if len(data) > OUT_MAX:
        raise SpeechError(f"wrote more than {OUT_MAX >> 20} MiB")
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as sound:
            if sound.samplerate not in RATES or sound.channels > CHANNELS_MAX:
                raise SpeechError(f"wrote {sound.channels} channel(s) of {sound.samplerate} Hz")
            samples = sound.read(int(SECONDS_MAX * sound.samplerate), dtype="float32", always_2d=True)
            mixed, rate = samples.mean(axis=1, dtype="float32"), sound.samplerate
    except (soundfile.SoundFileError, RuntimeError, ValueError):
        raise SpeechError("wrote what is no sound file") from None
    if not numpy.isfinite(mixed).all():
        raise SpeechError("wrote samples that are no numbers")
    return Raw(mixed, rate)

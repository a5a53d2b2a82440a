"""A FreeSWITCH session in virtual time, as faithful as the driver can notice (src/switch_cpp.cpp, 1.10.12).

What a real switch punishes with a crash, a frozen switch or a zombie channel is written down in `faults` here.
"""

from __future__ import annotations

import inspect
import math
import random
import re
import struct
import wave
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

RATE = 8000
SAFE_VALUE = re.compile(r"[A-Za-z0-9_=-]*")


@dataclass
class Dtmf:
    digit: str
    duration: int = 2000


@dataclass
class FakeSession:
    """`keys`: (second, key) pressed by the callee; `hangs_up_at`: second. Times are seconds since answer.

    `sound`: (ms, level) of the callee's voice from the answer on, of a tone where the level is below nothing; silence
    after it.
    """

    variables: dict[str, str] = field(default_factory=dict)
    keys: list[tuple[float, str]] = field(default_factory=list)
    hangs_up_at: float = 1e9
    sound: list[tuple[int, int]] = field(default_factory=list)
    can_speak: bool = True
    seconds_per_character: float = 0.05
    records: bool = True
    sends_media: bool = True

    t: float = 0.0
    is_up: bool = True
    destroyed: int = 0
    hangup_cause: str | None = None
    done: list[tuple[float, str, str]] = field(default_factory=list)  # (second, what, data)
    faults: list[str] = field(default_factory=list)
    queue: list[str] = field(default_factory=list)
    voice: tuple[str, str] | None = None
    _callback: Any = None
    _argument: Any = None
    _recording: BinaryIO | None = None
    _recorded_s: float = 0.0
    recorded: list[Path] = field(default_factory=list)

    # -- what the driver calls --------------------------------------------------------------------------------

    def monotonic(self) -> float:
        return self.t

    def ready(self) -> bool:
        self._check("ready")
        return self.is_up

    def getVariable(self, name: str) -> str | None:  # noqa: N802
        self._check("getVariable", name)
        return self.variables.get(name)

    def setVariable(self, name: str, value: str) -> None:  # noqa: N802
        self._check("setVariable", name, value)
        if not SAFE_VALUE.fullmatch(value) or not re.fullmatch("[a-z0-9_]+", name):
            self.faults.append(f"variable {name} may be expanded: {value[:60]}")
        if value:
            self.variables[name] = value
        else:
            self.variables.pop(name, None)

    def streamFile(self, path: str) -> int:  # noqa: N802
        self._check("streamFile", path)
        if not self.is_up:
            return 0
        if not Path(path).is_file():
            self._note("missing", path)
            return 0
        self._note("file", Path(path).name)
        with wave.open(path, "rb") as file:
            seconds = file.getnframes() / file.getframerate()
        return int(self._pass(seconds))

    def set_tts_params(self, engine: str, voice: str) -> None:
        self._check("set_tts_params", engine, voice)
        self.voice = (engine, voice)

    def speak(self, text: str) -> int:
        self._check("speak", text)
        if self.voice is None or not self.can_speak or not self.is_up:
            return 0
        self._note("speak", text)
        return int(self._pass(len(text) * self.seconds_per_character))

    def sleep(self, ms: int, sync: int = 0) -> int:
        self._check("sleep", numbers=(ms, sync))
        return int(self._pass(ms / 1000))

    def getDigits(  # noqa: N802
        self, most: int, ends: str, timeout_ms: int, interdigit_ms: int = 0, all_ms: int = 0
    ) -> str:
        self._check("getDigits", ends, numbers=(most, timeout_ms, interdigit_ms, all_ms))
        self._note("getDigits", str(most))
        if most >= 512:
            self.faults.append("getDigits over its buffer")
        got = ""
        until = self.t + timeout_ms / 1000
        while self.is_up:
            while self.queue:
                key = self.queue.pop(0)
                if key in ends:
                    return got
                got += key
                if len(got) >= most:
                    return got
                until = self.t + (interdigit_ms or timeout_ms) / 1000
            if self.t >= until:
                break
            self._advance(min(until, self._next_event()))
        return got

    def flushDigits(self) -> None:  # noqa: N802
        self._check("flushDigits")
        self.queue.clear()

    def setInputCallback(self, function: Any, argument: Any = None) -> None:  # noqa: N802
        self._check("setInputCallback")
        if self._callback is not None:
            self.faults.append("the callback before was not taken away")
        if not inspect.isfunction(function) or function.__closure__:
            self.faults.append("a callback that may keep the session")
        self._callback, self._argument = function, argument

    def unsetInputCallback(self) -> None:  # noqa: N802
        if not self.destroyed:
            self._check("unsetInputCallback")
        self._callback = self._argument = None

    def execute(self, application: str, data: str = "") -> None:
        self._check("execute", application, data)
        if "$" in data:
            self.faults.append("application data may be expanded")
        if not self.is_up:
            self.faults.append(f"{application} on a channel that is hung up")
            return
        self._note(application, data)
        path = Path(data.split(" ")[0])
        if application == "record_session" and self.records:
            assert "RECORD_READ_ONLY=true" in data
            assert "enable_file_write_buffering=false" in data  # or nothing is written for four seconds
            self._recording = path.open("wb")
            self._recording.write(wav_header())
            self._recording.flush()
            self._recorded_s = self.t
            self.recorded.append(path)
        elif application == "stop_record_session":
            self._stop_recording()

    def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        self._check("hangup", cause)
        if self.is_up:
            self.hangup_cause = cause
            self._note("hangup", cause)
        self._down()

    def destroy(self) -> None:
        self.destroyed += 1
        self._callback = self._argument = None

    # -- the world around it ----------------------------------------------------------------------------------

    def _check(self, call: str, *texts: Any, numbers: tuple[Any, ...] = ()) -> None:
        """SWIG takes str for char * and int for int, and nothing else; a lone surrogate is no UTF-8."""
        if self.destroyed:
            self.faults.append(f"{call} after destroy")
        for text in texts:
            if type(text) is not str:
                raise TypeError(f"in method 'Session_{call}', argument of type 'char *'")
            text.encode()
        for number in numbers:
            if type(number) is not int:
                raise TypeError(f"in method 'Session_{call}', argument of type 'int'")

    def _note(self, what: str, data: str) -> None:
        self.done.append((round(self.t, 3), what, data))

    def _next_event(self) -> float:
        upcoming = [at for at, _ in self.keys if at > self.t] + [self.hangs_up_at]
        return max(self.t, min(upcoming))

    def _advance(self, to: float) -> None:
        """Let time pass to `to`, with what happens then."""
        came = [key for at, key in self.keys if self.t < at <= to or (at == 0 == self.t)]
        self.keys = [(at, key) for at, key in self.keys if at > to]
        self.t = to
        self.queue += came
        self._record()
        if to >= self.hangs_up_at:
            self._down()

    def _pass(self, seconds: float) -> bool:
        """Seconds of playing or sleeping; False when cut short. The callback gets each key in the queue."""
        until = self.t + seconds
        while self.is_up:
            while self._callback is not None and self.queue:
                answer = self._callback(self, "dtmf", Dtmf(self.queue.pop(0)), self._argument)
                if type(answer) is not str:
                    self.faults.append("a callback must return str")
                if answer not in ("", "true", "undefined"):
                    return False
            if self.t >= until:
                return True
            self._advance(min(until, self._next_event()))
        return False

    def _down(self) -> None:
        self.is_up = False
        self._stop_recording()

    def _record(self) -> None:
        if self._recording is not None and self.sends_media:
            self._recording.write(pcm(self.sound, self._recorded_s, self.t))
            self._recording.flush()
            self._recorded_s = self.t

    def _stop_recording(self) -> None:
        if self._recording is not None:
            self._recording.close()
            self._recording = None


def wav_header(rate: int = RATE, channels: int = 1, kind: int = 1, bits: int = 16) -> bytes:
    """As libsndfile writes it at first: the lengths are not known yet."""
    width = channels * bits // 8
    shape = struct.pack("<IHHIIHH", 16, kind, channels, rate, rate * width, width, bits)
    return b"RIFF" + bytes(4) + b"WAVEfmt " + shape + b"data" + bytes(4)


def pcm(sound: list[tuple[int, int]], begin_s: float, end_s: float) -> bytes:
    """The samples between two times: noise of each level, and of one below nothing a tone of 1 kHz."""
    first, last = round(begin_s * RATE), round(end_s * RATE)
    samples = array("h", bytes(2 * (last - first)))
    at = 0
    for ms, level in sound:
        length = ms * RATE // 1000
        for index in range(max(at, first), min(at + length, last)):
            samples[index - first] = (
                round(-level * TONE[index % 8]) if level < 0 else level * SIGNS[index % 997]
            )
        at += length
    return samples.tobytes()


TONE = tuple(math.sin(math.pi * n / 4) for n in range(8))
SIGNS = tuple(random.Random(1).choices((-1, 1), k=997))


def write_wav(path: Path, seconds: float = 1.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(2 * int(seconds * RATE)))

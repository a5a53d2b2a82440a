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
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import fake_line

RATE = 8000
EPOCH_S = 1_795_000_000  # at second 0
SAFE_VALUE = re.compile(r"[A-Za-z0-9_=+.-]*")
# Values of its own variables: nothing that is expanded
SWITCHS_OWN = re.compile(r"[A-Za-z0-9_.,:;/%()#*+=-]*")
LAST_KEYS = 50_000  # a flood is cut somewhere


@dataclass
class Dtmf:
    digit: str
    duration: int = 2000


@dataclass
class FakeSession:
    """`keys`: (second, key) pressed by the callee; `hangs_up_at`: second. Times are seconds since answer.

    `sound`: (ms, level) of the callee's voice from the answer on, of a tone where the level is below nothing; silence
    after it. `telephones`: number -> who is rung there, nobody where there is none. `desk`: what is asked -> (seconds
    until the answer, the answer as it is put into the variable), None for no answer.
    """

    variables: dict[str, str] = field(default_factory=dict)
    keys: list[tuple[float, str]] = field(default_factory=list)
    hangs_up_at: float = 1e9
    sound: list[tuple[int, int]] = field(default_factory=list)
    can_speak: bool = True
    seconds_per_character: float = 0.05
    records: bool = True
    sends_media: bool = True
    is_answered: bool = True
    telephones: dict[str, fake_line.Telephone] = field(default_factory=dict)
    desk: Callable[[dict[str, Any]], tuple[float, str] | None] = lambda _: None
    disk_is_full_after_s: float = 1e9  # of recording
    links: dict[str, float | str] = field(
        default_factory=dict
    )  # to other switches: seconds of talk, or why not
    breaks: list[float] = field(default_factory=list)  # when the orchestrator breaks what is being played

    has_media: bool = False
    behind: str = ""  # music that goes on while the script sleeps
    is_broken: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    tapes: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    later: list[tuple[float, str, str]] = field(default_factory=list)  # (second, variable, value)
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
        own = {"created_time": 0, "answered_time": 0 if self.is_answered else None}  # of the caller's profile
        if name in own and name not in self.variables:
            at_s = own[name]
            return "0" if at_s is None else str(int((EPOCH_S + at_s) * 1_000_000))
        return self.variables.get(name)

    def setVariable(self, name: str, value: str) -> None:  # noqa: N802
        self._check("setVariable", name, value)
        safe = SAFE_VALUE if name.startswith("prozvon_") else SWITCHS_OWN
        if not safe.fullmatch(value) or not re.fullmatch("[a-z0-9_]+", name):
            self.faults.append(f"variable {name} may be expanded: {value[:60]}")
        if value:
            self.variables[name] = value
        else:
            self.variables.pop(name, None)

    def streamFile(self, path: str) -> int:  # noqa: N802
        self._check("streamFile", path)
        if not self.is_up:
            return 0
        if self.behind:
            self.faults.append("music under what is played")
        limit = self.variables.get("playback_timeout_sec")
        assert limit is None or self.variables["playback_timeout_as_success"] == "true"
        if "://" in path:
            self._note("stream", path)
            seconds = 1e9 if path.startswith("local_stream") or "loops=-1" in path else 1.0
        elif not Path(path).is_file():
            self._note("missing", path)
            return 0
        else:
            self._note("file", Path(path).name)
            with wave.open(path, "rb") as file:
                seconds = file.getnframes() / file.getframerate()
        self.has_media = True
        return int(self._pass(min(seconds, int(limit)) if limit else seconds))

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
        self.is_broken = False  # the switch forgets a break at each application
        if application in fake_line.APPLICATIONS and "RECORD_READ_ONLY" not in data:
            fake_line.APPLICATIONS[application](self, data)
            return
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
            fake_line.stop_tape(self, data)

    def setEventData(self, event: fake_line.FakeEvent) -> None:  # noqa: N802
        self._check("setEventData")
        event.session = self

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
        upcoming += [at for at, _, _ in self.later if at > self.t]
        upcoming += [at for at in self.breaks if at > self.t]
        return max(self.t, min(upcoming))

    def _advance(self, to: float) -> None:
        """Let time pass to `to`, with what happens then."""
        came = [key for at, key in self.keys if self.t < at <= to or (at == 0 == self.t)]
        self.keys = [(at, key) for at, key in self.keys if at > to]
        self.is_broken |= any(self.t < at <= to for at in self.breaks)
        self.t = to
        self.queue = (self.queue + came)[:LAST_KEYS]
        self.variables |= {name: value for at, name, value in self.later if at <= to}
        self.later = [each for each in self.later if each[0] > to]
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
            if self.is_broken:
                self.is_broken = False
                return False
            if self.t >= until:
                return True
            self._advance(min(until, self._next_event()))
        return False

    def _down(self) -> None:
        self.is_up = False
        self._stop_recording()
        for path in list(self.tapes):
            fake_line.stop_tape(self, path)

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

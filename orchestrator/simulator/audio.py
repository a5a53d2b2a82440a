"""Sound without sound: how long things last, and the WAV a recording of the callee grows into.

A recording is 8 kHz, mono, 16 bit. Its energy follows what the callee says; blocks are made once.
"""

from __future__ import annotations

import os
import random
import re
import struct
import wave
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from orchestrator.simulator.callee import Utterance

RATE: Final = 8000
BYTES_PER_MS: Final = 16
FRAME_MS: Final = 20
BUFFER_BYTES: Final = 65536  # SWITCH_DEFAULT_FILE_BUFFER_LEN, unless enable_file_write_buffering says else
PRE_BUFFER_FRAMES: Final = 25  # switch_ivr_async.c: frames held back before a recording begins to be written
MUSIC_MS: Final = 1 << 40  # it never ends
HEADER_BYTES: Final = 44
CHARS_PER_S: Final = 14  # how fast an engine speaks
_WORD_MS, _GAP_MS = 360, 80  # of modelled speech
_BLOCK_MS: Final = 4400


def file_ms(name: str) -> int | None:
    """How long `streamFile`, `playback` and prompts play `name`; None: there is nothing to play.

    Understands WAV files, `silence_stream://MS`, `tone_stream://%(MS,...)`, `local_stream://`, `file_string://A!B`
    and `say:`.
    """
    name = re.sub(r"^\{[^}]*\}", "", name.strip())
    if name.startswith("silence_stream://"):
        return _first_number(name[17:])
    if name.startswith("tone_stream://"):
        return sum(int(ms) for ms in re.findall(r"%\((\d+)", name))
    if name.startswith("local_stream://"):
        return MUSIC_MS
    if name.startswith("file_string://"):
        parts = [file_ms(part) for part in name[14:].split("!")]
        return sum(part for part in parts if part is not None)
    if name.startswith("say:"):
        return speech_ms(name.rsplit(":", 1)[-1])
    try:
        stat = os.stat(name)
    except OSError:
        return None
    return _wav_ms(name, stat.st_mtime_ns, stat.st_size)


def speech_ms(text: str) -> int:
    """How long a speech engine needs for `text`."""
    return 300 + len(text) * 1000 // CHARS_PER_S


def _first_number(text: str) -> int:
    match = re.match(r"\d+", text)
    return int(match[0]) if match else 0


@lru_cache(maxsize=4096)
def _wav_ms(name: str, _changed_ns: int, _size: int) -> int | None:
    try:
        with wave.open(name, "rb") as file:
            return file.getnframes() * 1000 // file.getframerate()
    except (OSError, EOFError, wave.Error):
        return None


@lru_cache(maxsize=1)
def _speech_block() -> bytes:
    """Words with gaps between them, their loudness going up and down as a voice's does."""
    rng = random.Random(20251122)
    block = bytearray()
    for at in range(0, _BLOCK_MS, FRAME_MS):
        if at % (_WORD_MS + _GAP_MS) < _WORD_MS:
            loud = rng.randrange(1500, 7000)
            block += struct.pack("<160h", *(rng.randrange(-2 * loud, 2 * loud) for _ in range(160)))
        else:
            block += bytes(FRAME_MS * BYTES_PER_MS)
    return bytes(block)


@lru_cache(maxsize=1)
def _beep_block() -> bytes:
    """1 kHz: eight samples a period."""
    period = struct.pack(
        "<8h", *(round(6000 * value) for value in (0, 0.707, 1, 0.707, 0, -0.707, -1, -0.707))
    )
    return period * (_BLOCK_MS * BYTES_PER_MS // len(period))


@lru_cache(maxsize=16)
def _noise_block(level: int) -> bytes:
    """`level` 0..10; 10 has a mean of 1000."""
    if not level:
        return bytes(_BLOCK_MS * BYTES_PER_MS)
    rng = random.Random(level)
    return struct.pack(
        f"<{_BLOCK_MS * RATE // 1000}h",
        *(rng.randrange(-200 * level, 200 * level + 1) for _ in range(_BLOCK_MS * RATE // 1000)),
    )


def heard_between(sounds: tuple[Utterance, ...], noise: float, begin_ms: int, end_ms: int) -> bytes:
    """Samples the callee sends between two moments (ms since the answer)."""
    out: list[bytes] = []
    at = begin_ms
    for sound in sounds:
        first, last = round(sound.begin_s * 1000), round(sound.end_s * 1000)
        if last <= at or first >= end_ms:
            continue
        if first > at:
            out.append(_cut(_noise_block(round(noise * 10)), at, first))
            at = first
        block = _beep_block() if sound.kind == "beep" else _speech_block()
        out.append(_cut(block, at - first, min(last, end_ms) - first))
        at = min(last, end_ms)
    out.append(_cut(_noise_block(round(noise * 10)), at, end_ms))
    return b"".join(out)


def _cut(block: bytes, begin_ms: int, end_ms: int) -> bytes:
    begin, length = begin_ms * BYTES_PER_MS % len(block), (end_ms - begin_ms) * BYTES_PER_MS
    if length <= 0:
        return b""
    repeats = (begin + length) // len(block) + 1
    return (block * repeats)[begin : begin + length] if repeats > 1 else block[begin : begin + length]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOptions:
    limit_s: int = 0  # 0: none
    is_stereo: bool = False  # the far end on the left, we on the right
    is_far_only: bool = False  # of one channel: else it is the sum of both
    is_of_talks: bool = False  # only while the leg is bridged
    buffer_bytes: int = BUFFER_BYTES  # 0: written at once
    pre_buffer_frames: int = PRE_BUFFER_FRAMES


Sounds = Callable[[int, int], bytes]  # samples between two moments, in ms


class Recording:
    """One recording of the far end's side, or of both. Written only when time passes on its leg.

    Lengths in the header are right only after `stop`, as in a file of libsndfile. The constructor raises
    OSError when the file cannot be made; `has_room` says whether the disk takes what is written.
    """

    def __init__(
        self,
        path: str,
        *,
        far: Sounds,
        ours: Sounds,
        now_ms: int,
        options: RecordingOptions,
        has_room: Callable[[], bool] = lambda: True,
    ) -> None:
        self.path = path
        self.is_of_session = True  # its end is told by the end of the leg
        self.is_masked = self.is_paused = self.is_full = False
        self.is_of_talks = options.is_of_talks
        self._far, self._ours, self._options, self._has_room = far, ours, options, has_room
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        os.write(self._file, self._header(0))
        self._began_ms = self._at_ms = now_ms
        self._held = b""
        self._written = 0
        self._is_open = True

    def grow(self, now_ms: int) -> None:
        """Take in what was heard until `now_ms`, whole frames only, and write what is not to be held back."""
        end_ms = now_ms - (now_ms - self._began_ms) % FRAME_MS
        if self._options.limit_s:
            end_ms = min(end_ms, self._began_ms + self._options.limit_s * 1000)
        if not self._is_open or end_ms <= self._at_ms:
            return
        if not self.is_paused:
            self._held += self._samples(self._at_ms, end_ms)
        self._at_ms = end_ms
        if end_ms - self._began_ms < self._options.pre_buffer_frames * FRAME_MS:
            return
        chunk = self._options.buffer_bytes or 1
        ready = len(self._held) // chunk * chunk
        if ready:
            self._write(ready)

    def stop(self, now_ms: int) -> None:
        """Write what is held and put the lengths into the header."""
        if not self._is_open:
            return
        self.grow(now_ms)
        self._write(len(self._held))
        os.pwrite(self._file, self._header(self._written), 0)
        os.close(self._file)
        self._is_open = False

    def mask(self, is_on: bool, now_ms: int) -> None:
        """Silence instead of what is said, from now on; or no more."""
        self.grow(now_ms)
        self.is_masked = is_on

    def pause(self, is_on: bool, now_ms: int) -> None:
        """Nothing from now on; or no more."""
        self.grow(now_ms)
        self.is_paused = is_on

    @property
    def ms(self) -> int:
        """How much is in the file."""
        return self._written // BYTES_PER_MS // (1 + self._options.is_stereo)

    @property
    def size(self) -> int:
        return HEADER_BYTES + self._written

    def _samples(self, begin_ms: int, end_ms: int) -> bytes:
        if self.is_masked:
            return bytes((end_ms - begin_ms) * BYTES_PER_MS * (1 + self._options.is_stereo))
        far = self._far(begin_ms, end_ms)
        if self._options.is_far_only:
            return far
        ours = self._ours(begin_ms, end_ms)
        if not self._options.is_stereo:
            return _sum(far, ours)
        both = array("h", bytes(2 * len(far)))
        both[::2], both[1::2] = array("h", far), array("h", ours)
        return both.tobytes()

    def _write(self, size: int) -> None:
        self.is_full = self.is_full or (size > 0 and not self._has_room())
        if not self.is_full:
            self._written += os.write(self._file, self._held[:size])
        self._held = self._held[size:]

    def _header(self, size: int) -> bytes:
        channels = 1 + self._options.is_stereo
        form = (1, channels, RATE, RATE * 2 * channels, 2 * channels, 16)
        head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, *form)
        return head + struct.pack("<4sI", b"data", size)


def _sum(one: bytes, two: bytes) -> bytes:
    if not any(two):
        return one
    if not any(one):
        return two
    mixed = (max(-32768, min(32767, a + b)) for a, b in zip(array("h", one), array("h", two), strict=True))
    return array("h", mixed).tobytes()

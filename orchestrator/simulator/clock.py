"""The clock of everything business-like: due times, calling hours, ring times.

    RealClock      the machine's own clock
    SharedClock    a file: (real origin, virtual origin, speed), shared by the worker and the simulated switch

Transport time-outs and heartbeats stay on real time and do not come here.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import time
from pathlib import Path
from typing import Final, Protocol

import gevent

CHECK_S: Final = 0.02
"""Longest real sleep in one go on a shared clock, so that a jump by another process is noticed."""


class Clock(Protocol):
    """Epoch milliseconds UTC, and sleeping (cooperatively, gevent) in seconds of this clock."""

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second."""
        ...

    def now_ms(self) -> int: ...

    def sleep(self, seconds: float) -> None: ...

    def sleep_until(self, at_ms: int) -> None: ...


class RealClock:
    """The machine's clock."""

    @property
    def speed(self) -> float:
        return 1.0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        gevent.sleep(max(0.0, seconds))

    def sleep_until(self, at_ms: int) -> None:
        gevent.sleep(max(0.0, (at_ms - self.now_ms()) / 1000))


# The file, little endian: magic, generation (its lowest bit names the slot in force), then two slots of
# (real origin ns, virtual origin ns, speed). A writer fills the other slot and only then bumps the
# generation, so a writer killed half-way changes nothing and a reader never waits.
_MAGIC: Final = b"PZCLOCK1"
_GENERATION: Final = struct.Struct("<q")
_SLOT: Final = struct.Struct("<qqd")
_SIZE: Final = len(_MAGIC) + _GENERATION.size + 2 * _SLOT.size
_SLOT_AT: Final = len(_MAGIC) + _GENERATION.size


class SharedClock:
    """A clock several processes read from one file; it may run faster than real time and be moved forward.

    Never runs backwards: not by `jump_to`, and within one process not by a step of the machine's clock.
    Raises FileNotFoundError when the file does not exist and ValueError when it is not a clock.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        with self.path.open("r+b") as file:
            if os.fstat(file.fileno()).st_size != _SIZE:
                raise ValueError(f"{self.path} is not a clock file")
            self._map = mmap.mmap(file.fileno(), _SIZE)
        if self._map[: len(_MAGIC)] != _MAGIC:
            raise ValueError(f"{self.path} is not a clock file")
        self._words = memoryview(self._map).cast("q")
        self._seen = -1
        self._real_ns = 0
        self._virtual_ns = 0
        self._speed = 1.0
        self._last_ms = 0
        self._load()

    @classmethod
    def create(cls, path: Path | str, *, start_ms: int, speed: float = 1.0) -> SharedClock:
        """Make the file with the clock standing at `start_ms` now. FileExistsError if there is one."""
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        path = Path(path)
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        slot = _SLOT.pack(time.time_ns(), start_ms * 1_000_000, float(speed))
        draft.write_bytes(_MAGIC + _GENERATION.pack(0) + slot + slot)
        try:
            os.link(draft, path)  # whole or not at all, and never over another process's clock
        finally:
            draft.unlink()
        return cls(path)

    @property
    def speed(self) -> float:
        if self._words[1] != self._seen:
            self._load()
        return self._speed

    def now_ms(self) -> int:
        if self._words[1] != self._seen:
            self._load()
        now = self._virtual_ns + (time.time_ns() - self._real_ns) * self._speed
        now_ms = int(now) // 1_000_000
        if now_ms < self._last_ms:
            return self._last_ms
        self._last_ms = now_ms
        return now_ms

    def sleep(self, seconds: float) -> None:
        self.sleep_until(self.now_ms() + round(seconds * 1000))

    def sleep_until(self, at_ms: int) -> None:
        gevent.sleep(0)
        while (left_ms := at_ms - self.now_ms()) > 0:
            gevent.sleep(min(left_ms / 1000 / self.speed, CHECK_S))

    def jump_to(self, at_ms: int) -> int:
        """Move the clock forward to `at_ms`, or leave it where it is already later. Returns its time then."""
        with self.path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            now_ms = self.now_ms()
            if at_ms <= now_ms:
                return now_ms
            self._move(at_ms)
        return self.now_ms()

    def _move(self, at_ms: int) -> None:
        generation: int = self._words[1] + 1
        slot = _SLOT.pack(time.time_ns(), at_ms * 1_000_000, self._speed)
        _SLOT.pack_into(self._map, _SLOT_AT + (generation & 1) * _SLOT.size, *_SLOT.unpack(slot))
        self._words[1] = generation

    def _load(self) -> None:
        while True:
            generation: int = self._words[1]
            real, virtual, speed = _SLOT.unpack_from(self._map, _SLOT_AT + (generation & 1) * _SLOT.size)
            if self._words[1] == generation:
                break
        self._seen, self._real_ns, self._virtual_ns, self._speed = generation, real, virtual, speed

    def close(self) -> None:
        """Let go of the file. The clock cannot be read after it."""
        self._words.release()
        self._map.close()

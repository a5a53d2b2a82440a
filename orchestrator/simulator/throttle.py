"""Admission of new sessions: sessions per second, sessions at once, pause (switch_core_session.c:2440)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """As in switch.conf. `sessions_per_second` admits one less, in both directions together."""

    sessions_per_second: int = 30
    max_sessions: int = 1000


JITTER_S: Final = 0.25  # real seconds a busy machine may hold commands back and then bring them at once


class Throttle:
    """Counts by whole seconds of the switch's clock; a new `sps` counts from the next one.

    On a clock so fast that such a second is less than JITTER_S it counts over as many seconds as those take:
    commands that a busy machine brought late and together are no burst.
    """

    def __init__(self, limits: Limits, speed: float = 1.0) -> None:
        self.next_sps = limits.sessions_per_second
        self.max_sessions = limits.max_sessions
        self.is_paused = False
        self.is_paused_inbound = False
        self.sessions = 0  # since start
        self.peak = 0
        self._seconds = max(1, int(speed * JITTER_S)) if speed > 1 else 1
        self._sps = limits.sessions_per_second
        self._span = -1
        self._taken = 0
        self._last = 0

    def admit(self, now_ms: int, live: int, count: int = 1, *, is_inbound: bool = False) -> bool:
        """Whether `count` new sessions may begin beside `live` others; takes them if so."""
        self._turn(now_ms)
        if (self.is_paused_inbound if is_inbound else self.is_paused) or live + count > self.max_sessions:
            return False
        self._taken += count
        if self._taken > (self._sps - 1) * self._seconds:
            return False
        self.sessions += count
        self.peak = max(self.peak, -(-self._taken // self._seconds))
        return True

    def last(self, now_ms: int) -> int:
        """Sessions of the second before this one."""
        self._turn(now_ms)
        return self._last

    def left(self, now_ms: int) -> int:
        self._turn(now_ms)
        return max(0, self._sps - self._taken // self._seconds)

    def _turn(self, now_ms: int) -> None:
        span = now_ms // 1000 // self._seconds
        if span != self._span:
            self._last = self._taken // self._seconds if span == self._span + 1 else 0
            self._span, self._taken, self._sps = span, 0, self.next_sps

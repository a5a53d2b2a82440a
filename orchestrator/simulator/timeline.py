"""The time of one leg: what is due next, waiting for it, and being taken away from it.

A leg has a time of its own (`now_ms`): the moment it has lived up to. It waits until the clock gets there,
and when the clock has run ahead (a fast clock, a busy machine) it catches up without losing a millisecond.
So what a call does and how long it lasts is the same at any speed.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Final

from orchestrator.simulator.audio import Recording
from orchestrator.simulator.timers import Timers, Waiter

NEVER_MS: Final = 1 << 62


class Timeline:
    """Everything happens in the greenlet that lives it, except where it says "from outside"."""

    def __init__(self, now_ms: int, timers: Timers) -> None:
        self.now_ms = now_ms
        self.is_up = True  # until hangup; `uuid_exists` says this
        self.digits: deque[str] = deque()  # pressed and not yet taken
        self.on_digit: Callable[[], bool] | None = None  # True: stop what is going on
        self.recordings: dict[str, Recording] = {}
        self._agenda: list[tuple[int, int, Callable[[], object]]] = []
        self._order = count()
        self._timers, self._waiter = timers, Waiter(timers)
        self._killed_with = ""
        self._is_stopped = False  # from within: what happened ends the wait under way
        self._is_broken = False  # from outside: ends what is played or slept, or else what comes next
        self._host: Timeline | None = None
        self._goes_to: Callable[[], None] | None = None
        self._goes_at_ms: int | None = None

    def hang_up(self, cause: str, *, by: str) -> None:
        """End the leg now."""
        raise NotImplementedError

    def at(self, at_ms: int, what: Callable[[], object]) -> None:
        """Let `what` happen at a moment of this leg's time."""
        heapq.heappush(self._agenda, (at_ms, next(self._order), what))
        if self._host is not None:
            self._host.at(at_ms, self._tick)

    def live_until(self, at_ms: int, *, can_break: bool = False) -> bool:
        """Live up to `at_ms`. False when it ended before: hangup, a new course, or `on_digit` wants to stop.

        True and too early when it was stopped from within or, if it `can_break`, broken off from outside.
        """
        while self.is_ready:
            if self._is_stopped or (can_break and self._is_broken):
                self._is_stopped = False
                self._is_broken = self._is_broken and not can_break
                break
            while self.is_ready and self.digits and self.on_digit is not None:
                if self.on_digit():
                    return False
            if not self.is_ready:
                break
            next_ms = min(at_ms, self._agenda[0][0] if self._agenda else NEVER_MS)
            self._wait_until(next_ms)
            if self._killed_with:
                self.hang_up(self._killed_with, by="switch")
            elif self._agenda and self._agenda[0][0] <= self.now_ms:
                heapq.heappop(self._agenda)[2]()
            elif self.now_ms >= at_ms:
                break
        for recording in self.recordings.values():
            recording.grow(self.now_ms)
        return self.is_ready

    def live_for(self, ms: int, *, can_break: bool = False) -> bool:
        return self.live_until(self.now_ms + ms, can_break=can_break)

    def soon(self, what: Callable[[], object]) -> None:
        """From outside: let `what` happen as soon as its greenlet has its turn."""
        self.at(0, what)
        self._poke()

    def later(self, at_ms: int, what: Callable[[], object]) -> None:
        """From outside: let `what` happen at a moment of this leg's time, or at once where that has passed."""
        self.at(max(1, at_ms), what)
        self._nudge()

    def _nudge(self) -> None:
        if self._host is not None:
            self._host._nudge()
        else:
            self._waiter.wake()

    def break_off(self) -> None:
        """From outside: end what is played or waited for; if nothing is, then what comes next."""
        self._is_broken = True
        self._poke()

    def forget_break(self) -> None:
        self._is_broken = False

    def stop_waiting(self) -> None:
        """From within: what happened just now ends the wait under way."""
        self._is_stopped = True

    def _poke(self) -> None:
        """Let whoever lives it look at it now."""
        if self._host is not None:
            self._host.soon(self._tick)
        else:
            self._waiter.wake()

    # Another course than that of its extension

    @property
    def is_ready(self) -> bool:
        """Up, and not told to leave what it does: scripts and applications go on while it is."""
        return self.is_up and self._goes_to is None

    def go_to(self, course: Callable[[], None], at_ms: int | None = None) -> None:
        """From anywhere: end what it does and do this, in its own greenlet; at the time of another leg, if told."""
        if self.is_up:
            self._goes_to, self._goes_at_ms = course, at_ms
            self._poke()

    def take_course(self) -> Callable[[], None] | None:
        """What it was told to do; for whoever lives the leg."""
        course, self._goes_to = self._goes_to, None
        self._is_stopped = False
        return course

    # Living in the time and greenlet of another leg, as long as they talk

    def lend(self, host: Timeline) -> None:
        """From now on `host` lives this leg, until `take_back`."""
        self._host = host
        self.now_ms = max(self.now_ms, host.now_ms)
        for at_ms, _, _ in self._agenda:
            host.at(at_ms, self._tick)

    def take_back(self) -> None:
        if self._host is not None:
            self.now_ms = max(self.now_ms, self._host.now_ms)
            self._host = None

    def _tick(self) -> None:
        """What was due on a lent leg happens."""
        host = self._host
        if host is None:
            return
        self.now_ms = max(self.now_ms, host.now_ms)
        if self._killed_with:
            self.hang_up(self._killed_with, by="switch")
        while self.is_ready and self._agenda and self._agenda[0][0] <= self.now_ms:
            heapq.heappop(self._agenda)[2]()
        while self.is_ready and self.digits and self.on_digit is not None:
            self.on_digit()
        if not self.is_ready:
            host.stop_waiting()

    def kill(self, cause: str) -> None:
        """From outside: hang up as soon as its greenlet has its turn. It does not exist any more from now on."""
        if self.is_up and not self._killed_with:
            self._killed_with = cause
            self._poke()

    @property
    def exists(self) -> bool:
        return self.is_up and not self._killed_with

    def _wait_until(self, at_ms: int) -> None:
        if at_ms > self.now_ms:
            self._waiter.wait_until(at_ms)
            clock_ms = self._timers.clock.now_ms()
            due_ms = self._agenda[0][0] if self._agenda else NEVER_MS
            if 0 < due_ms < at_ms and not self._killed_with:
                at_ms = due_ms  # it has come from outside meanwhile
            if self._goes_to is not None and self._goes_at_ms is not None:
                clock_ms = min(clock_ms, self._goes_at_ms)
            self.now_ms = max(self.now_ms, min(at_ms, clock_ms) if not self._killed_with else clock_ms)

"""Waking greenlets on the clock: one heap and one waker, so that thousands of waits cost little.

Waits that have come due are woken together. On a clock that runs faster than real time a wait is often over
before it begins; it then costs no switch at all, but every so often the waiter gives the others a turn.
"""

from __future__ import annotations

import heapq
from itertools import count
from typing import Any, Final

import gevent
from gevent.event import Event
from greenlet import getcurrent

from orchestrator.simulator.clock import CHECK_S, Clock

TURN: Final = 20  # waits in the past after which the others get a turn


class Waiter:
    """One greenlet's waits, one after another. `wake` ends the wait under way, or the next one at once."""

    __slots__ = ("_greenlet", "_ticket", "_timers", "_turns", "_woken")

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._greenlet: Any = None  # greenlet has no type for "whichever one is current"
        self._ticket = 0  # of the wait under way; one that is over must not end the next
        self._woken = False
        self._turns = 0

    def wait_until(self, at_ms: int) -> None:
        """Park until the clock reaches `at_ms` or until `wake`."""
        if self._woken or at_ms <= self._timers.clock.now_ms():
            self._woken = False
            self._turns += 1
            if self._turns % TURN == 0:
                gevent.sleep(0)
            return
        self._greenlet = getcurrent()
        self._ticket = self._timers.add(at_ms, self)
        try:
            gevent.get_hub().switch()
        finally:
            self._greenlet = None
            self._woken = False

    def wake(self) -> None:
        self._woken = True
        self._timers.soon(self, self._ticket)

    def resume(self, ticket: int) -> None:
        """For `Timers`: go on with the wait that has this ticket, if it is still under way."""
        if ticket == self._ticket and self._greenlet is not None:
            greenlet, self._greenlet = self._greenlet, None
            greenlet.switch()


class Timers:
    """The heap of waits of one switch. `start` it once, inside the hub that the waits run in."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._heap: list[tuple[int, int, Waiter]] = []
        self._tickets = count(1)
        self._sooner = Event()
        self._next_ms = 0
        self._waker: gevent.Greenlet[[], None] | None = None
        self._loop = gevent.get_hub().loop

    def start(self) -> None:
        self._waker = gevent.spawn(self._run)

    def stop(self) -> None:
        if self._waker is not None:
            self._waker.kill(block=False)

    def add(self, at_ms: int, waiter: Waiter) -> int:
        """Wake `waiter` at `at_ms`. Returns the ticket to `Waiter.resume` with."""
        ticket = next(self._tickets)
        heapq.heappush(self._heap, (at_ms, ticket, waiter))
        if at_ms < self._next_ms:
            self._sooner.set()
        return ticket

    def soon(self, waiter: Waiter, ticket: int) -> None:
        """Resume `waiter` in the next turn of the loop."""
        self._loop.run_callback(waiter.resume, ticket)

    def _run(self) -> None:
        heap = self._heap
        while True:
            now_ms = self.clock.now_ms()
            while heap and heap[0][0] <= now_ms:
                _, ticket, waiter = heapq.heappop(heap)
                self._loop.run_callback(waiter.resume, ticket)
            self._next_ms = heap[0][0] if heap else now_ms + 10**12
            left_s = (self._next_ms - now_ms) / 1000 / self.clock.speed
            self._sooner.clear()
            self._sooner.wait(max(0.001, min(left_s, CHECK_S)))

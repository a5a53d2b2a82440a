"""One leg living through its time: what is due next, keys, hangup, recordings.

A leg has a time of its own (`now_ms`): the moment it has lived up to. It waits until the clock gets there,
and when the clock has run ahead (a fast clock, a busy machine) it catches up without losing a millisecond.
So what a call does and how long it lasts is the same at any speed.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping
from itertools import count
from typing import Protocol

from orchestrator.simulator.audio import Recording
from orchestrator.simulator.callee import Callee
from orchestrator.simulator.channel import Channel
from orchestrator.simulator.messages import Messages
from orchestrator.simulator.timers import Timers, Waiter
from orchestrator.simulator.variables import BYE_RECEIVED

NEVER_MS = 1 << 62


class Emitter(Protocol):
    """Where a leg's events go."""

    def emit_channel(self, name: str, leg: Leg, extra: Mapping[str, str] | None = None) -> None: ...


class Leg:
    """A channel in time. Everything happens in the greenlet that lives it, except `kill`."""

    def __init__(
        self,
        channel: Channel,
        callee: Callee,
        *,
        number: str,
        messages: Messages,
        timers: Timers,
        emitter: Emitter,
    ) -> None:
        self.channel, self.callee, self.number, self.messages = channel, callee, number, messages
        self.now_ms = channel.created_ms
        self.digits: deque[str] = deque()  # pressed and not yet taken
        self.keys = ""  # all that were pressed
        self.heard: list[str] = []
        self.is_up = True  # until hangup; `uuid_exists` says this
        self.ended_by = ""
        self.is_zombie = False  # its script kept the session: never destroyed
        self.on_digit: Callable[[], bool] | None = None  # True: stop what is going on
        self.recordings: dict[str, Recording] = {}
        self.fetch: Callable[[str], str] = str  # the file that is played for a name; "" for none
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self._timers, self._waiter, self._emitter = timers, Waiter(timers), emitter
        self._killed_with = ""
        self._message: str | None = None
        self._answered_prompt = True  # the callee has decided about the prompt it hears

    def at(self, at_ms: int, what: Callable[[], None]) -> None:
        """Let `what` happen at a moment of this leg's time."""
        heapq.heappush(self._agenda, (at_ms, next(self._order), what))

    def live_until(self, at_ms: int) -> bool:
        """Live up to `at_ms`. False when it ended before: hangup, or `on_digit` wants to stop."""
        while self.is_up:
            if self.digits and self.on_digit is not None and self.on_digit():
                return False
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
        return self.is_up

    def live_for(self, ms: int) -> bool:
        return self.live_until(self.now_ms + ms)

    def kill(self, cause: str) -> None:
        """From outside: hang up as soon as its greenlet has its turn. It does not exist any more from now on."""
        if self.is_up and not self._killed_with:
            self._killed_with = cause
            self._waiter.wake()

    @property
    def exists(self) -> bool:
        return self.is_up and not self._killed_with

    def hang_up(self, cause: str, *, by: str) -> None:
        """End the leg now. `by` is callee, switch or network. Does nothing to a leg that is down."""
        if not self.is_up:
            return
        self.is_up = False
        self.ended_by = by
        channel = self.channel
        channel.cause, channel.hungup_ms = cause, self.now_ms
        channel.answer_state, channel.state_number = "hangup", "10"
        for recording in self.recordings.values():
            recording.stop(self.now_ms)
        if by == "callee" and channel.answered_ms:
            channel.variables.update(BYE_RECEIVED)
        self._emit_before_hangup_time()

    def _emit_before_hangup_time(self) -> None:
        hungup_ms, self.channel.hungup_ms = (
            self.channel.hungup_ms,
            0,
        )  # the event of it has none yet [recorded]
        self._emitter.emit_channel("CHANNEL_HANGUP", self)
        self.channel.hungup_ms = hungup_ms

    def take_digit(self) -> str:
        """The oldest key pressed and not yet taken. IndexError when there is none."""
        key = self.digits.popleft()
        self._emitter.emit_channel(
            "DTMF", self, {"DTMF-Digit": key, "DTMF-Duration": "2000", "DTMF-Source": "RTP"}
        )
        return key

    def announce(self, name: str, extra: Mapping[str, str] | None = None) -> None:
        """Fire an event of this leg, with header lines of its own at the end."""
        self._emitter.emit_channel(name, self, extra)

    def press(self, key: str) -> None:
        """The callee presses a key."""
        self.keys += key
        self.digits.append(key)

    def hears(self, sound: str) -> None:
        """A file or text begins to play: the callee decides what to do about the message it belongs to."""
        heard = self.messages.heard(sound)
        if heard is None:
            if self._message is None:
                self.heard.append(sound.rsplit("/", 1)[-1])
            return
        if not heard.is_first_part and heard.message == self._message:
            return
        self._message = heard.message
        self.heard.append(heard.message)
        self._answered_prompt = heard.is_prompt
        self._react(heard.message, is_prompt=heard.is_prompt)

    def is_asked(self) -> None:
        """The script begins to collect keys: a callee that has not been asked by a prompt is asked now."""
        if not self._answered_prompt or self._message is None:
            self._answered_prompt = True
            self._react(None, is_prompt=True)

    def _react(self, message: str | None, *, is_prompt: bool) -> None:
        for press in self.callee.hears(message, is_prompt=is_prompt):
            at_ms = self.now_ms + round(press.after_s * 1000)
            if press.hangs_up:
                self.at(at_ms, lambda: self.hang_up("NORMAL_CLEARING", by="callee"))
            else:
                self.at(at_ms, lambda key=press.key: self.press(key))  # type: ignore[misc]  # bound now

    def _wait_until(self, at_ms: int) -> None:
        if at_ms > self.now_ms:
            self._waiter.wait_until(at_ms)
            clock_ms = self._timers.clock.now_ms()
            self.now_ms = max(self.now_ms, min(at_ms, clock_ms) if not self._killed_with else clock_ms)

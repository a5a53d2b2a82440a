"""What to do when prompts cannot be made at all: leave it alone for a while, say why, try again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger()

Broke = Callable[[Any], None]  # told of a greenlet that a bug has ended

FIRST_S, MOST_S = 1.0, 30.0  # of rest; doubled each time


class SpeechRest:
    """`held`: why nothing can be prepared, "" when it can; it is said until something was prepared again."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.held = ""
        self._monotonic = monotonic
        self._rest_s = FIRST_S
        self._until = 0.0

    @property
    def is_on(self) -> bool:
        return self._monotonic() < self._until

    def begin(self, why: str) -> None:
        """The engine, the disk or the way to a switch has failed. A second failure during a rest is the same one."""
        self.held = why
        if self.is_on:
            return
        log.error("speech_held_up", why=why, again_in_s=self._rest_s)
        self._until = self._monotonic() + self._rest_s
        self._rest_s = min(2 * self._rest_s, MOST_S)

    def end(self) -> None:
        """Something was prepared."""
        if self.held:
            log.info("speech_goes_on")
        self.held, self._rest_s, self._until = "", FIRST_S, 0.0

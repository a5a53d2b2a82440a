"""A call's place in a queue, and those who vanished from it without a word."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol

import structlog

from orchestrator.esl.protocol import EslError
from orchestrator.runtime.inbound.questions import Question
from orchestrator.store.waiting import Place, Waiting, WaitingRoom

log = structlog.get_logger()

UNSEEN_MS = 3_600_000  # a caller on a switch that cannot be asked for so long waits no more
MOST_WAITING = 100_000
AGAIN_S = 2.0  # real time between looks for the sake of callers who find it full


class Line(Protocol):
    """What is needed of runtime.line.Line."""

    @property
    def is_up(self) -> bool: ...

    def api(self, command: str) -> str: ...

    def live_channels(self) -> frozenset[str]: ...


class Queues:
    """Answers the questions about queues. Raises what the store raises; never anything because of what was asked."""

    def __init__(self, room: WaitingRoom, lines: Mapping[str, Line]) -> None:
        self._room = room
        self._lines = lines
        self._swept_at = float("-inf")

    def join(self, question: Question, scenario: str, now: int) -> dict[str, object]:
        """scenario: whose queue it is, "" when nobody knows. now: epoch ms of the business clock, as always."""
        body = question.body
        queue = body.get("queue")
        most = most_waiting(body.get("max_waiting"), body.get("agents"))
        if not isinstance(queue, str):
            return _REFUSED

        def join() -> Place | None:
            return self._room.join(
                scenario or "-", queue, question.call_id, question.switch, most=most, now=now
            )

        try:
            place = join()
            if place is None and time.monotonic() - self._swept_at > AGAIN_S and self.sweep(now):
                place = join()  # it was full of callers who had gone
        except ValueError:  # names that cannot be any
            return _REFUSED
        return {"ok": False, "why": "full"} if place is None else _answer(place)

    def place(self, question: Question, now: int) -> dict[str, object]:
        place = self._room.place(question.call_id, now)
        return {"ok": False, "why": "gone"} if place is None else _answer(place)

    def forget(self, call_id: str, *, is_reached: bool, now: int) -> None:
        """The caller left the queue, or the call has ended, or (is_reached) a person has taken it."""
        self._room.leave(call_id, is_reached=is_reached, now=now)

    def sweep(self, now: int) -> int:
        """Take out those whose channel is gone though nobody heard of it; how many."""
        self._swept_at = time.monotonic()
        waiting = self._room.waiting()
        gone: list[Waiting] = []
        for switch in sorted({each.switch for each in waiting}):
            there = [each for each in waiting if each.switch == switch]
            gone += self._gone(switch, there, now)
        for each in gone:
            self._room.leave(each.call_id, is_reached=False, now=now)
        if gone:
            log.info("queue_swept", calls=len(gone))
        return len(gone)

    def _gone(self, switch: str, waiting: list[Waiting], now: int) -> list[Waiting]:
        line = self._lines.get(switch)
        if line is not None and line.is_up:
            try:
                live = line.live_channels()
            except (EslError, ValueError) as error:  # ValueError: what it said cannot be read
                log.warning("channels_unknown", switch=switch, error=str(error))
            else:
                return [each for each in waiting if each.call_id not in live]
        return [each for each in waiting if now - each.joined_at > UNSEEN_MS]


_REFUSED: dict[str, object] = {"ok": False, "why": "refused"}


def _answer(place: Place) -> dict[str, object]:
    return {"ok": True, "position": place.position, "wait_s": place.wait_s}


def most_waiting(said: object, agents: object) -> int | None:
    """How many may wait: a number, or so many for each agent (`{"per_agent": 2}`; agents: how many, or who); None for
    any number, and for what says nothing that makes sense.
    """
    if isinstance(said, dict):
        count = len(agents) if isinstance(agents, list) else _count(agents)
        each = _count(said.get("per_agent"))
        return None if count is None or each is None else min(count * each, MOST_WAITING)
    return _count(said)


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MOST_WAITING else None

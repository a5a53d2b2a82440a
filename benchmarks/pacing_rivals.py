"""Other ways of pacing: by hand, by a ratio, and by the adaptive rule that is published with a well-known dialer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from orchestrator.engine.pacing.view import Decision, PoolView, Why

_BY_HAND_MS = 15_000  # to find the next card and dial its number
_ADAPT_MS, _MINUTE_MS = 15_000, 60_000
_ADAPT_AFTER = 50  # calls of the day before its abandonment says anything


class Plain(ABC):
    """What every rival knows: how many calls ring, how many were lost."""

    def __init__(self) -> None:
        self.ringing: set[str] = set()
        self.answered_today = self.lost_today = 0

    def placed(self, attempt_id: str, at: int) -> None:  # noqa: ARG002  # as `Pacer` is told
        self.ringing.add(attempt_id)

    def answered(self, attempt_id: str, at: int) -> None:  # noqa: ARG002
        self.ringing.discard(attempt_id)

    def ended(self, attempt_id: str, at: int) -> None:  # noqa: ARG002
        self.ringing.discard(attempt_id)

    def connected(self, at: int) -> None:  # noqa: ARG002
        self.answered_today += 1

    def abandoned(self, at: int) -> None:  # noqa: ARG002
        self.answered_today += 1
        self.lost_today += 1

    def talk_ended(self, began_at: int, at: int) -> None:  # noqa: B027  # not looked at
        pass

    def wrap_ended(self, began_at: int, at: int) -> None:  # noqa: B027
        pass

    @abstractmethod
    def decide(self, view: PoolView, now: int) -> Decision: ...


class Ratio(Plain):
    """So many calls for each free agent. 1: progressive."""

    def __init__(self, ratio: float) -> None:
        super().__init__()
        self._ratio = ratio

    def decide(self, view: PoolView, now: int) -> Decision:
        wanted = int(self._ratio * view.idle) - view.waiting - len(self.ringing) - view.ordered
        return Decision(place=max(0, wanted), why=Why.RATIO, ask_at=now + 1_000)


class ByHand(Plain):
    """Each agent looks for the next number, dials it and listens: 15 s before every ring, one call at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._looking: deque[int] = deque()

    def decide(self, view: PoolView, now: int) -> Decision:
        while len(self._looking) > view.idle:
            self._looking.pop()
        for _ in range(view.idle - view.waiting - len(self.ringing) - view.ordered - len(self._looking)):
            self._looking.append(now)
        place = 0
        while self._looking and now - self._looking[0] >= _BY_HAND_MS:
            self._looking.popleft()
            place += 1
        return Decision(place=place, why=Why.ONE_EACH, ask_at=now + 1_000)


class Adaptive(Plain):
    """A ratio of lines to active agents, changed every 15 s by the share of agents that were free in the last minute.

    Over 3 % abandoned today: back to one line for each (hard), or half of it (average); never under one. Lines count
    calls that ring, wait and talk; agents in wrap-up are not active.
    """

    def __init__(self, *, is_hard: bool, most: float, cap: float = 0.03) -> None:
        super().__init__()
        self._is_hard, self._most, self._cap = is_hard, most, cap
        self._level = 1.0
        self._adapted_at: int | None = None
        self._samples: deque[tuple[int, int, int]] = deque()  # (at, free less waiting, active)

    def decide(self, view: PoolView, now: int) -> Decision:
        active = view.idle + len(view.talking_since)
        self._samples.append((now, view.idle - view.waiting, active))
        while self._samples[0][0] <= now - _MINUTE_MS:
            self._samples.popleft()
        if self._adapted_at is None or now - self._adapted_at >= _ADAPT_MS:
            self._adapted_at = now
            self._adapt()
        busy = len(self.ringing) + view.ordered + view.waiting + len(view.talking_since)
        return Decision(place=max(0, int(self._level * active) - busy), why=Why.RATIO, ask_at=now + 1_000)

    def _adapt(self) -> None:
        agents = sum(active for _, _, active in self._samples)
        if agents:
            self._level *= 1 + sum(free for _, free, _ in self._samples) / agents
        self._level = min(self._level, self._most)
        if self.answered_today > _ADAPT_AFTER and self.lost_today > self._cap * self.answered_today:
            self._level = 1.0 if self._is_hard else self._level / 2
        self._level = max(self._level, 1.0)


RIVALS: dict[str, Callable[[], Plain]] = {
    "by hand": ByHand,
    "progressive 1:1": lambda: Ratio(1.0),
    "ratio 2:1": lambda: Ratio(2.0),
    "ratio 3:1": lambda: Ratio(3.0),
    "adaptive rule, hard limit, max 3": lambda: Adaptive(is_hard=True, most=3.0),
    "adaptive rule, average, max 1.5": lambda: Adaptive(is_hard=False, most=1.5),
}

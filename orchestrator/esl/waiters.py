"""Who waits for which reply, and for how long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from orchestrator.esl.protocol import ApiResponse, EslError, Reply

Outcome: TypeAlias = Reply | ApiResponse | EslError


@dataclass(slots=True)
class Waiter:
    """`done` is called exactly once. `end`: how many bytes the connection has sent once this is out."""

    done: Callable[[Outcome], None]
    end: int


class Waiters:
    """The commands under way on one connection, by the token that their reply will carry."""

    def __init__(self) -> None:
        self._waiting: dict[int, Waiter] = {}
        self._deadlines: deque[tuple[float, int]] = deque()  # sorted: all have the same patience

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, token: int, waiter: Waiter, *, deadline: float | None = None) -> None:
        """With a `deadline` (monotonic seconds, never before the last one given) `overdue` finds it."""
        self._waiting[token] = waiter
        if deadline is not None:
            self._deadlines.append((deadline, token))

    def take(self, token: int) -> Waiter | None:
        return self._waiting.pop(token, None)

    def take_all(self) -> list[Waiter]:
        waiters = list(self._waiting.values())
        self._waiting.clear()
        self._deadlines.clear()
        return waiters

    def overdue(self, now: float) -> list[int]:
        """Tokens whose deadline has passed without a reply; each is given once."""
        tokens = []
        while self._deadlines and self._deadlines[0][0] <= now:
            _deadline, token = self._deadlines.popleft()
            if token in self._waiting:
                tokens.append(token)
        return tokens

    @property
    def next_deadline(self) -> float | None:
        return self._deadlines[0][0] if self._deadlines else None

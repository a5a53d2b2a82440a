"""Events between the reader and the handler: bounded, and it knows how far behind the handler is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gevent.event import Event as Flag

from orchestrator.esl.protocol import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLimits:
    """Where back-pressure begins and where it ends. Both counts and bytes on the wire, whichever is first.

    A decoded event takes four to five times its bytes, so 16 MB are about 80 MB of memory at the high mark
    and twice that at the very most. Reading goes on below half of the high mark.
    """

    high_events: int = 5_000
    high_bytes: int = 16 * 1024 * 1024

    # How long reading may stand still before events are read and thrown away instead. The switch keeps
    # 100 000 events per listener and kills the listener after 500 lost ones, and closing one that does not
    # read can hold up the events of all others (docs/event-socket.md). 5 s at 200 calls/s: 10 000 events.
    stall_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far behind the handler is: events and bytes that wait, age of the oldest, events thrown away."""

    events: int = 0
    bytes: int = 0
    oldest_s: float = 0.0
    dropped: int = 0
    is_paused: bool = False


class Inbox:
    """A bounded queue with one writer and one reader greenlet."""

    def __init__(self, limits: InboxLimits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._queue: deque[tuple[float, Event]] = deque()
        self._bytes = 0
        self._full_since: float | None = None
        self.dropped = 0
        self.is_paused = False
        self.has_events = Flag()
        self.go_on = Flag()  # wakes a reader that stands still, to look again whether it may read

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, event: Event, now: float) -> bool:
        """Queue an event that came at `now`. False: thrown away, the queue being at twice its high mark."""
        queue, limits = self._queue, self._limits
        count = len(queue) + 1
        if self._full_since is not None and (
            count > 2 * limits.high_events or self._bytes >= 2 * limits.high_bytes
        ):
            self.dropped += 1
            return False
        queue.append((now, event))
        self._bytes += event.size
        if self._full_since is None and (count >= limits.high_events or self._bytes >= limits.high_bytes):
            self._full_since = now
        if count == 1:
            self.has_events.set()
        return True

    def take(self) -> Event | None:
        """The oldest event, or None when there is none now."""
        if not self._queue:
            self.has_events.clear()
            return None
        _came, event = self._queue.popleft()
        self._bytes -= event.size
        if self._full_since is not None and self._has_room():
            self._full_since = None
            self.go_on.set()
        return event

    def clear(self) -> int:
        """Throw away what waits; how many events that was."""
        count = len(self._queue)
        while self.take() is not None:
            pass
        self.dropped += count
        return count

    @property
    def patience_s(self) -> float:
        """How long reading may still stand still: 0 when there is room, or when it did so for too long."""
        if self._full_since is None:
            return 0.0
        return max(0.0, self._full_since + self._limits.stall_s - self._monotonic())

    @property
    def lag(self) -> Lag:
        oldest_s = max(0.0, self._monotonic() - self._queue[0][0]) if self._queue else 0.0
        return Lag(
            events=len(self._queue),
            bytes=self._bytes,
            oldest_s=oldest_s,
            dropped=self.dropped,
            is_paused=self.is_paused,
        )

    def _has_room(self) -> bool:
        limits = self._limits
        return 2 * len(self._queue) < limits.high_events and 2 * self._bytes < limits.high_bytes

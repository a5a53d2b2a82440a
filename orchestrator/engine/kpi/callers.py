"""Calls that came in: served by whom, and whether the first call of a caller was enough.

First call resolution here is by the absence of a second one: a caller's first call (none before it within the window)
is solved when an agent talked with them, or the flow served them, and they did not call the same scenario again within
the window after it. Callers without a number cannot be told apart and are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.inbound import CallEnd, InboundCall
from orchestrator.engine.kpi.sums import Sum, Sums

_QUEUE: Final = re.compile(r"[0-9.]+ queue (\S+)\Z")  # as the flow notes it: "42.0 queue sales"


def is_self_served(call: InboundCall, *, is_missed: bool) -> bool:
    """The flow was followed to its end without anybody, and nothing is left to be done."""
    is_done = call.end is CallEnd.FLOW and call.flow is FlowEnd.ENDED
    return is_done and not call.reached and not is_missed


def queue_of(call: InboundCall) -> str:
    """Id of the queue that the caller stood in last, "" for none."""
    found = [match[1] for match in map(_QUEUE.match, call.path) if match]
    return f"{call.scenario}:{found[-1]}" if found else ""


def count_call(sums: Sums, call: InboundCall, *, is_missed: bool) -> None:
    """Add one call to sums."""
    sums[Sum.CALLS_IN] += 1
    sums[f"{Sum.CALLS_IN.value}_{call.end.value}"] += 1
    sums[Sum.CALLS_REACHED] += bool(call.reached)
    sums[Sum.SELF_SERVED] += is_self_served(call, is_missed=is_missed)
    sums[Sum.MISSED] += is_missed
    if call.answered_at is not None:
        sums[Sum.CALLS_TALK_MS] += max(0, call.ended_at - call.answered_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCall:
    """A caller's first call. is_solved: None while the window goes on. queue, agent: who took it, "" for nobody."""

    scenario: str
    queue: str
    agent: str
    is_solved: bool | None

    @property
    def sums(self) -> Sums:
        if self.is_solved is None:
            return Counter({Sum.CALLERS_OPEN: 1})
        return Counter({Sum.CALLERS: 1, Sum.CALLERS_SOLVED: int(self.is_solved)})


@dataclass(slots=True)
class _Last:
    """A caller's latest call, and their first one if it is in the period and nothing is known against it yet."""

    ended_at: int
    first: InboundCall | None = None
    is_served: bool = False


@dataclass(slots=True)
class FirstCalls:
    """Fed with all calls from `window_ms` before the period to `window_ms` after it, in order. now: what came after
    it nobody knows.
    """

    since: int
    until: int
    window_ms: int
    now: int
    _last: dict[tuple[str, str], _Last] = field(default_factory=dict)

    def add(self, call: InboundCall, *, is_missed: bool) -> Iterator[FirstCall]:
        """First calls that are decided by this one."""
        if not call.caller:
            return
        key = (call.scenario, call.caller)
        before = self._last.get(key)
        is_again = before is not None and call.began_at - before.ended_at <= self.window_ms
        if before is not None and before.first is not None:
            yield _told(before.first, is_solved=before.is_served and not is_again)
        is_first = not is_again and self.since <= call.began_at < self.until
        self._last[key] = _Last(
            max(call.ended_at, before.ended_at if before is not None else 0),
            call if is_first else None,
            bool(call.reached) or is_self_served(call, is_missed=is_missed),
        )

    def end(self) -> Iterator[FirstCall]:
        """The others: nothing came after them."""
        for last in self._last.values():
            if last.first is not None:
                is_over = last.first.ended_at + self.window_ms <= self.now
                is_solved = last.is_served if is_over or not last.is_served else None
                yield _told(last.first, is_solved=is_solved)
        self._last.clear()


def _told(call: InboundCall, *, is_solved: bool | None) -> FirstCall:
    return FirstCall(
        scenario=call.scenario,
        queue=queue_of(call) if call.reached else "",
        agent=call.reached,
        is_solved=is_solved,
    )

"""What a simulated day came to: sums by hour, and the figures made of them."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.orders import Figure
from orchestrator.engine.floor.ratios import BUSY, FREE, Sums, occupancy, ratio, time_in

HOUR_MS = 3_600_000
QUARTER_MS = 900_000
LEAST_ANSWERED = 20  # in a rolling hour, before its share of abandoned calls says anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Span(Sums):
    """A stretch of the day: sums of what was counted in it, and of the time agents spent in each state (ms)."""

    begins_ms: int
    states_ms: dict[str, int]

    @property
    def occupancy(self) -> float | None:
        return occupancy(self.states_ms)

    @property
    def talks_per_agent_hour(self) -> float | None:
        """Talks / hours that agents were at work, breaks left out."""
        return ratio(self[Figure.HANDLED] * HOUR_MS, time_in(self.states_ms, *BUSY, *FREE))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """hours: in order, whole from the beginning of work, up to the last talk; quarters: up to the end of work.
    worst_hour: the largest share of abandoned calls in any 60 whole minutes of the day with at least LEAST_ANSWERED
    answers; None without such. lines: the most calls at once, the waiting and talking ones included. events: how many
    the floor was told.
    """

    title: str
    agents: int
    cap: float | None
    hours: tuple[Span, ...]
    quarters: tuple[Span, ...]
    total: Span
    worst_hour: float | None
    lines: int
    events: int


class Ledger:
    """Adds up. `now` in ms since the beginning of the first day of the epoch, as everywhere in a simulated day."""

    def __init__(self, begins_ms: int) -> None:
        self._begins_ms = begins_ms
        self._counted: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._states: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._answers: deque[tuple[int, bool]] = deque()  # of the last hour: (when, abandoned)
        self._abandoned = 0
        self.worst_hour: float | None = None

    def count(self, figure: Figure, amount: int, now: int) -> None:
        sums = self._counted[(now - self._begins_ms) // QUARTER_MS]
        name = figure._value_  # what `value` gives, in half the time
        sums[name] = sums.get(name, 0) + amount
        if figure is Figure.CONNECTED or figure is Figure.DIALED_ABANDONED:
            self._answered(figure is Figure.DIALED_ABANDONED, now)

    def lasted(self, state: AgentState, until_ms: int, lasted_ms: int) -> None:
        """An agent was in this state until then; shared out over the quarters."""
        end, left = until_ms - self._begins_ms, lasted_ms
        while left > 0:
            quarter = (end - 1) // QUARTER_MS
            part = min(left, end - quarter * QUARTER_MS)
            sums = self._states[quarter]
            name = state._value_
            sums[name] = sums.get(name, 0) + part
            end, left = end - part, left - part

    def last_ms(self) -> int:
        """The end of the last quarter in which anything was counted."""
        return self._begins_ms + QUARTER_MS * (max((*self._counted, *self._states), default=-1) + 1)

    def spans(self, until_ms: int, each_ms: int) -> tuple[Span, ...]:
        """From the beginning to `until_ms`, `each_ms` (whole quarters) each."""
        step = each_ms // QUARTER_MS
        count = -(-(until_ms - self._begins_ms) // each_ms)
        return tuple(self._span(index * step, (index + 1) * step) for index in range(count))

    def total(self) -> Span:
        """All there is, after the end of work too."""
        last = max((*self._counted, *self._states), default=0)
        return self._span(min((0, *self._counted, *self._states)), last + 1)

    def _span(self, first: int, end: int) -> Span:
        counted: Counter[str] = Counter()
        states: Counter[str] = Counter()
        for quarter in range(first, end):
            counted.update(self._counted.get(quarter, {}))
            states.update(self._states.get(quarter, {}))
        begins_ms = self._begins_ms + first * QUARTER_MS
        return Span(begins_ms=begins_ms, of=dict(counted), states_ms=dict(states))

    def _answered(self, is_abandoned: bool, now: int) -> None:
        answers = self._answers
        answers.append((now, is_abandoned))
        self._abandoned += is_abandoned
        while answers[0][0] <= now - HOUR_MS:
            self._abandoned -= answers.popleft()[1]
        if len(answers) >= LEAST_ANSWERED and now - self._begins_ms >= HOUR_MS:
            self.worst_hour = max(self.worst_hour or 0.0, self._abandoned / len(answers))

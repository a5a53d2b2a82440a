"""The pacer of one campaign: told what happens, asked how many calls to place. No clock, no randomness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.engine.pacing.memory import learned_json, read_memory, write_memory
from orchestrator.engine.pacing.outlook import Outlook
from orchestrator.engine.pacing.ring import NODES_S, STEP_MS, STEPS, Floats, moments
from orchestrator.engine.pacing.service import BINS, bins_of
from orchestrator.engine.pacing.view import Decision, PacerFigures, PoolView, Why

Whole = NDArray[np.int64]

ASK_EVERY_MS = 1_000
_RING_REFRESH_MS, _SERVICE_REFRESH_MS, _DUMP_MS = 5_000, 30_000, 30_000
_ENOUGH_ANSWERS = 20
_FIRST_RINGS_MS = 31_000  # until then only the quick answers are known
_JUMP_MS = 60_000  # nobody asks so rarely: the clock was moved, or we slept
_MOST_PASSED_MS = 5_000
_LOST_MS = 180_000  # no call rings so long: its end was not told
_NEVER_S = 1e9  # left to whoever has no limit
# A ringing call that may be cancelled is looked at this node ahead
_HARM_NODE, _HARM_TIMES, _HARM_LEAST, _HARM_MOST = 2, 3.0, 0.01, 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a pacer sees at a decision. wanted: calls without a look ahead; None: as many as `outlook` has room for.

    load: `moments` of its ringing calls. lines: calls ringing and ordered. most: calls that lines and leads allow.
    """

    outlook: Outlook
    load: Floats
    new: Floats
    lines: int
    most: int
    limit: float
    wanted: int | None
    why: Why
    bound: Why


class Pacer:
    """Told of every call and talk, in the order of time; asked `decide` at most once a second, or after an event.

    Unknown attempts, repeated news and instants that jump back are survived: the worst they do is to be ignored.
    zone: IANA zone of the hours and weekdays that history is kept by; unknown: ZoneInfoNotFoundError. memory: what
    `dump` of this campaign's pacer gave (after a failover) or `history` of an earlier one; what cannot be read is none.
    """

    def __init__(self, plan: PacingPlan, *, zone: str = "UTC", memory: str = "") -> None:
        self.plan = plan
        self.memory = read_memory(memory, plan.abandoned, plan.within_s, zone)
        self._ring, self._service = self.memory.ring, self.memory.service
        self._ringing, self._reserved = self.memory.ringing, self.memory.reserved
        self._budget = self.memory.budget
        self._unsure: set[str] = set()  # whose age is not known
        self._now: int | None = None
        self._ring_at: int | None = None
        self._service_at: int | None = None
        self._seconds: float | None = None  # since the last decision, where they were watched
        self._learned = ""
        self._limit = 0.0
        self._learned_at = 0

    # -- told

    def placed(self, attempt_id: str, at: int, *, is_reserved: bool = False) -> None:
        """A call rings from now. is_reserved: with an agent of its own, so it takes none of the view's."""
        (self._reserved if is_reserved else self._ringing)[attempt_id] = at
        if self.memory.first_at is None:
            self.memory.first_at = at

    def answered(self, attempt_id: str, at: int) -> None:
        """A person has answered and wants an agent from now on. `connected` or `abandoned` follows."""
        self._leave(attempt_id, at, is_answered=True)

    def ended(self, attempt_id: str, at: int) -> None:
        """A call that no person answered is over: busy, no answer, machine, cancelled, failed."""
        self._leave(attempt_id, at, is_answered=False)

    def _leave(self, attempt_id: str, at: int, *, is_answered: bool) -> None:
        rang = self._ringing if attempt_id in self._ringing else self._reserved
        since = rang.pop(attempt_id, None)
        if since is None:
            return
        self.memory.pattern.ended(is_answered=is_answered)
        if attempt_id in self._unsure:
            self._unsure.discard(attempt_id)
        else:
            self._ring.leave(at - since, is_answered=is_answered)

    def connected(self, at: int) -> None:
        """A person who answered has reached an agent in time."""
        self._budget.add(at, was_abandoned=False)

    def abandoned(self, at: int) -> None:
        """A person who answered has not reached an agent in time, or hung up before."""
        self._budget.add(at, was_abandoned=True)

    def talk_ended(self, began_at: int, at: int) -> None:
        """A talk of an agent of the pool is over, any campaign's."""
        self._service.talk.ended(at - began_at)

    def wrap_ended(self, began_at: int, at: int) -> None:
        """A wrap-up of an agent of the pool is over."""
        self._service.wrap.ended(at - began_at)

    # -- asked

    def decide(self, view: PoolView, now: int) -> Decision:
        """How many calls to place and which to cancel. Counts on them being done: `ordered`, then `placed`."""
        look = self.look(view, now)
        wanted = look.outlook.room(look.limit, look.most) if look.wanted is None else look.wanted
        return self.decision(look, wanted, now)

    def look(self, view: PoolView, now: int) -> Look:
        """Takes note of the time and looks ahead; `decision` follows. For `decide` and `decide_together`."""
        self._keep_time(now)
        ages = self._ages(now)
        talking = now - np.array(view.talking_since, dtype=np.int64)
        wrapping = now - np.array([since for since, _ in view.wrapping], dtype=np.int64)
        self._learn(ages, talking, wrapping, now)
        new = self._ring.table[0]
        load = ages @ self._ring.table + view.ordered * new
        if view.inflow:
            load += view.inflow * np.array(NODES_S * 3)
        relief = np.bincount(bins_of(talking), minlength=BINS) @ self._service.talk_table
        relief += self._wrap_relief(view, wrapping, now)
        free = view.idle - view.waiting
        lines = len(self._ringing) + view.ordered
        agents = view.idle + len(talking) + len(wrapping)
        most, bound = self.plan.lines_per_agent * agents - len(talking) - lines, Why.LINES
        if view.leads_left is not None and view.leads_left < most:
            most, bound = view.leads_left, Why.NO_LEADS
        limit = self._budget.limit(agents)
        self._limit = limit
        why, wanted = self._mode(view.idle, free, lines, limit, now)
        return Look(
            outlook=Outlook(free=free, load=load, relief=relief, new=new, weights=self._ring.weights),
            load=load,
            new=new,
            lines=lines,
            most=max(0, most),
            limit=limit,
            wanted=wanted,
            why=why,
            bound=bound if agents else Why.NO_AGENTS,
        )

    def decision(self, look: Look, wanted: int, now: int) -> Decision:
        """The end of a look: so many calls are wanted."""
        place = max(0, min(wanted, look.most))
        is_bound = not look.most or wanted > look.most or (look.wanted is None and wanted == look.most)
        return Decision(
            place=place,
            cancel=self._cancelled(look, now),
            with_agent=self.plan.abandoned <= 0 and self.plan.mode is not PacingMode.RATIO,
            why=look.bound if is_bound else look.why,
            ask_at=now + ASK_EVERY_MS,
        )

    def _mode(self, idle: int, free: int, lines: int, limit: float, now: int) -> tuple[Why, int | None]:
        """What decides, and how many calls it wants without looking ahead."""
        one_each = max(0, free - lines)
        if self.plan.mode is PacingMode.RATIO:
            waiting = idle - free
            return Why.RATIO, max(0, int(self.plan.ratio * idle) - waiting - lines)
        if self.plan.mode is PacingMode.PROGRESSIVE or self.plan.abandoned <= 0:
            return Why.ONE_EACH, one_each
        first_at = self.memory.first_at
        if self._ring.answers < _ENOUGH_ANSWERS or first_at is None or now - first_at < _FIRST_RINGS_MS:
            return Why.LEARNING, one_each
        if limit <= 0:
            return Why.CAP, one_each
        return Why.PREDICTED, None

    def _cancelled(self, look: Look, now: int) -> tuple[str, ...]:
        """Calls that have rung long enough and that nobody could take, should they be answered now."""
        after_s = self.plan.cancel_after_s
        if after_s is None or self.plan.mode is PacingMode.RATIO:
            return ()
        harm = min(max(_HARM_TIMES * look.limit, _HARM_LEAST), _HARM_MOST)
        if look.bound is not Why.NO_AGENTS and look.outlook.tail(_HARM_NODE) <= harm:
            return ()
        before = now - int(1_000 * max(after_s, self.plan.ring_min_s))
        found = tuple(attempt for attempt, at in self._ringing.items() if at <= before)
        for attempt in found:
            at = self._ringing.pop(attempt)
            if attempt not in self._unsure:
                self._ring.leave(now - at, is_cancelled=True)
            self._unsure.discard(attempt)
        return found

    # -- time and tables

    def _keep_time(self, now: int) -> None:
        before, self._now = self._now, now
        if before is not None and not 0 <= now - before <= _JUMP_MS:
            # Nobody knows how old they are: as new ones they weigh most
            self._unsure.update(self._ringing)
            self._ringing.update(dict.fromkeys(self._ringing, now))
            self._ring_at = self._service_at = None
        is_watched = before is not None and 0 <= now - before <= _MOST_PASSED_MS
        self._seconds = (now - before) / 1_000 if before is not None and is_watched else None
        self._budget.forget(now)
        times = self.memory.pattern.turn(now)
        if times != 1.0:
            self._ring.jump(times)
            self._ring_at = None

    def _ages(self, now: int) -> Floats:
        """Ringing calls by age; forgets those whose end was never told."""
        if self._ringing and now - min(self._ringing.values()) > _LOST_MS:
            for attempt in [attempt for attempt, at in self._ringing.items() if now - at > _LOST_MS]:
                del self._ringing[attempt]
                self._unsure.discard(attempt)
        return _by_age(self._ringing, now)

    def _learn(self, ages: Floats, talking: Whole, wrapping: Whole, now: int) -> None:
        if self._reserved:  # no load, but as good to learn from
            ages = ages + _by_age(self._reserved, now)
        if self._seconds is None:
            self._ring.skipped()
        else:
            self._ring.passed(ages, self._seconds)
        if self._ring_at is None or now - self._ring_at >= _RING_REFRESH_MS:
            self._ring.refresh(ages)
            self._ring_at = now
        if self._service_at is None or now - self._service_at >= _SERVICE_REFRESH_MS:
            self._service.refresh(talking, wrapping)
            self._service_at = now

    def _wrap_relief(self, view: PoolView, wrapping: Whole, now: int) -> Floats:
        """Who writes up becomes free by what was learned, and at the latest when the time for it is over."""
        bins = bins_of(wrapping)
        lefts = [_NEVER_S if ends_by is None else (ends_by - now) / 1_000 for _, ends_by in view.wrapping]
        if not lefts or min(lefts) == _NEVER_S:
            usual: Floats = np.bincount(bins, minlength=BINS) @ self._service.wrap_table
            return usual
        chances = self._service.wrap_table[bins, : len(NODES_S)]
        chances[self._service.horizons >= np.array(lefts)[:, None]] = 1.0
        all_of_them: Floats = moments(chances).sum(axis=0)
        return all_of_them

    # -- known

    def figures(self, now: int) -> PacerFigures:
        """What is known and expected now."""
        self._budget.forget(now)
        return PacerFigures(
            ringing=len(self._ringing) + len(self._reserved),
            answer_rate=self._ring.answer_rate if self._ring.answers else None,
            abandoned_hour=self._budget.hour.fraction(),
            abandoned_day=self._budget.day.fraction(),
            limit=self._limit,
            credit=self._budget.credit,
            talk_s=self._service.talk.mean_s(),
            wrap_s=self._service.wrap.mean_s(),
        )

    def dump(self) -> str:
        """JSON of all that was learned, counted and is ringing: for whoever leads next. Cheap each second."""
        now = self._now or 0
        if not self._learned or not 0 <= now - self._learned_at < _DUMP_MS:
            self._learned, self._learned_at = learned_json(self.memory), now
        return write_memory(self._learned, self.memory)

    def history(self) -> str:
        """JSON of what a later campaign of the same kind may know: ring, talk, and the pattern of hours."""
        return write_memory(learned_json(self.memory), None)


def _by_age(placed: dict[str, int], now: int) -> Floats:
    """How many calls ring at each age."""
    at = np.fromiter(placed.values(), dtype=np.int64, count=len(placed))
    steps = np.minimum(np.maximum(now - at, 0) // STEP_MS, STEPS - 1)
    return np.bincount(steps, minlength=STEPS).astype(np.float64)

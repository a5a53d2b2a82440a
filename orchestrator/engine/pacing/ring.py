"""How a call that rings goes on: the chance that a person answers, by its age. Learned as calls end.

A life table in steps of half a second: of the calls that still rang at this age, how many were answered, how many
ended otherwise. Calls that ring now, or that we hung up, count for as long as they rang, so the table is true however
fast calls are placed (plain ratios are not: answers are known after 12 s, no-answers after 30 s). On top of this slow
shape stands a fast level: answers seen over answers expected.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEP_MS = 500
STEPS = 160  # 80 s of ringing; who rings longer stays in the last one
# Where the look ahead looks, in seconds from now. Dense where calls are answered, whatever the list
NODES_S = (1.0, 2.5, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 17.0, 20.0, 25.0, 32.0)
_NODES = np.array([int(1_000 * each) // STEP_MS for each in NODES_S])
_CUTS = np.concatenate(([0], (_NODES[:-1] + _NODES[1:]) // 2, [STEPS]))
# Who is answered near a node meets those who were answered a little before it, and some a little after: so calls that
# are all answered at the same age are seen to do so at once
_UNTIL_NODE = np.minimum(np.arange(STEPS)[:, None] + _NODES, STEPS)
_UNTIL_CUT = np.minimum(np.arange(STEPS)[:, None] + _CUTS[1:], STEPS)
_FORGET_ANSWERS = 1_500.0  # the shape
_LEVEL_ANSWERS = 80.0
_LEVEL_LEAST_S, _LEVEL_MOST_S = 45.0, 900.0
_LEVEL_LOW, _LEVEL_HIGH = 1 / 3, 3.0
_LEVEL_PRIOR = 10.0
_PRIOR_CALLS = 20.0


def moments(p: Floats) -> Floats:
    """Chances of independent events, as rows, -> their means, variances and third cumulants, side by side."""
    spread = p * (1 - p)
    return np.hstack((p, spread, spread * (1 - 2 * p)))


class RingModel:
    """Ages count in steps of `STEP_MS`.

    table: by age now, `moments` of being answered within each of `NODES_S`. weights: how much of a new call's
    answers each node stands for. answer_rate: of new calls. All of it as of the last `refresh`.
    """

    table: Floats
    weights: tuple[float, ...]
    answer_rate: float

    def __init__(self) -> None:
        seconds = (np.arange(STEPS) + 0.5) * STEP_MS / 1_000
        shape = np.maximum(seconds - 2.0, 0.0) ** 3 * np.exp(-np.maximum(seconds - 2.0, 0.0) / 2.5)
        # What is believed before anything was seen: 30 % answer, after 12 s or so
        self._answered: Floats = 0.3 * _PRIOR_CALLS * shape / shape.sum()
        self._failed: Floats = np.full(STEPS, 0.7 * _PRIOR_CALLS / STEPS)
        self._left: Floats = self._answered + self._failed
        self._new_answered = [0] * STEPS
        self._new_failed = [0] * STEPS
        self._new_left = [0] * STEPS
        self._new_answers = self._level_answers = 0
        self.answers = 0  # seen in all
        self._seen = self._expected = _LEVEL_PRIOR
        self._hazard = np.zeros(STEPS)
        self.refresh(np.zeros(STEPS))

    def leave(self, age_ms: int, *, is_answered: bool = False, is_cancelled: bool = False) -> None:
        """A call rings no more, after so long. is_cancelled: by us, which says nothing about the customer."""
        step = min(max(age_ms, 0) // STEP_MS, STEPS - 1)
        self._new_left[step] += 1
        if is_answered:
            self._new_answered[step] += 1
            self._new_answers += 1
            self._level_answers += 1
            self.answers += 1
        elif not is_cancelled:
            self._new_failed[step] += 1

    def passed(self, ringing: Floats, seconds: float) -> None:
        """So many have rung at each age for so long: what the shape expects of answers in that time."""
        expected = float(ringing @ self._hazard) * seconds * 1_000 / STEP_MS
        fading = min(max(expected / _LEVEL_ANSWERS, seconds / _LEVEL_MOST_S), seconds / _LEVEL_LEAST_S)
        fade = math.exp(-fading)
        self._seen = self._seen * fade + self._level_answers
        self._expected = self._expected * fade + expected
        self._level_answers = 0

    def skipped(self) -> None:
        """Nobody looked at what rang since the last time, so its answers say nothing about the level."""
        self._level_answers = 0

    @property
    def level(self) -> float:
        """Answers seen lately over those that the shape expects."""
        return min(max(self._seen / max(self._expected, 1e-9), _LEVEL_LOW), _LEVEL_HIGH)

    def jump(self, times: float) -> None:
        """From now on so many times as many answers are expected: history says so."""
        self._seen *= times

    def refresh(self, ringing: Floats) -> None:
        """Computes the tables anew. ringing: calls that ring now, by age."""
        fade = math.exp(-self._new_answers / _FORGET_ANSWERS)
        self._answered = self._answered * fade + self._new_answered
        self._failed = self._failed * fade + self._new_failed
        self._left = self._left * fade + self._new_left
        self._new_answered, self._new_failed, self._new_left = [0] * STEPS, [0] * STEPS, [0] * STEPS
        self._new_answers = 0
        gone = self._left + ringing
        # Who left without an ending of its own was, on average, there for half of its last step
        at_risk = np.cumsum(gone[::-1])[::-1] - 0.5 * (gone - self._answered - self._failed)
        at_risk = np.maximum(at_risk, 1e-9)
        answered = self._answered / at_risk
        self._hazard = answered.copy()
        self._hazard[1:-1] = 0.25 * answered[:-2] + 0.5 * answered[1:-1] + 0.25 * answered[2:]
        self._tabulate(np.minimum(self._failed / at_risk, 1.0))

    def _tabulate(self, failing: Floats) -> None:
        answering = np.minimum(self._hazard * self.level, 1.0)
        staying = np.maximum(1.0 - answering - failing, 0.0)
        rings = np.concatenate(([1.0], np.cumprod(staying)[:-1]))
        by_age = np.concatenate(([0.0], np.cumsum(rings * answering)))
        self.answer_rate = float(by_age[-1])
        parts = np.diff(by_age[_CUTS])
        self.weights = tuple((parts / max(float(parts.sum()), 1e-12)).tolist())
        within = 0.5 * (by_age[_UNTIL_NODE] + by_age[_UNTIL_CUT])
        chance = (within - by_age[:-1, None]) / np.maximum(rings[:, None], 1e-9)
        self.table = moments(np.minimum(np.maximum(chance, 0.0), 1.0))

    def dump(self) -> dict[str, list[float]]:
        """All that was learned, as lists of numbers."""
        rows = {"answered": self._answered + self._new_answered, "failed": self._failed + self._new_failed}
        rows["left"] = self._left + self._new_left
        found = {name: [round(each, 3) for each in row.tolist()] for name, row in rows.items()}
        return {**found, "level": [self._seen, self._expected], "answers": [float(self.answers)]}

    def load(self, kept: dict[str, list[float]], *, is_same_day: bool) -> None:
        """Takes over what `dump` gave. is_same_day: its fast level holds too.

        Raises KeyError, TypeError or ValueError for what `dump` never gave.
        """
        rows = [np.array(kept[name], dtype=np.float64) for name in ("answered", "failed", "left")]
        if any(row.shape != (STEPS,) or not np.isfinite(row).all() or (row < 0).any() for row in rows):
            raise ValueError("not a life table of this size")
        seen, expected = (float(each) for each in kept["level"])
        (answers,) = (int(each) for each in kept["answers"])
        self._answered, self._failed, self._left = rows
        self.answers = answers
        if is_same_day and 0 <= seen < math.inf and 0 < expected < math.inf:
            self._seen, self._expected = seen, expected

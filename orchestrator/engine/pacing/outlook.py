"""The look ahead: should one more call be answered, is nobody there?

    q(k) = sum over nodes x of  w(x) * P( answered within x  -  freed within x + patience  >=  idle )

of the k-th call more. Both sums are of independent events of unequal chance; their difference is taken as normal with a
correction for its skew and for whole numbers (Volkova's refinement), which is exact enough from a handful of agents on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from orchestrator.engine.pacing.ring import NODES_S, Floats

_NODES = len(NODES_S)
_ROOT_HALF = math.sqrt(0.5)
_SKEW = 1 / (6 * math.sqrt(2 * math.pi))
_LIGHT = 1e-4  # a node of less weight says nothing
_FAR = 6.0  # standard deviations beyond which it is certain
MOST_AT_ONCE = 1_000  # calls of one decision


class Outlook:
    """What one campaign expects, at each node. Load and relief are `moments`: mean, variance, third cumulant."""

    def __init__(
        self, *, free: int, load: Floats, relief: Floats, new: Floats, weights: Sequence[float]
    ) -> None:
        total = load + relief
        total[:_NODES] = load[:_NODES] - relief[:_NODES]
        total[2 * _NODES :] = load[2 * _NODES :] - relief[2 * _NODES :]
        self._free = free - 0.5  # whole numbers: the border lies between two of them
        self._total: list[float] = total.tolist()
        self._new: list[float] = new.tolist()
        self._weights = weights
        self._nodes = [j for j in range(_NODES) if weights[j] > _LIGHT]

    def add(self, load: Sequence[float], times: float) -> None:
        """So many calls more with these `moments`, our own or others'."""
        self._total = [had + times * more for had, more in zip(self._total, load, strict=True)]

    def risk(self, more: int) -> float:
        """The chance that a call placed now, after so many others, is abandoned if it is answered."""
        weights, free = self._weights, self._free
        total, new = self._total, self._new
        risk = 0.0
        for j in self._nodes:  # as `tail`, written out: a decision asks it some forty times
            spread = total[_NODES + j] + more * new[_NODES + j] + 1e-6
            deviation = math.sqrt(spread)
            x = (free - total[j] - more * new[j]) / deviation
            if x > _FAR:
                continue
            if x < -_FAR:
                risk += weights[j]
                continue
            skew = (total[2 * _NODES + j] + more * new[2 * _NODES + j]) / (spread * deviation)
            skew = 1.0 if skew > 1.0 else -1.0 if skew < -1.0 else skew
            chance = 0.5 * math.erfc(x * _ROOT_HALF) - skew * _SKEW * (1 - x * x) * math.exp(-0.5 * x * x)
            risk += weights[j] * (1.0 if chance > 1.0 else 0.0 if chance < 0.0 else chance)
        return risk

    def tail(self, j: int, more: int = 0) -> float:
        """The chance that nobody is there for who is answered at this node."""
        total, new = self._total, self._new
        spread = total[_NODES + j] + more * new[_NODES + j] + 1e-6
        deviation = math.sqrt(spread)
        x = (self._free - total[j] - more * new[j]) / deviation
        if x > _FAR:
            return 0.0
        if x < -_FAR:
            return 1.0
        skew = (total[2 * _NODES + j] + more * new[2 * _NODES + j]) / (spread * deviation)
        skew = min(max(skew, -1.0), 1.0)
        chance = 0.5 * math.erfc(x * _ROOT_HALF) - skew * _SKEW * (1 - x * x) * math.exp(-0.5 * x * x)
        return min(max(chance, 0.0), 1.0)

    def room(self, limit: float, most: int) -> int:
        """How many calls more have a risk under the limit; at most so many."""
        most = min(most, MOST_AT_ONCE)
        fits, step = 0, 1
        while fits + step <= most and self.risk(fits + step - 1) < limit:
            fits += step
            step *= 2
        while step > 1:
            step //= 2
            if fits + step <= most and self.risk(fits + step - 1) < limit:
                fits += step
        return fits

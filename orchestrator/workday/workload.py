"""How customers and agents behave in a simulated day: distributions, and one stream of chance for each of them.

Common random numbers: the n-th call placed has the same outcome and ring time, the n-th talk and the n-th wrap-up the
same length, whoever decides when they happen. Two ways of pacing then differ by what they do, not by luck.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random  # seeded by the caller: chance is an argument here

_LEAST_UNIFORM = 1e-300  # random() may give 0, whose logarithm does not exist


class Outcome(StrEnum):
    """How a placed call ends, if nobody hangs it up before."""

    PERSON = "person"
    BUSY = "busy"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Whom we call. Fractions of the calls placed; the rest rings for `ring_out_s` and is released by us.

    A person answers after `ring_least_s` + Gamma(4, `ring_scale_s`) seconds, cut at `ring_out_s`; a busy line is told
    after 2 to 5 seconds; an answered customer waits `patience_s` for an agent.
    """

    answer: float = 0.30
    busy: float = 0.08
    ring_least_s: float = 2.0
    ring_scale_s: float = 2.5
    ring_out_s: float = 30.0
    patience_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Talks:
    """Talk: lognormal with this mean and sigma. Wrap-up: Gamma(2, `wrap_s` / 2)."""

    talk_s: float = 120.0
    sigma: float = 0.8
    wrap_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Dialed:
    """What becomes of one call: its outcome, and milliseconds from placing it to that."""

    outcome: Outcome
    after_ms: int


class Streams:
    """The chance of one day. Each kind of thing draws from its own generator, one draw each, in order."""

    def __init__(self, seed: int | str) -> None:
        self._outcome = Random(f"{seed} outcome").random
        self._ring = Random(f"{seed} ring").random
        self._busy = Random(f"{seed} busy").random
        self._talk = Random(f"{seed} talk").gauss
        self._wrap = Random(f"{seed} wrap").random

    def call(self, customers: Customers) -> Dialed:
        """The next call placed."""
        luck, busy_luck = self._outcome(), self._busy()
        ring_s = customers.ring_least_s + customers.ring_scale_s * _gamma(self._ring, 4)
        if luck < customers.answer:
            return Dialed(Outcome.PERSON, int(1_000 * min(ring_s, customers.ring_out_s)))
        if luck < customers.answer + customers.busy:
            return Dialed(Outcome.BUSY, int(1_000 * (2.0 + 3.0 * busy_luck)))
        return Dialed(Outcome.NO_ANSWER, int(1_000 * customers.ring_out_s))

    def talk_ms(self, talks: Talks) -> int:
        """The length of the next talk."""
        middle = math.log(talks.talk_s) - talks.sigma * talks.sigma / 2
        return int(1_000 * math.exp(self._talk(middle, talks.sigma)))

    def wrap_ms(self, talks: Talks) -> int:
        """The length of the next wrap-up."""
        return int(500 * talks.wrap_s * _gamma(self._wrap, 2))


def _gamma(draw: Callable[[], float], shape: int) -> float:
    """Gamma of a whole shape and scale 1: the sum of so many exponential times."""
    product = 1.0
    for _ in range(shape):
        product *= draw()
    return -math.log(max(product, _LEAST_UNIFORM))

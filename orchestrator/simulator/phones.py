"""Agents' phones of a population: `agents:`. A phone is a callee with a patience of its own, and with habits in talks.

agents:
  steady:
    phones: [+7999001*, user/1001]           # first match decides, before the callees
    rings: {gamma: {mean: 4, sd: 2}}         # until it is picked up
    answers: 0.95                            # by local hours too; else `otherwise`
    otherwise: {rejected: 3, unreachable: 1, no_answer: 1}
    keys: {any: {1: 97, nothing: 3}}         # asked for the key that takes the call
    talks: {lognormal: {median: 90, sigma: 0.7}}
    leaves: 0.03
    ends_with: "*9"
    in_talk: {"*9": 1, nothing: 19}
    stays: 14400                             # with its leg on the line, whoever talks on it
"""

from __future__ import annotations

import random
import re
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from orchestrator.simulator.chance import MeanAndDeviation, Spread
from orchestrator.simulator.population_parts import CalleeKind, Outcome, Probability, Weight, with_weight

SHIFT_S: Final = 8 * 3600.0
TALK_MAX_S: Final = 4 * 3600.0  # no talk is longer, whatever a spread draws
LEAVES_WITHIN_S: Final = 60.0  # of a talk that has no length of its own
_KEYS: Final = re.compile(r"[0-9*#ABCD]{1,16}")
_PHONE: Final = re.compile(r"(user/[A-Za-z0-9_.*?-]{1,64}|\+?[0-9*?]{1,32})")


class Phone(CalleeKind):
    """Whoever is at an agent's phone. Times in seconds."""

    kind: Literal["person"] = "person"
    phones: Annotated[tuple[str, ...], Field(min_length=1, max_length=1000)]
    rings: Spread = Spread(gamma=MeanAndDeviation(mean=4, sd=2), at_most=60)
    otherwise: dict[Outcome, Weight] = Field(default={Outcome.REJECTED: 1.0})
    keys: dict[str, dict[str, Weight]] = Field(default={"any": {"1": 1.0}})
    presses_after: Spread = Spread(gamma=MeanAndDeviation(mean=2, sd=1), at_most=30)
    stays: Spread = Spread(fixed=SHIFT_S)
    leaves: Probability = 0.0  # share of talks that it ends at a random moment, by hanging up
    ends_with: str = ""  # keys at the end of a talk, instead of hanging up
    in_talk: dict[str, Weight] = Field(default={})  # keys in a talk, by weight
    in_talk_after: Spread = Spread(uniform=(2, 20))

    @field_validator("phones")
    @classmethod
    def _can_be_dialed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for phone in value:
            if not _PHONE.fullmatch(phone):
                raise ValueError(f"`{phone}` is neither a number nor user/NAME (* and ? stand for others)")
        return value

    @field_validator("ends_with")
    @classmethod
    def _ends_with_keys(cls, value: str) -> str:
        if value and not _KEYS.fullmatch(value):
            raise ValueError(f"`{value}` is not up to 16 of the keys 0-9 * # A-D")
        return value

    @field_validator("in_talk")
    @classmethod
    def _presses_keys(cls, value: dict[str, float]) -> dict[str, float]:
        for keys in value:
            if keys != "nothing" and not _KEYS.fullmatch(keys):
                raise ValueError(f"`{keys}` is neither `nothing` nor up to 16 of the keys 0-9 * # A-D")
        return with_weight(value) if value else value

    def ends_after(self, rng: random.Random) -> tuple[float | None, str]:
        """(seconds after which it ends a talk, the keys it does that with; "": it hangs up); None: it never does."""
        length_s = None if self.talks is None else min(TALK_MAX_S, self.talks.draw(rng))
        if rng.random() < self.leaves:
            return rng.uniform(0, LEAVES_WITHIN_S if length_s is None else length_s), ""
        return length_s, self.ends_with

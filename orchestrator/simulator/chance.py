"""Chance that repeats: generators named after what they decide, and the distributions of a population."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

Choice = TypeVar("Choice")


def chance(*what: object) -> random.Random:
    """A generator that is a function of `what` and of nothing else."""
    text = "|".join(map(str, what)).encode()
    return random.Random(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()))


def pick(weights: Mapping[Choice, float], rng: random.Random) -> Choice:
    """One key, by weight. The weights must not all be 0."""
    at = rng.random() * sum(weights.values())
    for key, weight in weights.items():
        at -= weight
        if at < 0:
            return key
    return next(key for key in reversed(list(weights)) if weights[key] > 0)


class MeanAndDeviation(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    mean: Annotated[float, Field(gt=0)]
    sd: Annotated[float, Field(gt=0)]


class MedianAndSigma(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    median: Annotated[float, Field(gt=0)]
    sigma: Annotated[float, Field(gt=0)]


class Spread(BaseModel):
    """A distribution of seconds, never below 0; exactly one of its shapes. A bare number means `fixed`.

    {fixed: 5} | {uniform: [2, 8]} | {gamma: {mean: 9, sd: 5}} | {lognormal: {median: 20, sigma: 0.6}}, and
    `at_most` caps any of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    fixed: Annotated[float, Field(ge=0)] | None = None
    uniform: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]] | None = None
    gamma: MeanAndDeviation | None = None
    lognormal: MedianAndSigma | None = None
    at_most: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _number_is_fixed(cls, value: Any) -> Any:
        return {"fixed": value} if isinstance(value, (int, float, str)) else value

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        shapes = [self.fixed, self.uniform, self.gamma, self.lognormal]
        if sum(shape is not None for shape in shapes) != 1:
            raise ValueError("one of fixed, uniform, gamma, lognormal")
        if self.uniform and self.uniform[0] > self.uniform[1]:
            raise ValueError("uniform is [least, most]")
        return self

    def draw(self, rng: random.Random) -> float:
        """One value in seconds."""
        if self.fixed is not None:
            value = self.fixed
        elif self.uniform:
            value = rng.uniform(*self.uniform)
        elif self.gamma:
            ratio = self.gamma.sd / self.gamma.mean
            value = rng.gammavariate(1 / ratio**2, self.gamma.sd * ratio)
        elif self.lognormal:
            value = rng.lognormvariate(math.log(self.lognormal.median), self.lognormal.sigma)
        else:
            raise AssertionError("a spread without a shape passed its check")
        return value if self.at_most is None else min(value, self.at_most)

"""What the end of a call says about the trunk it went out by: what the breaker lives on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TrunkSign(StrEnum):
    """Said by one ended attempt. `engine.breaker.sign_of` is the one function into this set."""

    WORKS = "works"  # the trunk carried the call to the called side
    FAILS = "fails"  # the trunk itself, or our way to it, did not
    REFUSED = "refused"  # our own switch made no call of it: paused, or at one of its limits
    NOTHING = "nothing"  # it may have been either side, or ourselves


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRule:
    """After `after` failures in a row a gateway rests for `for_ms`; doubled each time its trial fails, up to
    `most_ms` (milliseconds of business time).
    """

    after: int
    for_ms: int
    most_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkWord:
    """A sign as the store takes it. `at`: the moment it is true of (epoch ms); `why`: for people, one short line."""

    sign: TrunkSign
    at: int
    why: str
    rest: RestRule

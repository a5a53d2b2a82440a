"""What a population is made of: outcomes, sounds and kinds of callees."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from orchestrator.simulator.chance import Choice, MeanAndDeviation, MedianAndSigma, Spread


class Outcome(StrEnum):
    """What one call to a callee comes to, as the carrier sees it."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # rings until the caller gives up
    REJECTED = "rejected"
    INVALID = "invalid"
    CONGESTION = "congestion"
    FAILED = "failed"
    UNREACHABLE = "unreachable"  # switched off or out of reach
    GAVE_UP = "gave_up"  # rings, and the network ends it
    SILENT = "silent"  # no SIP answer at all


# SIP answers of each outcome, by weight. A carrier's own habit goes into `sip:` of a callee.
SIP_OF: Final[dict[Outcome, dict[int, float]]] = {
    Outcome.BUSY: {486: 95, 600: 5},
    Outcome.REJECTED: {603: 70, 403: 30},
    Outcome.INVALID: {404: 85, 484: 10, 410: 5},
    Outcome.CONGESTION: {503: 100},
    Outcome.FAILED: {500: 50, 502: 30, 488: 20},
    Outcome.UNREACHABLE: {480: 100},
    Outcome.GAVE_UP: {408: 50, 480: 50},
}


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Probability = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
_HOURS: Final = re.compile(r"(\d{1,2})-(\d{1,2})")


class Sound(Model):
    """What the far end sends after the answer. Times in seconds."""

    silence: Spread = Spread(fixed=0.3)  # before the first word
    words: Spread = Spread(fixed=0.8)  # "hello?", or a machine's greeting
    again: Spread | None = None  # silence until the same is said once more
    beep: bool = False
    noise: Probability = 0.0  # how loud the line hisses all the time

    @classmethod
    def of_machine(cls) -> Sound:
        return cls(silence=Spread(fixed=0.5), words=Spread(uniform=(5, 12)), beep=True)


class CalleeKind(Model):
    """One sort of callee. Kinds person and machine answer; any other is the outcome it is named after."""

    kind: Literal[
        "person",
        "machine",
        "busy",
        "no_answer",
        "rejected",
        "invalid",
        "congestion",
        "failed",
        "unreachable",
        "gave_up",
        "silent",
    ]
    weight: Weight = 1.0
    answers: dict[str, Probability] = {"0-24": 1.0}  # by local hours; a bare number: at any hour
    otherwise: dict[Outcome, Weight] = {Outcome.NO_ANSWER: 1.0}
    voicemail: Probability = 0.0  # chance that a call not answered goes to a machine instead
    rings: Spread = Spread(gamma=MeanAndDeviation(mean=9, sd=5))
    early_media: Probability = 0.0  # 183 with sound instead of 180
    sip: dict[Annotated[int, Field(ge=400, le=699)], Weight] | None = None
    sound: Sound | None = None  # None: a short hello, or a machine's greeting
    voicemail_sound: Sound = Field(default_factory=Sound.of_machine)
    stays: Spread = Spread(
        lognormal=MedianAndSigma(median=120, sigma=0.5)
    )  # hangs up after it, if still there
    talks: Spread | None = None  # with whoever the call is joined to; then it hangs up, whatever `stays` says
    keys: dict[str, dict[str, Weight]] = {}
    presses_after: Spread = Spread(
        gamma=MeanAndDeviation(mean=5, sd=2)
    )  # from the beginning of what is heard
    key_gap: Spread = Spread(fixed=0.4)  # between the keys of one number

    @field_validator("answers", mode="before")
    @classmethod
    def _number_is_any_hour(cls, value: object) -> object:
        return {"0-24": value} if isinstance(value, (int, float, str)) else value

    @field_validator("answers")
    @classmethod
    def _hours_are_spans(cls, value: dict[str, float]) -> dict[str, float]:
        for span in value:
            match = _HOURS.fullmatch(span)
            if not match or not int(match[1]) < int(match[2]) <= 24:
                raise ValueError(f"`{span}` is not a span of hours such as 8-12")
        return value

    @field_validator("otherwise")
    @classmethod
    def _something_happens(cls, value: dict[Outcome, float]) -> dict[Outcome, float]:
        if Outcome.ANSWERED in value:
            raise ValueError("`otherwise` is what happens when nobody answers")
        return with_weight(value)

    @field_validator("keys")
    @classmethod
    def _keys_can_be_pressed(cls, value: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        for message, choices in value.items():
            for keys in with_weight(choices):
                if keys not in ("nothing", "hang_up", "flood") and not re.fullmatch(r"[0-9*#ABCDN]+", keys):
                    known = "keys are 0-9 * # A-D, N for any digit, nothing, hang_up, flood"
                    raise ValueError(f"`{keys}` of {message}: {known}")
        return value

    def answers_at(self, hour: int) -> float:
        """Chance of an answer at this local hour (0..23)."""
        for span, chance in self.answers.items():
            first, last = span.split("-")
            if int(first) <= hour < int(last):
                return chance
        return 0.0


def with_weight(value: dict[Choice, float]) -> dict[Choice, float]:
    """The same; ValueError when nothing can be chosen."""
    if not sum(value.values()) > 0:
        raise ValueError("at least one weight must be above 0")
    return value

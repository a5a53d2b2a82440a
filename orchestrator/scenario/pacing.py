"""`dial.pacing` of a predictive scenario: how many are called for the agents there are, and what the law asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, PlainValidator, WithJsonSchema

from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.part import Part, wrong
from orchestrator.scenario.source import SCALAR_TYPES, Text
from orchestrator.scenario.values import (
    choice_schema,
    duration_between,
    duration_schema,
    one_of,
    parse_whole,
    shorten,
    text_of,
    whole_between,
    whole_schema,
)

NEVER: Final = "never"
EVEN: Final = "even"
RATIO_MAX: Final = 10.0  # lines for a free agent: more is no dialing but an attack
ABANDONED_MAX: Final = 0.2  # of five who answer one hears nobody: no law and no customer allows it
PER_HOUR_MAX: Final = 1_000_000
_MODES: Final = tuple(mode.value for mode in PacingMode)
_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What a country asks of calls that are placed before an agent is free (docs/pacing.md has the sources).

    abandoned: of the calls that people answered. ring_min_s: so long a call rings before it is given up. names_caller:
    the message to whoever is abandoned tells who called, and a number.
    """

    abandoned: float
    within_s: float
    ring_min_s: float
    names_caller: bool


LAWS: Final[dict[str, Law]] = {
    "us": Law(abandoned=0.03, within_s=2.0, ring_min_s=15.0, names_caller=True),
    "uk": Law(abandoned=0.03, within_s=2.0, ring_min_s=15.0, names_caller=True),
    "canada": Law(abandoned=0.05, within_s=2.0, ring_min_s=0.0, names_caller=True),
    "russia": Law(abandoned=0.03, within_s=2.0, ring_min_s=0.0, names_caller=False),
}
NO_LAW: Final = Law(abandoned=0.03, within_s=2.0, ring_min_s=0.0, names_caller=False)
CANCEL_AFTER_S: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """ratio: calls for a free agent, where the mode says so itself."""

    mode: PacingMode
    ratio: float | None = None

    def __str__(self) -> str:
        return self.mode.value if self.ratio is None else f"{self.mode.value} {self.ratio:g}"


def _mode(raw: Any) -> Mode:
    """`predictive`, `progressive`, `ratio`, or `ratio 1.5`."""
    text = text_of(raw)
    word, _, rest = text.partition(" ")
    if word not in _MODES:
        raise wrong("S108", f"`{shorten(text)}` is not known here", did_you_mean(word, _MODES))
    if not rest.strip():
        return Mode(mode=PacingMode(word))
    if word != PacingMode.RATIO:
        raise wrong("S108", f"`{word}` takes no number", f"write `{word}`, or `ratio 1.5`")
    return Mode(mode=PacingMode.RATIO, ratio=_ratio(Text.at(rest.strip(), text.mark)))


def _ratio(raw: Any) -> float:
    text = text_of(raw)
    if not _DECIMAL.match(text):
        raise wrong("S543", f"`{shorten(text)}` is not a ratio")
    if not 1.0 <= float(text) <= RATIO_MAX:
        raise wrong("S107", f"`{text}` is outside of 1 to {RATIO_MAX:g}", f"write 1 to {RATIO_MAX:g}")
    return float(text)


def _share(raw: Any) -> float:
    """`3%` -> 0.03."""
    text = text_of(raw)
    number = text.removesuffix("%").strip()
    if not text.endswith("%") or not _DECIMAL.match(number):
        raise wrong("S544", f"`{shorten(text)}` is not a share")
    share = round(float(number) / 100, 6)
    if share > ABANDONED_MAX:
        raise wrong("S107", f"`{text}` is more than {ABANDONED_MAX:.0%}", "write 0% to 20%")
    return share


def _cancel(raw: Any) -> float | None:
    return None if text_of(raw) == NEVER else duration_between(5, 120)(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hourly:
    """Calls of a campaign in an hour at most; None: what is left is spread over the open hours left."""

    calls: int | None = None

    def __str__(self) -> str:
        return EVEN if self.calls is None else str(self.calls)


def _per_hour(raw: Any) -> Hourly:
    return Hourly(calls=None if text_of(raw) == EVEN else parse_whole(raw, 1, PER_HOUR_MAX))


_MODE_SCHEMA = {"type": "string", "pattern": r"^(predictive|progressive|ratio( +[0-9]+(\.[0-9]{1,2})?)?)$"}
_CANCEL_SCHEMA = {"anyOf": [{"const": NEVER}, {"type": "string"}]}
_PER_HOUR_SCHEMA = {"anyOf": [{"const": EVEN}, {"type": ["integer", "string"], "minimum": 1}]}
ModeField = Annotated[Mode, PlainValidator(_mode), WithJsonSchema(_MODE_SCHEMA)]
Ratio = Annotated[float, PlainValidator(_ratio), WithJsonSchema({"type": SCALAR_TYPES})]
Share = Annotated[
    float, PlainValidator(_share), WithJsonSchema({"type": "string", "pattern": r"^[0-9.]+ *%$"})
]
Within = Annotated[float, PlainValidator(duration_between(0.5, 30)), duration_schema(0.5, 30)]
Cancel = Annotated[float | None, PlainValidator(_cancel), WithJsonSchema(_CANCEL_SCHEMA)]
LawName = Annotated[Text, PlainValidator(one_of(LAWS)), choice_schema(LAWS)]
Lines = Annotated[int, PlainValidator(whole_between(1, 50)), whole_schema(1, 50)]
PerHour = Annotated[Hourly, PlainValidator(_per_hour), WithJsonSchema(_PER_HOUR_SCHEMA)]


class Pacing(Part):
    """How many are called for the agents there are. A plain text is the `mode`."""

    shorthand: ClassVar[str | None] = "mode"

    mode: ModeField = Field(
        default=Mode(mode=PacingMode.PREDICTIVE),
        description="`predictive`: as many as keep agents busy and `abandoned` under its cap; `progressive`: one for"
        " each free agent; `ratio 1.5`: so many for each free agent",
    )
    ratio: Ratio | None = Field(
        default=None, description="calls for each free agent, with `mode: ratio`: 1 to 10"
    )
    law: LawName | None = Field(
        default=None,
        description="us, uk, canada, russia: fills in `abandoned`, `within`, `cancel_after` and how long each call"
        " rings at least; what is written beside it goes first",
    )
    abandoned: Share | None = Field(
        default=None,
        description="of the calls that people answered, so many at most have nobody in time: 0% to 20%, else 3%;"
        " `0%`: every call has an agent reserved for it, nobody is called ahead",
    )
    within: Within | None = Field(
        default=None, description="in time is: 0.5s to 30s after the answer; else 2s"
    )
    cancel_after: Cancel = Field(
        default=None,
        description="a call that rang so long may be ended when nobody could take it, 5s to 2m, or `never`; else 15s",
    )
    lines_per_agent: Lines = Field(
        default=4, description="calls at once for each agent at most, ringing and talking: 1 to 50"
    )

    @property
    def rules(self) -> Law:
        """What the law asks, as far as there is one."""
        return NO_LAW if self.law is None else LAWS[str(self.law)]

    @property
    def cap(self) -> float:
        return self.rules.abandoned if self.abandoned is None else self.abandoned

    @property
    def calls_per_agent(self) -> float | None:
        """Of `mode: ratio`; None when nobody says how many."""
        return self.ratio if self.mode.ratio is None else self.mode.ratio

    @property
    def cancel_after_s(self) -> float | None:
        if self.has("cancel_after"):
            return self.cancel_after
        return max(CANCEL_AFTER_S, self.rules.ring_min_s)


def pacing_plan(pacing: Pacing) -> PacingPlan:
    """With law and defaults filled in."""
    return PacingPlan(
        mode=pacing.mode.mode,
        ratio=pacing.calls_per_agent or 1.0,
        abandoned=pacing.cap,
        within_s=pacing.rules.within_s if pacing.within is None else pacing.within,
        cancel_after_s=pacing.cancel_after_s,
        ring_min_s=pacing.rules.ring_min_s,
        lines_per_agent=pacing.lines_per_agent,
    )

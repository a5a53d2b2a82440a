"""`tests:` of a scenario: the calls that are played offline, and what must come of them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.plan import Delay
from orchestrator.scenario.dial import Retry
from orchestrator.scenario.findings import Findings, did_you_mean
from orchestrator.scenario.part import Part, each, refuse_if_any, wrong
from orchestrator.scenario.reader import shape
from orchestrator.scenario.source import SCALAR_TYPES, Mark, Seq, Text
from orchestrator.scenario.values import (
    Filled,
    Name,
    choice_schema,
    duration_between,
    items_of,
    one_of,
    parse_name,
    shorten,
    text_of,
    whole_between,
    whole_schema,
)

KEYS = "0123456789*#"
CALLS_MAX = 200  # one lead is never called that often; a longer list is a mistake
_PAUSE = duration_between(0.1, 600)
_AT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}\Z", re.ASCII)


class MoveKind(StrEnum):
    """What the tested person, or the network, does."""

    ANSWERS = "answers"
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    INVALID_NUMBER = "invalid_number"
    CONGESTION = "congestion"
    FAILED = "failed"
    HEARS = "hears"
    PRESSES = "presses"
    SAYS_NOTHING = "says_nothing"
    HANGS_UP = "hangs_up"
    WAITS = "waits"


# How a call may begin; after the first two it goes on
BEGINNINGS = tuple(MoveKind)[: tuple(MoveKind).index(MoveKind.HEARS)]
CONNECTED = (MoveKind.ANSWERS, MoveKind.MACHINE)
WITH_VALUE = (MoveKind.HEARS, MoveKind.PRESSES, MoveKind.WAITS)
_WORDS = tuple(kind.value for kind in MoveKind)
_WORDS_WITH_VALUE = tuple(kind.value for kind in WITH_VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """`text`: the message heard, or the keys pressed. `seconds`: how long it waits."""

    kind: MoveKind
    text: str = ""
    seconds: float = 0.0
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of it; None is not compared. `disposition` and `result` are those of the last call,
    `waits` are the delays before the second and later calls.
    """

    result: str | None = None
    status: str | None = None
    attempts: int | None = None
    waits: tuple[Delay, ...] | None = None
    disposition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioTest:
    """One test: a contact (column -> text as typed), the calls to it, what must come of them.

    at: local time, in the contact's zone, when the lead is ready; None: when calling hours are open.
    """

    name: str
    contact: dict[str, str]
    calls: tuple[tuple[Move, ...], ...]
    expect: Expectation
    at: dt.datetime | None
    language: str | None
    mark: Mark


def _move(raw: Any) -> Move:
    if isinstance(raw, Text) and raw in _WORDS and raw not in _WORDS_WITH_VALUE:
        return Move(kind=MoveKind(raw), mark=raw.mark)
    if isinstance(raw, Seq) or not raw:
        raise wrong("S701", f"a move is expected here, this is {shape(raw)}")
    if isinstance(raw, Text):
        more = f"write `{raw}: ...`" if raw in _WORDS_WITH_VALUE else did_you_mean(raw, _WORDS)
        raise wrong("S701", f"unknown move `{shorten(raw)}`", more)
    verb, value = next(iter(raw.items()))
    if len(raw) > 1 or verb not in _WORDS_WITH_VALUE:
        hint = did_you_mean(verb, _WORDS) if verb not in _WORDS else f"write `{verb}` alone"
        raise wrong("S701", f"`{shorten(verb)}: ...` is not a move", hint)
    return _with_value(MoveKind(verb), value, verb.mark)


def _with_value(kind: MoveKind, value: Any, mark: Mark) -> Move:
    if kind is MoveKind.WAITS:
        return Move(kind=kind, seconds=_PAUSE(value), mark=mark)
    text = text_of(value)
    if kind is MoveKind.HEARS:
        return Move(kind=kind, text=parse_name(text), mark=text.mark)
    if not set(text) <= set(KEYS):
        raise wrong("S308", f"`{shorten(text)}` are not telephone keys")
    return Move(kind=kind, text=str(text), mark=mark)


def _call(raw: Any, findings: Findings) -> tuple[Move, ...]:
    items = items_of(raw)
    moves = each(items, _move, findings)
    for index, move in enumerate(moves if len(moves) == len(items) else ()):
        if index == 0 and move.kind not in BEGINNINGS:
            findings.add("S702", move, f"a call does not begin with `{move.kind}`")
        elif index and moves[0].kind not in CONNECTED:
            findings.add("S702", move, f"after `{moves[0].kind}` nothing follows in the same call")
        elif index and (move.kind in BEGINNINGS or moves[index - 1].kind is MoveKind.HANGS_UP):
            findings.add("S702", move, f"`{move.kind}` does not follow `{moves[index - 1].kind}`")
    return tuple(moves)


def _one_call(raw: Any, info: ValidationInfo) -> tuple[Move, ...]:
    findings = Findings()
    moves = _call(raw, findings)
    refuse_if_any(findings, info)
    return moves


def _several_calls(raw: Any, info: ValidationInfo) -> tuple[tuple[Move, ...], ...]:
    findings = Findings()
    items = items_of(raw)
    if len(items) > CALLS_MAX:
        raise wrong("S107", f"{len(items)} calls are more than {CALLS_MAX}")
    calls = tuple(_call(item, findings) for item in items)
    refuse_if_any(findings, info)
    return calls


def _at(raw: Any) -> dt.datetime:
    text = text_of(raw)
    try:
        if _AT.match(text):
            return dt.datetime.fromisoformat(text)  # local to the contact, on purpose
    except ValueError:
        pass
    raise wrong("S103", f"`{shorten(text)}` is not a date and time", "write 2026-12-01 10:00")


_MOVE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": [kind.value for kind in MoveKind if kind not in WITH_VALUE]},
        {
            "type": "object",
            "properties": {kind.value: {"type": SCALAR_TYPES} for kind in WITH_VALUE},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}
_MOVES_SCHEMA: dict[str, Any] = {
    "anyOf": [*_MOVE_SCHEMA["anyOf"], {"type": "array", "items": _MOVE_SCHEMA, "minItems": 1}]
}
Call = Annotated[tuple[Move, ...], PlainValidator(_one_call), WithJsonSchema(_MOVES_SCHEMA)]
Calls = Annotated[
    tuple[tuple[Move, ...], ...],
    PlainValidator(_several_calls),
    WithJsonSchema({"type": "array", "items": _MOVES_SCHEMA, "minItems": 1}),
]
At = Annotated[dt.datetime, PlainValidator(_at), WithJsonSchema({"type": "string"})]
Count = Annotated[int, PlainValidator(whole_between(0, CALLS_MAX)), whole_schema(0, CALLS_MAX)]
_DISPOSITIONS = tuple(kind.value for kind in Disposition)
DispositionName = Annotated[Text, PlainValidator(one_of(_DISPOSITIONS)), choice_schema(_DISPOSITIONS)]


class ExpectSpec(Part):
    """What must come of a test. At least one key; what is not named is not compared."""

    result: Name | None = Field(
        default=None, description="what the flow concluded in the last call, or `none`"
    )
    status: Name | None = Field(default=None, description="the lead's status in the end")
    attempts: Count | None = Field(default=None, description="counted calls in all")
    waits: Retry | None = Field(default=None, description="the delays between the calls")
    disposition: DispositionName | None = Field(default=None, description="of the last call")


class TestSpec(Part):
    """A test of the scenario, run by `prozvon test`."""

    __test__ = False  # not one of pytest's

    name: Filled = Field(description="what the test shows")
    contact: dict[Text, Text] = Field(default_factory=dict, description="column -> value, `phone` too")
    call: Call | None = Field(default=None, description="the moves of the one call")
    calls: Calls | None = Field(default=None, description="the moves of each call")
    expect: ExpectSpec = Field(description="what must come of it")
    at: At | None = Field(
        default=None, description="when it begins, `2026-12-01 10:00` in the contact's zone"
    )
    language: Text | None = Field(default=None, description="the contact's language")

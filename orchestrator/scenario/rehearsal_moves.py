"""The moves of a rehearsed call: what the tested person, the network, and whoever is rung do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.scenario.findings import Findings, did_you_mean
from orchestrator.scenario.part import each, refuse_if_any, wrong
from orchestrator.scenario.reader import shape
from orchestrator.scenario.source import SCALAR_TYPES, Mark, Seq, Text
from orchestrator.scenario.values import duration_between, items_of, parse_name, shorten, text_of

KEYS = "0123456789*#"
CALLS_MAX = 200  # one lead is never called that often; a longer list is a mistake
_PAUSE = duration_between(0.1, 600)
_SPEECH = duration_between(0.1, 3600)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\Z", re.ASCII)


class MoveKind(StrEnum):
    """What happens. Those up to FAILED are how a call that is placed may begin."""

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
    SPEAKS = "speaks"
    TAKES = "takes"
    NOBODY_TAKES = "nobody_takes"
    OUTCOME = "outcome"


BEGINNINGS = tuple(MoveKind)[: tuple(MoveKind).index(MoveKind.HEARS)]
CONNECTED = (MoveKind.ANSWERS, MoveKind.MACHINE)  # after these a call goes on
WITH_VALUE = (
    MoveKind.HEARS,
    MoveKind.PRESSES,
    MoveKind.WAITS,
    MoveKind.SPEAKS,
    MoveKind.TAKES,
    MoveKind.OUTCOME,
)
TIMED = (MoveKind.WAITS, MoveKind.SPEAKS)
_WORDS = tuple(kind.value for kind in MoveKind)
_WORDS_WITH_VALUE = tuple(kind.value for kind in WITH_VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """text: the message heard, the keys pressed, the number or agent that takes the call, or what the agent notes.
    seconds: how long it waits or speaks.
    """

    kind: MoveKind
    text: str = ""
    seconds: float = 0.0
    mark: Mark

    @property
    def is_agents(self) -> bool:
        """Whether an agent takes the call, and no number."""
        return self.kind is MoveKind.TAKES and not self.text.startswith("+")


def parse_move(raw: Any) -> Move:
    """Raises S701, S308, S106, S107."""
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
    if kind in TIMED:
        return Move(kind=kind, seconds=(_PAUSE if kind is MoveKind.WAITS else _SPEECH)(value), mark=mark)
    if kind is MoveKind.TAKES:
        return Move(kind=kind, text=str(parse_person(value)), mark=value.mark)
    text = text_of(value)
    if kind in (MoveKind.HEARS, MoveKind.OUTCOME):
        return Move(kind=kind, text=parse_name(text), mark=text.mark)
    if not set(text) <= set(KEYS):
        raise wrong("S308", f"`{shorten(text)}` are not telephone keys")
    return Move(kind=kind, text=str(text), mark=mark)


def parse_number(raw: Any) -> Text:
    """A telephone number written in full. Raises S103."""
    text = text_of(raw)
    if not _NUMBER.match(text):
        raise wrong("S103", f"`{shorten(text)}` is not a number in full", "write +79990000001")
    return text


def parse_person(raw: Any) -> Text:
    """A telephone number in full, or the name of an agent. Raises S103, S105."""
    return parse_name(raw) if text_of(raw)[:1].isalpha() else parse_number(raw)


def _one_call(raw: Any, info: ValidationInfo) -> tuple[Move, ...]:
    findings = Findings()
    moves = each(items_of(raw), parse_move, findings)
    refuse_if_any(findings, info)
    return tuple(moves)


def _several_calls(raw: Any, info: ValidationInfo) -> tuple[tuple[Move, ...], ...]:
    findings = Findings()
    items = items_of(raw)
    if len(items) > CALLS_MAX:
        raise wrong("S107", f"{len(items)} calls are more than {CALLS_MAX}")
    calls = tuple(tuple(each(items_of(item), parse_move, findings)) for item in items)
    refuse_if_any(findings, info)
    return calls


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

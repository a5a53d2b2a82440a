"""What a rehearsed call is answered from outside: by services that are fetched from, and by queues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.part import each, refuse_if_any, wrong
from orchestrator.scenario.source import SCALAR_TYPES, Map, Seq, Text
from orchestrator.scenario.values import items_of, parse_whole, shorten, text_of

FAULTS = ("down", "slow", "nonsense")  # no answer, one that comes too late, one that is not understood
FULL, DOWN = "full", "down"
REFUSALS = (FULL, "closed", "no_agents")  # why nobody is let into a queue; of numbers only the first
_STATUS = re.compile(r"[2-5]\d\d\Z", re.ASCII)
_PLACES_MAX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAnswer:
    """What one request comes to. status: 0 when no answer came in time. why: `down`, `slow`, `nonsense` or "".

    fields: path inside the answer -> text.
    """

    status: int = 200
    why: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return not self.why and 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAnswer:
    """position: of the caller in the queue, from 1. why: of REFUSALS, nobody is let in. is_down: nobody answers."""

    position: int = 1
    why: str = ""
    is_down: bool = False


def fields_of(tree: object, path: str = "") -> dict[str, str]:
    """`{a: {b: 1}, c: [x]}` -> `{a.b: 1, c.0: x}`."""
    match tree:
        case Mapping():
            items = [(str(key), item) for key, item in tree.items()]
        case Seq() | list():
            items = [(str(index), item) for index, item in enumerate(tree)]
        case _:
            return {path: str(tree)}
    found: dict[str, str] = {}
    for key, item in items:
        found |= fields_of(item, f"{path}.{key}" if path else key)
    return found


def _one_answer(raw: Any) -> ServiceAnswer:
    if isinstance(raw, Map):
        return ServiceAnswer(fields=fields_of(raw))
    text = text_of(raw)
    if text in FAULTS:
        return ServiceAnswer(status=200 if text == "nonsense" else 0, why=str(text))
    if not _STATUS.match(text):
        raise wrong(
            "S103",
            f"`{shorten(text)}` is no answer of a service",
            f"write its JSON as keys and values, a status such as 404, or {', '.join(FAULTS)}",
        )
    return ServiceAnswer(status=int(text))


def _answers(raw: Any, info: ValidationInfo) -> tuple[ServiceAnswer, ...]:
    findings = Findings()
    answers = each(items_of(raw), _one_answer, findings)
    refuse_if_any(findings, info)
    return tuple(answers)


def _queue(raw: Any) -> QueueAnswer:
    text = text_of(raw)
    if text == DOWN:
        return QueueAnswer(is_down=True)
    if text in REFUSALS:
        return QueueAnswer(why=str(text))
    return QueueAnswer(position=parse_whole(Text.at(text, text.mark), 1, _PLACES_MAX))


_ANSWER_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "object"}, {"type": SCALAR_TYPES}]}
ServiceAnswers = Annotated[
    tuple[ServiceAnswer, ...],
    PlainValidator(_answers),
    WithJsonSchema({"anyOf": [*_ANSWER_SCHEMA["anyOf"], {"type": "array", "items": _ANSWER_SCHEMA}]}),
]
QueueState = Annotated[QueueAnswer, PlainValidator(_queue), WithJsonSchema({"type": SCALAR_TYPES})]

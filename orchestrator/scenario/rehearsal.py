"""`tests:` of a scenario: the calls that are played offline, and what must come of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.plan import Delay
from orchestrator.scenario.dial import Retry
from orchestrator.scenario.part import Part, wrong
from orchestrator.scenario.rehearsal_answers import QueueAnswer, QueueState, ServiceAnswer, ServiceAnswers
from orchestrator.scenario.rehearsal_moves import (
    BEGINNINGS,
    CALLS_MAX,
    KEYS,
    WITH_VALUE,
    Call,
    Calls,
    Move,
    MoveKind,
    parse_number,
    parse_person,
)
from orchestrator.scenario.source import SCALAR_TYPES, Mark, Text
from orchestrator.scenario.values import (
    Filled,
    Name,
    YesNo,
    choice_schema,
    items_of,
    one_of,
    shorten,
    text_of,
    whole_between,
    whole_schema,
)

__all__ = ["BEGINNINGS", "CALLS_MAX", "KEYS", "WITH_VALUE", "Call", "Calls", "Move", "MoveKind"]

FIRST_MOMENT = dt.datetime(2026, 12, 1, 12)  # a Tuesday noon: where a test without `at` begins
NONE = "none"
NOTES = ("sms", "email", "row", "webhook", "voicemail", "recording", "callback", "opt_out")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}\Z", re.ASCII)
_TOLD = re.compile(r"^(sms|email|webhook) [a-z][A-Za-z0-9_./~-]*\Z")
_DAY_AT = re.compile(rf"({'|'.join(DAYS)}) (\d{{2}}:\d{{2}})\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of it; None is not compared. `disposition` and `result` are those of the last call,
    `waits` are the delays before the second and later calls.

    notes: what is to be done after the last call. Of calls that come in: reached is the number that took the call, ""
    for nobody; missed whether it made a callback; stored and values compare what they name. told: what rules have told
    in all, as `sms MESSAGE`, `email MESSAGE`, `webhook NAME`.
    """

    result: str | None = None
    status: str | None = None
    attempts: int | None = None
    waits: tuple[Delay, ...] | None = None
    disposition: str | None = None
    reached: str | None = None
    missed: bool | None = None
    notes: tuple[str, ...] | None = None
    told: tuple[str, ...] | None = None
    stored: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioTest:
    """One test: a contact (column -> text as typed), the calls to it, what must come of them.

    at: local time, in the contact's zone (of a call that comes in: the scenario's), when it begins; None: when
    hours are open. Of a scenario for calls that come in, the first call is the caller's, the others are callbacks;
    caller, called: E.164; a caller "" has no number, None or a called "": the test does not care. services:
    `service/path`, or a service -> its answers in turn, the last one repeats.
    """

    name: str
    contact: dict[str, str]
    calls: tuple[tuple[Move, ...], ...]
    expect: Expectation
    at: dt.datetime | None
    language: str | None
    mark: Mark
    caller: str | None = None
    called: str = ""
    services: Mapping[str, tuple[ServiceAnswer, ...]] = field(default_factory=dict)
    queues: Mapping[str, QueueAnswer] = field(default_factory=dict)


def parse_at(text: str) -> dt.datetime | None:
    """`2026-12-01 10:00`, or `sat 22:00`: the first such moment from the day of FIRST_MOMENT on. None: neither."""
    found = _DAY_AT.match(text)
    try:
        if found:
            ahead = (DAYS.index(found[1]) - FIRST_MOMENT.weekday()) % 7
            return dt.datetime.combine(
                FIRST_MOMENT.date() + dt.timedelta(days=ahead), dt.time.fromisoformat(found[2])
            )
        return dt.datetime.fromisoformat(text) if _AT.match(text) else None
    except ValueError:
        return None


def _at(raw: Any) -> dt.datetime:
    text = text_of(raw)
    moment = parse_at(text)
    if moment is None:
        raise wrong(
            "S103", f"`{shorten(text)}` is not a date and time", "write 2026-12-01 10:00 or sat 22:00"
        )
    return moment  # local to the contact, on purpose


def _number_or_none(raw: Any) -> Text:
    text = text_of(raw)
    return text if text == NONE else parse_number(text)


def _person_or_none(raw: Any) -> Text:
    text = text_of(raw)
    return text if text == NONE else parse_person(text)


def _notes(raw: Any) -> tuple[str, ...]:
    if isinstance(raw, Text) and raw == NONE:
        return ()
    return tuple(map(str, map(one_of(NOTES), items_of(raw))))


def _told(raw: Any) -> tuple[Text, ...]:
    if isinstance(raw, Text) and raw == NONE:
        return ()
    return tuple(map(_one_told, items_of(raw)))


def _one_told(raw: Any) -> Text:
    text = text_of(raw)
    if not _TOLD.match(text):
        hint = "write sms MESSAGE, email MESSAGE or webhook NAME, several in a list"
        raise wrong("S103", f"`{shorten(text)}` is nothing that a rule tells", hint)
    return text


At = Annotated[dt.datetime, PlainValidator(_at), WithJsonSchema({"type": "string"})]
Count = Annotated[int, PlainValidator(whole_between(0, CALLS_MAX)), whole_schema(0, CALLS_MAX)]
Number = Annotated[Text, PlainValidator(parse_number), WithJsonSchema({"type": SCALAR_TYPES})]
CallerOrNone = Annotated[Text, PlainValidator(_number_or_none), WithJsonSchema({"type": SCALAR_TYPES})]
PersonOrNone = Annotated[Text, PlainValidator(_person_or_none), WithJsonSchema({"type": SCALAR_TYPES})]
_NOTE_SCHEMA: dict[str, Any] = {"enum": [*NOTES, NONE]}
Notes = Annotated[
    tuple[str, ...],
    PlainValidator(_notes),
    WithJsonSchema({"anyOf": [_NOTE_SCHEMA, {"type": "array", "items": _NOTE_SCHEMA}]}),
]
_TOLD_SCHEMA: dict[str, Any] = {"type": "string", "pattern": _TOLD.pattern.replace(r"\Z", "$")}
Told = Annotated[
    tuple[Text, ...],
    PlainValidator(_told),
    WithJsonSchema(
        {"anyOf": [{"const": NONE}, _TOLD_SCHEMA, {"type": "array", "items": _TOLD_SCHEMA, "minItems": 1}]}
    ),
]
_DISPOSITIONS = tuple(kind.value for kind in Disposition)
DispositionName = Annotated[Text, PlainValidator(one_of(_DISPOSITIONS)), choice_schema(_DISPOSITIONS)]


class ExpectSpec(Part):
    """What must come of a test. At least one key; what is not named is not compared."""

    result: Name | None = Field(
        default=None, description="what the flow concluded in the last call, or `none`"
    )
    status: Name | None = Field(
        default=None, description="the lead's status in the end; of `ivr`: the callback's"
    )
    attempts: Count | None = Field(default=None, description="counted calls in all; of `ivr`: callbacks")
    waits: Retry | None = Field(default=None, description="the delays between the calls")
    disposition: DispositionName | None = Field(default=None, description="of the last call")
    reached: PersonOrNone | None = Field(
        default=None, description="the number or agent that took the last call, or `none`"
    )
    missed: YesNo | None = Field(default=None, description="`ivr`: whether the caller is to be called back")
    notes: Notes | None = Field(
        default=None,
        description="what the flow leaves to be done after the last call, in its order, or `none`: "
        + ", ".join(NOTES),
    )
    told: Told | None = Field(
        default=None,
        description="what rules tell in all, in its order, or `none`: `sms MESSAGE`, `email MESSAGE`, `webhook NAME`",
    )
    stored: dict[Text, dict[Text, Text]] | None = Field(
        default=None, description="`ivr`: rows stored, set -> column -> text"
    )
    values_: dict[Text, Text] | None = Field(
        default=None, alias="values", description="`ivr`: variables at the end of the last call"
    )


class TestSpec(Part):
    """A test of the scenario, run by `prozvon test`."""

    __test__ = False  # not one of pytest's

    name: Filled = Field(description="what the test shows")
    contact: dict[Text, Text] = Field(default_factory=dict, description="column -> value, `phone` too")
    caller: CallerOrNone | None = Field(
        default=None, description="`ivr`: who calls; `none` for a number that is hidden"
    )
    called: Number | None = Field(default=None, description="`ivr`: the number that is called")
    call: Call | None = Field(default=None, description="the moves of the one call")
    calls: Calls | None = Field(
        default=None, description="the moves of each call; of `ivr`: the caller's, then the callbacks"
    )
    services: dict[Text, ServiceAnswers] = Field(
        default_factory=dict,
        description="`ivr`: `service/path` -> its JSON, a status such as 404, down, slow or nonsense; "
        "or a list of them in turn",
    )
    queues: dict[Text, QueueState] = Field(
        default_factory=dict,
        description="queue -> the caller's position, `full`, or `down` (nobody tells anything); of one with agents"
        " also `closed` and `no_agents`",
    )
    expect: ExpectSpec = Field(description="what must come of it")
    at: At | None = Field(
        default=None,
        description="when it begins, `2026-12-01 10:00` or `sat 22:00`, on the clock of the contact's zone "
        "(of `ivr`: of `timezone`)",
    )
    language: Text | None = Field(default=None, description="the contact's language")

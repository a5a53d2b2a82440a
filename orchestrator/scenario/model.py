"""The scenario as a whole: the model of the YAML file, one for each kind."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from orchestrator.scenario.company import OrCompany
from orchestrator.scenario.consent import ConsentSpec
from orchestrator.scenario.desk import Desk
from orchestrator.scenario.dial import Dial, PacedDial, RuleSpec
from orchestrator.scenario.hours import Hours
from orchestrator.scenario.inbound import (
    CalledLanguage,
    CallerLanguage,
    Claims,
    InboundDial,
    Machine,
    Missed,
    OneZone,
    OrTaping,
)
from orchestrator.scenario.melody import SoundFile, wording_kind
from orchestrator.scenario.part import Part, Tolerant
from orchestrator.scenario.queues import QueueSpec
from orchestrator.scenario.rehearsal import TestSpec
from orchestrator.scenario.source import Map, Seq, Text
from orchestrator.scenario.steps import Steps
from orchestrator.scenario.values import (
    Filled,
    Label,
    Name,
    Named,
    YesNo,
    choice_schema,
    items_of,
    one_of,
)

ROBOCALL, IVR, PREDICTIVE = "robocall", "ivr", "predictive"
KINDS = (ROBOCALL, IVR, PREDICTIVE)
COLUMN_TYPES = ("text", "digits", "number", "money", "date", "time", "phone", "language", "timezone")


def _as_list(raw: Any) -> Any:
    return Seq.at(items_of(raw), raw.mark) if isinstance(raw, Text) and raw else raw


_LIST_SCHEMA: dict[str, Any] = {"type": ["string", "array"], "items": {"type": "string"}, "minItems": 1}
OneOrMore = Annotated[
    list[Filled], Field(min_length=1), BeforeValidator(_as_list), WithJsonSchema(_LIST_SCHEMA)
]


_NEUTRAL: dict[str, Any] = {
    "scenario": Text.at("nameless"),
    "kind": Text.at(ROBOCALL),
    "languages": Seq.at([Text.at("ru")]),
    "flow": Map.at({Text.at("start"): Seq.at([Text.at("hang_up")])}),
}


class ColumnSpec(Part):
    """A column of the contacts. `name: text` is short for `name: {type: text}`."""

    shorthand: ClassVar[str | None] = "type"

    type: Annotated[Text, PlainValidator(one_of(COLUMN_TYPES)), choice_schema(COLUMN_TYPES)] = Field(
        description="text, digits, number, money, date, time or phone"
    )
    optional: YesNo = Field(default=False, description="whether it may be empty or missing")


Wording = Annotated[
    Annotated[Filled, Tag("text")] | Annotated[SoundFile, Tag("file")], Discriminator(wording_kind)
]


class ScenarioModel(Part):
    """What all kinds of scenarios have: one file is the whole job."""

    scenario: Name = Field(description="its name: campaigns and routes are named after it")
    title: Filled | None = Field(
        default=None, description="what it is for, in the words of people; else the name"
    )
    kind: Annotated[Text, PlainValidator(one_of(KINDS)), choice_schema(KINDS)] = Field(
        description="`robocall`: it calls a list of contacts; `ivr`: it takes calls that come in; `predictive`: it"
        " calls a list of contacts for the agents of a queue"
    )
    project: Label | None = Field(
        default=None, description="whose work it is, for figures; else the `project` of the settings"
    )
    languages: OneOrMore = Field(
        description="ru, en; the first is the default, a contact's `language` column or the number chooses"
    )
    include: OneOrMore = Field(
        default_factory=list,
        description="files with shared `messages`, `flow`, `contact`, `dial`, `rules`, `queues`, `hours`, `languages`",
    )
    messages: Named[Tolerant[dict[Text, Tolerant[Wording]]]] = Field(
        default_factory=dict, description="name -> language -> text, or `{file: sound.wav}`"
    )
    flow: Named[Tolerant[Steps]] = Field(description="blocks of steps; the call begins at `start`")
    queues: Named[Tolerant[QueueSpec]] = Field(
        default_factory=dict, description="who takes the calls of each queue"
    )
    desk: Desk | None = Field(
        default=None,
        description="what an agent sees during a call: `script`, and what it may come to: `outcomes`",
    )
    tests: list[Tolerant[TestSpec]] = Field(
        default_factory=list, description="calls played by `prozvon test`"
    )


class Robocall(ScenarioModel):
    """A scenario that calls a list of contacts."""

    neutral: ClassVar[dict[str, Any]] = {
        **_NEUTRAL,
        "dial": Map.at({Text.at("gateways"): Text.at("main"), Text.at("caller_id"): Text.at("+70000000000")}),
    }
    elsewhere: ClassVar[dict[str, str]] = dict.fromkeys(
        ("numbers", "caller_language", "called_language", "record", "missed"), "`kind: ivr`"
    ) | {
        **dict.fromkeys(("hours", "timezone"), "`dial` in a robocall"),
        "company": "`kind: predictive`",
        "pacing": "`dial` of `kind: predictive`",
    }

    contact: Named[Tolerant[ColumnSpec]] = Field(
        default_factory=dict, description="columns a batch must bring, with their types; `phone` always"
    )
    machine: Machine = Field(default=Text.at("hang_up"), description="what to do when a machine answers")
    dial: Dial = Field(description="how to call")
    consent: ConsentSpec | None = Field(
        default=None,
        description="what whoever is called must have agreed to: `marketing`; who has not is done, with the status"
        " `no_consent`, or with `{purpose: marketing, else: hold}` held for a person (docs/consent.md)",
    )
    rules: dict[Text, Tolerant[RuleSpec]] = Field(
        default_factory=dict, description="disposition, result or `exhausted` -> what happens"
    )


class Predictive(Robocall):
    """A scenario that calls a list of contacts for the agents of a queue."""

    elsewhere: ClassVar[dict[str, str]] = {**Robocall.elsewhere, "pacing": "`dial`"}

    machine: Machine = Field(
        default=Text.at("off"),
        description="what to do when a machine answers. To tell machines takes seconds that nobody may be left waiting"
        " for, so here it is `off` by default",
    )
    dial: PacedDial = Field(description="how to call")
    company: OrCompany = Field(
        default=None,
        description="who calls, said to whoever is abandoned: `{name: Acme, phone: +74951234567}`, the name in each"
        " language if need be; without `phone` it is `dial.caller_id`, where that is one number",
    )


class Ivr(ScenarioModel):
    """A scenario that takes calls that come in."""

    neutral: ClassVar[dict[str, Any]] = {**_NEUTRAL, "numbers": Text.at("any")}
    elsewhere: ClassVar[dict[str, str]] = {
        "contact": "`kind: robocall`",
        "machine": "`missed`, for callbacks",
        "rules": "`missed`, for callbacks",
        "company": "`kind: predictive`",
        "consent": "`kind: robocall` and `kind: predictive`",
    }

    numbers: Claims = Field(
        description="whose calls it takes: +74950000001, `+7495000????` (`?` is any figure), `any`: what no other takes"
    )
    caller_language: CallerLanguage = Field(
        default_factory=dict,
        description="prefix of the caller's number -> language, the longest counts; `+` is every other number",
    )
    called_language: CalledLanguage = Field(
        default_factory=dict, description="number that was called -> language; goes before `caller_language`"
    )
    hours: Hours = Field(
        default=None,
        description="when it is open, as `dial.hours`; else `always`. Outside of them the block `closed` runs",
    )
    timezone: OneZone | None = Field(
        default=None,
        description="whose clock `hours` are read on; else that of the first number, when it has one",
    )
    record: OrTaping = Field(
        default=None, description="`yes`: every call is recorded whole; `{stereo: yes}`: its sides apart"
    )
    dial: InboundDial = Field(
        default_factory=lambda: InboundDial.model_construct(gateways=(), caller_id=None, ring=25.0),
        description="how numbers are rung for a caller",
    )
    missed: Missed | None = Field(default=None, description="what is done about callers who reached nobody")


AnyModel = Robocall | Predictive | Ivr
MODELS: dict[str, type[Robocall] | type[Predictive] | type[Ivr]] = {
    ROBOCALL: Robocall,
    IVR: Ivr,
    PREDICTIVE: Predictive,
}

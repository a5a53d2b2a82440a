"""The scenario as a whole: the model of the YAML file."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from orchestrator.domain.plan import MachinePolicy
from orchestrator.scenario.dial import Dial, RuleSpec
from orchestrator.scenario.part import Part, Tolerant, wrong
from orchestrator.scenario.rehearsal import TestSpec
from orchestrator.scenario.source import Map, Seq, Text
from orchestrator.scenario.steps import Steps
from orchestrator.scenario.values import Filled, Name, Named, YesNo, choice_schema, items_of, one_of, text_of

# Words of later versions, so that nobody looks for a typing mistake
LATER_KINDS = ("ivr", "predictive")
COLUMN_TYPES = ("text", "digits", "number", "money", "date", "time", "phone", "language", "timezone")


def _kind(raw: Any) -> Text:
    text = text_of(raw)
    if text in LATER_KINDS:
        raise wrong("S104", f"the kind `{text}` is not in this version")
    return one_of(("robocall",))(text)


def _as_list(raw: Any) -> Any:
    return Seq.at(items_of(raw), raw.mark) if isinstance(raw, Text) and raw else raw


_LIST_SCHEMA: dict[str, Any] = {"type": ["string", "array"], "items": {"type": "string"}, "minItems": 1}
OneOrMore = Annotated[
    list[Filled], Field(min_length=1), BeforeValidator(_as_list), WithJsonSchema(_LIST_SCHEMA)
]


class ColumnSpec(Part):
    """A column of the contacts. `name: text` is short for `name: {type: text}`."""

    shorthand: ClassVar[str | None] = "type"

    type: Annotated[Text, PlainValidator(one_of(COLUMN_TYPES)), choice_schema(COLUMN_TYPES)] = Field(
        description="text, digits, number, money, date, time or phone"
    )
    optional: YesNo = Field(default=False, description="whether it may be empty or missing")


class SoundFile(Part):
    """A recorded message: 8 kHz mono 16-bit WAV."""

    file: Filled = Field(description="path from the folder of the file that names it")


def _wording_kind(raw: Any) -> str:
    return "file" if isinstance(raw, Map) else "text"


Wording = Annotated[
    Annotated[Filled, Tag("text")] | Annotated[SoundFile, Tag("file")], Discriminator(_wording_kind)
]
Machine = Annotated[Text, PlainValidator(one_of(tuple(MachinePolicy))), choice_schema(tuple(MachinePolicy))]


class ScenarioModel(Part):
    """A scenario: one file is the whole job."""

    neutral: ClassVar[dict[str, Any]] = {
        "scenario": Text.at("nameless"),
        "kind": Text.at("robocall"),
        "languages": Seq.at([Text.at("ru")]),
        "flow": Map.at({Text.at("start"): Seq.at([Text.at("hang_up")])}),
        "dial": Map.at({Text.at("gateways"): Text.at("main"), Text.at("caller_id"): Text.at("+70000000000")}),
    }

    scenario: Name = Field(description="its name: campaigns are named after it")
    title: Filled | None = Field(
        default=None, description="what it is for, in the words of people; else the name"
    )
    kind: Annotated[Text, PlainValidator(_kind), WithJsonSchema({"const": "robocall"})] = Field(
        description="`robocall`: the flow speaks and takes keys"
    )
    languages: OneOrMore = Field(
        description="ru, en; the first is the default, a contact's `language` column chooses"
    )
    include: OneOrMore = Field(
        default_factory=list, description="files with shared `messages`, `contact`, `dial` and `rules`"
    )
    contact: Named[Tolerant[ColumnSpec]] = Field(
        default_factory=dict, description="columns a batch must bring, with their types; `phone` always"
    )
    messages: Named[Tolerant[dict[Text, Tolerant[Wording]]]] = Field(
        default_factory=dict, description="name -> language -> text, or `{file: sound.wav}`"
    )
    flow: Named[Tolerant[Steps]] = Field(description="blocks of steps; the call begins at `start`")
    machine: Machine = Field(default=Text.at("hang_up"), description="what to do when a machine answers")
    dial: Dial = Field(description="how to call")
    rules: dict[Text, Tolerant[RuleSpec]] = Field(
        default_factory=dict, description="disposition, result or `exhausted` -> what happens"
    )
    tests: list[Tolerant[TestSpec]] = Field(
        default_factory=list, description="calls played by `prozvon test`"
    )

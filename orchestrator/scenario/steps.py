"""The verbs of a flow, and those that steer it. docs/verbs.md is made from their docstrings."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from orchestrator.scenario.consent import OptOutStep
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.operands import PATH_SCHEMA, ConditionField, ValueField, parse_path
from orchestrator.scenario.outside_steps import EmailStep, FetchStep, SmsStep, StoreStep, WebhookStep
from orchestrator.scenario.part import Part, Tolerant, wrong
from orchestrator.scenario.people_steps import ForwardStep, OfferCallbackStep, QueueStep, TransferStep
from orchestrator.scenario.reader import shape
from orchestrator.scenario.roles import BlockName, CalledBlock, Means, ResultName, Role
from orchestrator.scenario.source import Map, Seq, Text
from orchestrator.scenario.talk_steps import (
    AnswerStep,
    AskStep,
    LanguageStep,
    MenuStep,
    MusicStep,
    RecordStep,
    RingStep,
    SayStep,
    VoicemailStep,
)
from orchestrator.scenario.values import (
    Name,
    Named,
    duration_between,
    duration_schema,
    shorten,
)

# Below 0.1 s nobody hears a pause, over a minute everybody hangs up
Pause = Annotated[float, PlainValidator(duration_between(0.1, 60)), duration_schema(0.1, 60)]


def _nothing(raw: Text) -> Text:
    if raw not in ("", "hang_up"):
        raise wrong("S103", f"`hang_up` takes nothing, here is `{shorten(raw)}`", "write `- hang_up`")
    return raw


class SetStep(Part):
    """Sets variables. `{{ name }}` copies a contact column or another variable. A variable has no type: what looks
    like a number or a date (2026-12-31) compares as one.

    ```yaml
    - set: {reason: late, entered: "{{ code }}"}
    ```
    """

    set: Annotated[Named[ValueField], Means(Role.SETS)] = Field(
        min_length=1, description="variable -> text, or `{{ name }}`"
    )


def _apart(raw: Any) -> Any:
    """`{name: test, then: ..., else: ...}` with the condition put under a key of its own."""
    if not isinstance(raw, Map):
        raise wrong("S312", f"a condition is expected here, this is {shape(raw)}")
    names = [key for key in raw if key not in ("then", "else")]
    if len(names) != 1:
        hint = "put an `if` in an `if`" if names else ""
        raise wrong("S312", f"an `if` compares one name, here are {len(names)}", hint)
    rest = {key: value for key, value in raw.items() if key is not names[0]}
    condition = Map.at({names[0]: raw[names[0]]}, names[0].mark)
    return Map.at({Text.at("condition", names[0].mark): condition, **rest}, raw.mark)


class If(Part):
    """See the step `if`."""

    condition: ConditionField
    then: Branch
    else_: Branch | None = Field(default=None, alias="else")


class IfStep(Part):
    """Compares a contact column or variable and takes one of two ways; each is a block, or steps after which the
    flow goes on behind the `if`. Comparisons: is, is_not, less, more, at_least, at_most, in, set. Numbers and dates
    compare by value; what was never set is empty, and neither less nor more than anything.

    ```yaml
    - if: {days_overdue: {at_least: 10}, then: strict, else: [{say: friendly}]}
    - if: {code: "{{ order }}", then: right_code}
    - if: {city: [Moscow, Tver], then: [{say: nearby}]}
    - if: {code: {set: no}, then: [hang_up]}
    ```
    """

    if_: Annotated[If, BeforeValidator(_apart)] = Field(alias="if")


Reference = Annotated[Text, PlainValidator(parse_path), WithJsonSchema(PATH_SCHEMA)]


class Switch(Part):
    """See the step `switch`."""

    on: Annotated[Reference, Means(Role.READS)] = Field(
        description="a contact column or variable, or a field of what was fetched"
    )
    cases: dict[Text, Branch] = Field(description="value -> block, or steps", min_length=1)
    otherwise: Branch | None = Field(default=None, description="block or steps for every other value")


class SwitchStep(Part):
    """Takes the way of the value that a name holds: a block, or steps after which the flow goes on behind the
    `switch`. For every other value it takes `otherwise`, and without that goes on.

    ```yaml
    - switch:
        on: card.status
        cases: {ready: order_ready, sent: [{say: on_its_way}]}
        otherwise: operator
    ```
    """

    switch: Switch


class GotoStep(Part):
    """Goes to the beginning of another block, and does not come back.

    ```yaml
    - goto: start
    ```
    """

    goto: BlockName = Field(description="the block")


class CallStep(Part):
    """Runs another block and comes back at its end: what several ways have in common. 16 deep at most.

    ```yaml
    - call: ask_for_order
    ```
    """

    call: CalledBlock = Field(description="the block")


class ResultStep(Part):
    """Notes what the call came to, in words of your own; `rules` may have a rule for it. A later one replaces it.

    ```yaml
    - result: confirmed
    ```
    """

    result: ResultName = Field(description="the result")


class WaitStep(Part):
    """Stays silent for a while.

    ```yaml
    - wait: 2s
    ```
    """

    wait: Pause = Field(description="how long: 0.1s to 1m")


class HangUpStep(Part):
    """Ends the call. So does the end of a block.

    ```yaml
    - hang_up
    ```
    """

    shorthand = "hang_up"

    hang_up: Annotated[Text, AfterValidator(_nothing), WithJsonSchema({"const": "hang_up"})]


# The registry: the reference, the schema and the tests walk it
VERBS: dict[str, type[Part]] = {
    "answer": AnswerStep,
    "ring": RingStep,
    "music": MusicStep,
    "say": SayStep,
    "menu": MenuStep,
    "ask": AskStep,
    "record": RecordStep,
    "voicemail": VoicemailStep,
    "language": LanguageStep,
    "forward": ForwardStep,
    "transfer": TransferStep,
    "queue": QueueStep,
    "offer_callback": OfferCallbackStep,
    "opt_out": OptOutStep,
    "fetch": FetchStep,
    "sms": SmsStep,
    "email": EmailStep,
    "store": StoreStep,
    "webhook": WebhookStep,
    "set": SetStep,
    "if": IfStep,
    "switch": SwitchStep,
    "goto": GotoStep,
    "call": CallStep,
    "result": ResultStep,
    "wait": WaitStep,
    "hang_up": HangUpStep,
}
# Verbs that say all by themselves
BARE = ("answer", "hang_up", "opt_out")
# What a robocall may do as well; the others need a call that came in
ROBOCALL_VERBS = frozenset(
    {
        "say",
        "menu",
        "ask",
        "queue",
        "set",
        "if",
        "switch",
        "goto",
        "call",
        "result",
        "wait",
        "hang_up",
        "opt_out",
    }
)


def _verb_of(raw: Any) -> str:
    """The verb of what `_one_verb` let through."""
    return str(next(iter(raw))) if isinstance(raw, Map) else str(raw)


def _one_verb(raw: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Refuse what is not one known verb, with the best hint there is."""
    if isinstance(raw, Map) and len(raw) > 1:
        first, second = list(raw)[:2]
        hint = f"indent `{second}` under `{first}`, or begin a new step with `- {second}`"
        raise wrong("S307", f"one step has {len(raw)} keys", hint)
    if isinstance(raw, Seq) or not raw:
        raise wrong("S307", f"a step is expected here, this is {shape(raw)}")
    verb = _verb_of(raw)
    if verb not in VERBS:
        raise wrong("S306", f"unknown step `{shorten(verb)}`", did_you_mean(verb, VERBS))
    if isinstance(raw, Text) and verb not in BARE:
        raise wrong("S307", f"`{verb}` says nothing more", f"write `- {verb}: ...`, see docs/verbs.md")
    return handler(raw)


AnyStep = (
    AnswerStep
    | RingStep
    | MusicStep
    | SayStep
    | MenuStep
    | AskStep
    | RecordStep
    | VoicemailStep
    | LanguageStep
    | ForwardStep
    | TransferStep
    | QueueStep
    | OfferCallbackStep
    | OptOutStep
    | FetchStep
    | SmsStep
    | EmailStep
    | StoreStep
    | WebhookStep
    | SetStep
    | IfStep
    | SwitchStep
    | GotoStep
    | CallStep
    | ResultStep
    | WaitStep
    | HangUpStep
)
Step = Annotated[
    Annotated[AnswerStep, Tag("answer")]
    | Annotated[RingStep, Tag("ring")]
    | Annotated[MusicStep, Tag("music")]
    | Annotated[SayStep, Tag("say")]
    | Annotated[MenuStep, Tag("menu")]
    | Annotated[AskStep, Tag("ask")]
    | Annotated[RecordStep, Tag("record")]
    | Annotated[VoicemailStep, Tag("voicemail")]
    | Annotated[LanguageStep, Tag("language")]
    | Annotated[ForwardStep, Tag("forward")]
    | Annotated[TransferStep, Tag("transfer")]
    | Annotated[QueueStep, Tag("queue")]
    | Annotated[OfferCallbackStep, Tag("offer_callback")]
    | Annotated[OptOutStep, Tag("opt_out")]
    | Annotated[FetchStep, Tag("fetch")]
    | Annotated[SmsStep, Tag("sms")]
    | Annotated[EmailStep, Tag("email")]
    | Annotated[StoreStep, Tag("store")]
    | Annotated[WebhookStep, Tag("webhook")]
    | Annotated[SetStep, Tag("set")]
    | Annotated[IfStep, Tag("if")]
    | Annotated[SwitchStep, Tag("switch")]
    | Annotated[GotoStep, Tag("goto")]
    | Annotated[CallStep, Tag("call")]
    | Annotated[ResultStep, Tag("result")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[HangUpStep, Tag("hang_up")],
    Discriminator(_verb_of),
    WrapValidator(_one_verb),
]
Steps = Annotated[list[Tolerant[Step]], Field(min_length=1)]


def _branch_kind(raw: Any) -> str:
    return "block" if isinstance(raw, Text) else "steps"


Branch = Annotated[
    Annotated[Name, Tag("block")] | Annotated[Steps, Tag("steps")], Discriminator(_branch_kind)
]
for _model in (If, IfStep, Switch, SwitchStep):
    _model.model_rebuild()

"""The verbs of a flow. docs/verbs.md is made from their docstrings."""

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

from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.operands import ConditionField, Digits, ValueField
from orchestrator.scenario.part import LATER, Part, Tolerant, wrong
from orchestrator.scenario.reader import shape
from orchestrator.scenario.source import Map, Seq, Text
from orchestrator.scenario.values import (
    Name,
    Named,
    choice_schema,
    duration_between,
    duration_schema,
    one_of,
    shorten,
    whole_between,
    whole_schema,
)

# A second is the least that a person needs to find a key; a minute of silence is a dead call
Timeout = Annotated[float, PlainValidator(duration_between(1, 60)), duration_schema(1, 60)]
# Asking more than ten times is not service
Tries = Annotated[int, PlainValidator(whole_between(1, 10)), whole_schema(1, 10)]
# Below 0.1 s nobody hears a pause, over a minute everybody hangs up
Pause = Annotated[float, PlainValidator(duration_between(0.1, 60)), duration_schema(0.1, 60)]


class SayStep(Part):
    """Says a message. A key that is pressed meanwhile cuts it short and counts for the menu or `ask` that follows.

    ```yaml
    - say: hello
    ```
    """

    say: Name = Field(description="the message")


def _nothing(raw: Text) -> Text:
    if raw not in ("", "hang_up"):
        raise wrong("S103", f"`hang_up` takes nothing, here is `{shorten(raw)}`", "write `- hang_up`")
    return raw


END_KEYS = ("#", "*", "none")
EndKey = Annotated[Text, PlainValidator(one_of(END_KEYS)), choice_schema(END_KEYS)]


class Menu(Part):
    """See the step `menu`."""

    prompt: Name = Field(description="the message that names the choices")
    keys: dict[Text, Name] = Field(description="key -> block; keys are 0-9, `*` and `#`", min_length=1)
    timeout: Timeout = Field(default=5.0, description="how long to wait for a key after the prompt")
    tries: Tries = Field(default=3, description="how often the prompt is said in all")
    otherwise: Name | None = Field(
        default=None, description="block when no valid key came; without it the next step"
    )
    invalid: Name | None = Field(default=None, description="message after a key that is not offered")


class MenuStep(Part):
    """Says a prompt and goes to the block of the key that is pressed. With no valid key after all `tries` it goes
    to `otherwise`, and without that on with the next step.

    ```yaml
    - menu:
        prompt: choice
        timeout: 5s
        tries: 3
        keys: {1: today, 2: tomorrow, 0: operator, "*": start}
        otherwise: nothing_chosen
        invalid: no_such_key
    ```
    """

    menu: Menu


class Ask(Part):
    """See the step `ask`."""

    prompt: Name = Field(description="the message that asks")
    digits: Digits = Field(description="how many: `6`, or `4..8`")
    into: Name = Field(description="the variable that gets them")
    timeout: Timeout = Field(default=5.0, description="how long to wait for each digit")
    tries: Tries = Field(default=3, description="how often to ask in all")
    end: EndKey = Field(default=Text.at("#"), description="the key that finishes early: `#`, `*` or `none`")
    otherwise: Name | None = Field(
        default=None, description="block when too few came; without it the next step"
    )
    invalid: Name | None = Field(default=None, description="message after too few digits")


class AskStep(Part):
    """Says a prompt, collects digits into a variable, and goes on with the next step. With too few digits after
    all `tries` it goes to `otherwise`, and without that on with the next step, the variable as it was.

    ```yaml
    - ask:
        prompt: enter_order
        digits: 4..8
        into: code
        timeout: 5s
        tries: 3
        end: "#"
        otherwise: nothing_entered
        invalid: too_few_digits
    ```
    """

    ask: Ask


class SetStep(Part):
    """Sets variables. `{{ name }}` copies a contact column or another variable. A variable has no type: what looks
    like a number or a date (2026-12-31) compares as one.

    ```yaml
    - set: {reason: late, entered: "{{ code }}"}
    ```
    """

    set: Named[ValueField] = Field(min_length=1, description="variable -> text, or `{{ name }}`")


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


class GotoStep(Part):
    """Goes to the beginning of another block, and does not come back.

    ```yaml
    - goto: start
    ```
    """

    goto: Name = Field(description="the block")


class ResultStep(Part):
    """Notes what the call came to, in words of your own; `rules` may have a rule for it. A later one replaces it.

    ```yaml
    - result: confirmed
    ```
    """

    result: Name = Field(description="the result")


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
    "say": SayStep,
    "menu": MenuStep,
    "ask": AskStep,
    "set": SetStep,
    "if": IfStep,
    "goto": GotoStep,
    "result": ResultStep,
    "wait": WaitStep,
    "hang_up": HangUpStep,
}


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
    if verb in LATER:
        raise wrong("S104", f"the step `{verb}` is not in this version")
    if verb not in VERBS:
        raise wrong("S306", f"unknown step `{shorten(verb)}`", did_you_mean(verb, VERBS))
    if isinstance(raw, Text) and verb != HangUpStep.shorthand:
        raise wrong("S307", f"`{verb}` says nothing more", f"write `- {verb}: ...`, see docs/verbs.md")
    return handler(raw)


AnyStep = SayStep | MenuStep | AskStep | SetStep | IfStep | GotoStep | ResultStep | WaitStep | HangUpStep
Step = Annotated[
    Annotated[SayStep, Tag("say")]
    | Annotated[MenuStep, Tag("menu")]
    | Annotated[AskStep, Tag("ask")]
    | Annotated[SetStep, Tag("set")]
    | Annotated[IfStep, Tag("if")]
    | Annotated[GotoStep, Tag("goto")]
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
for _model in (If, IfStep):
    _model.model_rebuild()

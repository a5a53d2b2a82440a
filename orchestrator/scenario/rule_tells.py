"""What a rule tells to the world outside: `sms`, `email` and `webhook` of the model, and what they become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from orchestrator.domain.plan import DialPlan
from orchestrator.domain.telling import Tell, TellKind, WrittenPart
from orchestrator.scenario.operands import Value, parse_value
from orchestrator.scenario.outside_steps import TargetField
from orchestrator.scenario.part import Part, Tolerant
from orchestrator.scenario.roles import MessageName, OrMessage
from orchestrator.scenario.source import SCALAR_TYPES, Map, Seq, Text
from orchestrator.scenario.template import Fixed, Spoken, Template
from orchestrator.scenario.values import parse_name

CONTACT = "contact"  # the number that was called
_VALUE: dict[str, Any] = {"type": SCALAR_TYPES}
Recipient = Annotated[Value, PlainValidator(parse_value), WithJsonSchema(_VALUE)]


def _mailbox(raw: Any) -> Value:
    value = parse_value(raw)
    return value if value.is_reference else Value(parse_name(raw), False)


def _listed(raw: Any) -> Any:
    """One, or a list of them."""
    return Seq.at([raw], raw.mark) if isinstance(raw, Text | Map) else raw


class RuleSms(Part):
    """See `sms` of a rule."""

    shorthand: ClassVar[str | None] = "message"

    message: MessageName = Field(description="the message, which must be text")
    to: Recipient = Field(
        default=Value(Text.at(CONTACT), False),
        description="`contact`: the number that was called, or the next one where it was given up; `{{ column }}`; or"
        " a number as +79990000001",
    )


class RuleEmail(Part):
    """See `email` of a rule."""

    to: Annotated[Value, PlainValidator(_mailbox), WithJsonSchema(_VALUE)] = Field(
        description="a mailbox of the settings, or the `{{ column }}` that holds the contact's address"
    )
    message: MessageName = Field(description="the message, which must be text")
    subject: OrMessage = Field(
        default=None, description="the message that is its subject; else the scenario's title"
    )


class RuleWebhook(Part):
    """See `webhook` of a rule."""

    shorthand: ClassVar[str | None] = "to"

    to: TargetField = Field(
        description="a webhook of the settings; or a service of theirs and a path: `crm/orders`"
    )


AnyTell = RuleSms | RuleEmail | RuleWebhook


class _OneOrMore:
    """A list, or its one item by itself."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = handler(schema)
        return {"anyOf": [made["items"], {**made, "minItems": 1}]}


OneOrMoreSms = Annotated[tuple[Tolerant[RuleSms], ...], _OneOrMore()]
OneOrMoreEmails = Annotated[tuple[Tolerant[RuleEmail], ...], _OneOrMore()]
OneOrMoreWebhooks = Annotated[tuple[Tolerant[RuleWebhook], ...], _OneOrMore()]


def name_of(part: AnyTell) -> str:
    """As a test expects it under `told`."""
    tell = tell_of(part)
    return f"{tell.kind} {tell.message or tell.to}"


def tell_of(part: AnyTell) -> Tell:
    match part:
        case RuleSms():
            is_contact = not part.to.is_reference and part.to.text == CONTACT
            return Tell(
                kind=TellKind.SMS,
                message=str(part.message),
                to="" if is_contact else str(part.to.text),
                is_column=part.to.is_reference,
            )
        case RuleEmail():
            return Tell(
                kind=TellKind.EMAIL,
                message=str(part.message),
                to=str(part.to.text),
                is_column=part.to.is_reference,
                subject=str(part.subject or ""),
            )
        case _:
            return Tell(kind=TellKind.WEBHOOK, to=f"{part.to.service}/{part.to.path}".rstrip("/"))


def with_texts(
    plan: DialPlan,
    messages: Mapping[str, Mapping[str, Template | str]],
    languages: tuple[str, ...],
    title: str,
) -> DialPlan:
    """The plan with the texts that its rules tell. messages: of a scenario without problems."""
    tells = [tell for rule in plan.rules.values() for tell in rule.tells]
    names = {name for tell in tells for name in (tell.message, tell.subject) if name}
    return replace(
        plan,
        texts={
            name: {language: _parts(messages[name][language]) for language in languages}
            for name in sorted(names)
        },
        title=title if any(tell.kind is TellKind.EMAIL and not tell.subject for tell in tells) else "",
    )


def _parts(wording: Template | str) -> tuple[WrittenPart, ...]:
    assert isinstance(wording, Template)  # noqa: S101  # a recording is a problem
    return tuple(_part(part) for part in wording.parts)


def _part(part: Fixed | Spoken) -> WrittenPart:
    if isinstance(part, Fixed):
        return WrittenPart(text=part.text)
    used = next((each for each in part.filters if each.name != "default"), None)
    instead = next((each.arguments[0] for each in part.filters if each.name == "default"), "")
    return WrittenPart(
        name=part.name, filter=() if used is None else (used.name, *used.arguments), default=instead
    )


def dump_tells(plan: DialPlan) -> dict[str, Any]:
    """What rules tell as JSON data; nothing where they tell nothing."""
    told: dict[str, Any] = {}
    if plan.texts:
        told["texts"] = {
            name: [[language, [_dump_part(part) for part in parts]] for language, parts in languages.items()]
            for name, languages in plan.texts.items()
        }
    if plan.title:
        told["title"] = plan.title
    return told


def load_texts(data: Mapping[str, Any]) -> dict[str, dict[str, tuple[WrittenPart, ...]]]:
    """The inverse; the order of languages is kept."""
    return {
        name: {language: tuple(map(_load_part, parts)) for language, parts in languages}
        for name, languages in data.items()
    }


def _dump_part(part: WrittenPart) -> Any:
    return [part.name, list(part.filter), part.default] if part.name else part.text


def _load_part(data: Any) -> WrittenPart:
    if isinstance(data, str):
        return WrittenPart(text=data)
    name, used, default = data
    return WrittenPart(name=name, filter=tuple(used), default=default)


def dump_tell(tell: Tell) -> list[Any]:
    return [tell.kind.value, tell.to, tell.is_column, tell.message, tell.subject]


def load_tell(data: list[Any]) -> Tell:
    kind, to, is_column, message, subject = data
    return Tell(kind=TellKind(kind), to=to, is_column=is_column, message=message, subject=subject)


def written_tells(tells: tuple[Tell, ...]) -> dict[str, Any]:
    """As they are written under a rule: one alone, or a list."""
    by_kind: dict[str, list[Any]] = {kind.value: [] for kind in TellKind}
    for tell in tells:
        by_kind[tell.kind.value].append(dict(_written(tell)) if tell.message else tell.to)
    return {kind: each[0] if len(each) == 1 else each or None for kind, each in by_kind.items()}


def _written(tell: Tell) -> Iterator[tuple[str, str]]:
    yield "to", f"{{{{ {tell.to} }}}}" if tell.is_column else tell.to or CONTACT
    yield "message", tell.message
    if tell.subject:
        yield "subject", tell.subject

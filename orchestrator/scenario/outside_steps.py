"""Verbs that ask or tell other systems: services, messages, collected rows. docs/verbs.md is made from them."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.operands import Value, ValueField, parse_value
from orchestrator.scenario.part import Part, each, findings_of, wrong
from orchestrator.scenario.roles import MessageName, OrBlock, OrMessage, VariableWithFields
from orchestrator.scenario.source import SCALAR_TYPES, Map, Text
from orchestrator.scenario.values import (
    Name,
    Named,
    duration_between,
    duration_schema,
    parse_service,
    shorten,
    whole_between,
    whole_schema,
)

METHODS = ("get", "post", "put")
CALLER = "caller"

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}\Z")
ServiceTime = Annotated[float, PlainValidator(duration_between(0.5, 30)), duration_schema(0.5, 30)]
ServiceTries = Annotated[int, PlainValidator(whole_between(1, 5)), whole_schema(1, 5)]


class Target(NamedTuple):
    """A service of the settings, and a path below its URL."""

    service: str
    path: str


TARGET_SCHEMA: dict[str, Any] = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,39}(/[A-Za-z0-9._~-]+)*$"}
TargetField = Annotated[
    Target, PlainValidator(lambda raw: Target(*parse_service(raw))), WithJsonSchema(TARGET_SCHEMA)
]


def _sent_key(raw: Text) -> Text:
    if not _KEY.match(raw):
        raise wrong(
            "S105", f"`{shorten(raw)}` is not a name", "a-z, A-Z, 0-9, _, - and ., beginning with a letter"
        )
    return raw


def _tell_bad_keys(raw: Any, info: ValidationInfo) -> Any:
    findings = Findings()
    each(raw if isinstance(raw, Map) else (), _sent_key, findings)
    findings_of(info).extend(findings.sorted())
    return raw


Sent = Annotated[
    dict[Text, ValueField],
    BeforeValidator(_tell_bad_keys),
    Field(json_schema_extra={"propertyNames": {"pattern": r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$"}}),
]


class Fetch(Part):
    """See the step `fetch`."""

    get: TargetField | None = Field(
        default=None, description="a service of the settings and a path: `crm/orders`"
    )
    post: TargetField | None = Field(default=None, description="the same, by POST")
    put: TargetField | None = Field(default=None, description="the same, by PUT")
    send: Sent | None = Field(
        default=None,
        description="name -> text or `{{ name }}`; else all variables so far that are not private, and the caller",
    )
    into: VariableWithFields = Field(
        default=Text.at("fetched"), description="where its answer goes: `card` gives `{{ card.status }}`"
    )
    timeout: ServiceTime = Field(default=3.0, description="how long to wait in all: 0.5s to 30s")
    tries: ServiceTries = Field(default=2, description="how often to try within that")
    say: OrMessage = Field(default=None, description="message meanwhile: `one_moment`")
    not_found: OrBlock = Field(default=None, description="block when it says 404; without it as `otherwise`")
    otherwise: OrBlock = Field(
        default=None, description="block when there is no good answer in time; without it the next step"
    )


class FetchStep(Part):
    """Asks a service of the settings (HTTP, JSON). Fields of its answer are variables: `{{ card.status }}`,
    `{{ card.sum | money }}`, nested ones `{{ card.address.city }}`, of lists `{{ card.orders.0.sum }}`.

    ```yaml
    - fetch:
        get: crm/orders
        send: {order: "{{ order }}"}
        into: card
        timeout: 3s
        say: one_moment
        not_found: no_such_order
        otherwise: sales
    ```
    """

    fetch: Fetch


def _recipient(raw: Any) -> Value:
    """`caller` is the number that calls; a text is a number."""
    if isinstance(raw, Text) and raw == CALLER:
        return Value(raw, True)
    return parse_value(raw)


Recipient = Annotated[Value, PlainValidator(_recipient), WithJsonSchema({"type": SCALAR_TYPES})]


class Sms(Part):
    """See the step `sms`."""

    shorthand: ClassVar[str | None] = "message"

    message: MessageName = Field(description="the message, which must be text")
    to: Recipient = Field(
        default=Value(Text.at(CALLER), True),
        description="`caller`, `{{ name }}`, or a number as +79990000001",
    )


class SmsStep(Part):
    """Sends a message as SMS once the call is over. A number that the caller has typed gets a few a day only
    (`sms.per_number`, `sms.per_call` of the settings).

    ```yaml
    - sms: address_text
    - sms: {message: reminder, to: "{{ mobile }}"}
    ```
    """

    sms: Sms


class Email(Part):
    """See the step `email`."""

    to: Name = Field(description="a mailbox of the settings")
    message: MessageName = Field(description="the message, which must be text")


class EmailStep(Part):
    """Sends a message by e-mail once the call is over.

    ```yaml
    - email: {to: office, message: complaint_text}
    ```
    """

    email: Email


class Store(Part):
    """See the step `store`."""

    shorthand: ClassVar[str | None] = "into"

    into: Name = Field(description="the collection: its rows are written as CSV and JSONL")
    values_: Named[ValueField] | None = Field(
        alias="values",
        default=None,
        description="column -> text or `{{ name }}`; else all variables that are not private",
    )
    webhook: TargetField | None = Field(
        default=None, description="a service of the settings that gets the row too: `crm/readings`"
    )


class StoreStep(Part):
    """Collects one row, written once the call is over.

    ```yaml
    - store: meter_readings
    - store: {into: meter_readings, values: {meter: "{{ meter }}"}, webhook: crm/readings}
    ```
    """

    store: Store


class Webhook(Part):
    """See the step `webhook`."""

    shorthand: ClassVar[str | None] = "to"

    to: TargetField = Field(description="a service of the settings and a path: `crm/calls`")
    send: Sent | None = Field(
        default=None, description="name -> text or `{{ name }}`; else all variables that are not private"
    )


class WebhookStep(Part):
    """Tells a service of the settings (POST, JSON) once the call is over, until it is taken.

    ```yaml
    - webhook: crm/calls
    - webhook: {to: crm/calls, send: {order: "{{ order }}"}}
    ```
    """

    webhook: Webhook

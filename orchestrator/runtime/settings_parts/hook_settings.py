"""The part of `prozvon.yaml` about webhooks: which events go where, and in which words. docs/webhooks.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestrator.outside.target import path_fault
from orchestrator.outside.template import Place, Template
from orchestrator.runtime.settings_parts.service_settings import Service
from orchestrator.runtime.settings_parts.switch_settings import Name, Strict, Variable

# What a webhook may be told of: the kinds of the outbox, and a status that has a name of its own
Event = Literal[
    "status",
    "withdrawn",
    "result",
    "exhausted",
    "held",
    "outcome",
    "call",
    "missed_call",
    "voicemail",
    "recording",
    "row",
    "sms",
    "email",
    "consent",
]
EVENTS: tuple[str, ...] = get_args(Event)
BODY_BYTES = 64 * 1024  # of a template

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}\Z")
_FIELD = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
_SCENARIO = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_SAID = {"true": "yes", "false": "no"}  # as answers are read (outside.answers)
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "idempotency-key"})


def template_of(text: str, place: Place) -> Template:
    """ValueError, in words for people, when it is none."""
    try:
        return Template(text, place)
    except ValueError as error:
        raise ValueError(f"not a template: {error}") from None


def place_of_field(text: str) -> Place:
    """Where a form's field stands: one that begins as JSON does is JSON, and its values are escaped so."""
    begins = text.lstrip()[:2]
    is_json = begins[:1] == "[" or (begins[:1] == "{" and begins not in ("{{", "{%", "{#"))
    return Place.JSON if is_json else Place.PLAIN


def _path(value: str) -> str:
    template_of(value, Place.PATH)
    if "{" not in value and value and (fault := path_fault(value)):
        raise ValueError(fault)
    return value


def _body(value: str) -> str:
    template_of(value, Place.JSON)
    return value


def _field(value: str) -> str:
    template_of(value, place_of_field(value))
    return value


def _header_name(value: str) -> str:
    if not _HEADER.match(value) or value.lower() in _OURS or value.lower().startswith("prozvon-"):
        raise ValueError("the name of a header of your own, such as X-Source")
    return value


def _header(value: str) -> str:
    template_of(value, Place.HEADER)
    return value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _answer(value: str) -> str:
    return _SAID.get(value, value)


def _named(value: str) -> str:
    if not _FIELD.match(value):
        raise ValueError("the name of a field, such as status or values.meter")
    return value


def _scenario(value: str) -> str:
    if not _SCENARIO.match(value):
        raise ValueError("the name of a scenario")
    return value


FieldName = Annotated[str, AfterValidator(_named)]
Texts = Annotated[list[str], BeforeValidator(_listed), Field(min_length=1)]


class Webhook(Strict):
    """`webhooks.NAME:`. Without `on` it is told only what a scenario's rules tell it by its name."""

    service: Name
    path: Annotated[str, AfterValidator(_path)] = ""
    method: Literal["post", "put", "patch", "get"] = "post"
    on: Annotated[list[Event], BeforeValidator(_listed)] = Field(default_factory=list)
    scenarios: Annotated[list[Annotated[str, AfterValidator(_scenario)]], BeforeValidator(_listed)] = Field(
        default_factory=list
    )  # default: all
    only: dict[FieldName, Texts] = Field(default_factory=dict)
    headers: dict[Annotated[str, AfterValidator(_header_name)], Annotated[str, AfterValidator(_header)]] = (
        Field(default_factory=dict)
    )
    body: Annotated[str, AfterValidator(_body)] | None = None  # default: the standard JSON
    body_file: Path | None = None
    form: dict[str, Annotated[str, AfterValidator(_field)]] | None = None
    secret_env: Variable | None = None
    old_secret_env: Variable | None = None  # while secrets change, both sign
    accepted: dict[FieldName, Annotated[str, AfterValidator(_answer)]] = Field(default_factory=dict)
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 20.0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sum(each is not None for each in (self.body, self.body_file, self.form)) > 1:
            raise ValueError("body, body_file and form: only one of them can be meant")
        if self.method == "get" and (self.body is not None or self.body_file is not None):
            raise ValueError("method: get has no body: what is asked is in `form`")
        if self.old_secret_env and not self.secret_env:
            raise ValueError("old_secret_env: goes together with secret_env")
        return self


def webhook_faults(webhooks: Mapping[str, Webhook], services: Mapping[str, Service]) -> Iterator[str]:
    """What is wrong with webhooks as far as their services tell."""
    for name, hook in webhooks.items():
        service = services.get(hook.service)
        if service is None:
            there = ", ".join(services) or "none"
            yield f"webhooks.{name}.service: no service {hook.service!r} under `services:` (there are: {there})"
        elif service.header.lower() in {header.lower() for header in hook.headers}:
            yield f"webhooks.{name}.headers: {service.header} is where the service's token goes"


def absolute_hooks(folder: Path, webhooks: Mapping[str, Webhook]) -> dict[str, Webhook]:
    """Those with the path of their body below the project's folder."""
    return {
        name: hook
        if hook.body_file is None
        else hook.model_copy(update={"body_file": folder / hook.body_file})
        for name, hook in webhooks.items()
    }

"""`sms:` of `prozvon.yaml`: who sends short messages, when, and how many."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PlainValidator, TypeAdapter, ValidationError, model_validator

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.outside.target import path_fault
from orchestrator.runtime.settings_parts.switch_settings import Name, Strict, Variable
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.hours import Hours
from orchestrator.scenario.source import Map, Seq, Text, Tree

_PLACES = re.compile(r"\{(\w*)\}")
_SMS_PLACES = frozenset({"to", "digits", "text", "key"})
_FIELD = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,8}\Z")
# Nobody is woken because a key was forgotten
DAYTIME = WeeklyHours(days=((Span(start=9 * 60, end=21 * 60),),) * 7)


def _path(value: str) -> str:
    if fault := path_fault(value):
        raise ValueError(fault)
    return value


def _field(value: str) -> str:
    if unknown := set(_PLACES.findall(value)) - _SMS_PLACES:
        raise ValueError(
            f"{{{min(unknown)}}} means nothing: there are {{to}}, {{digits}}, {{text}} and {{key}}"
        )
    return value


def _reference(value: str) -> str:
    if value and not _FIELD.match(value):
        raise ValueError("names of fields with dots between them, such as data.message_id")
    return value


def _hours(value: object) -> WeeklyHours | None:
    """As `dial.hours` of a scenario; None for `always`."""
    if isinstance(value, WeeklyHours):
        return value
    findings = Findings()
    try:
        made: WeeklyHours | None = TypeAdapter(Hours).validate_python(_tree(value), context=findings)
    except ValidationError as error:
        told = [problem.message for problem in findings.sorted()]
        raise ValueError("; ".join(told) or str(error.errors()[0]["msg"])) from None
    return made


def _tree(value: object) -> Tree:
    """As a scenario's reader gives it."""
    match value:
        case dict():
            return Map.at((Text.at(str(key)), _tree(item)) for key, item in value.items())
        case list():
            return Seq.at(map(_tree, value))
        case _:
            return Text.at(str(value))


class SmsPerNumber(Strict):
    """Of a number that a caller has typed."""

    day: Annotated[int, Field(gt=0)] = 5


class Sms(Strict):
    """`sms:`: which service sends short messages, and how it is asked. Without one none is sent."""

    service: Name | None = None
    path: Annotated[str, AfterValidator(_path)] = "send"
    method: Literal["get", "post", "put"] = "post"
    send: dict[str, Annotated[str, AfterValidator(_field)]] = Field(
        default_factory=lambda: {"to": "{to}", "text": "{text}", "id": "{key}"}
    )
    accepted: str = ""  # a text that its answer holds when it took the message
    reference: Annotated[str, AfterValidator(_reference)] = (
        ""  # field of its answer: its own id of the message
    )
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 20.0
    apprise_env: Variable | None = None  # instead of a service: an apprise URL
    hours: Annotated[WeeklyHours | None, PlainValidator(_hours)] = DAYTIME  # of what rules send; None: always
    per_number: SmsPerNumber = SmsPerNumber()
    per_call: Annotated[int, Field(gt=0)] = 3  # to numbers that a caller has typed

    @model_validator(mode="after")
    def _says_all(self) -> Self:
        places = {place for text in self.send.values() for place in _PLACES.findall(text)}
        if "text" not in places or not places & {"to", "digits"}:
            raise ValueError("send: needs {text} and {to} (or {digits}) in it")
        if self.service is not None and self.apprise_env is not None:
            raise ValueError("service and apprise_env: only one of them can send")
        return self

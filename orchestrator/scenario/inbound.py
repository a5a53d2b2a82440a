"""The keys of `kind: ivr`: which calls are taken, in which language, by whom, and what follows missed ones."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

import phonenumbers
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)

from orchestrator.domain.inbound import CallEnd
from orchestrator.domain.plan import MachinePolicy
from orchestrator.scenario.caller_id import NUMBERS_SCHEMA, is_prefix, parse_number
from orchestrator.scenario.dial import Attempts, Gateways, RuleSpec, parse_zone_name
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.hours import Hours
from orchestrator.scenario.or_yes import OrYes
from orchestrator.scenario.part import Part, Tolerant, each, refuse_if_any, wrong
from orchestrator.scenario.people_steps import RingTime
from orchestrator.scenario.source import Map, Seq, Text
from orchestrator.scenario.steps import Steps
from orchestrator.scenario.values import (
    Name,
    Named,
    YesNo,
    choice_schema,
    duration_between,
    duration_schema,
    items_of,
    one_of,
    parse_whole,
    shorten,
    text_of,
)

ANY = "any"
EVERYWHERE = "+"  # the prefix of every number that is not withheld
MISSED = "missed"  # the block that a callback begins at
# Sooner the caller still has the telephone at the ear, later nobody remembers
After = Annotated[float, PlainValidator(duration_between(30, 86_400)), duration_schema(30, 86_400)]
Digest = Annotated[float, PlainValidator(duration_between(60, 7 * 86_400)), duration_schema(60, 7 * 86_400)]
WINDOW = duration_between(60, 30 * 86_400)
ENDS = tuple(
    end.value for end in (CallEnd.QUEUE, CallEnd.CLOSED, CallEnd.HUNG_UP, CallEnd.VOICEMAIL, CallEnd.LOST)
)
USUAL_ENDS = tuple(Text.at(end) for end in ENDS if end != CallEnd.VOICEMAIL)
UNLESS = ("called_again_and_reached", "never")

_CLAIM = re.compile(r"\+[1-9][0-9]{0,13}[0-9?]{0,14}\Z")


def _claim(raw: Any) -> Text:
    """A number, a pattern with `?` for one figure each, or `any`."""
    text = text_of(raw)
    if text == ANY or ("?" in text and _CLAIM.match(text) and 7 <= len(text) - 1 <= 15):
        return text
    if "?" in text:
        hint = "write +, at least one figure, and `?` for each that may be any: +7495000????"
        raise wrong("S520", f"`{shorten(text)}` is not a pattern of numbers", hint)
    return parse_number(text)


def _claims(raw: Any, info: ValidationInfo) -> tuple[Text, ...]:
    findings = Findings()
    claims = each(items_of(raw), _claim, findings)
    for index, claim in enumerate(claims):
        if claim in claims[:index]:
            findings.add("S504", claim, f"`{claim}` stands twice")
    refuse_if_any(findings, info)
    return tuple(claims)


def zone_of(claims: tuple[Text, ...]) -> str | None:
    """The time zone of the first number, when it can only be one."""
    number = next((claim for claim in claims if claim != ANY and "?" not in claim), None)
    if number is None:
        return None
    zones = time_zones_for_number(phonenumbers.parse(number))
    return zones[0] if len(zones) == 1 and zones[0] != UNKNOWN_TIMEZONE else None


def _tell_bad_prefixes(raw: Any, info: ValidationInfo) -> Any:
    """Keys of `caller_language`: prefixes with +."""
    findings = Findings()
    for key in raw if isinstance(raw, Map) else ():
        if key != EVERYWHERE and not is_prefix(key):
            findings.add("S503", key, f"`{shorten(key)}` is not a prefix of numbers", "write +7, or +7495")
    refuse_if_any(findings, info)
    return raw


def _tell_bad_numbers(raw: Any, info: ValidationInfo) -> Any:
    findings = Findings()
    each(raw if isinstance(raw, Map) else (), parse_number, findings)
    refuse_if_any(findings, info)
    return raw


OneNumber = Annotated[Text, PlainValidator(parse_number), WithJsonSchema({"type": ["string", "integer"]})]


class Taping(Part):
    """The whole call is recorded, from the answer on; never while `private` digits are typed."""

    what: YesNo = Field(default=True, description="`no`: not for now")
    stereo: YesNo = Field(
        default=False, description="caller on the left, the other side on the right; else mixed"
    )


class InboundDial(Part):
    """How numbers are rung for a caller: by `forward`, `transfer`, `queue`, and callbacks."""

    gateways: Gateways = Field(
        default=(), description="trunks, in the order of use; else every one of the switch"
    )
    caller_id: OneNumber | None = Field(
        default=None, description="the number that is shown; else the one that was called"
    )
    ring: RingTime = Field(default=25.0, description="how long each number rings: 5s to 2m")


class Notify(Part):
    """Who is told of missed calls by e-mail."""

    email: Name = Field(description="a mailbox of the settings")
    every: Digest | None = Field(
        default=None, description="a list every so often, 1m to 7d; else each at once"
    )


def _ends(raw: Any, info: ValidationInfo) -> tuple[Text, ...]:
    findings = Findings()
    ends = each(items_of(raw), one_of(ENDS), findings)
    for index, end in enumerate(ends):
        if end in ends[:index]:
            findings.add("S504", end, f"`{end}` stands twice")
    refuse_if_any(findings, info)
    return tuple(ends)


def _windows(raw: Any, info: ValidationInfo) -> tuple[tuple[float, int], ...]:
    """`{1d: 1}` -> so many in a window of so many seconds."""
    if not isinstance(raw, Map) or not raw:
        raise wrong("S103", "a window and a count are expected here", "write {1d: 1}")
    findings = Findings()
    windows = each(raw, WINDOW, findings)
    counts = each(raw.values(), lambda count: parse_whole(count, 1, 100), findings)
    refuse_if_any(findings, info)
    return tuple(sorted(zip(windows, counts, strict=True)))


def _flow_kind(raw: Any) -> str:
    return "steps" if isinstance(raw, Seq) else "blocks"


_FLOW = Annotated[
    Annotated[Steps, Tag("steps")] | Annotated[Named[Tolerant[Steps]], Tag("blocks")],
    Discriminator(_flow_kind),
]
_ENDS_SCHEMA = {"type": ["string", "array"], "items": {"enum": list(ENDS)}, "minItems": 1}
_WINDOWS_SCHEMA = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": ["integer", "string"], "minimum": 1, "pattern": r"^\d+$"},
}
Claims = Annotated[tuple[Text, ...], PlainValidator(_claims), WithJsonSchema(NUMBERS_SCHEMA)]
Languages = dict[Text, Text]
CallerLanguage = Annotated[Languages, BeforeValidator(_tell_bad_prefixes)]
CalledLanguage = Annotated[Languages, BeforeValidator(_tell_bad_numbers)]
OneZone = Annotated[str, PlainValidator(parse_zone_name), WithJsonSchema({"type": "string"})]
OrTaping = Annotated[Taping | None, OrYes()]
Ends = Annotated[tuple[Text, ...], PlainValidator(_ends), WithJsonSchema(_ENDS_SCHEMA)]
Windows = Annotated[tuple[tuple[float, int], ...], PlainValidator(_windows), WithJsonSchema(_WINDOWS_SCHEMA)]
Machine = Annotated[Text, PlainValidator(one_of(tuple(MachinePolicy))), choice_schema(tuple(MachinePolicy))]


class Missed(Part):
    """What is done about callers who reached nobody. One number gets one callback, however often it called."""

    neutral: ClassVar[dict[str, Any]] = {}

    when: Ends = Field(
        default=USUAL_ENDS,
        description="where the caller was left: queue, closed, hung_up, voicemail, lost",
    )
    after: After = Field(default=120.0, description="from the end of the call to calling back: 30s to 24h")
    unless: Annotated[Text, PlainValidator(one_of(UNLESS)), choice_schema(UNLESS)] = Field(
        default=Text.at(UNLESS[0]),
        description="when not to call back after all: `called_again_and_reached`, or `never`",
    )
    attempts: Attempts = Field(default=3, description="counted calls in all; then `exhausted`")
    hours: Hours = Field(default=None, description="when to call back; else the scenario's `hours`")
    rules: dict[Text, Tolerant[RuleSpec]] = Field(
        default_factory=dict,
        description="disposition, result or `exhausted` -> what happens, as of a robocall",
    )
    machine: Machine = Field(default=Text.at("hang_up"), description="what to do when a machine answers")
    flow: _FLOW | None = Field(
        default=None,
        description="steps once the callback is answered; or blocks, of which `missed` is the first. Without it nobody"
        " is called back",
    )
    notify: Notify | None = Field(
        default=None, description="who is told by e-mail: `{email: office, every: 1h}`"
    )
    per_number: Windows = Field(
        default=((86_400.0, 1),), description="so many callbacks to one number in such a time: `{1d: 1}`"
    )

    @property
    def blocks(self) -> dict[Text, Any]:
        """Its flow as blocks."""
        if self.flow is None:
            return {}
        return (
            dict(self.flow)
            if isinstance(self.flow, dict)
            else {Text.at(MISSED, self.key_place("flow")): self.flow}
        )

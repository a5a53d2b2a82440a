"""`dial:` and `rules:` of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.domain.plan import Delay, GatewayShare, OrderBy, OrderKey, ZoneRule, ZoneSource
from orchestrator.scenario.caller_id import CallerIdField
from orchestrator.scenario.findings import Findings, nearest
from orchestrator.scenario.hours import Hours
from orchestrator.scenario.pacing import Pacing, PerHour
from orchestrator.scenario.part import Broken, Part, each, refuse_if_any, wrong
from orchestrator.scenario.reader import shape
from orchestrator.scenario.rule_tells import AnyTell, OneOrMoreEmails, OneOrMoreSms, OneOrMoreWebhooks
from orchestrator.scenario.source import SCALAR_TYPES, Map, Text, texts_in
from orchestrator.scenario.values import (
    Name,
    YesNo,
    duration_between,
    duration_schema,
    items_of,
    parse_duration,
    parse_gateway,
    parse_whole,
    shorten,
    text_of,
    whole_between,
    whole_schema,
)

NO_LIMIT = "no_limit"
NEXT_DAY = "next_day"
RETRY_MIN_S, RETRY_MAX_S = 10.0, 30 * 86_400.0  # sooner is harassment, later is another campaign
FIRST_MAX = 4  # keys of an order: more never decide anything

# Below 5 s most telephones have not rung once, above 2 min every carrier has given up
Ring = Annotated[float, PlainValidator(duration_between(5, 120)), duration_schema(5, 120)]
# A hundred calls to one person is a bug in a file
Attempts = Annotated[int, PlainValidator(whole_between(1, 100)), whole_schema(1, 100)]

# Retries that do not count (a full trunk) may be many
AtMost = Annotated[int, PlainValidator(whole_between(1, 1000)), whole_schema(1, 1000)]


def _gateways(raw: Any, info: ValidationInfo) -> tuple[GatewayShare, ...]:
    """A list is used in its order, `{name: weight}` by weight."""
    findings = Findings()
    if isinstance(raw, Map):
        if not raw:
            raise wrong("S111", "no gateway is named")
        names = each(raw, parse_gateway, findings)
        weights: list[int | None] = [*each(raw.values(), lambda value: parse_whole(value, 1, 1000), findings)]
    else:
        names = each(items_of(raw), parse_gateway, findings)
        weights = [None] * len(names)
    for index, name in enumerate(names):
        if name in names[:index]:
            findings.add("S504", name, f"the gateway `{name}` stands twice")
    refuse_if_any(findings, info)
    return tuple(GatewayShare(name=name, weight=weight) for name, weight in zip(names, weights, strict=True))


def _per_day(raw: Any) -> int | None:
    return None if isinstance(raw, Text) and raw == NO_LIMIT else parse_whole(raw, 1, 100)


def _zone(raw: Any) -> ZoneRule:
    """`contact`, an IANA name, or `{from: contact, unclear: IANA}`."""
    if isinstance(raw, Map):
        if set(raw) != {"from", "unclear"} or raw.value("from") != ZoneSource.CONTACT:
            raise wrong("S510", "this is not a time zone", "write {from: contact, unclear: Europe/Moscow}")
        return ZoneRule(source=ZoneSource.CONTACT, name=parse_zone_name(raw.value("unclear")))
    if raw == ZoneSource.CONTACT:
        return ZoneRule(source=ZoneSource.CONTACT)
    return ZoneRule(source=ZoneSource.FIXED, name=parse_zone_name(raw))


def parse_zone_name(raw: Any) -> str:
    text = text_of(raw)
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        near = nearest(text, available_timezones())
        hint = f"did you mean `{near}`?" if near else ""
        raise wrong("S510", f"`{shorten(text)}` is not a time zone", hint) from None


class Order(NamedTuple):
    """One key of `first`, and where it stands."""

    key: OrderKey
    text: Text


def _first(raw: Any, info: ValidationInfo) -> tuple[Order, ...]:
    findings = Findings()
    items = items_of(raw)
    if len(items) > FIRST_MAX:
        raise wrong("S107", f"{len(items)} keys are more than {FIRST_MAX}", "name the few that matter")
    orders = each(items, _order, findings)
    refuse_if_any(findings, info)
    return tuple(orders)


def _order(raw: Any) -> Order:
    text = text_of(raw)
    words = text.split()
    if words[0] in (OrderBy.FEWEST_ATTEMPTS, OrderBy.OLDEST, OrderBy.NEWEST):
        if len(words) > 1:
            raise wrong("S511", f"`{words[0]}` has a direction of its own", f"write {words[0]}")
        return Order(OrderKey(by=OrderBy(words[0])), text)
    if len(words) > 2 or (len(words) == 2 and words[1] not in ("asc", "desc")):
        raise wrong("S511", f"`{shorten(text)}` is not an order")
    return Order(OrderKey(by=OrderBy.FIELD, column=words[0], descending=words[-1] == "desc"), text)


def parse_retry(raw: Any, info: ValidationInfo) -> tuple[Delay, ...]:
    """Durations and `next_day`, one or a list."""
    findings = Findings()
    delays = each(items_of(raw), _delay, findings)
    refuse_if_any(findings, info)
    return tuple(delays)


def _delay(raw: Any) -> Delay:
    if isinstance(raw, Text) and raw == NEXT_DAY:
        return Delay()
    if not isinstance(raw, Text):
        raise wrong("S103", f"a duration or {NEXT_DAY} is expected here, this is {shape(raw)}")
    seconds = parse_duration(raw)
    if not RETRY_MIN_S <= seconds <= RETRY_MAX_S:
        raise wrong("S107", f"`{raw}` is outside of 10s to 30d", f"write 10s to 30d, or {NEXT_DAY}")
    return Delay(after_s=round(seconds))


_NAMES: dict[str, Any] = {"type": [*SCALAR_TYPES, "array"], "items": {"type": SCALAR_TYPES}, "minItems": 1}
_WEIGHTS: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "type": ["integer", "string"],
        "minimum": 1,
        "maximum": 1000,
        "pattern": r"^\d+$",
    },
}
_ZONE: dict[str, Any] = {
    "type": "object",
    "required": ["from", "unclear"],
    "properties": {"from": {"const": "contact"}, "unclear": {"type": "string"}},
    "additionalProperties": False,
}
Gateways = Annotated[
    tuple[GatewayShare, ...], PlainValidator(_gateways), WithJsonSchema({"anyOf": [_NAMES, _WEIGHTS]})
]
Zone = Annotated[ZoneRule, PlainValidator(_zone), WithJsonSchema({"anyOf": [{"type": "string"}, _ZONE]})]
First = Annotated[tuple[Order, ...], PlainValidator(_first), WithJsonSchema(_NAMES)]
Retry = Annotated[tuple[Delay, ...], PlainValidator(parse_retry), WithJsonSchema(_NAMES)]
PerDay = Annotated[
    int | None,
    PlainValidator(_per_day),
    WithJsonSchema({"anyOf": [{"type": ["integer", "string"], "minimum": 1}, {"const": NO_LIMIT}]}),
]

# Nobody is rung at night because a key was forgotten
DEFAULT_HOURS = WeeklyHours(days=((Span(start=9 * 60, end=20 * 60),),) * 7)
DEFAULT_FIRST = (
    Order(OrderKey(by=OrderBy.FEWEST_ATTEMPTS), Text.at("fewest_attempts")),
    Order(OrderKey(by=OrderBy.OLDEST), Text.at("oldest")),
)


class Dial(Part):
    """How the scenario calls."""

    neutral: ClassVar[dict[str, Any]] = {
        "gateways": Text.at("main"),
        "caller_id": Text.at("+70000000000"),
    }
    elsewhere: ClassVar[dict[str, str]] = {"pacing": "`dial` of `kind: predictive`"}

    gateways: Gateways = Field(description="trunks, in the order of use; or `{name: weight}`")
    caller_id: CallerIdField = Field(
        description="the number that is shown: one; several (each lead keeps its own); or by country (`RU`) or"
        " prefix (`+7495`) of the called number, with `default`"
    )
    ring: Ring = Field(default=30.0, description="how long to let it ring: 5s to 2m")
    hours: Hours = Field(
        default=DEFAULT_HOURS,
        description="when to call, in the zone of `timezone`: days -> spans (`09:00-20:00`, over midnight too,"
        " several in a list), `closed`; `holidays`: a country, dates, or both in a list; or `always`."
        " Days that are not named are closed",
    )
    timezone: Zone = Field(
        default=ZoneRule(source=ZoneSource.CONTACT),
        description="`contact`: the `timezone` column, else the number's zone; where a number may be in several,"
        " hours must be open in all of them, or `{from: contact, unclear: Europe/Moscow}`; or a zone for all",
    )
    attempts: Attempts = Field(default=3, description="counted calls to a lead in all; then `exhausted`")
    per_day: PerDay = Field(
        default=2, description=f"calls to a number in a day, over all campaigns; or `{NO_LIMIT}`"
    )
    per_hour: PerHour | None = Field(
        default=None,
        description="calls of a campaign in an hour at most; or `even`: what is left, over the open hours left",
    )
    first: First = Field(
        default=DEFAULT_FIRST,
        description="who is called first: a column, `column desc`, fewest_attempts, oldest, newest",
    )


class PacedDial(Dial):
    """How a predictive scenario calls."""

    pacing: Pacing = Field(
        default_factory=lambda: Pacing.model_construct(),
        description="how many are called for the agents there are: `predictive`, `progressive`, `ratio 1.5`, or keys",
    )


class RuleSpec(Part):
    """What happens after a disposition or a result. A rule that is written replaces the default one as a whole."""

    retry: Retry = Field(
        default=(), description="delays by attempt, the last one repeats: durations and `next_day`"
    )
    at_most: AtMost | None = Field(default=None, description="retries by this rule for one lead")
    counts: YesNo = Field(default=True, description="whether the call uses up one of `dial.attempts`")
    next_phone: YesNo = Field(
        default=False,
        description="with `retry`: then on the contact's next number in turn; without: this number is given up and"
        " the next one is called at once",
    )
    status: Name | None = Field(default=None, description="the lead's status from now on")
    hold: YesNo = Field(default=False, description="keep the lead until a person decides")
    sms: OneOrMoreSms = Field(
        default=(),
        description="a message as SMS to the contact: its name, or `{message, to}`; or a list of them",
    )
    email: OneOrMoreEmails = Field(
        default=(), description="a message by e-mail: `{to, message, subject}`; or a list of them"
    )
    webhook: OneOrMoreWebhooks = Field(
        default=(),
        description="who is told of it: a webhook of the settings, or a service and path; or a list of them",
    )

    @property
    def tells(self) -> tuple[AnyTell, ...]:
        """What is understood of what it tells, in the order in which it is told."""
        return tuple(part for part in (*self.sms, *self.email, *self.webhook) if not isinstance(part, Broken))

    def lost_tells(self) -> Iterator[Text]:
        """What stands in what is not understood."""
        yield from self.lost_texts()
        for part in (*self.sms, *self.email, *self.webhook):
            yield from texts_in(part.raw) if isinstance(part, Broken) else part.lost_texts()

"""Verbs with which a caller comes to people: forwarding, queues, callbacks. docs/verbs.md is made from them."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field, PlainValidator, WithJsonSchema

from orchestrator.scenario.caller_id import NUMBERS_SCHEMA, parse_number, parse_numbers
from orchestrator.scenario.checked import Key
from orchestrator.scenario.melody import Melody
from orchestrator.scenario.part import Part, wrong
from orchestrator.scenario.roles import MessageName, OrBlock, OrMessage, QueueName
from orchestrator.scenario.source import Text
from orchestrator.scenario.values import (
    DURATION_SCHEMA,
    NO,
    YES,
    YesNo,
    choice_schema,
    duration_between,
    duration_schema,
    one_of,
    parse_duration,
    parse_whole,
    parse_yes_no,
    shorten,
    text_of,
)

ORDERS = ("in_turn", "all_at_once")
KEEP = "keep"
NOW, NEXT_OPENING = "now", "next_opening"
WAITING_MAX = 1000  # callers in one queue: more is no queue but an outage
LATER_MAX_S = 86_400.0  # of a callback that is promised: by tomorrow the reason is gone

# Below 5 s nobody gets to the telephone, above 2 min every carrier has given up
RingTime = Annotated[float, PlainValidator(duration_between(5, 120)), duration_schema(5, 120)]
MaxWait = Annotated[float, PlainValidator(duration_between(5, 7200)), duration_schema(5, 7200)]
Silent = Annotated[float, PlainValidator(duration_between(5, 300)), duration_schema(5, 300)]
Every = Annotated[float, PlainValidator(duration_between(10, 600)), duration_schema(10, 600)]
Order = Annotated[Text, PlainValidator(one_of(ORDERS)), choice_schema(ORDERS)]
Numbers = Annotated[tuple[str, ...], PlainValidator(parse_numbers), WithJsonSchema(NUMBERS_SCHEMA)]
STEREO = "stereo"
_RECORD = "record the talk: `yes`, or `stereo` with the caller on the left"
_WHISPER = "message that whoever picks up hears first, alone"
_ACCEPT = (
    "key by which whoever picks up takes the call; who presses nothing (an answering machine) does not get it"
)


def _talk_tape(raw: Any) -> bool | Text:
    return text_of(raw) if raw == STEREO else parse_yes_no(raw)


TalkTape = Annotated[
    bool | Text, PlainValidator(_talk_tape), WithJsonSchema({"enum": [True, False, *YES, *NO, STEREO]})
]


def _shown(raw: Any) -> Text:
    return text_of(raw) if raw == KEEP else parse_number(raw)


Shown = Annotated[Text, PlainValidator(_shown), WithJsonSchema({"type": ["string", "integer"]})]


class Forward(Part):
    """See the steps `forward` and `transfer`."""

    shorthand: ClassVar[str | None] = "to"

    to: Numbers = Field(description="numbers, as +79990000001; one, or a list")
    order: Order = Field(default=Text.at("in_turn"), description="in_turn or all_at_once")
    ring: RingTime | None = Field(
        default=None, description="how long each rings, 5s to 2m; else as `dial.ring`"
    )
    caller_id: Shown | None = Field(
        default=None,
        description="the number they see: `keep` (the caller's), or one of yours; else as `dial.caller_id`",
    )
    whisper: OrMessage = Field(default=None, description=_WHISPER)
    accept: Key | None = Field(default=None, description=_ACCEPT)
    music: Melody | None = Field(
        default=None, description="what the caller hears meanwhile: `moh`, `moh/NAME`, a file; else it rings"
    )
    record: TalkTape = Field(default=False, description=_RECORD)
    otherwise: OrBlock = Field(
        default=None, description="block when nobody took it; without it the next step"
    )


class ForwardStep(Part):
    """Connects the caller to a number. When the talk is over and the caller is still there, the flow goes on with the
    next step: a survey, say.

    ```yaml
    - forward: {to: [+79990000001, +79990000002], order: in_turn, ring: 20s, otherwise: nobody}
    - forward: {to: +79990000001, whisper: whisper_accept, accept: 1, caller_id: keep}
    ```
    """

    forward: Forward


class TransferStep(Part):
    """As `forward`, but with the talk the call is over too.

    ```yaml
    - transfer: +79990000001
    - transfer: {to: +79990000001, ring: 30s, otherwise: nobody}
    ```
    """

    transfer: Forward


class Waiting(NamedTuple):
    """So many callers, or so many for each number of the queue."""

    callers: int
    is_per_agent: bool


_PER_AGENT = re.compile(r"([0-9]+)\s*x\s*agents\Z")


def _waiting(raw: Any) -> Waiting:
    text = text_of(raw)
    found = _PER_AGENT.match(text)
    if found:
        return Waiting(parse_whole(Text.at(found.group(1), text.mark), 1, 100), True)
    if not (text.isascii() and text.isdigit()):
        raise wrong("S109", f"`{shorten(text)}` is not a number of callers", "write 10, or 2 x agents")
    return Waiting(parse_whole(text, 1, WAITING_MAX), False)


_WAITING_SCHEMA = {"type": ["integer", "string"], "pattern": r"^([0-9]+|[0-9]+\s*x\s*agents)$"}
MaxWaiting = Annotated[Waiting, PlainValidator(_waiting), WithJsonSchema(_WAITING_SCHEMA)]
_after = duration_between(10, 3600)


def _offer_after(raw: Any) -> float:
    text = text_of(raw)
    word, _, duration = text.partition(" ")
    if word != "after":
        raise wrong("S108", f"`{shorten(text)}` is not known here", "write `after 60s`")
    return _after(Text.at(duration.strip(), text.mark))


OfferAfter = Annotated[
    float,
    PlainValidator(_offer_after),
    WithJsonSchema({"type": "string", "pattern": r"^after +[0-9]+[a-z0-9.]*$"}),
]


class Announce(Part):
    """What a caller in a queue is told."""

    every: Every = Field(default=30.0, description="how often: 10s to 10m")
    position: YesNo = Field(default=True, description="the place in the queue: the message `queue_position`")
    wait: YesNo = Field(default=True, description="how long it will take: the message `queue_wait`")


class Queue(Part):
    """See the step `queue`."""

    shorthand: ClassVar[str | None] = "name"

    name: QueueName = Field(description="one of `queues`")
    max_waiting: MaxWaiting | None = Field(
        default=None, description="who comes when so many wait goes to `overflow`: `10`, or `2 x agents`"
    )
    max_wait: MaxWait | None = Field(
        default=None,
        description="after so long a caller goes to `overflow`; else as the queue says, else 5m, of `predictive` 1m",
    )
    music: Melody = Field(
        default=Text.at("moh"), description="`moh`, `moh/NAME` or `{file: sounds/tune.wav}`"
    )
    announce: Announce | None = Field(
        default=None, description="what is said while waiting: every, position, wait"
    )
    offer_callback: OfferAfter | None = Field(
        default=None, description="`after 60s`: who has waited so long may be called back instead"
    )
    record: TalkTape = Field(default=False, description=_RECORD)
    overflow: OrBlock = Field(
        default=None, description="block when it is full or nobody came in time; without it the next step"
    )
    whisper: OrMessage = Field(default=None, description=_WHISPER)
    accept: Key | None = Field(default=None, description=_ACCEPT)
    hold_message: OrMessage = Field(
        default=None,
        description="message that is said when no agent is free; of `predictive` the person then waits, instead of"
        " hearing `abandoned`",
    )
    silent: Silent = Field(
        default=30.0,
        description="nobody tells anything of the queue for so long, 5s to 5m: overflow. Talks go on",
    )
    after_talk: OrBlock = Field(
        default=None, description="block when the talk is over; without it the next step"
    )


class QueueStep(Part):
    """Waits, with music, until somebody of the queue takes the call. When the talk is over and the caller is still
    there, the flow goes on with the next step.

    ```yaml
    - queue:
        name: sales
        max_waiting: 2 x agents
        max_wait: 5m
        music: moh/calm
        announce: {every: 30s, position: yes, wait: yes}
        offer_callback: after 60s
        record: yes
        overflow: voicemail
    ```
    """

    queue: Queue


def _when(raw: Any) -> float | None:
    """Seconds from now; None: when the scenario opens next."""
    text = text_of(raw)
    if text == NEXT_OPENING:
        return None
    if text == NOW:
        return 0.0
    seconds = parse_duration(text)
    if not 30 <= seconds <= LATER_MAX_S:
        raise wrong("S107", f"`{text}` is outside of 30s to 1d", f"write 30s to 1d, {NOW} or {NEXT_OPENING}")
    return seconds


_WHEN_SCHEMA = {"anyOf": [{"enum": [NOW, NEXT_OPENING]}, DURATION_SCHEMA]}
When = Annotated[float | None, PlainValidator(_when), WithJsonSchema(_WHEN_SCHEMA)]


class OfferCallback(Part):
    """See the step `offer_callback`."""

    shorthand: ClassVar[str | None] = "when"

    when: When = Field(description="`next_opening`, `now`, or a duration from 30s to 1d")
    prompt: MessageName = Field(default=Text.at("callback_offer"), description="the message that offers it")
    accept: Key = Field(default=Text.at("1"), description="key that takes the offer")
    done: MessageName = Field(
        default=Text.at("callback_promised"), description="the message after that; `none` for none"
    )
    otherwise: OrBlock = Field(
        default=None, description="block when it is not wanted, or the number is hidden; else the next step"
    )


class OfferCallbackStep(Part):
    """Offers to call back, by the flow of `missed`. The call then goes on with the next step.

    ```yaml
    - offer_callback: next_opening
    - offer_callback: {when: 15m, prompt: callback_offer, accept: 1, done: callback_promised, otherwise: voicemail}
    ```
    """

    offer_callback: OfferCallback

"""The fields of what the world outside is told, by kind of entry: one table for payloads, schemas and docs.

Bodies hold texts and numbers; those that the rules write, texts alone (epoch ms too).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.runtime.export import instant
from orchestrator.store.rows import OutboxRow

Json = dict[str, object]

MOST: Final = 2**53  # beyond it JSON's readers round
DIGITS: Final = 16
LAST_MS: Final = 253_402_300_800_000  # the year 10000

EXTERNAL_ID: Final = "external_id"  # the name by which others know a contact


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadField:
    """A field of a payload: where it comes from, what it may be (JSON Schema), and what it means."""

    name: str
    schema: Json
    read: Callable[[OutboxRow], object]
    about: str


def _is_inbound(entry: OutboxRow) -> bool:
    return not entry.lead_id


def _text(*names: str) -> Callable[[OutboxRow], str | None]:
    """The first of these that is there; None for an empty one."""

    def read(entry: OutboxRow) -> str | None:
        found = (entry.body.get(name) for name in names)
        return next((str(each) for each in found if each not in (None, "")), None)

    return read


def _number(name: str) -> Callable[[OutboxRow], int | float | None]:
    def read(entry: OutboxRow) -> int | float | None:
        said = entry.body.get(name)
        if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) <= DIGITS:
            said = int(said)
        is_number = isinstance(said, int | float) and not isinstance(said, bool)
        return said if is_number and abs(said) < MOST else None  # type: ignore[arg-type, return-value]

    return read


def _whole(name: str) -> Callable[[OutboxRow], int | None]:
    def read(entry: OutboxRow) -> int | None:
        said = _number(name)(entry)
        return None if said is None else int(said)

    return read


def _instant(name: str) -> Callable[[OutboxRow], str | None]:
    def read(entry: OutboxRow) -> str | None:
        at = _whole(name)(entry)
        return instant(at) if at is not None and 0 < at < LAST_MS else None

    return read


def _flag(name: str) -> Callable[[OutboxRow], bool | None]:
    def read(entry: OutboxRow) -> bool | None:
        said = entry.body.get(name)
        return None if said is None or said == "" else said in (True, 1, "1", "true", "yes")

    return read


def _values(entry: OutboxRow) -> dict[str, str]:
    """`values: {}`, or `value.NAME` beside the others as the rules write them."""
    found = entry.body.get("values")
    if isinstance(found, Mapping):
        return {str(name): str(value) for name, value in found.items()}
    dotted = (item for item in entry.body.items() if item[0].startswith("value."))
    return {name.removeprefix("value."): str(value) for name, value in dotted}


def _contact(entry: OutboxRow) -> dict[str, str] | None:
    found = entry.body.get("contact")
    return {str(n): str(v) for n, v in found.items()} if isinstance(found, Mapping) else None


def _campaigns(name: str) -> Callable[[OutboxRow], str | None]:
    return lambda entry: None if _is_inbound(entry) else getattr(entry, name) or None


def _scenario(entry: OutboxRow) -> str | None:
    """A campaign is named by its scenario, which has no dash, and what comes after a dash."""
    return entry.campaign_id.partition("-")[0] or None


TEXT: Final[Json] = {"type": "string"}
MAYBE: Final[Json] = {"type": ["string", "null"]}
TIME: Final[Json] = {"type": ["string", "null"], "format": "date-time"}
COUNT: Final[Json] = {"type": ["integer", "null"]}
SECONDS: Final[Json] = {"type": ["number", "null"]}
YES_NO: Final[Json] = {"type": ["boolean", "null"]}
TEXTS: Final[Json] = {"type": "object", "additionalProperties": {"type": "string"}}


def _field(name: str, about: str, *, of: str = "") -> PayloadField:
    """A text of the body. of: its name there, where that is another one."""
    return PayloadField(name=name, schema=MAYBE, read=_text(of or name), about=about)


def _time(name: str, about: str, *, of: str = "") -> PayloadField:
    return PayloadField(name=name, schema=TIME, read=_instant(of or name), about=about)


COMMON: Final = (
    PayloadField(
        name="id",
        schema=TEXT,
        read=lambda entry: entry.entry_id,
        about="the entry's; it stays the same however often it is told",
    ),
    PayloadField(name="kind", schema=TEXT, read=lambda entry: entry.kind, about="what happened"),
    PayloadField(
        name="at", schema=TIME, read=lambda entry: instant(entry.at), about="when it was stored, UTC"
    ),
    PayloadField(name="scenario", schema=MAYBE, read=_scenario, about="the scenario's name"),
    PayloadField(
        name="campaign",
        schema=MAYBE,
        read=_campaigns("campaign_id"),
        about="campaign id; null: of a call that came in",
    ),
    PayloadField(
        name="lead",
        schema=COUNT,
        read=lambda entry: entry.lead_id or None,
        about="number of the lead in the campaign; null: of a call that came in",
    ),
    PayloadField(
        name="attempt_id",
        schema=MAYBE,
        read=_campaigns("attempt_id"),
        about="the campaign's call that caused it; null when none did",
    ),
    PayloadField(
        name="call_id",
        schema=MAYBE,
        read=lambda entry: entry.attempt_id or None if _is_inbound(entry) else None,
        about="the call that came in; null: it is a campaign's",
    ),
    PayloadField(
        name="number",
        schema=MAYBE,
        read=_text("number", "caller"),
        about="the customer's number, E.164; null when withheld",
    ),
)
OF_CONTACT: Final = (
    PayloadField(
        name=EXTERNAL_ID,
        schema=MAYBE,
        read=_text(EXTERNAL_ID),
        about="what others know the contact by; null when they do not",
    ),
    PayloadField(
        name="contact",
        schema={"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        read=_contact,
        about="the contact's columns when this was sent first; null where there is no lead (any more)",
    ),
)

_STATUS: Final = _field("status", "the lead's status by the scenario's rules")
_ATTEMPT: Final = (
    _field("disposition", "how the attempt ended (docs/dispositions.md); null when none caused it"),
    _time("ended_at", "when the attempt ended", of="at"),
)
_CALLED: Final = (
    _field("called", "the number that was called; null: a campaign's call"),
    _field("switch", "switch"),
    _time("began_at", "when the call began", of="call_at"),
)
_COLLECTED: Final = PayloadField(
    name="values", schema=TEXTS, read=_values, about="what was entered and set in the call, by name"
)
_SECONDS: Final = PayloadField(
    name="seconds", schema=SECONDS, read=_number("seconds"), about="how long it is, where that is known"
)

KINDS: Final[Mapping[str, tuple[PayloadField, ...]]] = {
    "status": (
        _STATUS,
        _field("was", "the status before; null where that is not known"),
        *_ATTEMPT,
        _field("by", "who said so, when it was no attempt's rule: person, cli, api ..."),
        _field("note", "what they wrote down"),
    ),
    "result": (_field("result", "what the flow concluded"), _COLLECTED, _STATUS, *_ATTEMPT),
    "exhausted": (
        PayloadField(
            name="attempts",
            schema=COUNT,
            read=_whole("attempts"),
            about="attempts that were made, as the rules count them",
        ),
        _STATUS,
        *_ATTEMPT,
    ),
    "held": (_STATUS, *_ATTEMPT, _field("why", "why: no_consent; null: nobody knows how the attempt ended")),
    "outcome": (
        _field("outcome", "what the agent said of the call; null: a note, or what comes next, alone"),
        _field("note", "what the agent wrote down"),
        _field("agent", "agent"),
        _field("next", "call_back, do_not_call, wrong_person; null: the rules decide"),
        _time("call_back_at", "when the customer is called back"),
        _time("said_at", "when the agent said so"),
        _STATUS,
        *_ATTEMPT,
    ),
    "call": (
        *_CALLED,
        _time("ended_at", "when the call ended", of="at"),
        PayloadField(
            name="talk_s", schema=SECONDS, read=_number("answered_s"), about="seconds from answer to end"
        ),
        _field("end", "where it ended: closed, queue, hung_up, flow, voicemail, refused or lost"),
        _field("agent", "agent, or number, of the person who took the call", of="reached"),
        _field("result", "what the flow concluded"),
        _COLLECTED,
        _field("missed", "why it counts as missed; null: it does not"),
    ),
    "missed_call": (*_CALLED, _time("ended_at", "when the call ended", of="at"), _field("why", "why")),
    "voicemail": (
        *_CALLED,
        _field("mailbox", "mailbox"),
        _field("recording", "name of the sound"),
        _SECONDS,
    ),
    "recording": (
        *_CALLED,
        _field("recording", "name of the sound, by which `prozvon recordings fetch` and the API give it"),
        _field("name", "what was recorded: the step's variable, `call` (all of it) or `talk`"),
        _SECONDS,
    ),
    "row": (*_CALLED, _field("into", "the collection"), _COLLECTED),
    "sms": (
        _field("to", "number it is for; null: nobody's"),
        _field("message", "the scenario's message; null: a step's own text"),
        _field("text", "text"),
    ),
    "email": (
        PayloadField(
            name="to", schema=MAYBE, read=_text("to", "address"), about="mailbox or address it is for"
        ),
        _field("message", "the scenario's message; null: a step's own text"),
        _field("subject", "subject; null: the usual one"),
        _field("text", "text"),
    ),
    "webhook": (
        *_CALLED,
        _field("service", "service; null: the rule names one of `webhooks:`"),
        _field("path", "path below it"),
        _field("rule", "the rule that told it; null: a step of the flow did"),
        _field("result", "what the flow concluded"),
        _COLLECTED,
        _STATUS,
        *_ATTEMPT,
    ),
    "consent": (
        _field("what", "given or withdrawn"),
        _field("purpose", "what for; null: everything"),
        _field("how", "web, paper, call, sms, email, verbal, import or api"),
        _time("given_at", "when the contact agreed"),
        _time("withdrawn_at", "when the contact withdrew it"),
        _field("words", "the words that were agreed to"),
        _field("source", "where that is written down"),
        _field("note", "more about a withdrawal, for people"),
        PayloadField(
            name="do_not_call",
            schema=YES_NO,
            read=_flag("do_not_call"),
            about="whether the number went on the do-not-call list with it",
        ),
    ),
}
OTHERS: Final = (
    PayloadField(name="body", schema={"type": "object"}, read=lambda entry: dict(entry.body), about="as is"),
)

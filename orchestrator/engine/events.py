"""Reads what a switch says about a call: events and CDRs in, our own words out.

Anybody who can place or take a call has a hand in these values, and a switch may lose or garble them: every
text is bounded and cleaned here, a number out of range is "not known", and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice
from urllib.parse import unquote

from orchestrator.domain.call_event import CallEvent, CallEventKind, CallFacts, FlowEnd, Party
from orchestrator.engine.payload import decode

Get = Callable[[str], str]  # channel variable -> its text, "" when there is none

# Longest texts we keep; measured flows stay under a tenth of each
ID_CHARS = 64
NAME_CHARS = 64
ENTRY_CHARS = 200
VALUE_CHARS = 500
ENTRIES = 300

_UNDEFINED = "_undef_"  # how FreeSWITCH writes an empty value
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")
_RESULT = re.compile(r"[a-z0-9_]{1,64}\Z")
_CAUSE = re.compile(r"[A-Z0-9_]{1,64}\Z")
_SIP = re.compile(r"[1-6][0-9]{2}\Z")
_NOT_ASCII = re.compile(r"[^ -~]+")
_MICROSECONDS = re.compile(r"[0-9]{15,16}\Z")  # 1973 to 2286
# Control characters, line and direction marks, and lone surrogates, which no UTF-8 writer takes
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")

_PARTIES = {party.value: party for party in Party}
_FLOW_ENDS = {end.value: end for end in FlowEnd}

_CHANNEL_KINDS = {
    "CHANNEL_ANSWER": CallEventKind.ANSWERED,
    "CHANNEL_HANGUP_COMPLETE": CallEventKind.ENDED,
}


# Channel variables that are read here, of events and CDRs
_VARIABLES = (
    *("prozvon_attempt", "prozvon_party", "prozvon_flow", "prozvon_result", "prozvon_path", "prozvon_heard"),
    *("prozvon_values", "hangup_cause", "sip_term_status", "sip_invite_failure_status", "progress_uepoch"),
    *("progress_media_uepoch", "answer_uepoch", "end_uepoch"),
)
# Where an event has the same in a header
_HEADERS = {
    "hangup_cause": "Hangup-Cause",
    "progress_uepoch": "Caller-Channel-Progress-Time",
    "progress_media_uepoch": "Caller-Channel-Progress-Media-Time",
    "answer_uepoch": "Caller-Channel-Answered-Time",
    "end_uepoch": "Caller-Channel-Hangup-Time",
}
# All that `call_event` looks at: a connection need not decode the rest (about 25 of 120 to 180)
READ = frozenset(
    {
        "Event-Name",
        "Unique-ID",
        "Job-UUID",
        "_body",
        *_HEADERS.values(),
        *(f"variable_{v}" for v in _VARIABLES),
    }
)


def call_event(event: Mapping[str, object]) -> CallEvent | None:
    """The call event in a switch's event (header -> decoded value), or None when it is not about a call."""
    name = _text(event.get("Event-Name"))
    if name == "BACKGROUND_JOB":
        return _job(event)
    kind = _CHANNEL_KINDS.get(name)
    if kind is None:
        return None
    attempt_id = _id(event.get("variable_prozvon_attempt")) or _id(event.get("Unique-ID"))
    if not attempt_id:
        return None
    if kind is CallEventKind.ANSWERED:
        return CallEvent(kind=kind, attempt_id=attempt_id)
    return CallEvent(kind=kind, attempt_id=attempt_id, facts=_facts(_variables_of(event)))


def facts_of_cdr(variables: Mapping[str, object]) -> CallFacts:
    """The facts in the `variables` of a CDR that mod_json_cdr wrote, which are URL-encoded unless it is told not
    to (`encode-values`): nothing that is read here has a `%` of its own.
    """
    return _facts(lambda name: unquote(_text(variables.get(name)), errors="replace"))


def _variables_of(event: Mapping[str, object]) -> Get:
    """Channel variables of an event; for causes and times also the headers that hold the same."""

    def get(name: str) -> str:
        value = _text(event.get(f"variable_{name}"))
        return value or _text(event.get(_HEADERS.get(name, "")))

    return get


def _job(event: Mapping[str, object]) -> CallEvent | None:
    attempt_id = _id(event.get("Job-UUID"))
    body = _text(event.get("_body")).strip()
    if not attempt_id or not body:
        return None
    if body.startswith("+OK"):
        return CallEvent(kind=CallEventKind.JOB_OK, attempt_id=attempt_id)
    cause = clean_cause(body.removeprefix("-ERR").strip())
    return CallEvent(kind=CallEventKind.JOB_FAILED, attempt_id=attempt_id, facts=CallFacts(cause=cause))


def clean_cause(text: str) -> str:
    """A hangup cause as it stands in the table; other text cut short, so that a person can still read it."""
    cause = text[:ID_CHARS].upper()
    return cause if _CAUSE.match(cause) else _NOT_ASCII.sub(" ", text[:ID_CHARS]).strip()


def _facts(get: Get) -> CallFacts:
    result = get("prozvon_result")
    rang = (_ms(get("progress_uepoch")), _ms(get("progress_media_uepoch")))
    return CallFacts(
        cause=clean_cause(get("hangup_cause")),
        sip_status=_sip(get("sip_term_status")) or _sip(get("sip_invite_failure_status")),
        rang_at=min((at for at in rang if at is not None), default=None),
        answered_at=_ms(get("answer_uepoch")),
        ended_at=_ms(get("end_uepoch")),
        party=_PARTIES.get(get("prozvon_party"), Party.UNKNOWN),
        flow=_FLOW_ENDS.get(get("prozvon_flow"), FlowEnd.UNKNOWN),
        result=result if _RESULT.match(result) else None,
        path=_texts(decode(get("prozvon_path")), ENTRY_CHARS),
        heard=_texts(decode(get("prozvon_heard")), NAME_CHARS),
        values=_pairs(decode(get("prozvon_values"))),
    )


def _text(value: object) -> str:
    """Arrays, numbers and missing values are no text here."""
    return value if isinstance(value, str) and value != _UNDEFINED else ""


def _id(value: object) -> str:
    text = _text(value)
    return text if _ID.match(text) else ""


def _sip(text: str) -> str | None:
    return text if _SIP.match(text) else None


def _ms(text: str) -> int | None:
    """FreeSWITCH writes microseconds, and 0 for what never happened."""
    return int(text) // 1_000 if _MICROSECONDS.match(text) else None


def _texts(value: object, chars: int) -> tuple[str, ...]:
    items = value[:ENTRIES] if isinstance(value, list) else []
    return tuple(_clean(item, chars) for item in items if isinstance(item, str))


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    items = islice(value.items(), ENTRIES) if isinstance(value, dict) else ()
    return tuple((_clean(n, NAME_CHARS), _clean(t, VALUE_CHARS)) for n, t in items if isinstance(t, str))


def _clean(text: str, chars: int) -> str:
    return _UNPRINTABLE.sub(" ", text[:chars])

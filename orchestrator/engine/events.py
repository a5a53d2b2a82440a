"""Reads what a switch says about a call: events and CDRs in, our own words out, bounded and clean (engine.said)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from orchestrator.domain.call_event import CallEvent, CallEventKind, CallFacts, Party
from orchestrator.engine.notes import RECORDED, notes_of
from orchestrator.engine.notes import VARIABLES as NOTE_VARIABLES
from orchestrator.engine.payload import decode
from orchestrator.engine.said import (
    ENTRY_CHARS,
    NAME_CHARS,
    Get,
    clean_cause,
    flow_end_of,
    met_of,
    ms_of,
    pairs_of,
    result_of,
    text_of,
    texts_of,
    who_of,
)

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")
_SIP = re.compile(r"[1-6][0-9]{2}\Z")
_PARTIES = {party.value: party for party in Party}

# Nobody was there within the limit; `late`: somebody came after it
_ABANDONED = frozenset({"true", "late"})

_CHANNEL_KINDS = {
    "CHANNEL_ANSWER": CallEventKind.ANSWERED,
    "CHANNEL_HANGUP_COMPLETE": CallEventKind.ENDED,
}


# Channel variables that are read here, of events and CDRs
_VARIABLES = (
    *("prozvon_attempt", "prozvon_party", "prozvon_flow", "prozvon_result", "prozvon_path", "prozvon_heard"),
    *(
        "prozvon_values",
        "prozvon_reached",
        "prozvon_abandoned",
        "prozvon_met",
        "hangup_cause",
        "sip_term_status",
        "sip_invite_failure_status",
        "progress_uepoch",
    ),
    *("progress_media_uepoch", "answer_uepoch", "end_uepoch", *NOTE_VARIABLES, RECORDED),
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
    name = text_of(event.get("Event-Name"))
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
    return _facts(lambda name: unquote(text_of(variables.get(name)), errors="replace"))


def _variables_of(event: Mapping[str, object]) -> Get:
    """Channel variables of an event; for causes and times also the headers that hold the same."""

    def get(name: str) -> str:
        value = text_of(event.get(f"variable_{name}"))
        return value or text_of(event.get(_HEADERS.get(name, "")))

    return get


def _job(event: Mapping[str, object]) -> CallEvent | None:
    attempt_id = _id(event.get("Job-UUID"))
    body = text_of(event.get("_body")).strip()
    if not attempt_id or not body:
        return None
    if body.startswith("+OK"):
        return CallEvent(kind=CallEventKind.JOB_OK, attempt_id=attempt_id)
    cause = clean_cause(body.removeprefix("-ERR").strip())
    return CallEvent(kind=CallEventKind.JOB_FAILED, attempt_id=attempt_id, facts=CallFacts(cause=cause))


def _facts(get: Get) -> CallFacts:
    rang = (ms_of(get("progress_uepoch")), ms_of(get("progress_media_uepoch")))
    return CallFacts(
        cause=clean_cause(get("hangup_cause")),
        sip_status=_sip(get("sip_term_status")) or _sip(get("sip_invite_failure_status")),
        rang_at=min((at for at in rang if at is not None), default=None),
        answered_at=ms_of(get("answer_uepoch")),
        ended_at=ms_of(get("end_uepoch")),
        party=_PARTIES.get(get("prozvon_party"), Party.UNKNOWN),
        flow=flow_end_of(get("prozvon_flow")),
        result=result_of(get("prozvon_result")),
        path=texts_of(decode(get("prozvon_path")), ENTRY_CHARS),
        heard=texts_of(decode(get("prozvon_heard")), NAME_CHARS),
        values=pairs_of(decode(get("prozvon_values"))),
        notes=notes_of(get),
        reached=who_of(get("prozvon_reached")),
        is_abandoned=get("prozvon_abandoned") in _ABANDONED,
        met=met_of(decode(get("prozvon_met"))),
    )


def _id(value: object) -> str:
    text = text_of(value)
    return text if _ID.match(text) else ""


def _sip(text: str) -> str | None:
    return text if _SIP.match(text) else None

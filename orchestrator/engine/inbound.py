"""Reads what a switch says about a call that came in: its last event, its CDR, or only the marker of its beginning.

Whoever calls has a hand in all of it: texts are bounded and clean (engine.said), what is out of range is "not known",
and nothing raises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.inbound import CallEnd, InboundCall, Marker
from orchestrator.engine.notes import RECORDED, notes_of, recordings_in, with_recordings
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

LONGEST_WAIT_S: Final = 86_400

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_DIGEST = re.compile(r"[0-9a-f]{32}\Z")
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}\Z")
_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z-]{1,15}\Z")
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?\Z")
_EPOCH_S = (1_000_000_000, 10_000_000_000)  # 2001 to 2286

_VARIABLES = (
    *("prozvon_inbound", "prozvon_scenario", "prozvon_program", "prozvon_called", "prozvon_caller"),
    *(
        "prozvon_flow",
        "prozvon_result",
        "prozvon_path",
        "prozvon_heard",
        "prozvon_values",
        "prozvon_language",
    ),
    *(
        "prozvon_reached",
        "prozvon_met",
        "prozvon_end",
        "prozvon_queue_wait",
        RECORDED,
        *NOTE_VARIABLES,
    ),
    *("hangup_cause", "start_uepoch", "answer_uepoch", "end_uepoch"),
)
# Where an event has the same in a header
_HEADERS = {
    "hangup_cause": "Hangup-Cause",
    "start_uepoch": "Caller-Channel-Created-Time",
    "answer_uepoch": "Caller-Channel-Answered-Time",
    "end_uepoch": "Caller-Channel-Hangup-Time",
}
# All that `inbound_call` looks at: a connection need not decode the rest
READ: Final = frozenset(
    {"Event-Name", "Unique-ID", "Call-Direction", *_HEADERS.values(), *(f"variable_{v}" for v in _VARIABLES)}
)

_ENDS = {end.value: end for end in CallEnd}
_BY_FLOW = {
    FlowEnd.ENDED: CallEnd.FLOW,
    FlowEnd.LEFT: CallEnd.HUNG_UP,
    FlowEnd.ERROR: CallEnd.LOST,
}
# How a switch turns a call down that no flow has taken
_TURNED_DOWN = frozenset(
    {
        *(
            "CALL_REJECTED",
            "USER_BUSY",
            "NO_ROUTE_DESTINATION",
            "UNALLOCATED_NUMBER",
            "INCOMPATIBLE_DESTINATION",
        ),
        *("BEARERCAPABILITY_NOTAUTH", "OUTGOING_CALL_BARRED", "INCOMING_CALL_BARRED", "NORMAL_UNSPECIFIED"),
    }
)


def inbound_call(event: Mapping[str, object], switch: str, now: int) -> InboundCall | None:
    """The call that a CHANNEL_HANGUP_COMPLETE event (header -> decoded value) tells of; None when it is not one of
    ours that came in. now (epoch ms): no call ends later.
    """
    if text_of(event.get("Event-Name")) != "CHANNEL_HANGUP_COMPLETE":
        return None
    if text_of(event.get("Call-Direction")) == "outbound":  # the leg of a person who was rung for the caller
        return None

    def get(name: str) -> str:
        return text_of(event.get(f"variable_{name}")) or text_of(event.get(_HEADERS.get(name, "")))

    call_id = text_of(event.get("Unique-ID"))
    if get("prozvon_inbound") != "true" or not _ID.match(call_id) or not _NAME.match(get("prozvon_scenario")):
        return None
    return _call(call_id, switch, get, None, now)


def talk_of(event: Mapping[str, object], now: int) -> tuple[str, int] | None:
    """The caller whom a CHANNEL_BRIDGE event shows talking with a person, and when their call began (epoch ms)."""
    caller = _matching(_NUMBER, text_of(event.get("variable_prozvon_caller")))
    if text_of(event.get("Event-Name")) != "CHANNEL_BRIDGE" or not caller:
        return None
    began = ms_of(text_of(event.get("Caller-Channel-Created-Time")))
    return caller, min(began or now, now)


def call_of_cdr(variables: Mapping[str, object], marker: Marker, switch: str, now: int) -> InboundCall:
    """The call of a marker, from the `variables` of its CDR (URL-encoded, as mod_json_cdr writes them)."""
    return _call(
        marker.call_id,
        switch,
        lambda name: unquote(text_of(variables.get(name)), errors="replace"),
        marker,
        now,
    )


def lost_call(marker: Marker, switch: str, now: int, recordings: tuple[str, ...] = ()) -> InboundCall:
    """A call of which nothing is known but that it began, and what it had recorded: the switch was killed, or its disk
    was full.
    """
    began_at = min(marker.began_at, now)
    return InboundCall(
        call_id=marker.call_id,
        switch=switch,
        scenario=marker.scenario,
        program=marker.program,
        caller=marker.caller,
        called=marker.called,
        began_at=began_at,
        ended_at=began_at,
        end=CallEnd.LOST,
        notes=with_recordings((), recordings),
        recordings=recordings,
    )


def recordings_of(reply: str) -> tuple[str, ...]:
    """The names in the answer of `prozvon_switch left`; () when it is none."""
    first, *lines = reply.strip().split("\n")
    return recordings_in(lines) if first.startswith("+OK") else ()


def markers_of(reply: str, now: int) -> tuple[Marker, ...] | None:
    """The markers in the answer of `prozvon_switch began`, oldest first; None when it is no answer.

    Lines that are none of ours are left out: nothing can be said of them.
    """
    first, *lines = reply.strip().split("\n")
    if not first.startswith("+OK"):
        return None
    found = (marker for line in lines if (marker := _marker(line, now)) is not None)
    return tuple(sorted(found, key=lambda marker: (marker.began_at, marker.call_id)))


def _marker(line: str, now: int) -> Marker | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    call_id, at = text_of(said.get("id")), said.get("at")
    if not _ID.match(call_id):
        return None
    return Marker(
        call_id=call_id,
        scenario=_matching(_NAME, text_of(said.get("scenario"))),
        program=_matching(_DIGEST, text_of(said.get("program"))),
        caller=_matching(_NUMBER, text_of(said.get("caller"))),
        called=_matching(_NUMBER, text_of(said.get("called"))),
        began_at=_began(at, now),
    )


def _began(at: object, now: int) -> int:
    """Epoch ms of epoch seconds; `now` when they are none."""
    if isinstance(at, bool) or not isinstance(at, int | float) or not _EPOCH_S[0] <= at < _EPOCH_S[1]:
        return now
    return min(int(at * 1000), now)


def _call(call_id: str, switch: str, get: Get, marker: Marker | None, now: int) -> InboundCall:
    began, answered, ended = (ms_of(get(f"{name}_uepoch")) for name in ("start", "answer", "end"))
    ended_at = min(ended or now, now)
    began_at = min(began or (marker.began_at if marker else ended_at), ended_at)
    flow = flow_end_of(get("prozvon_flow"))
    cause = clean_cause(get("hangup_cause"))
    result = get("prozvon_result")
    wait = get("prozvon_queue_wait")
    return InboundCall(
        call_id=call_id,
        switch=switch,
        scenario=_matching(_NAME, get("prozvon_scenario")) or (marker.scenario if marker else ""),
        program=_matching(_DIGEST, get("prozvon_program")) or (marker.program if marker else ""),
        caller=_matching(_NUMBER, get("prozvon_caller")) or (marker.caller if marker else ""),
        called=_matching(_NUMBER, get("prozvon_called")) or (marker.called if marker else ""),
        began_at=began_at,
        answered_at=None if answered is None else max(began_at, min(answered, ended_at)),
        ended_at=ended_at,
        cause=cause,
        flow=flow,
        language=_matching(_LANGUAGE, get("prozvon_language")),
        result=result_of(result),
        path=texts_of(decode(get("prozvon_path")), ENTRY_CHARS),
        heard=texts_of(decode(get("prozvon_heard")), NAME_CHARS),
        values=pairs_of(decode(get("prozvon_values"))),
        reached=who_of(get("prozvon_reached")),
        met=met_of(decode(get("prozvon_met"))),
        end=_ENDS.get(get("prozvon_end")) or _end(flow, cause, is_answered=answered is not None),
        notes=notes_of(get),
        recordings=recordings_in(decode(get(RECORDED))),
        queue_wait_s=min(int(float(wait)), LONGEST_WAIT_S) if _SECONDS.match(wait) else None,
    )


def _end(flow: FlowEnd, cause: str, *, is_answered: bool) -> CallEnd:
    """Where the flow does not say it: one that was killed, or never ran."""
    if flow is not FlowEnd.UNKNOWN:
        return _BY_FLOW[flow]
    if cause == "ORIGINATOR_CANCEL":
        return CallEnd.HUNG_UP
    return CallEnd.REFUSED if cause in _TURNED_DOWN and not is_answered else CallEnd.LOST


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.match(text) else ""

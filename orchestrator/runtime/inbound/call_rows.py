"""Calls that came in as rows: one per call, with one readable path of what the caller did and heard."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.runtime.export import Row, instant
from orchestrator.runtime.inbound.call_path import readable
from orchestrator.store import CallRow, Store

# Column -> what it is: the order of the CSV, and the reference in docs/calls.md.
CALL_COLUMNS: dict[str, str] = {
    "call_id": "the uuid of its channel, and the name of its CDR",
    "scenario": "scenario that took the call",
    "switch": "switch",
    "began_at": "when the call came",
    "answered_at": "when it was answered",
    "ended_at": "when it ended",
    "talk_s": "seconds from answer to end",
    "caller": "who called, E.164; empty when withheld",
    "called": "the number called",
    "language": "language it was in at the end",
    "end": "where it ended: closed, queue, hung_up, flow, voicemail, refused or lost",
    "reached": "number of the person who took the call",
    "queue_wait_s": "seconds in a queue",
    "result": "what the flow concluded",
    "missed": "why it counts as missed; empty: it does not",
    "callback": "what became of calling back: added, merged, or why not (docs/missed.md)",
    "callback_campaign": "the campaign that calls back",
    "callback_lead": "its lead for this caller",
    "dropped": "callbacks that this call made superfluous",
    "cause": "hangup cause of the network",
    "path": "what the caller did and heard, with minutes and seconds since the call came",
    "heard": "messages played (JSON)",
    "values": "what the caller entered, and what the flow set, private ones never (JSON)",
    "notes": "what was to be done after the call: messages, rows, recordings (JSON)",
    "recordings": "what was recorded, below the switch's recordings (JSON)",
}


def calls_of(
    store: Store,
    since: int,
    until: int,
    *,
    scenario: str | None = None,
    number: str | None = None,
    is_missed: bool = False,
) -> Iterator[CallRow]:
    """Those of one scenario, of one caller (E.164), or missed ones only."""
    for item in store.calls(since, until):
        is_wanted = scenario in (None, item.call.scenario) and number in (None, item.call.caller)
        if is_wanted and (item.why or not is_missed):
            yield item


def row_of(item: CallRow) -> Row:
    """One call, under the names of CALL_COLUMNS."""
    call = item.call
    talk_s = None if call.answered_at is None else (call.ended_at - call.answered_at) / 1000
    return {
        "call_id": call.call_id,
        "scenario": call.scenario,
        "switch": call.switch,
        "began_at": instant(call.began_at),
        "answered_at": instant(call.answered_at),
        "ended_at": instant(call.ended_at),
        "talk_s": talk_s,
        "caller": call.caller,
        "called": call.called,
        "language": call.language,
        "end": call.end.value,
        "reached": call.reached,
        "queue_wait_s": call.queue_wait_s,
        "result": call.result,
        "missed": item.why,
        "callback": item.fate.value,
        "callback_campaign": item.campaign_id if item.lead_id else "",
        "callback_lead": item.lead_id,
        "dropped": item.dropped,
        "cause": call.cause,
        "path": readable(call.path),
        "heard": list(call.heard),
        "values": dict(call.values),
        "notes": [{"do": note.kind, **note.body} for note in call.notes],
        "recordings": list(call.recordings),
    }

"""A campaign as rows: one per attempt, and one for each lead that was never dialed; in flat memory."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TextIO

from orchestrator.contacts.refused_file import inert
from orchestrator.domain.consent import Basis
from orchestrator.domain.lead import Campaign
from orchestrator.store import AttemptRow, CallbackRow, LeadRow, Store

# Column -> what it is: the order of the CSV, and the reference in docs/export.md.
COLUMNS: dict[str, str] = {
    "campaign": "campaign id",
    "lead": "number of the lead in the campaign, in the order of loading",
    "external_id": "the name that the contact has outside, of a CRM's order for instance",
    "numbers": "the contact's numbers, E.164, in the order they are tried",
    "language": "language the contact is spoken to in",
    "contact": "the contact's columns (JSON), as they are now",
    "phase": "ready, waiting, dialing, done or held",
    "status": "the lead's status by the scenario's rules",
    "reason": "why the lead is not being dialed now",
    "due_at": "when the lead is due next",
    "attempt": "1 for the lead's first originate, and so on; empty: never dialed",
    "attempt_id": "also the origination_uuid on the switch and the name of its CDR",
    "number": "number dialed",
    "zone": "the time zone the calling hours were read in",
    "switch": "switch",
    "gateway": "gateway",
    "claimed_at": "when the attempt was stored, just before its originate was written",
    "basis": "why the call was allowed: the consent that held when it was claimed (for what, by which road, when), or "
    "`no consent demanded`",
    "answered_at": "when the customer answered",
    "ended_at": "when the call ended",
    "talk_s": "seconds from answer to end",
    "cause": "hangup cause of the network",
    "disposition": "what the cause means (docs/dispositions.md)",
    "result": "what the flow concluded",
    "rule": "the rule of the scenario that applied",
    "path": "blocks and keys with seconds since the answer (JSON)",
    "heard": "messages played (JSON)",
    "values": "what the customer entered, and what the flow set (JSON)",
    "agent": "the agent, or the number, that the customer talked with",
    "abandoned": "true when nobody was there for the customer within the limit",
    "outcome": "what the agent said of the call: its outcome, or what comes next",
    "note": "what the agent wrote down",
    "detail": "more about the ending, for people",
}
# Columns of a campaign that calls back, after those above.
CALLBACK_COLUMNS: dict[str, str] = {
    "missed_at": "when the first missed call ended that this callback is for",
    "missed_last_at": "when the latest one did",
    "missed_calls": "how many there were",
    "promised": "whether the caller was promised a callback",
    "reached_by": "how the caller was reached first: callback, called_again or reached_elsewhere",
    "reached_at": "when",
}
# Where a spreadsheet takes rows apart at another delimiter than the comma, the rest of a quoted cell becomes a cell of
# its own, formula or not. JSON can say these characters otherwise.
_DELIMITERS = {ord(character): f"\\u{ord(character):04x}" for character in ";|"}
_PLAIN_NUMBERS = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?( \+[0-9]+)*\Z")  # 12.5, -3, or telephone numbers

Row = dict[str, object]
Writer = Callable[[TextIO], int]


def rows(store: Store, campaign: Campaign) -> Iterator[Row]:
    """Every lead and attempt, leads in the order of loading, a lead's attempts in the order of dialing."""
    with (
        tempfile.NamedTemporaryFile(prefix="prozvon-export-") as file,
        closing(sqlite3.connect(file.name)) as spool,
    ):
        spool.execute("pragma journal_mode=off")
        spool.execute("create table attempt (lead integer, seq integer, row text)")
        spool.executemany(
            "insert into attempt values (?, ?, ?)",
            (
                (item.attempt.lead_id, seq, json.dumps(attempt_row(item), ensure_ascii=False))
                for seq, item in enumerate(store.history(campaign.campaign_id))
            ),
        )
        spool.execute("create index by_lead on attempt (lead, seq)")
        if campaign.standing:
            for callback in store.callbacks(campaign.campaign_id):
                yield from _of_lead(_lead(campaign, callback.lead), spool, _missed(callback))
        else:
            for lead in store.leads(campaign.campaign_id):
                yield from _of_lead(_lead(campaign, lead), spool, {})


def columns_of(campaign: Campaign) -> tuple[str, ...]:
    """The columns of its rows, in order."""
    return (*COLUMNS, *CALLBACK_COLUMNS) if campaign.standing else tuple(COLUMNS)


def _of_lead(about: Row, spool: sqlite3.Connection, missed: Row) -> Iterator[Row]:
    found = spool.execute("select row from attempt where lead = ? order by seq", (about["lead"],)).fetchall()
    if not found:
        yield {**dict.fromkeys(COLUMNS), **about, **missed}
    for number, (row,) in enumerate(found, 1):
        yield {**about, "attempt": number, **json.loads(row), **missed}


def _missed(callback: CallbackRow) -> Row:
    return {
        "missed_at": instant(callback.first_at),
        "missed_last_at": instant(callback.last_at),
        "missed_calls": callback.calls,
        "promised": callback.is_promised,
        "reached_by": callback.reached_by,
        "reached_at": instant(callback.reached_at),
    }


def _lead(campaign: Campaign, lead: LeadRow) -> Row:
    return {
        "campaign": campaign.campaign_id,
        "lead": lead.lead_id,
        "external_id": lead.contact.external_id,
        "numbers": " ".join(lead.contact.numbers),
        "language": lead.contact.language,
        "contact": lead.contact.fields,
        "phase": lead.phase.value,
        "status": lead.state.status,
        "reason": lead.reason.value,
        "due_at": instant(lead.due_at),
    }


def attempt_row(item: AttemptRow) -> Row:
    """What the columns from `attempt_id` on say of an ended attempt."""
    attempt, ending, said = item.attempt, item.ending, item.outcome
    talk = None if ending.answered_at is None else max(0.0, (ending.ended_at - ending.answered_at) / 1000)
    return {
        "attempt_id": attempt.attempt_id,
        "number": attempt.number,
        "zone": attempt.zone,
        "switch": attempt.switch,
        "gateway": attempt.gateway,
        "claimed_at": instant(attempt.claimed_at),
        "basis": basis_text(attempt.basis),
        "answered_at": instant(ending.answered_at),
        "ended_at": instant(ending.ended_at),
        "talk_s": talk,
        "cause": ending.cause,
        "disposition": ending.disposition.value,
        "result": ending.result,
        "rule": item.rule,
        "path": list(ending.path),
        "heard": list(ending.heard),
        "values": dict(ending.values),
        "agent": ending.reached or (said.agent_id if said else ""),
        "abandoned": ending.was_abandoned,
        "outcome": said.key if said else "",
        "note": said.note if said else "",
        "detail": ending.detail,
    }


def basis_text(basis: Basis | None) -> str:
    """`marketing web 2026-11-01T06:30:00.000Z`."""
    if basis is None:
        return "no consent demanded"
    return f"{basis.purpose} {basis.how.value} {instant(basis.given_at)}"


def write_jsonl(out: TextIO, items: Iterator[Row]) -> int:
    """One JSON object a line; returns the number of rows."""
    count = 0
    for count, row in enumerate(items, 1):  # noqa: B007  # the last value is the result
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def write_csv(out: TextIO, items: Iterator[Row], columns: Iterable[str] = COLUMNS) -> int:
    """RFC 4180 with a header; lists and mappings as JSON; cells a spreadsheet would run get a leading quote."""
    writer = csv.writer(out)
    names = list(columns)
    writer.writerow(names)
    count = 0
    for count, row in enumerate(items, 1):  # noqa: B007  # the last value is the result
        writer.writerow([cell(row[column]) for column in names])
    return count


def cell(value: object) -> str:
    """A value as CSV text. Numbers keep their sign; text that would be a formula is defused by a quote."""
    if value is None:
        return ""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False).translate(_DELIMITERS) if value else ""
    text = str(value)
    return text if _PLAIN_NUMBERS.match(text) else inert(text)


def instant(at: int | None) -> str | None:
    """Epoch milliseconds as ISO 8601 UTC."""
    if not at:
        return None
    return (
        dt.datetime.fromtimestamp(at / 1000, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )

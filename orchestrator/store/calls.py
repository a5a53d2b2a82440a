"""Calls that came in: recorded once each, by UTC day, together with what follows from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
import redis

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.inbound import (
    Callback,
    CallbackFate,
    CallEnd,
    InboundCall,
    MissedDecision,
    Note,
)
from orchestrator.domain.lead import OutboxEntry
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.problem import KnownError
from orchestrator.engine.call_outbox import withdrawals_of_call
from orchestrator.store.campaigns import read as read_campaign
from orchestrator.store.consents import pack_withdrawal
from orchestrator.store.db import Db
from orchestrator.store.records import check_id, digits, is_number, pack_contact
from orchestrator.store.rows import CallRow
from orchestrator.store.said import outcomes_of, pack_entries, past_call
from orchestrator.store.standing import standing_id
from orchestrator.store.terms import TermsBook

PAGE = 500  # calls read at a time
DAY_MS = 86_400_000
ASK_S = 120  # real time after which nobody waits for an answer any more
DAYS_AT_ONCE = 10  # forgotten by one script

NOT_MISSED = MissedDecision()


def note_call(
    db: Db,
    terms: TermsBook,
    call: InboundCall,
    outbox: Sequence[OutboxEntry],
    missed: MissedDecision | None,
    now: int,
) -> bool:
    """False: it was recorded before, and nothing was changed. ValueError for ids that could not be ids."""
    decision = missed or NOT_MISSED
    callback, fate = decision.callback, decision.fate
    if callback is not None and read_campaign(db, callback.campaign_id) is None:
        callback, fate = None, CallbackFate.NO_PLAN
    request: dict[str, object] = {
        "id": check_id(call.call_id, "call id"),
        "scenario": check_id(call.scenario, "scenario"),
        "day": day_of(call.began_at),
        "days": [day_of(call.began_at + step * DAY_MS) for step in (-1, 0, 1)],
        "began": call.began_at,
        "ended": call.ended_at,
        "now": now,
        "caller": digits(call.caller) if is_number(call.caller) else "",
        "back": [pack_withdrawal(said) for said in withdrawals_of_call(call)],
        "fate": fate.value,
        "served": decision.served.value if decision.served and is_number(call.caller) else "",
        "own": standing_id(call.scenario),
        "outbox": pack_entries(outbox),
        "past": past_call(
            at=call.began_at,
            call_id=call.call_id,
            campaign_id=call.scenario,
            is_inbound=True,
            result=call.result or "",
            agent=call.reached or None,
        ),
    }
    if callback is not None:
        request["callback"] = pack_callback(terms, callback, call.caller)
    record = _record(call, decision.why, callback.campaign_id if callback else "")
    noted, is_repeated = db.run_telling("note_call", request, record)
    return bool(noted) or (is_repeated and _was_ours(db, call, record))


def _was_ours(db: Db, call: InboundCall, record: bytes) -> bool:
    """After a lost reply: whether what is recorded is what we wanted to record."""
    key = db.key(f"call:{day_of(call.began_at)}")
    found = db.read(lambda client: client.hget(key, call.call_id))
    return found is not None and found.partition(b"\n")[2] == record


def pack_callback(terms: TermsBook, callback: Callback, caller: str) -> dict[str, object]:
    """ValueError: a callback is to the caller's one number, which the claim's lock and the caps are about."""
    if callback.contact.numbers != (caller,):
        raise ValueError("a callback is a call to the caller's number, and to no other")
    fixed = terms.with_contacts(callback.campaign_id, [callback.contact])
    return {
        "campaign": callback.campaign_id,
        "contact": pack_contact(callback.contact, fixed.terms).decode(),
        "due": callback.due_at,
        "promised": callback.is_promised,
        "agent": callback.needs_agent,
        "windows": [[window_s * 1000, count] for window_s, count in callback.per_number],
    }


def day_of(at: int) -> str:
    """Day (UTC) of an epoch ms: 20261122."""
    return f"{dt.datetime.fromtimestamp(at / 1000, dt.UTC):%Y%m%d}"


def caller_reached(db: Db, number: str, at: int, now: int) -> int:
    """How many callbacks were dropped. ValueError: no E.164 number."""
    return int(db.run("reach_caller", {"caller": digits(number), "at": at, "now": now}))


def call(db: Db, call_id: str, began_at: int) -> CallRow | None:
    """One call, looked for on the day it began, and those beside it."""
    keys = [db.key(f"call:{day_of(began_at + step * DAY_MS)}") for step in (0, -1, 1)]
    for key in keys:
        found = db.read(partial(_one, key=key, call_id=call_id))
        if found is not None:
            return next(_with_outcomes(db, int(day_of(began_at)), [_row(found)]))
    return None


def _with_outcomes(db: Db, day: int, rows: list[CallRow]) -> Iterator[CallRow]:
    """Agents speak of a call on its day, or the next one."""
    begins = dt.datetime.strptime(str(day), "%Y%m%d").replace(tzinfo=dt.UTC).timestamp() * 1000
    keys = [db.key(f"outcome:{day_of(int(begins) + step * DAY_MS)}") for step in (-1, 0, 1, 2)]
    said: dict[str, Outcome] = {}
    for key in db.read(partial(_there, keys=keys)):
        said |= outcomes_of(db, key, [row.call.call_id for row in rows])
    for row in rows:
        outcome = said.get(row.call.call_id)
        yield row if outcome is None else replace(row, outcome=outcome)


def _there(client: redis.Redis, *, keys: list[str]) -> list[str]:
    """Those of the keys that there are."""
    pipe = client.pipeline(transaction=False)
    for key in keys:
        pipe.exists(key)
    return [key for key, is_there in zip(keys, pipe.execute(), strict=True) if is_there]


def _one(client: redis.Redis, *, key: str, call_id: str) -> Any:
    return client.hget(key, call_id)


def calls(db: Db, since: int, until: int) -> Iterator[CallRow]:
    """Calls that began from `since` on and before `until` (epoch ms), in that order; read page by page.

    KnownError when another version of the program has written them in a way that this one does not read.
    """
    first, last = int(day_of(max(since, 0))), int(day_of(until))
    for day in db.read(lambda client: client.zrangebyscore(db.key("call_days"), first, last)):
        name, skip = day.decode(), 0
        while page := db.read(partial(_page, db=db, day=name, since=since, until=until, skip=skip)):
            try:
                yield from _with_outcomes(db, int(name), [_row(record) for record in page])
            except (ValueError, TypeError, LookupError) as error:
                raise KnownError(f"calls were recorded by another version of prozvon ({error})") from error
            skip += len(page)


def _page(client: redis.Redis, *, db: Db, day: str, since: int, until: int, skip: int) -> Any:
    ids: Any = client.zrangebyscore(db.key(f"calls:{day}"), since, f"({until}", start=skip, num=PAGE)
    return client.hmget(db.key(f"call:{day}"), ids) if ids else []


def forget_calls(db: Db, before: int) -> int:
    """Forget the calls of days that had ended before `before` (epoch ms); how many days."""
    days = 0
    while gone := db.run("forget_calls", {"before": day_of(before), "most": DAYS_AT_ONCE}):
        days += gone
    return days


def claim_ask(db: Db, call_id: str, number: int) -> bool:
    """Whether the question `number` of a call is ours to answer: the first that asks has it."""
    request = {"call": check_id(call_id, "call id"), "n": number, "token": uuid4().hex, "for_s": ASK_S}
    return bool(db.run("claim_ask", request))


def _record(call: InboundCall, why: str, campaign_id: str) -> bytes:
    """As `_row` reads it. Times count from the call's beginning."""
    return orjson.dumps(
        (
            call.call_id,
            call.switch,
            call.scenario,
            call.program,
            call.caller,
            call.called,
            call.began_at,
            None if call.answered_at is None else call.answered_at - call.began_at,
            call.ended_at - call.began_at,
            call.cause,
            call.flow.value,
            call.language,
            call.result,
            call.path,
            call.heard,
            call.values,
            call.reached,
            call.end.value,
            [(note.kind, note.body) for note in call.notes],
            call.recordings,
            call.queue_wait_s,
            why,
            campaign_id,
            call.met,
        )
    )


def _row(record: bytes) -> CallRow:
    head, _, body = record.partition(b"\n")
    fate, lead, dropped = head.decode().split("\t")
    (
        call_id, switch, scenario, program, caller, called, began, answered, ended, cause, flow, language, result,
        path, heard, values, reached, end, notes, recordings, queue_wait_s, why, campaign_id, *met,
    ) = orjson.loads(body)  # fmt: skip
    call = InboundCall(
        call_id=call_id,
        switch=switch,
        scenario=scenario,
        program=program,
        caller=caller,
        called=called,
        began_at=began,
        answered_at=None if answered is None else began + answered,
        ended_at=began + ended,
        cause=cause,
        flow=FlowEnd(flow),
        language=language,
        result=result,
        path=tuple(path),
        heard=tuple(heard),
        values=tuple((name, value) for name, value in values),
        reached=reached,
        end=CallEnd(end),
        notes=tuple(Note(kind=kind, body=note) for kind, note in notes),
        recordings=tuple(recordings),
        queue_wait_s=queue_wait_s,
        met=tuple((leg, seconds) for leg, seconds in (met[0] if met else ())),
    )
    return CallRow(
        call=call,
        why=why,
        fate=CallbackFate(fate),
        campaign_id=campaign_id,
        lead_id=int(lead) or None,
        dropped=int(dropped),
    )

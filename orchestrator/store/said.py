"""How what agents say of calls is written in Redis; the Lua side is in lua/_outcome.lua."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
import redis

from orchestrator.domain.lead import OutboxEntry
from orchestrator.domain.outcome import NextAction, Outcome
from orchestrator.store.db import Db
from orchestrator.store.records import word

PAST_CHARS = 300  # of a note that the next agent is shown


def pack_outcome(outcome: Outcome) -> bytes:
    return orjson.dumps(
        (
            outcome.outcome_id,
            outcome.call_id,
            outcome.agent_id,
            outcome.outcome,
            outcome.note,
            outcome.next.value,
            outcome.call_back_at,
            outcome.said_at,
        )
    )


def unpack_outcome(text: bytes) -> Outcome:
    outcome_id, call_id, agent_id, outcome, note, following, call_back_at, said_at = orjson.loads(text)
    return Outcome(
        outcome_id=outcome_id,
        call_id=call_id,
        agent_id=agent_id,
        outcome=outcome,
        note=note,
        next=NextAction(following),
        call_back_at=call_back_at,
        said_at=said_at,
    )


def key_word(outcome: Outcome) -> str:
    """Its key as one word; "-" for a mere note."""
    return word(outcome.key) if outcome.key else "-"


def outcomes_of(db: Db, key: str, call_ids: Sequence[str]) -> dict[str, Outcome]:
    """Call id -> what was said of it last, as a hash of outcomes has it."""
    if not call_ids:
        return {}
    found = db.read(partial(_several, key=key, call_ids=call_ids))
    return {
        call_id: unpack_outcome(text.split(b"\t", 3)[3])
        for call_id, text in zip(call_ids, found, strict=True)
        if text is not None
    }


def _several(client: redis.Redis, *, key: str, call_ids: Sequence[str]) -> Any:
    return client.hmget(key, list(call_ids))


def pack_entries(entries: Sequence[OutboxEntry]) -> list[dict[str, str]]:
    """Entries of the outbox, as the scripts take them."""
    return [{"kind": entry.kind, "body": orjson.dumps(entry.body).decode()} for entry in entries]


def past_call(
    *,
    at: int,
    call_id: str,
    campaign_id: str,
    is_inbound: bool,
    result: str | None = None,
    agent: str | None = None,
    outcome: Outcome | None = None,
) -> dict[str, object]:
    """A call as `_outcome.lua` keeps it for the next agent; what is None there stays as it was."""
    entry: dict[str, object] = {"at": at, "id": call_id, "campaign": campaign_id, "inbound": is_inbound}
    if result is not None:
        entry["result"] = result
    if agent is not None:
        entry["agent"] = agent
    if outcome is not None:
        entry |= {
            "outcome": outcome.key,
            "note": outcome.note[:PAST_CHARS],
            "agent": outcome.agent_id,
        }
    return entry

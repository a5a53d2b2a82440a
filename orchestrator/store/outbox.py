"""What the world outside must learn, in the order it was decided."""

from __future__ import annotations

import orjson

from orchestrator.store.db import Db
from orchestrator.store.rows import OutboxRow

BEGIN = "0-0"


def read(db: Db, after: str, limit: int) -> list[OutboxRow]:
    """Up to `limit` entries after the one with id `after`."""
    key = db.key("outbox")
    page = db.read(lambda client: client.xrange(key, f"({after}", "+", count=limit))
    return [
        _row(entry_id.decode(), {k.decode(): v.decode() for k, v in fields.items()})
        for entry_id, fields in page
    ]


def end(db: Db) -> str:
    """Id of the latest entry."""
    page = db.read(lambda client: client.xrevrange(db.key("outbox"), "+", "-", count=1))
    return page[0][0].decode() if page else BEGIN


def has(db: Db, entry_id: str) -> bool:
    """Whether this entry is there (still)."""
    return bool(db.read(lambda client: client.xrange(db.key("outbox"), entry_id, entry_id, count=1)))


def _row(entry_id: str, fields: dict[str, str]) -> OutboxRow:
    return OutboxRow(
        entry_id=entry_id,
        campaign_id=fields["campaign"],
        lead_id=int(fields["lead"] or 0),  # "": of a call that came in
        attempt_id=fields["attempt"],
        kind=fields["kind"],
        at=int(fields["at"]),
        body=orjson.loads(fields["body"]),
    )

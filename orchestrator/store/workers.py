"""Workers: their heartbeats (real time), their live attempts, and taking over from the dead."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from orchestrator.domain.lead import Attempt
from orchestrator.store.claiming import decode_live
from orchestrator.store.db import Db
from orchestrator.store.meters import Measured
from orchestrator.store.records import check_id
from orchestrator.store.terms import TermsBook

KEEP_MS = 86_400_000  # a worker that was silent for longer, and lives on, would be counted anew


def heartbeat(db: Db, worker_id: str, ttl_ms: int, info: Mapping[str, str], measured: Measured) -> None:
    request: dict[str, object] = {
        "worker": check_id(worker_id, "worker id"),
        "ttl_ms": ttl_ms,
        "info": orjson.dumps(dict(info)).decode(),
        "holder": measured.holder,
        "sums": dict(measured.sums),
        "keep_ms": KEEP_MS,
    }
    db.run("beat_heart", request)


def forget(db: Db, worker_id: str) -> None:
    db.run("forget_worker", {"worker": worker_id})


def living(db: Db) -> dict[str, dict[str, str]]:
    flat = db.run("list_workers", {})
    return {worker.decode(): orjson.loads(info) for worker, info in zip(flat[::2], flat[1::2], strict=True)}


def live(db: Db, terms: TermsBook, worker_id: str | None) -> list[Attempt]:
    return decode_live(terms, db.run("list_attempts", {"worker": worker_id}))


def live_attempt(db: Db, terms: TermsBook, attempt_id: str) -> Attempt | None:
    return next(iter(decode_live(terms, db.run("list_attempts", {"id": attempt_id}))), None)


def adopt(db: Db, terms: TermsBook, dead: str, by: str) -> list[Attempt]:
    request: dict[str, object] = {"dead": dead, "by": check_id(by, "worker id")}
    texts, is_repeated = db.run_telling("adopt_attempts", request)
    if is_repeated:  # the first reply was lost, and with it which ones they were
        return live(db, terms, by)
    return decode_live(terms, texts)


def release(db: Db, attempt: Attempt, now: int) -> bool:
    return bool(db.run("release_attempt", {"id": attempt.attempt_id, "now": now}))

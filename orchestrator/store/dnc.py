"""The do-not-call list: numbers that no campaign of the project ever dials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import redis

from orchestrator.store.db import Db
from orchestrator.store.keys import NUMBER_BUCKETS
from orchestrator.store.records import digits, is_number, shown
from orchestrator.store.rows import DncRow

BATCH = 1000
PAGE = 200  # buckets read at once
MOST_NOTE = 200  # characters of a note that are kept


def add(db: Db, numbers: Iterable[str], note: str, now: int) -> int:
    """How many were not on the list. ValueError for a number that is not E.164; what came before it is added."""
    value = f"{now} {shown(note, MOST_NOTE)}"
    return sum(db.run("add_numbers", {"numbers": batch, "value": value}) for batch in _batches(numbers))


def remove(db: Db, numbers: Iterable[str]) -> int:
    """How many were on the list."""
    return sum(db.run("remove_numbers", {"numbers": batch}) for batch in _batches(numbers))


def contains(db: Db, number: str) -> bool:
    if not is_number(number):
        return False
    text = digits(number)
    return bool(db.read(lambda client: client.hexists(db.key(f"dnc:{text[-4:]}"), text[:-4])))


def of(db: Db, number: str) -> DncRow | None:
    """What the list says of a number; None: it is not on it."""
    if not is_number(number):
        return None
    text = digits(number)
    found = db.read(lambda client: client.hget(db.key(f"dnc:{text[-4:]}"), text[:-4]))
    return None if found is None else _row(number, found)


def listed(db: Db, after: str | None = None) -> Iterator[DncRow]:
    """All of the list, by the last four digits of the numbers, read page by page; or what is behind the number `after`
    in that order. ValueError when that is not E.164.
    """
    last = ("", "") if after is None else (digits(after)[-4:], digits(after)[:-4])
    for begin in range(int(last[0] or 0), NUMBER_BUCKETS, PAGE):
        tails = [f"{bucket:04d}" for bucket in range(begin, min(begin + PAGE, NUMBER_BUCKETS))]

        def read_buckets(client: redis.Redis, tails: list[str] = tails) -> Any:
            pipe = client.pipeline(transaction=False)
            for tail in tails:
                pipe.hgetall(db.key(f"dnc:{tail}"))
            return pipe.execute()

        for tail, bucket in zip(tails, db.read(read_buckets), strict=True):
            for head, value in sorted(bucket.items()):
                if (tail, head.decode()) > last:
                    yield _row(f"+{head.decode()}{tail}", value)


def _row(number: str, value: bytes) -> DncRow:
    added_at, _, note = value.decode().partition(" ")
    return DncRow(number=number, added_at=int(added_at), note=note)


def _batches(numbers: Iterable[str]) -> Iterator[list[str]]:
    texts = (digits(number) for number in numbers)
    while batch := list(islice(texts, BATCH)):
        yield batch

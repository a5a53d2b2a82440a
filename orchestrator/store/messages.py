"""The book of messages: each SMS and letter that rules and flows send, and what became of it. docs/messages.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

import redis

from orchestrator.domain.message import Message, MessageState, Suppressed, TypedLimit
from orchestrator.store.db import Db
from orchestrator.store.records import digits, is_number, shown

PAGE = 200  # messages read at a time
MOST_WHY = 500  # characters
DAY_S = 86_400
ALL = "messages"
_NUMBERS = frozenset({"at", "lead_id", "segments", "state_at"})
_BY_LUA = frozenset({"message_id", "at", "state", "state_at", "why", "reference"})
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")  # gateways call messages as they like
RECEIPTS = frozenset({MessageState.DELIVERED, MessageState.UNDELIVERED})


class MessageBook:
    """A door of the store. Every change is one atomic step, safe to repeat; `now` is the caller's clock, epoch ms."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def begin(
        self,
        message: Message,
        now: int,
        *,
        keep_days: float,
        not_listed: Sequence[str] = (),
        refused: Suppressed | None = None,
        typed: TypedLimit | None = None,
    ) -> tuple[MessageState, str]:
        """(state, why) before it is sent: QUEUED may be sent now; anything else has been decided already.

        not_listed: numbers (E.164) that may not be on the do-not-call list. refused: it may not be sent anyway. typed:
        its number was typed by a caller. keep_days: how long it stays in the book.
        """
        record = {
            field.name: str(value)
            for field in fields(message)
            if field.name not in _BY_LUA and (value := getattr(message, field.name)) not in (None, "")
        }
        request: dict[str, object] = {
            "id": message.message_id,
            "at": message.at,
            "now": now,
            "keep_ms": round(keep_days * DAY_S * 1000),
            "keep_s": max(1, round(keep_days * DAY_S)),
            "record": record,
            "lists": [ALL, _to(message.to), *([_in(message.campaign_id)] if message.campaign_id else [])],
            "dnc": [digits(number) for number in not_listed if is_number(number)],
            "refused": None if refused is None else refused.value,
        }
        if typed is not None:
            request["typed"] = {
                "day": typed.day,
                "number": message.to,
                "call": message.attempt_id,
                "per_number": typed.per_number,
                "per_call": typed.per_call,
            }
        state, why = self._db.run("begin_message", request)
        return MessageState(state.decode()), why.decode()

    def sent(self, message_id: str, now: int, *, reference: str = "") -> None:
        """It was taken. reference: the gateway's own id of it, by which receipts may come."""
        self._mark(message_id, MessageState.SENT, now, reference=reference)

    def waits(self, message_id: str, now: int, why: str) -> None:
        """It was not taken, and is tried again."""
        self._mark(message_id, MessageState.QUEUED, now, why)

    def failed(self, message_id: str, now: int, why: str) -> None:
        """It was not taken, and is not tried again until a person says so. Of no message: nothing happens."""
        self._mark(message_id, MessageState.FAILED, now, why)

    def receipt(self, name: str, state: MessageState, at: int, why: str = "") -> str | None:
        """A delivery receipt: DELIVERED or UNDELIVERED at `at` (epoch ms). name: our id, or the gateway's reference.

        Our id; None when there is no such message. The latest receipt counts. ValueError for another state.
        """
        if state not in RECEIPTS:
            raise ValueError(f"{state} is not what a receipt says")
        return self._mark(name, state, at, why)

    def of(self, name: str) -> Message | None:
        """By our id, or the gateway's reference."""
        found = self._read([_safe(name)])[0]
        if found is None:
            ours = self._db.read(lambda client: client.get(self._db.key(f"message_of:{_safe(name)}")))
            found = self._read([ours.decode()])[0] if ours else None
        return found

    def page(
        self,
        *,
        after: str = "",
        limit: int = PAGE,
        since: int | None = None,
        until: int | None = None,
        number: str | None = None,
        campaign_id: str | None = None,
        lead_id: int | None = None,
        state: MessageState | None = None,
    ) -> tuple[list[Message], str | None]:
        """(messages, the newest first; where to go on, None at the end). after: such a place. since, until: epoch ms of
        `at`. number: of an SMS, or an address. ValueError for a place that is none.
        """
        key = ALL if campaign_id is None else _in(campaign_id)
        key = key if number is None else _to(number)
        wanted = {"to": number, "campaign_id": campaign_id, "lead_id": lead_id, "state": state}
        found: list[Message] = []
        for message in self._newest_first(key, after, since, until):
            if len(found) == limit:
                last = found[-1]
                return found, f"{last.at}/{last.message_id}"
            if all(value is None or getattr(message, name) == value for name, value in wanted.items()):
                found.append(message)
        return found, None

    def _newest_first(self, key: str, after: str, since: int | None, until: int | None) -> Iterator[Message]:
        top, name = "+inf" if until is None else f"({until}", ""
        if after:
            at, _, name = after.partition("/")
            top = str(int(at))
        low, skip = "-inf" if since is None else str(since), 0
        while page := self._ids(key, top, low, skip):
            skip += len(page)
            behind = [i for i, at in page if not (name and str(at) == top and i >= name)]
            yield from (message for message in self._read(behind) if message is not None)

    def _ids(self, key: str, top: str, low: str, skip: int) -> list[tuple[str, int]]:
        name = self._db.key(key)
        page = self._db.read(
            lambda client: client.zrevrangebyscore(name, top, low, start=skip, num=PAGE, withscores=True)
        )
        return [(raw.decode(), int(score)) for raw, score in page]

    def _read(self, ids: Sequence[str]) -> list[Message | None]:
        def read(client: redis.Redis) -> Any:
            pipe = client.pipeline(transaction=False)
            for message_id in ids:
                pipe.hgetall(self._db.key(f"message:{message_id}"))
            return pipe.execute()

        return [_message(i, raw) for i, raw in zip(ids, self._db.read(read) if ids else (), strict=True)]

    def _mark(
        self, name: str, state: MessageState, at: int, why: str = "", *, reference: str = ""
    ) -> str | None:
        request = {
            "name": _safe(name),
            "at": at,
            "state": state.value,
            "why": shown(why, MOST_WHY),
            "reference": _safe(reference) or None,
        }
        return self._db.run("mark_message", request).decode() or None


def _to(whom: str) -> str:
    return f"messages_to:{_safe(whom) or '_'}"


def _in(campaign_id: str) -> str:
    return f"messages_in:{_safe(campaign_id) or '_'}"


def _safe(name: str) -> str:
    """As part of a key."""
    return _UNSAFE.sub("_", name)[:128]


def _message(message_id: str, raw: dict[bytes, bytes]) -> Message | None:
    if not raw:
        return None
    known = {field.name for field in fields(Message)}
    told: dict[str, Any] = {
        key.decode(): value.decode() for key, value in raw.items() if key.decode() in known
    }
    told |= {name: int(told[name]) for name in _NUMBERS & told.keys()}
    return Message(**{**told, "message_id": message_id, "state": MessageState(told["state"])})

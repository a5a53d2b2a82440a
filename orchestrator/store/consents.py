"""What people agreed to, by number: never forgotten, in whatever order it was told (lua/_consent.lua)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson
import redis

from orchestrator.domain.consent import Consent, ConsentHow, GivenAs, Withdrawal
from orchestrator.engine.consent import consent_body, history_of, withdrawal_body
from orchestrator.store.db import Db
from orchestrator.store.keys import NUMBER_BUCKETS
from orchestrator.store.records import digits, is_number, shown

BATCH = 500
PAGE = 200  # buckets read at once
WORDS_CHARS = 1_000
SOURCE_CHARS = 200
NOTE_CHARS = 200
ALL = "*"  # the scope of a withdrawal of everything
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")


def is_purpose(text: str) -> bool:
    """Whether this can be what a consent is for: a word of a-z, 0-9 and _, 64 characters at most."""
    return _PURPOSE.match(text) is not None


class ConsentBook:
    """A door of the store. `now` is the caller's clock, epoch ms."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def give(self, consents: Iterable[Consent], *, now: int, is_told: bool = True) -> list[GivenAs]:
        """Keep what people agreed to (`withdrawn_*` is not looked at); what became of each, in order. Given again, a
        consent changes nothing. is_told: the outbox hears of new ones (kind `consent`).

        ValueError: a number that is not E.164, a purpose that is no word, a moment before 1970.
        """
        done: list[GivenAs] = []
        said = iter(consents)
        while batch := list(islice(said, BATCH)):
            items = [_given(consent, is_told=is_told) for consent in batch if consent.given_at <= now]
            fates = iter(self._db.run("give_consents", {"now": now, "items": items}) if items else ())
            done += [
                GivenAs(next(fates).decode()) if consent.given_at <= now else GivenAs.NOT_YET
                for consent in batch
            ]
        return done

    def withdraw(
        self,
        number: str,
        purpose: str | None,
        *,
        how: ConsentHow,
        note: str,
        now: int,
        also_dnc: bool,
        is_told: bool = True,
    ) -> int:
        """A person takes back their consent to `purpose` (None: to everything), from `now` on and for what was given
        before; how many consents that ended. also_dnc: the number goes on the do-not-call list in the same step.
        is_told: the outbox hears of it. ValueError as above.
        """
        note = shown(note, NOTE_CHARS)
        said = Withdrawal(number=number, purpose=purpose, at=now, how=how, note=note, do_not_call=also_dnc)
        body = orjson.dumps(withdrawal_body(said)).decode() if is_told else None
        request = {"item": pack_withdrawal(said), "now": now, "body": body}
        return int(self._db.run("withdraw_consent", request))

    def resume(self, number: str, *, how: ConsentHow, words: str, now: int) -> tuple[str, ...]:
        """A person takes back what they withdrew by this road: those consents are given anew, and the number comes off
        the do-not-call list when it was put there by this road. What was withdrawn by another one, before or after,
        stays so. The purposes given. ValueError: not E.164.
        """
        consents, withdrawals = self._read(number)
        others = [said for said in withdrawals if said.how is not how]
        ours, theirs = _latest(consents, withdrawals), _latest(consents, others)
        purposes = tuple(
            sorted(
                name
                for name, consent in ours.items()
                if consent.withdrawn_how is how and theirs[name].withdrawn_at is None
            )
        )
        items = [
            _given(
                Consent(number=number, purpose=name, given_at=now, how=how, words=words, source=how.value),
                is_told=True,
            )
            for name in purposes
        ]
        since = max((said.at for said in others), default=-1)
        lift = {"digits": digits(number), "note": _dnc_note(how), "since": since}
        self._db.run("give_consents", {"now": now, "items": items, "lift": lift})
        return purposes

    def of(self, number: str) -> tuple[Consent, ...]:
        """All that the number ever agreed to, the newest first."""
        return history_of(*self._read(number))

    def withdrawals(self, number: str) -> tuple[Withdrawal, ...]:
        """All that the number ever took back, the newest first, also what it had never agreed to."""
        return tuple(sorted(self._read(number)[1], key=lambda said: said.at, reverse=True))

    def listed(self) -> Iterator[Consent]:
        """All consents of all numbers, by the last four digits of the numbers, read page by page."""
        for begin in range(0, NUMBER_BUCKETS, PAGE):
            tails = [f"{bucket:04d}" for bucket in range(begin, begin + PAGE)]

            def read_buckets(client: redis.Redis, tails: list[str] = tails) -> Any:
                pipe = client.pipeline(transaction=False)
                for tail in tails:
                    pipe.hgetall(self._db.key(f"consent:{tail}"))
                return pipe.execute()

            for tail, bucket in zip(tails, self._db.read(read_buckets), strict=True):
                for head, lines in sorted(bucket.items()):
                    yield from history_of(*_unpack(f"+{head.decode()}{tail}", lines))

    def _read(self, number: str) -> tuple[list[Consent], list[Withdrawal]]:
        if not is_number(number):
            return [], []
        text = digits(number)
        found = self._db.read(lambda client: client.hget(self._db.key(f"consent:{text[-4:]}"), text[:-4]))
        return _unpack(number, found or b"")


def _latest(consents: Iterable[Consent], withdrawals: Iterable[Withdrawal]) -> dict[str, Consent]:
    """The newest consent to each purpose, with its end by these withdrawals."""
    return {consent.purpose: consent for consent in reversed(history_of(consents, withdrawals))}


def pack_withdrawal(said: Withdrawal) -> dict[str, object]:
    """As `_consent.lua` takes it."""
    if said.purpose is not None:
        _check_purpose(said.purpose)
    item: dict[str, object] = {
        "digits": digits(said.number),
        "scope": said.purpose or ALL,
        "at": said.at,
        "how": said.how.value,
        "tail": _tail(shown(said.note, NOTE_CHARS)),
    }
    if said.do_not_call:
        item["dnc"] = shown(f"{said.at} {_dnc_note(said.how)}: {said.note}", NOTE_CHARS)
    return item


def _given(consent: Consent, *, is_told: bool) -> dict[str, object]:
    _check_purpose(consent.purpose)
    if consent.given_at < 0:
        raise ValueError("a consent is given after 1970")
    words, source = shown(consent.words, WORDS_CHARS), shown(consent.source, SOURCE_CHARS)
    item: dict[str, object] = {
        "digits": digits(consent.number),
        "purpose": consent.purpose,
        "at": consent.given_at,
        "how": consent.how.value,
        "tail": _tail(words, source),
    }
    if is_told:
        item["body"] = orjson.dumps(consent_body(replace(consent, words=words, source=source))).decode()
    return item


def _dnc_note(how: ConsentHow) -> str:
    """How the do-not-call list begins to say who asked for it."""
    return f"opted out by {how.value}"


def _check_purpose(purpose: str) -> None:
    if not is_purpose(purpose):
        raise ValueError(f"not what a consent can be for: {purpose!r} (a word of a-z, 0-9 and _)")


def _tail(*texts: str) -> str:
    """JSON without line ends and tabs: they are escaped in it."""
    return orjson.dumps(texts).decode()


def _unpack(number: str, lines: bytes) -> tuple[list[Consent], list[Withdrawal]]:
    consents: list[Consent] = []
    withdrawals: list[Withdrawal] = []
    for line in lines.splitlines():
        head, at, how, tail = line[1:].split(b"\t", 3)
        scope, told = head.decode(), orjson.loads(tail)
        when, by = int(at), ConsentHow(how.decode())
        if line.startswith(b"+"):
            words, source = told
            consents.append(
                Consent(number=number, purpose=scope, given_at=when, how=by, words=words, source=source)
            )
        else:
            purpose = None if scope == ALL else scope
            withdrawals.append(Withdrawal(number=number, purpose=purpose, at=when, how=by, note=told[0]))
    return consents, withdrawals

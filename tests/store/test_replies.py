"""What is asked under an Idempotency-Key is done once; its reply is said again."""

from __future__ import annotations

import pytest

from orchestrator.store import Store
from orchestrator.store.replies import KeptReply, Taken, Turn

TOKEN = "digest-of-token"
REPLY = KeptReply(status=201, headers=(("content-type", "application/json"),), body=b'{"\xd0\xb0": 1}\xff')


@pytest.fixture(autouse=True)
def _token(store: Store) -> None:
    store.tokens.create("crm", TOKEN, ["leads:write"], expires_at=None, now=1)


def take(store: Store, run: str, request: str = "asked", key: str = "key", token: str = TOKEN) -> Taken:
    return store.replies.take(token, key, request, run)


def test_the_first_does_it_and_those_after_it_are_told_what_it_was_told(store: Store) -> None:
    assert take(store, "1").turn is Turn.DO
    store.replies.keep(TOKEN, "key", "asked", REPLY)
    assert take(store, "2") == Taken(turn=Turn.SAY, reply=REPLY)


def test_who_comes_while_it_is_being_done_waits(store: Store) -> None:
    take(store, "1")
    assert take(store, "2").turn is Turn.WAIT
    assert take(store, "1").turn is Turn.DO, "the same try, whose answer was lost"


def test_what_was_not_done_is_done_by_the_next(store: Store) -> None:
    take(store, "1")
    store.replies.forget(TOKEN, "key")
    assert take(store, "2").turn is Turn.DO


@pytest.mark.parametrize("is_done", [False, True])
def test_a_key_belongs_to_one_request(store: Store, is_done: bool) -> None:
    take(store, "1")
    if is_done:
        store.replies.keep(TOKEN, "key", "asked", REPLY)
    assert take(store, "2", request="something else").turn is Turn.REFUSE


def test_keys_of_two_tokens_are_two(store: Store) -> None:
    store.tokens.create("office", "other", ["leads:write"], expires_at=None, now=1)
    take(store, "1")
    assert take(store, "2", token="other").turn is Turn.DO


def test_a_token_that_nobody_made_leaves_nothing(store: Store) -> None:
    assert take(store, "1", token="guessed").turn is Turn.STRANGER
    assert take(store, "2", token="guessed").turn is Turn.STRANGER

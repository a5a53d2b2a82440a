"""Tokens of the API: good until they expire or are revoked, and no faster than their rate."""

from __future__ import annotations

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.store import Store
from orchestrator.store.tokens import SCOPES, Admission, Standing

NOW = 1_796_029_200_000
RATE, BURST = 10.0, 3


def made(store: Store, name: str = "crm", *scopes: str, expires_at: int | None = None) -> str:
    digest = f"digest-of-{name}"
    store.tokens.create(name, digest, scopes or ("leads:read",), expires_at=expires_at, now=NOW)
    return digest


def admitted(store: Store, digest: str, at: int = NOW) -> Admission:
    return store.tokens.admit(digest, now=at, rate=RATE, burst=BURST)


def test_a_token_is_good_for_its_scopes(store: Store) -> None:
    found = admitted(store, made(store, "crm", "leads:write", "dnc:read", "leads:write"))
    assert found == Admission(standing=Standing.GOOD, name="crm", scopes=("leads:write", "dnc:read"))


def test_what_nobody_made_is_not_known(store: Store) -> None:
    assert admitted(store, "guessed").standing is Standing.UNKNOWN


def test_a_token_expires_to_the_millisecond(store: Store) -> None:
    digest = made(store, expires_at=NOW + 1000)
    assert admitted(store, digest, NOW + 999).standing is Standing.GOOD
    assert admitted(store, digest, NOW + 1000).standing is Standing.EXPIRED


def test_a_revoked_token_is_no_good_from_then_on_and_its_name_is_free(store: Store) -> None:
    digest = made(store)
    assert store.tokens.revoke("crm")
    assert admitted(store, digest).standing is Standing.UNKNOWN
    assert not store.tokens.revoke("crm")
    made(store)


def test_two_tokens_have_two_names(store: Store) -> None:
    made(store)
    with pytest.raises(KnownError, match=r"there is a token 'crm' already: `prozvon token revoke crm`"):
        store.tokens.create("crm", "another", ["leads:read"], expires_at=None, now=NOW)
    made(store)  # the very same one again: a reply that was lost


@pytest.mark.parametrize(("name", "scopes"), [("no name", SCOPES), ("crm", ()), ("crm", ("leads:fly",))])
def test_a_token_has_a_name_and_scopes_that_there_are(
    store: Store, name: str, scopes: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=r"is not 1 to 100|no scopes"):
        store.tokens.create(name, "digest", scopes, expires_at=None, now=NOW)


def test_a_burst_goes_through_and_then_one_request_each_interval(store: Store) -> None:
    digest = made(store)
    assert [admitted(store, digest).standing for _ in range(BURST)] == [Standing.GOOD] * BURST
    refused = admitted(store, digest)
    assert (refused.standing, refused.wait_ms) == (Standing.TOO_FAST, 100)
    assert admitted(store, digest, NOW + 99).standing is Standing.TOO_FAST
    assert admitted(store, digest, NOW + 100).standing is Standing.GOOD
    assert admitted(store, digest, NOW + 100).standing is Standing.TOO_FAST


def test_what_was_refused_uses_nothing_up(store: Store) -> None:
    digest = made(store)
    for _ in range(BURST + 5):
        admitted(store, digest)
    assert admitted(store, digest, NOW + 100).standing is Standing.GOOD


def test_each_token_has_a_rate_of_its_own(store: Store) -> None:
    first, second = made(store, "first"), made(store, "second")
    for _ in range(BURST + 1):
        admitted(store, first)
    assert admitted(store, second).standing is Standing.GOOD


def test_the_list_says_what_each_is_for_and_when_it_was_used(store: Store) -> None:
    made(store, "crm", expires_at=NOW + 5)
    admitted(store, made(store, "board", "figures:read"), NOW + 61_000)
    board, crm = store.tokens.listed()
    assert (board.name, board.scopes, board.used_at) == ("board", ("figures:read",), NOW + 60_000)
    assert (crm.created_at, crm.expires_at, crm.used_at) == (NOW, NOW + 5, None)

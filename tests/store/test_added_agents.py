"""Agents who are not in the agents file are kept, and whoever reads them learns that they have changed."""

from __future__ import annotations

import pytest

from orchestrator.store import Store


def test_agents_are_kept_as_they_were_said(store: Store) -> None:
    assert store.added_agents.listed() == {}
    assert not store.added_agents.put("vera", {"dial": "user/1003", "standing": True, "queues": {"sales": 1}})
    assert not store.added_agents.put("anna", {"dial": "user/1001"})
    assert store.added_agents.put("anna", {"dial": "user/1009"})
    assert store.added_agents.listed() == {
        "anna": {"dial": "user/1009"},
        "vera": {"dial": "user/1003", "standing": True, "queues": {"sales": 1}},
    }
    assert store.added_agents.remove("anna")
    assert not store.added_agents.remove("anna")
    assert list(store.added_agents.listed()) == ["vera"]


def test_the_version_grows_with_each_change_and_with_nothing_else(store: Store) -> None:
    assert store.added_agents.version() == 0
    store.added_agents.put("anna", {"dial": "user/1001"})
    store.added_agents.put("anna", {"dial": "user/1001"})
    store.added_agents.remove("boris")
    assert store.added_agents.version() == 1
    store.added_agents.remove("anna")
    assert store.added_agents.version() == 2


def test_an_id_that_cannot_be_one_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="agent id"):
        store.added_agents.put("an na", {})

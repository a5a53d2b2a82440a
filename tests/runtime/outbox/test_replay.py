"""Telling again: the same keys, marked, once however often it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.domain.delivery import Delivery
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.outbox.replay import entries, entry_of, replays
from orchestrator.runtime.project import Project
from tests.outside.http_service import HttpService, http_service
from tests.runtime.factories import HOUR, NOON, SETTINGS, make_folder, move_clock
from tests.runtime.outbox.factories import left_behind, until

HOOKS = {
    "orders": {"service": "crm", "path": "orders", "on": ["status", "exhausted"]},
    "news": {"service": "crm", "path": "news", "on": ["status"], "only": {"status": "agreed"}},
    "rules": {"service": "crm", "path": "rules"},
}


@pytest.fixture
def service() -> Iterator[HttpService]:
    with http_service() as made:
        yield made


@pytest.fixture
def folder(short_tmp: Path, service: HttpService) -> Path:
    parts = {"services": {"crm": {"url": service.url, "private": "yes"}}, "webhooks": HOOKS}
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in parts.items())
    return make_folder(short_tmp / "p", settings=SETTINGS + lines.replace("{", "{{").replace("}", "}}"))


@pytest.fixture
def ids(project: Project) -> list[str]:
    """Three entries, an hour apart."""
    made = []
    for kind, body in (("status", {"status": "agreed"}), ("exhausted", {}), ("webhook", {"hook": "rules"})):
        made.append(left_behind(project, kind, body))
        move_clock(project, HOUR)
    return made


def told(found: Iterator[Delivery]) -> list[tuple[str, str]]:
    return [(delivery.text("hook"), delivery.kind) for delivery in found]


def test_webhooks_are_told_what_they_want_of_that_time(project: Project, ids: list[str]) -> None:
    everything = [("orders", "status"), ("news", "status"), ("orders", "exhausted"), ("rules", "webhook")]
    always = {"since": 0, "until": NOON + 9 * HOUR}
    assert told(replays(project, **always)) == everything
    assert told(replays(project, since=NOON + HOUR, until=NOON + 2 * HOUR)) == everything[2:3]
    assert told(replays(project, **always, to="news")) == everything[1:2]
    assert told(replays(project, **always, kinds=("exhausted",))) == everything[2:3]
    assert told(replays(project, **always, campaign_id="shop_line")) == everything
    assert told(replays(project, **always, campaign_id="other")) == []
    assert [entry.entry_id for entry in entries(project, since=0, until=NOON + HOUR)] == ids[:1]


def test_an_entry_is_found_by_its_id_or_that_of_its_delivery(project: Project, ids: list[str]) -> None:
    for name in (ids[1], f"{ids[1]}.0"):
        found = entry_of(project, name)
        assert found is not None
        assert (found.entry_id, found.kind) == (ids[1], "exhausted")
    instant, _, number = ids[1].partition("-")
    for name in ("", "x", "5", "5-x", "5-0", f"{instant}-{int(number) + 7}", f"{int(instant) + 999999}-0"):
        assert entry_of(project, name) is None


def test_a_replay_has_the_key_of_what_it_repeats_and_says_so(
    project: Project, service: HttpService, ids: list[str]
) -> None:
    deliveries = Deliveries(project, {})
    deliveries.start()
    until(lambda: len(service.seen) == 4 and not deliveries.is_busy, "all is told")
    found = list(replays(project, since=0, until=NOON + 9 * HOUR, to="orders"))
    deliveries.stop()
    assert project.store.deliveries.add(found) == 2
    assert project.store.deliveries.add(found) == 0, "they wait already"
    again = Deliveries(project, {})
    again.start()
    until(lambda: len(service.seen) == 6 and not again.is_busy, "they are told again")
    again.stop()
    first = {seen.headers["idempotency-key"]: seen.body for seen in service.seen[:4]}
    assert set(first) == {
        f"test-{ids[0]}.orders",
        f"test-{ids[0]}.news",
        f"test-{ids[1]}.orders",
        f"test-{ids[2]}.rules",
    }
    for seen in service.seen[4:]:
        assert seen.headers["prozvon-replay"] == "1"
        assert first[seen.headers["idempotency-key"]] == seen.body
    assert list(project.store.deliveries.rows()) == []

"""Everything that happens is told to whoever listens, in its order, and again from where they were."""

from __future__ import annotations

import asyncio

from starlette.testclient import TestClient

from orchestrator.domain.lead import OutboxEntry
from orchestrator.runtime.outbox.payloads import Payloads
from orchestrator.runtime.project import Project
from orchestrator.web.app import app_of
from orchestrator.web.events import PAGE
from tests.store.calls import call
from tests.web.conftest import Token
from tests.web.listening import listening


def happened(project: Project, *kinds: str, scenario: str = "shop_line") -> None:
    """A call that left entries of these kinds."""
    entries = [OutboxEntry(kind=kind, body={"status": kind}) for kind in kinds]
    assert project.store.note_call(call(scenario=scenario), entries, None, project.clock.now_ms())


def test_what_happens_is_told_to_all_who_listen_each_by_what_they_want(
    project: Project, token: Token
) -> None:
    happened(project, "status")

    async def story() -> None:
        app, key = app_of(project), token("events:read")
        async with (
            listening(app, "/v1/events?after=0-0", key) as old,
            listening(app, "/v1/events", key) as new,
            listening(app, "/v1/events?kind=result&kind=held&campaign=shop_line", key) as picky,
        ):
            happened(project, "status", "result")
            happened(project, "held", scenario="other")
            await old.until(lambda: len(old.names) == 4, "all was told")
            await new.until(lambda: len(new.names) == 3, "what came later was told")
            await picky.until(lambda: picky.names, "what was asked for was told")
            assert old.headers["content-type"].startswith("text/event-stream")
            assert old.headers["cache-control"] == "no-store"
            assert old.names == ["status", "status", "result", "held"]
            assert new.names == ["status", "result", "held"]
            assert picky.names == ["result"]
            rows = project.store.outbox()
            assert [each.id for each in old.heard] == [row.entry_id for row in rows]
            assert [each.data for each in old.heard] == [Payloads(project.store).of(row) for row in rows]

    asyncio.run(story())


def test_whoever_comes_back_misses_nothing(api: TestClient, project: Project) -> None:
    for index in range(5):
        happened(project, f"kind_{index}")
    ids = [row.entry_id for row in project.store.outbox()]
    told = api.get("/v1/events?follow=false", headers={"Last-Event-ID": ids[2]}).text
    assert [line for line in told.split("\n") if line.startswith("event")] == [
        "event: kind_3",
        "event: kind_4",
    ]
    assert "gap" not in told
    assert "event:" not in api.get("/v1/events?follow=false").text
    gone = api.get("/v1/events?follow=false&after=1-1").text
    assert gone.index("event: gap") < gone.index("event: kind_0")
    said = api.get("/v1/events?kind=statis").json()
    assert said["errors"][0]["where"].startswith("query.kind")
    for bad in ("nonsense", "1-", "99999999999999999999-0"):
        said = api.get("/v1/events", headers={"Last-Event-ID": bad})
        assert (said.status_code, said.json()["errors"][0]["where"]) == (422, "header.Last-Event-ID")


def test_whoever_comes_with_a_place_of_another_store_is_told_what_happens_from_now_on(
    project: Project, token: Token
) -> None:
    async def story() -> None:
        happened(project, "before")
        app, key = app_of(project), token("events:read")
        async with listening(app, "/v1/events?after=9999999999999-0", key) as lost:
            await lost.until(lambda: lost.names == ["gap"], "that something may be missing")
            happened(project, "status")
            await lost.until(lambda: lost.names == ["gap", "status"], "what happened then")

    asyncio.run(story())


def test_a_client_that_does_not_read_holds_up_no_other_and_loses_nothing(
    project: Project, token: Token
) -> None:
    kinds = [f"k{chr(97 + index % 26)}" for index in range(PAGE)]
    for _ in range(4):
        happened(project, *kinds)

    async def story() -> None:
        app, key = app_of(project), token("events:read")
        async with (
            listening(app, "/v1/events?after=0-0", key, is_reading=False) as slow,
            listening(app, "/v1/events?after=0-0", key) as quick,
        ):
            await quick.until(lambda: len(quick.names) == 4 * PAGE, "all was told")
            assert slow.text == ""
            assert app.state.streams.under_way == 2
            slow.reads.set()
            await slow.until(lambda: len(slow.names) == 4 * PAGE, "all was told in the end")
        assert app.state.streams.under_way == 0

    asyncio.run(story())


def test_events_are_for_good_tokens(project: Project, token: Token) -> None:
    client = TestClient(app_of(project))
    assert client.get("/v1/events").status_code == 401
    lacking = client.get("/v1/events", headers={"Authorization": f"Bearer {token('leads:read')}"})
    assert (lacking.status_code, lacking.json()["detail"].rpartition(" ")[2]) == (403, "events:read")

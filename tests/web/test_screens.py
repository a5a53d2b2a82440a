"""What an agent is shown of a call, and what they say of it, over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from orchestrator.runtime.project import Project
from orchestrator.store.screens import ScreenEvent
from orchestrator.web.app import app_of
from tests.runtime.factories import claimed, launched
from tests.web.conftest import Token
from tests.web.leading import lead, shown
from tests.web.listening import listening


@pytest.fixture
def folder(folder: Path) -> Path:
    (folder / "agents.yaml").write_text("agents: {anna: {dial: user/1001}}\n", encoding="utf-8")
    return folder


def screen(project: Project, kind: str, **body: object) -> ScreenEvent:
    return ScreenEvent(agent_id="anna", kind=kind, at=project.clock.now_ms(), body=body)


def test_a_screen_is_told_as_it_changes(project: Project, token: Token) -> None:
    leads = lead(project)
    shown(project, leads, screen(project, "rings", call_id="c1", contact={"name": "Иван"}))

    async def story() -> None:
        app, key = app_of(project), token("agents:read")
        where = "/v1/agents/anna/screen/events"
        async with listening(app, f"{where}?after=0-0", key) as whole, listening(app, where, key) as later:
            shown(project, leads, screen(project, "talks", call_id="c1"))
            await whole.until(lambda: len(whole.names) == 2, "both are told")
            await later.until(lambda: later.names, "what came later is told")
            assert (whole.names, later.names) == (["rings", "talks"], ["talks"])
            [first, _] = whole.heard
            assert first.data["call"]["contact"] == {"name": "Иван"}
            assert (first.data["id"], first.data["at"]) == (first.id, "2026-11-30T09:00:00.000Z")

    asyncio.run(story())


def test_the_latest_of_a_screen(project: Project, api: TestClient) -> None:
    assert api.get("/v1/agents/anna/screen").json() == {"items": []}
    shown(project, lead(project), *(screen(project, "over", call_id=f"c{n}") for n in range(3)))
    calls = [each["call"]["call_id"] for each in api.get("/v1/agents/anna/screen?limit=2").json()["items"]]
    assert calls == ["c1", "c2"]
    assert api.get("/v1/agents/vera/screen").status_code == 404
    assert api.get("/v1/agents/vera/screen/events").status_code == 404
    assert api.get("/v1/agents/anna/screen/events?after=x").status_code == 422


def test_what_an_agent_says_acts_on_the_lead(project: Project, api: TestClient) -> None:
    campaign = launched(project, 1)
    [attempt] = claimed(project, campaign)
    call = {
        "call_id": attempt.attempt_id,
        "attempt_id": attempt.attempt_id,
        "campaign_id": campaign.campaign_id,
    }
    shown(project, lead(project), screen(project, "talks", **call))
    again = {"next": "call_back", "call_back_at": "2026-12-01T10:00:00+03:00", "note": "tomorrow at ten"}
    said = api.post("/v1/agents/anna/outcome", json=again)
    assert said.json() == {"call": attempt.attempt_id, "fate": "pending"}
    refused = api.post("/v1/agents/anna/outcome", json={"outcome": "sold"})
    assert (refused.status_code, "has no outcome 'sold'" in refused.json()["detail"]) == (409, True)
    never = api.post("/v1/agents/anna/outcome", json={"next": "do_not_call", "call": attempt.attempt_id})
    assert never.json()["fate"] == "pending"


def test_what_cannot_be_said_is_refused(api: TestClient) -> None:
    wrong: tuple[dict[str, object], ...] = (
        {},
        {"note": ""},
        {"next": "call_back"},
        {"note": "x", "call_back_at": "2026-12-01T10:00:00Z"},
        {"next": "nope"},
        {"next": "call_back", "call_back_at": "tomorrow"},
        {"note": "x" * 4001},
        {"note": 7},
    )
    for said in wrong:
        assert api.post("/v1/agents/anna/outcome", json=said).status_code == 422, said


def test_of_a_call_that_nobody_knows_nothing_can_be_said(project: Project, api: TestClient) -> None:
    assert api.post("/v1/agents/anna/outcome", json={"note": "x"}).status_code == 404
    assert api.post("/v1/agents/vera/outcome", json={"note": "x"}).status_code == 404
    campaign = launched(project, 1)
    shown(
        project,
        lead(project),
        screen(project, "over", call_id="c9", attempt_id="c9", campaign_id=campaign.campaign_id),
    )
    lost = api.post("/v1/agents/anna/outcome", json={"note": "x"})
    assert (lost.status_code, "not known any more" in lost.json()["detail"]) == (409, True)

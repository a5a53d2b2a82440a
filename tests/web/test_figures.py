"""Live figures over HTTP."""

from __future__ import annotations

import asyncio

from starlette.testclient import TestClient

from orchestrator.runtime.project import Project
from orchestrator.store.figures import Figure, Scope
from orchestrator.web.app import app_of
from tests.runtime.operators.test_board import AGENT, CAMPAIGN, QUEUE
from tests.web.conftest import Token
from tests.web.leading import lead
from tests.web.listening import listening


def figures(waiting: int) -> list[Figure]:
    return [
        Figure(scope=Scope.QUEUE, name="orders:sales", values={**QUEUE, "waiting": waiting}),
        Figure(scope=Scope.QUEUE, name="help:desk", values=QUEUE),
        Figure(scope=Scope.CAMPAIGN, name="orders-1", values=CAMPAIGN),
        Figure(scope=Scope.AGENT, name="anna", values=AGENT),
    ]


def test_figures_are_those_of_the_board(project: Project, api: TestClient) -> None:
    empty = api.get("/v1/figures").json()
    assert empty == {"at": None, "is_stale": True, "leader": "", "queues": [], "campaigns": [], "agents": []}
    project.store.figures.write(lead(project), figures(5), project.clock.now_ms())
    told = api.get("/v1/figures?queue=sales").json()
    assert (told["at"], told["is_stale"], told["leader"]) == ("2026-11-30T09:00:00.000Z", False, "w1")
    [queue], [campaign], [agent] = told["queues"], told["campaigns"], told["agents"]
    assert (queue["queue"], queue["waiting"], queue["service_level"], queue["lost"]) == (
        "orders:sales",
        5,
        0.8,
        0.07,
    )
    assert queue["longest_since"] == "1970-01-01T00:00:01.000Z"
    assert (campaign["campaign"], campaign["abandonment_60m"], campaign["abandoned_day"]) == (
        "orders-1",
        0.05,
        [9, 400],
    )
    assert (agent["agent"], agent["state"], round(agent["occupancy"], 6)) == ("anna", "talking", 0.8)
    assert len(api.get("/v1/figures").json()["queues"]) == 2
    refused = api.get("/v1/figures?queue=nope")
    assert (refused.status_code, "help:desk, orders:sales" in refused.json()["detail"]) == (404, True)


def test_figures_are_told_again_when_they_have_changed(project: Project, token: Token) -> None:
    leads = lead(project)
    project.store.figures.write(leads, figures(1), project.clock.now_ms())

    async def story() -> None:
        where = "/v1/figures/events?every=0.5&queue=orders:sales"
        async with listening(app_of(project), where, token("figures:read")) as heard:
            await heard.until(lambda: heard.names, "they are told at once")
            project.store.figures.write(leads, figures(2), project.clock.now_ms())
            await heard.until(lambda: len(heard.names) == 2, "they are told again")
            assert [each.data["queues"][0]["waiting"] for each in heard.heard] == [1, 2]

    asyncio.run(story())

"""Agents over HTTP: who they are, where they are, what they want, and those who are not in the agents file."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.news import Command
from orchestrator.runtime.project import Project
from orchestrator.store.commands import NO_LEADER
from tests.runtime.factories import NOON
from tests.web.leading import answering, at_work, lead

STAFF = "agents:\n  anna: {title: Anna P., dial: user/1001, queues: {sales: 2}}\n  boris: {dial: user/1002}\n"


@pytest.fixture
def folder(folder: Path) -> Path:
    (folder / "agents.yaml").write_text(STAFF, encoding="utf-8")
    return folder


def test_agents_are_told_with_where_they_are(project: Project, api: TestClient) -> None:
    at_work(project, lead(project), "anna", AgentState.BREAK, reason="lunch", calls_today=3)
    first = api.get("/v1/agents?limit=1").json()
    assert first["items"] == [
        {
            "agent": "anna", "title": "Anna P.", "source": "file", "state": "break", "reason": "lunch",
            "since": "2026-11-30T09:00:00.000Z", "queue": "", "call": "", "campaign": "", "next_state": "",
            "calls_today": 3, "talk_ms_today": 0, "is_standing": False, "queues": {"sales": 2},
        }
    ]  # fmt: skip
    second = api.get(f"/v1/agents?limit=1&after={first['next']}").json()
    assert ([each["agent"] for each in second["items"]], second["next"]) == (["boris"], None)
    assert [each["agent"] for each in api.get("/v1/agents?state=offline").json()["items"]] == ["boris"]
    assert api.get("/v1/agents/boris").json()["since"] is None
    assert api.get("/v1/agents/vera").status_code == 404
    assert project.clock.now_ms() == NOON


def test_an_agent_is_added_changed_and_removed(project: Project, api: TestClient) -> None:
    made = api.put(
        "/v1/agents/vera", json={"dial": "user/1003", "standing": True, "queues": ["sales"], "switch": None}
    )
    assert (made.status_code, made.json()["source"], made.json()["is_standing"]) == (201, "api", True)
    changed = api.put("/v1/agents/vera", json={"dial": {"main": "user/1004"}, "queues": {"sales": 3}})
    assert (changed.status_code, changed.json()["queues"]) == (200, {"sales": 3})
    assert project.store.added_agents.listed() == {
        "vera": {"dial": {"main": "user/1004"}, "queues": {"sales": 3}}
    }
    assert [each["agent"] for each in api.get("/v1/agents").json()["items"]] == ["anna", "boris", "vera"]
    assert api.delete("/v1/agents/vera").status_code == 204
    assert api.delete("/v1/agents/vera").status_code == 404


def test_what_is_wrong_with_an_agent_is_told_and_nothing_is_kept(project: Project, api: TestClient) -> None:
    wrong: tuple[tuple[dict[str, object], str], ...] = (
        ({"dial": "user/1001"}, "`user/1001` is the telephone of `anna` already"),
        ({"dial": "ftp"}, "`ftp` is neither a number nor a dial string"),
        ({"dial": "user/9", "switch": "nowhere"}, "no switch `nowhere`"),
        ({"dial": "user/9", "nope": 1}, "body.nope"),
        ({}, "body.dial"),
        ({"dial": "user/9", "queues": {"sales": 10}}, "body.queues"),
        ({"dial": "user/9", "standing": "yes"}, "body.standing"),
    )
    for said, told in wrong:
        refused = api.put("/v1/agents/vera", json=said)
        assert refused.status_code == 422
        assert told in refused.json()["detail"]
    assert project.store.added_agents.listed() == {}


def test_the_agents_file_goes_first(project: Project, api: TestClient) -> None:
    assert api.put("/v1/agents/anna", json={"dial": "user/9"}).status_code == 409
    assert api.delete("/v1/agents/anna").json()["detail"].startswith("anna is in the agents file")
    project.store.added_agents.put("anna", {"dial": "user/9"})
    project.store.added_agents.put("vera", {"dial": "user/1002"})
    told = api.get("/v1/agents").json()
    assert [each["agent"] for each in told["items"]] == ["anna", "boris"]
    assert [(each["agent"], each["why"][0][:30]) for each in told["left_out"]] == [
        ("anna", "the agents file has an agent o"),
        ("vera", "`user/1002` is the telephone o"),
    ]
    assert "was added and is no agent now" in api.get("/v1/agents/vera").json()["detail"]
    assert api.delete("/v1/agents/vera").status_code == 204
    (project.folder / "agents.yaml").write_text("agents: {anna: {}}", encoding="utf-8")
    assert "`dial` is missing" in api.get("/v1/agents").json()["fault"]


def test_commands_are_carried_out_by_whoever_leads(project: Project, api: TestClient) -> None:
    token = lead(project)

    def carry_out(command: object) -> str:
        at_work(project, token, "anna", AgentState.AVAILABLE)
        return ""

    with answering(project, token, carry_out) as taken:
        for command in Command:
            wanted = {"command": command.value, "reason": "lunch", "to": "boris"}
            assert api.post("/v1/agents/anna/commands", json=wanted).json()["state"] == "available"
    assert [(each.name, each.agent_id, each.reason, each.to, each.by) for each in taken] == [
        (command.value, "anna", "lunch", "boris", "api") for command in Command
    ]


def test_a_command_that_cannot_be_is_refused_with_the_reason(project: Project, api: TestClient) -> None:
    with answering(project, lead(project), lambda _: "there is no call to hold"):
        refused = api.post("/v1/agents/anna/commands", json={"command": "hold"})
    assert (refused.status_code, refused.json()["detail"]) == (409, "anna: there is no call to hold")
    assert api.post("/v1/agents/vera/commands", json={"command": "hold"}).status_code == 404
    assert api.post("/v1/agents/anna/commands", json={"command": "dance"}).status_code == 422


def test_without_anybody_who_leads_nothing_is_changed(project: Project, api: TestClient) -> None:
    with answering(project, lead(project), lambda _: NO_LEADER):
        said = api.post("/v1/agents/anna/commands", json={"command": "available"})
    assert said.status_code == 503
    assert said.json()["detail"].endswith("nothing was changed")
    assert int(said.headers["Retry-After"]) > 0

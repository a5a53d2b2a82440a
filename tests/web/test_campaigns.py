"""/v1/campaigns: looked at by the page, steered, exported."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import CampaignState
from orchestrator.runtime import export
from orchestrator.runtime.project import Project
from tests.runtime.factories import claimed, launched, settled
from tests.web.asking import good, problem
from tests.web.conftest import Token

PATH = "/v1/campaigns"


def test_campaigns_come_by_the_page_the_newest_first(api: TestClient, project: Project) -> None:
    made = [launched(project, index).campaign_id for index in range(3)]
    first = good(api.get(PATH, params={"limit": 2}))
    assert [item["campaign"] for item in first["items"]] == [made[2], made[1]]
    rest = good(api.get(PATH, params={"limit": 2, "after": first["next"]}))
    assert [item["campaign"] for item in rest["items"]] == [made[0]]
    assert rest["next"] is None


def test_campaigns_are_found_by_state_and_scenario(api: TestClient, project: Project) -> None:
    paused = launched(project, 1)
    launched(project, 2)
    good(api.post(f"{PATH}/{paused.campaign_id}/pause"))
    assert [item["campaign"] for item in good(api.get(PATH, params={"state": "paused"}))["items"]] == [
        paused.campaign_id
    ]
    assert len(good(api.get(PATH, params={"scenario": "greeting"}))["items"]) == 2
    assert good(api.get(PATH, params={"scenario": "other"}))["items"] == []


def test_a_campaign_is_told_with_its_counts(api: TestClient, project: Project) -> None:
    campaign = launched(project, 1, 2)
    settled(project, claimed(project, campaign)[0], Disposition.ANSWERED, result="agreed")
    found = good(api.get(f"{PATH}/greeting"))
    assert (found["campaign"], found["state"], found["is_open"]) == (campaign.campaign_id, "running", False)
    assert found["created_at"] == "2026-11-30T09:00:00.000Z"
    counts = found["counts"]
    assert (counts["leads"], counts["done"], counts["by_status"]) == (2, 1, {"agreed": 1, "new": 1})


def test_a_page_that_begins_nowhere_is_told_so(api: TestClient, project: Project) -> None:
    launched(project, 1)
    for after in ("?", "bm90aGluZw", "IiI", "Imdvbm" + "U" * 3):
        problem(api.get(PATH, params={"after": after}), 422, "invalid")


@pytest.mark.parametrize("path", ["", "/why", "/export", "/leads", "/attempts", "/leads/1"])
def test_no_campaign_is_no_campaign(api: TestClient, path: str) -> None:
    assert "no campaign 'nope'" in problem(api.get(f"{PATH}/nope{path}"), 404, "not_found")["detail"]


def test_a_campaign_is_paused_resumed_and_stopped_and_each_again_changes_nothing(
    api: TestClient, project: Project
) -> None:
    campaign = launched(project, 1).campaign_id
    for move, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        for _ in range(2):
            assert good(api.post(f"{PATH}/{campaign}/{move}"))["state"] == state
    assert "it is stopped" in problem(api.post(f"{PATH}/{campaign}/resume"), 409, "conflict")["detail"]
    found = project.store.campaign(campaign)
    assert found is not None
    assert found.state is CampaignState.STOPPED


def test_steering_takes_the_scope_for_it(api: TestClient, project: Project, token: Token) -> None:
    campaign = launched(project, 1).campaign_id
    headers = {"Authorization": f"Bearer {token('campaigns:read', 'leads:write')}"}
    problem(api.post(f"{PATH}/{campaign}/pause", headers=headers), 403, "forbidden")
    problem(api.post(PATH, json={"scenario": "greeting"}, headers=headers), 403, "forbidden")


def test_why_says_what_leads_wait_for(api: TestClient, project: Project) -> None:
    launched(project, 1, 2)
    assert good(api.get(f"{PATH}/greeting/why"))["items"] == [
        {
            "reason": "no_worker",
            "leads": 2,
            "earliest_at": None,
            "means": "no worker is running: `prozvon run`",
        }
    ]


def test_the_export_is_the_commands(api: TestClient, project: Project) -> None:
    campaign = launched(project, 1, 2)
    settled(project, claimed(project, campaign)[0], Disposition.ANSWERED, result="agreed")
    lines = api.get(f"{PATH}/greeting/export").text.splitlines()
    assert [json.loads(line) for line in lines] == list(export.rows(project.store, campaign))
    response = api.get(f"{PATH}/greeting/export", params={"format": "csv"})
    assert response.headers["content-disposition"] == f'attachment; filename="{campaign.campaign_id}.csv"'
    assert len(response.text.splitlines()) == 3


def test_the_export_shows_contacts_and_takes_the_scope_for_them(
    api: TestClient, project: Project, token: Token
) -> None:
    launched(project, 1)
    headers = {"Authorization": f"Bearer {token('campaigns:read')}"}
    problem(api.get(f"{PATH}/greeting/export", headers=headers), 403, "forbidden")


@pytest.mark.parametrize("name", ["../greeting", "greeting.yaml", "/etc/passwd", "", "nope"])
def test_only_a_scenario_of_the_project_is_opened(api: TestClient, name: str) -> None:
    found = problem(api.post(PATH, json={"scenario": name}), 422, "invalid")
    assert found["errors"][0]["where"] == "body.scenario"
    assert name != "nope" or "(there are: greeting)" in found["detail"]


def test_a_scenario_with_mistakes_is_not_opened(api: TestClient, project: Project) -> None:
    path = project.settings.scenarios / "greeting.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("hours:", "houers:"), encoding="utf-8")
    found = problem(api.post(PATH, json={"scenario": "greeting"}), 422, "invalid")
    assert found["errors"][0]["where"].startswith("scenario:")
    assert "houers" in str(found["errors"])

"""Where to go on in lists: what clients make up is refused, or leads nowhere; it is never a fault of ours."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from orchestrator.runtime.project import Project
from orchestrator.web.pages import cursor
from tests.runtime.factories import claimed, launched, settled
from tests.web.asking import good, problem

LISTS = ("campaigns", "campaigns/greeting/leads", "campaigns/greeting/attempts", "dnc", "messages", "outbox")
MORE_LISTS = ("calls", "agents", "recordings")
STRANGE = (
    "zzz",
    "²",
    "1-²",
    "²/x",
    "9" * 300,
    "9" * 300 + "/x",
    "\0",
    1,
    -1,
    2**61,
    1.5,
    None,
    [],
    [1, "²"],
    {},
)


@pytest.mark.parametrize("name", LISTS + MORE_LISTS)
def test_a_next_that_nobody_gave_is_no_fault_of_ours(api: TestClient, project: Project, name: str) -> None:
    for attempt in claimed(project, launched(project, 1, 2), 2):
        settled(project, attempt)
    for place in STRANGE:
        response = api.get(f"/v1/{name}", params={"after": cursor(place)})
        assert response.status_code in (200, 422), place


def test_attempts_go_on_behind_an_entry_of_their_log_alone(api: TestClient, project: Project) -> None:
    launched(project, 1)
    path = "/v1/campaigns/greeting/attempts"
    assert good(api.get(path, params={"after": cursor("1-0")}))["items"] == []
    problem(api.get(path, params={"after": cursor("zzz")}), 422, "invalid")


def test_ids_of_deliveries_that_nobody_gave_are_missing(api: TestClient) -> None:
    ids = ["²", "1-²", "", "9" * 100]
    assert good(api.post("/v1/outbox/retry", json={"ids": ids})) == {"retried": [], "missing": ids}
    assert good(api.post("/v1/outbox/drop", json={"ids": ids}))["missing"] == ids

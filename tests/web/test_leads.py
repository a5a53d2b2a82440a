"""Leads and attempts by the page; a held lead is decided."""

from __future__ import annotations

from starlette.testclient import TestClient

from orchestrator.domain.disposition import Disposition
from orchestrator.runtime import export
from orchestrator.runtime.project import Project
from orchestrator.web.leads import AttemptOut
from tests.runtime.factories import claimed, launched, number, settled
from tests.web.asking import good, problem

PATH = "/v1/campaigns/greeting"


def ids(page: dict[str, object]) -> list[int]:
    return [item["lead"] for item in page["items"]]  # type: ignore[index, attr-defined]


def test_leads_come_by_the_page_in_their_order(api: TestClient, project: Project) -> None:
    launched(project, *range(5))
    found, after = [], None
    for _ in range(10):
        page = good(api.get(f"{PATH}/leads", params={"limit": 2} | ({"after": after} if after else {})))
        found += ids(page)
        after = page["next"]
        if after is None:
            break
    assert found == [1, 2, 3, 4, 5]


def test_a_lead_is_told_under_the_exports_names(api: TestClient, project: Project) -> None:
    campaign = launched(project, 7)
    found = good(api.get(f"{PATH}/leads/1"))
    (row,) = export.rows(project.store, campaign)
    assert found["numbers"] == [row["numbers"]] == [number(7)]
    same = ("campaign", "lead", "language", "contact", "phase", "status", "reason", "due_at")
    assert {name: found[name] for name in same} == {name: row[name] for name in same}
    assert found["pending"] is None


def test_leads_are_found_by_phase_status_and_number(api: TestClient, project: Project) -> None:
    campaign = launched(project, 1, 2)
    attempt = claimed(project, campaign)[0]
    settled(project, attempt, Disposition.ANSWERED, result="agreed")
    other = 3 - attempt.lead_id
    for params, expected in (
        ({"phase": "done"}, attempt.lead_id),
        ({"status": "agreed"}, attempt.lead_id),
        ({"phase": "ready"}, other),
        ({"number": number(other).replace("+7", "8")}, other),
    ):
        assert ids(good(api.get(f"{PATH}/leads", params=params))) == [expected]
    problem(api.get(f"{PATH}/leads", params={"number": "abc"}), 422, "invalid")


def test_a_lead_that_there_is_not(api: TestClient, project: Project) -> None:
    launched(project, 1)
    problem(api.get(f"{PATH}/leads/99"), 404, "not_found")
    problem(api.get(f"{PATH}/leads/0"), 422, "invalid")


def test_attempts_are_told_under_the_exports_names(api: TestClient, project: Project) -> None:
    campaign = launched(project, 1, 2)
    for attempt in claimed(project, campaign, 2):
        settled(project, attempt, Disposition.ANSWERED, result="agreed")
    page = good(api.get(f"{PATH}/attempts", params={"limit": 1}))
    (row,) = page["items"]
    names = [*export.COLUMNS][[*export.COLUMNS].index("attempt_id") :]
    (exported,) = (each for each in export.rows(project.store, campaign) if each["lead"] == row["lead"])
    assert {name: row[name] for name in names} == {name: exported[name] for name in names}
    assert row["status"] == "agreed"
    assert set(names) <= set(AttemptOut.model_fields)
    rest = good(api.get(f"{PATH}/attempts", params={"after": page["next"]}))
    assert len(rest["items"]) == 1
    assert rest["items"][0]["attempt_id"] != row["attempt_id"]


def test_attempts_of_one_lead(api: TestClient, project: Project) -> None:
    campaign = launched(project, 1, 2)
    for attempt in claimed(project, campaign, 2):
        settled(project, attempt, Disposition.NO_ANSWER)
    page = good(api.get(f"{PATH}/attempts", params={"lead": 2}))
    assert [(item["lead"], item["disposition"]) for item in page["items"]] == [(2, "no_answer")]


def test_a_held_lead_is_called_again_or_closed(api: TestClient, project: Project) -> None:
    campaign = launched(project, 1, 2)
    for attempt in claimed(project, campaign, 2):
        settled(project, attempt, Disposition.LOST)
    assert good(api.post(f"{PATH}/leads/1/retry"))["phase"] == "ready"
    problem(api.post(f"{PATH}/leads/1/retry"), 409, "conflict")
    closed = good(api.post(f"{PATH}/leads/2/close", json={"status": "reached_by_hand"}))
    assert (closed["phase"], closed["status"]) == ("done", "reached_by_hand")
    problem(api.post(f"{PATH}/leads/2/close", json={}), 409, "conflict")
    problem(api.post(f"{PATH}/leads/2/close", json={"status": "Not a word"}), 422, "invalid")

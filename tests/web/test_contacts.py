"""Contacts into a campaign that runs, one by one or as a list; changed and withdrawn while it does."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.lead import Phase
from orchestrator.runtime.project import Project
from tests.runtime.factories import claimed, launched, number
from tests.web.asking import good, problem
from tests.web.conftest import Token


@pytest.fixture
def path(api: TestClient) -> str:
    """Of an open campaign."""
    made = api.post("/v1/campaigns", json={"scenario": "greeting", "title": "Orders"})
    assert good(made, 201)["is_open"] is True
    assert made.headers["location"] == f"/v1/campaigns/{made.json()['campaign']}"
    return made.headers["location"]


def row(index: int = 1, **more: object) -> dict[str, object]:
    return {"phone": number(index), "name": f"Person {index}", **more}


def names(api: TestClient, path: str) -> list[str]:
    return [item["contact"]["name"] for item in good(api.get(f"{path}/leads"))["items"]]


def test_a_contact_is_a_lead_at_once(api: TestClient, path: str) -> None:
    response = api.post(f"{path}/contacts", json=row(external_id="order-1"))
    entered = good(response, 201)
    assert (entered["fate"], entered["lead"], entered["external_id"]) == ("added", 1, "order-1")
    assert response.headers["location"] == f"{path}/leads/1"
    lead = good(api.get(response.headers["location"]))
    assert (lead["numbers"], lead["external_id"], lead["phase"]) == ([number(1)], "order-1", "ready")


def test_the_very_same_contact_is_there_already(api: TestClient, path: str) -> None:
    good(api.post(f"{path}/contacts", json=row()), 201)
    again = good(api.post(f"{path}/contacts", json=row()))
    assert (again["fate"], again["lead"]) == ("already", 1)
    assert names(api, path) == ["Person 1"]


@pytest.mark.parametrize("name", ["order-1", "shop:orders/2026/5531", "a@b.example"])
def test_put_makes_a_lead_and_then_changes_it(api: TestClient, path: str, name: str) -> None:
    good(api.put(f"{path}/contacts/{name}", json=row()), 201)
    changed = good(api.put(f"{path}/contacts/{name}", json=row(name="Anna")))
    assert (changed["fate"], changed["lead"], changed["external_id"]) == ("updated", 1, name)
    assert names(api, path) == ["Anna"]


def test_put_takes_no_other_name_than_the_paths(api: TestClient, path: str) -> None:
    found = problem(api.put(f"{path}/contacts/one", json=row(external_id="two")), 422, "invalid")
    assert found["errors"][0]["where"] == "body.external_id"


def test_figures_are_taken_as_lists_take_them(api: TestClient, path: str) -> None:
    body = '{"phone": 79990000001, "name": 10000000000000000000000.10}'
    headers = {"Content-Type": "application/json"}
    good(api.post(f"{path}/contacts", content=body, headers=headers), 201)
    lead = good(api.get(f"{path}/leads/1"))
    assert (lead["numbers"], lead["contact"]["name"]) == ([number(1)], "10000000000000000000000.10")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('{"phone": "12", "name": "A"}', "body.phone"),
        ('{"name": "A"}', "body.phone"),
        ('{"phone": true, "name": "A"}', "body.phone"),
        ('{"phone": ["+79990000001"], "name": "A"}', "body.phone"),
        ('{"phone": "+79990000001", "phone": "+79990000002"}', "body.phone"),
        ("{}", "body"),
        ("[]", "body"),
        ("5", "body"),
        ("", "body"),
    ],
)
def test_what_nobody_can_be_called_by_is_told_where(
    api: TestClient, path: str, body: str, where: str
) -> None:
    response = api.post(f"{path}/contacts", content=body, headers={"Content-Type": "application/json"})
    assert problem(response, 422, "invalid")["errors"][0]["where"] == where
    assert names(api, path) == []


def test_the_sentence_names_the_column_too(api: TestClient, path: str) -> None:
    found = problem(api.post(f"{path}/contacts", json={"phone": number(1)}), 422, "invalid")
    assert found["detail"] == "nobody can be called by this: name: blank, and it is required"


def test_columns_of_an_open_lead_are_changed(api: TestClient, path: str) -> None:
    good(api.put(f"{path}/contacts/order-1", json=row()), 201)
    assert good(api.patch(f"{path}/contacts/order-1", json={"name": "Anna"}))["contact"]["name"] == "Anna"
    changed = good(api.patch(f"{path}/leads/1", json={"phone": number(2)}))
    assert (changed["numbers"], changed["contact"]["name"]) == ([number(2)], "Anna")


@pytest.mark.parametrize(
    ("change", "status", "kind", "what"),
    [
        ({"nmae": "x"}, 422, "invalid", "unknown_column"),
        ({"phone": "12"}, 422, "invalid", "phone_too_short"),
        ({"phone": number(2)}, 409, "conflict", ""),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(
    api: TestClient, path: str, change: dict[str, str], status: int, kind: str, what: str
) -> None:
    good(api.put(f"{path}/contacts/one", json=row(1)), 201)
    good(api.put(f"{path}/contacts/two", json=row(2)), 201)
    assert what in str(problem(api.patch(f"{path}/contacts/one", json=change), status, kind)["errors"])
    assert names(api, path) == ["Person 1", "Person 2"]


def test_an_order_that_is_paid_is_not_called(api: TestClient, path: str, project: Project) -> None:
    good(api.put(f"{path}/contacts/order-1", json=row(1)), 201)
    gone = good(api.delete(f"{path}/contacts/order-1", params={"note": "paid"}))
    assert gone == {"external_id": "order-1", "lead": 1, "withdrawn": "withdrawn"}
    lead = good(api.get(f"{path}/leads/1"))
    assert (lead["phase"], lead["status"]) == ("done", "withdrawn")
    assert good(api.delete(f"{path}/leads/1"))["withdrawn"] == "done_already"
    problem(api.patch(f"{path}/contacts/order-1", json={"name": "x"}), 409, "conflict")
    (told,) = [entry for entry in project.store.outbox() if entry.kind == "status"]
    assert (told.body["status"], told.body["by"], told.body["note"]) == ("withdrawn", "api", "paid")


def test_who_is_being_called_is_called_no_more_after_it(api: TestClient, path: str, project: Project) -> None:
    good(api.put(f"{path}/contacts/order-1", json=row(1)), 201)
    campaign = project.campaign("greeting")
    claimed(project, campaign)
    assert good(api.delete(f"{path}/contacts/order-1"))["withdrawn"] == "after_call"
    lead = project.store.lead(campaign.campaign_id, 1)
    assert lead is not None
    assert lead.phase is Phase.DIALING


def test_many_are_withdrawn_at_once(api: TestClient, path: str) -> None:
    for index in (1, 2):
        good(api.put(f"{path}/contacts/order-{index}", json=row(index)), 201)
    wish = {"external_ids": ["order-2", "nobody", "order-1"], "note": "paid"}
    items = good(api.post(f"{path}/withdrawals", json=wish))["items"]
    assert [(item["external_id"], item["withdrawn"]) for item in items] == [
        ("order-2", "withdrawn"),
        ("nobody", "no_such_lead"),
        ("order-1", "withdrawn"),
    ]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_who_is_not_there_is_not_there(api: TestClient, path: str, method: str) -> None:
    for where in ("contacts/nobody", "leads/77"):
        body = {"name": "x"} if method == "PATCH" else None
        problem(api.request(method, f"{path}/{where}", json=body), 404, "not_found")


def test_a_closed_campaign_takes_nobody(api: TestClient, path: str) -> None:
    good(api.post(f"{path}/contacts", json=row(1)), 201)
    assert good(api.post(f"{path}/close"))["is_open"] is False
    good(api.post(f"{path}/stop"))
    problem(api.post(f"{path}/contacts", json=row(2)), 409, "conflict")
    response = api.post(f"{path}/contacts/list", content=LIST.encode(), headers=CSV)
    problem(response, 409, "conflict")


CSV = {"Content-Type": "text/csv"}
JSONL = {"Content-Type": "application/x-ndjson"}
LIST = "phone;name\n+79990000001;Анна\n12;Boris\n+79990000001;Anna\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_a_list_is_summed(api: TestClient, path: str, encoding: str) -> None:
    found = good(api.post(f"{path}/contacts/list", content=LIST.encode(encoding), headers=CSV))
    counts = {name: found[name] for name in ("rows", "added", "merged", "refused")}
    assert counts == {"rows": 3, "added": 1, "merged": 1, "refused": 1}
    (refused,) = found["refused_rows"]
    assert (refused["row"], refused["column"], refused["code"]) == (3, "phone", "phone_too_short")
    assert names(api, path) == ["Анна"]
    assert [("CP1251" in remark) for remark in found["remarks"]] == ([True] if encoding == "cp1251" else [])


def test_a_list_told_by_the_line_says_each_row_once_it_is_stored(api: TestClient, path: str) -> None:
    text = "".join(json.dumps(row(index, external_id=f"o-{index}")) + "\n" for index in range(3))
    headers = {**JSONL, "Accept": "application/x-ndjson"}
    response = api.post(f"{path}/contacts/list", content=text.encode(), headers=headers)
    assert response.headers["content-type"].startswith("application/x-ndjson")
    *told, last = [json.loads(line) for line in response.text.splitlines()]
    assert [(line["row"], line["fate"], line["external_id"]) for line in told] == [
        (1, "added", "o-0"),
        (2, "added", "o-1"),
        (3, "added", "o-2"),
    ]
    assert (last["sum"]["rows"], last["sum"]["added"]) == (3, 3)


def test_sending_a_list_again_adds_nobody_twice(api: TestClient, path: str) -> None:
    for added in (3, 0):
        text = "".join(json.dumps(row(index)) + "\n" for index in range(3))
        found = good(api.post(f"{path}/contacts/list", content=text.encode(), headers=JSONL))
        assert (found["added"], found["already"]) == (added, 3 - added)


@pytest.mark.parametrize(
    ("content", "headers", "status", "kind"),
    [
        (b"", CSV, 422, "invalid"),
        (b"name\nAnna\n", CSV, 422, "invalid"),
        (b"\x00\x01\x02", CSV, 422, "invalid"),
        (b"phone\n", {"Content-Type": "application/json"}, 415, "unsupported"),
        (b"phone\n", {}, 415, "unsupported"),
        (b"phone\n", {**CSV, "Content-Encoding": "gzip"}, 415, "unsupported"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
def test_a_list_that_cannot_be_read_is_told_why(
    api: TestClient,
    path: str,
    content: bytes,
    headers: dict[str, str],
    status: int,
    kind: str,
    accept: str,
) -> None:
    headers = {**headers, "Accept": accept}
    problem(api.post(f"{path}/contacts/list", content=content, headers=headers), status, kind)


def test_a_list_takes_the_scope_for_it(api: TestClient, path: str, token: Token) -> None:
    headers = {**CSV, "Authorization": f"Bearer {token('leads:read')}"}
    problem(api.post(f"{path}/contacts/list", content=LIST.encode(), headers=headers), 403, "forbidden")


def test_a_campaign_that_runs_takes_contacts_though_it_is_not_open(api: TestClient, project: Project) -> None:
    campaign = launched(project, 1).campaign_id
    good(api.post(f"/v1/campaigns/{campaign}/contacts", json=row(2)), 201)

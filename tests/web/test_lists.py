"""The do-not-call list, consents, messages, the outbox, reports and calls over HTTP."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.delivery import Delivery
from orchestrator.domain.message import Message, MessageState
from orchestrator.runtime.project import Project
from orchestrator.runtime.report import By, report
from tests.runtime.factories import DAY, NOON, number
from tests.web.asking import good, problem

NUMBER = "+79990000001"


def test_numbers_go_on_the_list_and_off_it(api: TestClient, project: Project) -> None:
    put = good(api.put("/v1/dnc/8 (999) 000-00-01", json={"note": "asked us"}))
    assert put == {"number": NUMBER, "added_at": "2026-11-30T09:00:00.000Z", "note": "asked us"}
    assert project.store.dnc_contains(NUMBER)
    assert good(api.put(f"/v1/dnc/{NUMBER}", json={"note": "again"})) == put
    assert good(api.get(f"/v1/dnc/{NUMBER}")) == put
    assert good(api.delete(f"/v1/dnc/{NUMBER}")) == {"removed": True}
    assert good(api.delete(f"/v1/dnc/{NUMBER}")) == {"removed": False}
    problem(api.get(f"/v1/dnc/{NUMBER}"), 404, "not_found")


def test_the_list_comes_by_the_page_and_whole(api: TestClient) -> None:
    numbers = [number(index) for index in (3, 250, 1, 9999, 0)] + ["+78120000001"]
    assert good(api.post("/v1/dnc", json={"numbers": numbers}))["added"] == len(numbers)
    found, after = [], None
    while True:
        page = good(api.get("/v1/dnc", params={"limit": 2} | ({"after": after} if after else {})))
        found += [item["number"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == sorted(numbers, key=lambda each: (each[-4:], each))


def test_many_numbers_are_added_or_none(api: TestClient, project: Project) -> None:
    found = problem(api.post("/v1/dnc", json={"numbers": [NUMBER, "1", "abc"]}), 422, "invalid")
    assert [fault["where"] for fault in found["errors"]] == ["body.numbers.1", "body.numbers.2"]
    assert not project.store.dnc_contains(NUMBER)


def test_consents_are_kept_with_their_whole_history(api: TestClient) -> None:
    given = {
        "number": NUMBER,
        "purpose": "marketing",
        "given_at": "2026-01-02T03:04:05+03:00",
        "how": "web",
        "words": "I agree",
    }
    for fate in ("added", "known"):
        assert good(api.post("/v1/consents", json={"consents": [given]})) == {"items": [fate]}
    done = good(api.post(f"/v1/consents/{NUMBER}/withdraw", json={"purpose": "marketing", "how": "email"}))
    assert done == {"number": NUMBER, "ended": 1, "do_not_call": False}
    found = good(api.get(f"/v1/consents/{NUMBER}"))
    assert found["consents"] == [
        {
            **given,
            "given_at": "2026-01-02T00:04:05.000Z",
            "source": api.headers["Authorization"].removeprefix("Bearer secret-"),
            "withdrawn_at": "2026-11-30T09:00:00.000Z",
            "withdrawn_how": "email",
        }
    ]
    assert [item["purpose"] for item in found["withdrawals"]] == ["marketing"]


def test_who_takes_everything_back_is_not_called_unless_that_is_said(
    api: TestClient, project: Project
) -> None:
    good(api.post(f"/v1/consents/{NUMBER}/withdraw", json={"do_not_call": False}))
    assert not project.store.dnc_contains(NUMBER)
    assert good(api.post(f"/v1/consents/{NUMBER}/withdraw", json={}))["do_not_call"] is True
    assert project.store.dnc_contains(NUMBER)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"number": "abc"}, "body.consents.0.number"),
        ({"purpose": "Not A Word"}, "body.consents.0.purpose"),
        ({"given_at": "2027-01-01T00:00:00Z"}, "body.consents.0.given_at"),
        ({"given_at": "2026-01-01T00:00:00"}, "body.consents.0.given_at"),
        ({"how": "telepathy"}, "body.consents.0.how"),
    ],
)
def test_a_consent_that_cannot_be_is_told_where(api: TestClient, change: dict[str, str], where: str) -> None:
    given = {"number": NUMBER, "purpose": "marketing", **change}
    found = problem(api.post("/v1/consents", json={"consents": [given]}), 422, "invalid")
    assert where in {fault["where"] for fault in found["errors"]}


def test_an_sms_that_says_stop_is_obeyed(api: TestClient, project: Project) -> None:
    said = good(api.post("/v1/messages/inbound", json={"from": "89990000001", "text": "СТОП"}))
    assert said == {"number": NUMBER, "understood": "opt_out"}
    assert project.store.dnc_contains(NUMBER)
    said = good(api.post("/v1/messages/inbound", json={"from": NUMBER, "text": "thank you"}))
    assert said["understood"] == "nothing"
    problem(api.post("/v1/messages/inbound", json={"from": "Bank", "text": "STOP"}), 422, "invalid")


def test_receipts_are_found_by_our_id_and_by_the_gateways(api: TestClient, project: Project) -> None:
    messages = project.store.messages
    messages.begin(Message(message_id="shop-1-0.0", kind="sms", at=NOON, to=NUMBER), NOON, keep_days=1)
    messages.sent("shop-1-0.0", NOON, reference="gw-77")
    receipt = {"id": "gw-77", "state": "undelivered", "at": "2026-11-30T09:00:05Z", "why": "switched off"}
    said = good(api.post("/v1/messages/receipts", json=receipt))
    assert said == {"id": "shop-1-0.0", "state": "undelivered"}, "what it says is not for who may only write"
    (found,) = good(api.get("/v1/messages", params={"number": NUMBER}))["items"]
    assert (found["state"], found["why"]) == ("undelivered", "switched off")
    assert found["state_at"] == "2026-11-30T09:00:05.000Z"
    later = {"id": "shop-1-0.0", "state": "delivered", "at": "2026-11-30T09:01:00Z"}
    good(api.post("/v1/messages/receipts", json=later))
    (listed,) = good(api.get("/v1/messages", params={"number": NUMBER}))["items"]
    assert listed["state"] == MessageState.DELIVERED
    assert good(api.get("/v1/messages", params={"state": "failed"}))["items"] == []
    problem(api.post("/v1/messages/receipts", json={"id": "no", "state": "delivered"}), 404, "not_found")


def test_messages_come_by_the_page_the_newest_first(api: TestClient, project: Project) -> None:
    for index in range(3):
        message = Message(message_id=f"m-{index}", kind="sms", at=NOON + index, to=NUMBER)
        project.store.messages.begin(message, NOON, keep_days=1)
    first = good(api.get("/v1/messages", params={"limit": 2}))
    assert [item["id"] for item in first["items"]] == ["m-2", "m-1"]
    rest = good(api.get("/v1/messages", params={"after": first["next"]}))
    assert [item["id"] for item in rest["items"]] == ["m-0"]
    problem(api.get("/v1/messages", params={"after": "Im5vd2hlcmUi"}), 422, "invalid")


def waiting(project: Project, *ids: str, lane: str = "webhook@crm") -> None:
    after, _ = project.store.deliveries.unrouted(1)
    made = [
        Delivery(
            delivery_id=name, key=f"key-{name}", lane=lane, chain=name, kind="webhook", at=NOON, due_at=NOON
        )
        for name in ids
    ]
    assert project.store.deliveries.route(after, ids[-1].partition(".")[0], made)


def test_the_outbox_comes_by_the_page_in_the_order_of_its_causes(api: TestClient, project: Project) -> None:
    waiting(project, "9-0.0", "10-0.0", "10-0.1")
    first = good(api.get("/v1/outbox", params={"limit": 2}))
    assert [item["id"] for item in first["items"]] == ["9-0.0", "10-0.0"]
    assert first["items"][0]["state"] == "waiting"
    rest = good(api.get("/v1/outbox", params={"after": first["next"]}))
    assert [item["id"] for item in rest["items"]] == ["10-0.1"]
    assert good(api.get("/v1/outbox", params={"parked": True}))["items"] == []


def test_deliveries_are_tried_again_and_dropped(api: TestClient, project: Project) -> None:
    waiting(project, "1-0.0", "2-0.0")
    asked = {"ids": ["1-0.0", "3-0.0"]}
    assert good(api.post("/v1/outbox/retry", json=asked)) == {"retried": ["1-0.0"], "missing": ["3-0.0"]}
    dropped = good(api.post("/v1/outbox/drop", json={"lane": "webhook@crm"}))
    assert set(dropped["dropped"]) == {"1-0.0", "2-0.0"}
    lanes = good(api.get("/v1/outbox/lanes"))["items"]
    assert [(lane["lane"], lane["dropped"]) for lane in lanes] == [("webhook@crm", 2)]


@pytest.mark.parametrize("asked", [{}, {"ids": []}, {"ids": ["1-0.0"], "parked": True}])
def test_nothing_is_dropped_that_was_not_named(api: TestClient, asked: dict[str, object]) -> None:
    found = problem(api.post("/v1/outbox/drop", json=asked), 422, "invalid")
    assert "say `ids`, or else `parked`" in found["detail"]


def test_the_report_is_the_commands(api: TestClient, project: Project) -> None:
    asked = {"by": "campaign", "since": "2026-11-29T00:00:00Z", "until": "2026-11-30T00:00:00Z"}
    found = good(api.get("/v1/report", params=asked))
    since = NOON - 33 * DAY // 24
    assert found == report(project, by=By.CAMPAIGN, since=since, until=since + DAY).as_json()
    more = {"window": 3, "success": ["agreed", "heard"], "zone": "Asia/Tokyo", "service_level": 30}
    made = report(
        project,
        by=By.CAMPAIGN,
        since=since,
        until=since + DAY,
        window_days=3,
        success=("agreed", "heard"),
        zone="Asia/Tokyo",
        service_level_s=30,
    )
    assert good(api.get("/v1/report", params={**asked, **more})) == made.as_json()


@pytest.mark.parametrize(
    "change",
    [{"by": "weather"}, {"zone": "Mars/Base"}, {"name": "nobody"}, {"until": "2026-11-29T00:00:00Z"}],
)
def test_a_report_that_cannot_be_is_told_why(api: TestClient, change: dict[str, str]) -> None:
    asked = {"by": "campaign", "since": "2026-11-29T00:00:00Z", "until": "2026-11-30T00:00:00Z", **change}
    problem(api.get("/v1/report", params=asked), 422, "invalid")


def test_no_call_has_come_in_since_a_moment_that_is_still_to_come(api: TestClient) -> None:
    found = problem(api.get("/v1/calls", params={"since": "2030-01-01T00:00:00Z"}), 422, "invalid")
    assert found["errors"] == [{"where": "query.since", "what": "still to come"}]

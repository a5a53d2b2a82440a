"""The intakes of docs/crm/ against services that answer as those CRMs do."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import yaml

from tests.outside.http_service import Seen, answer, http_service
from tests.runtime.factories import MINUTE, move_clock, number
from tests.runtime.intake.factories import called, campaigns, intakes, work

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs" / "crm"
PAGE = 2  # orders of one; a hundred there


def refuses(seen: Seen, status: str, why: str) -> None:
    answer(json.dumps({"success": False, "errorMsg": why}).encode(), status=status)(seen)


class RetailCrm:
    """GET orders: those whose status changed from an instant on, the newest first, by pages."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, object]] = {}
        self.asked: list[dict[str, str]] = []

    def has(self, order_id: int, status: str, at: str) -> None:
        self.orders[order_id] = {
            "id": order_id,
            "number": f"{order_id}A",
            "externalId": f"shop-{order_id}",
            "firstName": "Анна",
            "phone": number(order_id),
            "status": status,
            "statusUpdatedAt": at,
        }

    def __call__(self, seen: Seen) -> None:
        asked = {name: values[0] for name, values in parse_qs(seen.query, strict_parsing=True).items()}
        self.asked.append(asked)
        if seen.headers.get("x-api-key") != "k3y":
            return refuses(seen, "403 Forbidden", "Wrong apiKey value")
        if (seen.method, seen.path) != ("GET", "/api/v5/orders") or asked["limit"] not in ("20", "50", "100"):
            return refuses(seen, "400 Bad Request", "Errors in the input parameters")
        since = asked["filter[statusUpdatedAtFrom]"]
        found = [each for each in self.orders.values() if str(each["statusUpdatedAt"]) >= since]
        found.sort(key=lambda each: str(each["statusUpdatedAt"]), reverse=True)
        number_of_page = int(asked["page"])
        pages = -(-len(found) // PAGE)
        if number_of_page > max(pages, 1):
            return refuses(seen, "400 Bad Request", "No such page")
        body = {
            "success": True,
            "pagination": {"totalCount": len(found), "currentPage": number_of_page, "totalPageCount": pages},
            "orders": found[PAGE * (number_of_page - 1) : PAGE * number_of_page],
        }
        return answer(json.dumps(body).encode())(seen)


def test_orders_of_retailcrm_come_in_and_are_called_no_more_when_they_are_paid(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETAILCRM_KEY", "k3y")
    said = yaml.safe_load((DOCS / "retailcrm.yaml").read_text(encoding="utf-8"))
    part = {**said["intake"]["retailcrm_orders"], "scenario": "greeting"}
    crm = RetailCrm()
    for order_id, hour in ((1, 9), (2, 10), (3, 11)):
        crm.has(order_id, "send-to-assembling", f"2026-11-30 {hour:02}:00:00")
    crm.has(4, "new", "2026-11-30 08:00:00")
    part["service"] = "crm"
    keys = "token_env: RETAILCRM_KEY, header: X-API-KEY"
    orders = f"orders: {json.dumps(part, ensure_ascii=False)}"
    with (
        http_service(crm) as service,
        intakes(short_tmp / "p", orders, url=f"{service.url}v5/", keys=keys) as project,
    ):
        assert work(project) == ""
        assert called(project) == [number(1), number(2), number(3)]
        assert [each["page"] for each in crm.asked] == ["1", "2"]
        crm.has(2, "complete", "2026-11-30 12:00:00")
        crm.has(5, "send-to-assembling", "2026-11-30 12:30:00")
        move_clock(project, 2 * MINUTE)
        assert work(project) == ""
        (campaign,) = campaigns(project)
        leads = project.store.leads(campaign.campaign_id)
        found = {lead.contact.external_id: lead.state.status for lead in leads}
        assert found == {"shop-1": "new", "shop-2": "withdrawn", "shop-3": "new", "shop-5": "new"}
        assert crm.asked[-1]["filter[statusUpdatedAtFrom]"] == "2026-11-30 11:00:00"
        monkeypatch.setenv("RETAILCRM_KEY", "wrong")
        move_clock(project, 2 * MINUTE)
        assert "it answered 403 (its token?)" in work(project)


def test_orders_of_retailcrm_bring_all_that_the_scenario_requires() -> None:
    part = yaml.safe_load((DOCS / "retailcrm.yaml").read_text(encoding="utf-8"))["intake"]["retailcrm_orders"]
    path = ROOT / "scenarios" / f"{part['scenario']}.yaml"
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))["contact"]
    assert {"phone", *declared} <= {*part["columns"], *part["fixed"]}

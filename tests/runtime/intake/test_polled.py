"""A service that is asked for contacts: new, changed and withdrawn orders; down, slow, talking nonsense."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from orchestrator.domain.entry import LeadRef
from orchestrator.domain.lead import CampaignState, Phase
from orchestrator.runtime.lead_desk import close_campaign, withdraw
from orchestrator.runtime.project import Project
from tests.outside.http_service import Act, HttpService, Seen, answer, http_service, in_turn
from tests.runtime.factories import MINUTE, NOON, move_clock, number
from tests.runtime.intake.factories import (
    COLUMNS,
    POLL,
    Killing,
    called,
    campaigns,
    intakes,
    source,
    work,
    work_watched,
)

CURSOR = "cursor: {send: since, max: at}"


def order(index: int, *, at: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": index, "tel": number(index), "name": f"Person {index}", "at": at, **more}


def says(found: object) -> Act:
    return answer(json.dumps(found, ensure_ascii=False).encode())


def asked(service: HttpService) -> list[dict[str, str]]:
    return [{name: values[0] for name, values in parse_qs(seen.query).items()} for seen in service.seen]


def counts(project: Project) -> dict[str, int]:
    return dict(project.store.intakes.read("orders").counts)


def test_orders_come_in_change_and_are_withdrawn(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, {CURSOR}, withdraw: {{when: {{status: [paid, cancelled]}}, note: paid}}, items: data.list"
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        service.act = says({"data": {"list": [order(1), order(2), order(3, status="paid")]}})
        assert work(project) == ""
        assert called(project) == [number(1), number(2)]
        (campaign,) = campaigns(project)
        assert (campaign.is_open, campaign.source) == (True, "intake orders")
        changed = {**order(1, at=5), "name": "Anna"}
        service.act = says(
            {"data": {"list": [order(2), changed, order(2, at=6, status="paid"), order(4, at=6)]}}
        )
        move_clock(project, MINUTE)
        assert work(project) == ""
        found = {lead.contact.external_id: lead for lead in project.store.leads(campaign.campaign_id)}
        assert found["1"].contact.fields == {"name": "Anna"}
        assert (found["2"].phase, found["2"].state.status) == (Phase.DONE, "withdrawn")
        assert found["4"].phase is Phase.READY
        assert counts(project) == {
            "added": 3,
            "updated": 1,
            "already": 4,  # what stands at the edge comes once more
            "skipped": 2,
            "withdrawn": 1,
            "done_already": 1,
            "not_here": 2,
            "rounds": 2,
        }
        assert [each.get("since") for each in asked(service)] == [None, "1", "1", "6"]


def test_an_order_that_is_to_be_called_after_all_is_a_new_lead(short_tmp: Path) -> None:
    """Even if nothing else of it has changed: paid by mistake, and taken back."""
    keys = f"{COLUMNS}, withdraw: {{when: {{status: [paid]}}}}"
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        for orders in ([order(1)], [order(1, status="paid")], [order(1)], [order(1)]):
            service.act = says(orders)
            assert work(project, is_early=True) == ""
        (campaign,) = campaigns(project)
        assert [lead.phase for lead in project.store.leads(campaign.campaign_id)] == [Phase.DONE, Phase.READY]
        assert counts(project) == {"added": 2, "withdrawn": 1, "already": 1, "rounds": 4}
        service.act = says([order(1, status="paid")])
        for _ in range(2):
            assert work(project, is_early=True) == ""
        service.act = says([{**order(1), "name": "Anna"}])
        assert work(project, is_early=True) == ""
        phases = [lead.phase for lead in project.store.leads(campaign.campaign_id)]
        assert phases == [Phase.DONE, Phase.DONE, Phase.READY]


def test_an_order_that_a_person_has_withdrawn_stays_so(short_tmp: Path) -> None:
    with (
        http_service(says([order(1)])) as service,
        intakes(short_tmp / "p", POLL % COLUMNS, url=service.url) as project,
    ):
        assert work(project) == ""
        (campaign,) = campaigns(project)
        assert withdraw(project, campaign.campaign_id, LeadRef(external_id="1"))
        assert work(project, is_early=True) == ""
        assert [lead.phase for lead in project.store.leads(campaign.campaign_id)] == [Phase.DONE]


def test_of_several_events_of_an_order_the_last_one_counts(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, withdraw: {{when: {{status: [paid]}}}}"
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        service.act = says(
            [order(1), order(2, status="paid"), order(1, status="paid"), order(2), {"tel": "1"}, {"tel": "2"}]
        )
        for _ in range(3):
            assert work(project, is_early=True) == ""
        assert called(project) == [number(2)]
        assert counts(project) == {
            "added": 1,
            "already": 2,
            "skipped": 6,
            "not_here": 3,
            "refused": 6,
            "rounds": 3,
        }


def test_only_what_is_meant_enters(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, only: {{status: [new, arrived]}}, fixed: {{language: en}}"
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        service.act = says([order(1, status="new"), order(2, status="sent"), order(3)])
        assert work(project) == ""
        assert called(project) == [number(1)]
        assert counts(project) == {"added": 1, "skipped": 2, "rounds": 1}


def test_it_is_asked_when_it_is_due_by_the_projects_clock(short_tmp: Path) -> None:
    with (
        http_service(says([])) as service,
        intakes(short_tmp / "p", POLL % COLUMNS, url=service.url) as project,
    ):
        found = source(project)
        assert found.look()
        assert work(project) == ""
        assert not found.look()
        assert found.due_at == NOON + MINUTE
        assert work(project) == ""
        assert len(service.seen) == 1
        assert work(project, is_early=True) == ""
        assert len(service.seen) == 2
        move_clock(project, MINUTE)
        assert found.look()


def test_pages_are_read_to_their_end_and_gone_on_with_where_it_failed(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, {CURSOR}, pages: {{send: page}}, send: {{limit: 1}}"
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        service.act = in_turn(says([order(1, at=9)]), says([order(2, at=3)]), answer(status="503 Busy"))
        assert "it answered 503" in work(project)
        assert called(project) == [number(1), number(2)]
        service.act = in_turn(says([order(3, at=4)]), answer(b"", status="204 No Content"))
        move_clock(project, MINUTE)
        assert work(project) == ""
        assert called(project) == [number(1), number(2), number(3)]
        assert [(each.get("page"), each.get("since")) for each in asked(service)] == [
            ("1", None),
            ("2", None),
            ("3", None),
            ("3", None),
            ("4", None),
        ]
        service.act = says([])
        move_clock(project, MINUTE)
        assert work(project) == ""
        assert asked(service)[-1] == {"limit": "1", "page": "1", "since": "9"}


def test_a_bad_item_is_told_and_the_others_come_in(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, withdraw: {{when: {{status: [paid]}}}}"
    items = [
        order(1),
        "nonsense",
        {"id": 2, "tel": "12", "name": "x"},
        {"status": "paid"},
        {"id": 3, "tel": [1]},
        order(4),
    ]
    with (
        http_service(says(items)) as service,
        intakes(short_tmp / "p", POLL % keys, url=service.url) as project,
    ):
        assert work(project) == ""
        assert called(project) == [number(1), number(4)]
        assert counts(project) == {"added": 2, "refused": 4, "rounds": 1}
        found = [(error.where, error.code) for error in reversed(project.store.intakes.errors("orders"))]
        assert found == [
            ("page 1 item 2", "bad_item"),
            ("page 1 item 3 (2)", "phone_too_short"),
            ("page 1 item 4", "blank"),
            ("page 1 item 5 (3)", "bad_value"),
        ]


def test_a_column_that_nobody_brings_refuses_no_item_but_is_told_of(short_tmp: Path) -> None:
    part = POLL % "columns: {phone: tel, external_id: id}, cursor: {send: since, max: id}"
    with (
        http_service(says([order(1), order(2)])) as service,
        intakes(short_tmp / "p", part, url=service.url) as project,
    ):
        assert "the scenario greeting needs name: say in `columns` of the intake orders" in work(project)
        assert (called(project), counts(project)) == ([], {})
        assert list(project.store.intakes.errors("orders")) == []


@pytest.mark.parametrize(
    ("act", "keys", "why"),
    [
        (answer(status="500 Broken"), "", "the service crm: it answered 500"),
        (answer(status="401 Who"), "", r"it answered 401 \(its token\?\)"),
        (Seen.close, "", "the service crm: "),
        (Seen.never_answer, ", timeout: 0.1s", "the service crm: "),
        (answer(b"<html>"), "", "what cannot be read: not JSON"),
        (answer(b""), "", "what cannot be read: an empty answer"),
        (answer(b"{}"), "", "without a list as the answer itself"),
        (answer(b'{"error": "no"}'), ", items: error", "without a list at `error`"),
        (answer(b"[" * 100_000), "", "cannot be read"),
        (answer(b"[" + b"1," * 600_000 + b"1]"), "", "more than 1000000 bytes .*ask for fewer items"),
        (says([{**order(1), "at": "9" * 3000}]), f", {CURSOR}", "a cursor of more than 2000 characters"),
    ],
)
def test_a_service_that_does_not_do_is_asked_later(short_tmp: Path, act: Act, keys: str, why: str) -> None:
    with (
        http_service(act) as service,
        intakes(short_tmp / "p", POLL % (COLUMNS + keys), url=service.url) as project,
    ):
        found = work(project)
        row = project.store.intakes.read("orders")
        assert re.search(why, found)
        assert (row.why, row.fails, row.due_at, row.cursor) == (found, 1, NOON + MINUTE, "")
        place = project.settings.intake["orders"].items
        service.act = says({place: [order(2)]} if place else [order(2)])
        move_clock(project, MINUTE)
        assert work(project) == ""
        assert number(2) in called(project)


def test_a_service_that_is_down_is_asked_less_and_less_often(short_tmp: Path) -> None:
    broken = answer(status="500 Broken")
    with (
        http_service(broken) as service,
        intakes(short_tmp / "p", POLL % COLUMNS, url=service.url) as project,
    ):
        waited = []
        for _ in range(6):
            assert work(project)
            due_at = project.store.intakes.read("orders").due_at
            waited.append((due_at - project.clock.now_ms()) // MINUTE)
            move_clock(project, due_at - project.clock.now_ms())
        assert waited == [1, 2, 4, 8, 15, 15]
        service.act = says([order(1)])
        assert work(project) == ""
        assert called(project) == [number(1)]
        row = project.store.intakes.read("orders")
        assert (row.fails, row.why, row.due_at) == (0, "", project.clock.now_ms() + MINUTE)


def test_killed_anywhere_no_order_is_lost_and_none_is_there_twice(short_tmp: Path) -> None:
    """Also between the rows and the cursor: then they are asked for again."""
    keys = f"{COLUMNS}, {CURSOR}"
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        wanted: list[str] = []
        for at in range(20):
            orders = [order(10 * at + each, at=10 * at + each) for each in (1, 2, 3)]
            wanted += [each["tel"] for each in orders]
            everything = [order(10 * k + each, at=10 * k + each) for k in range(at + 1) for each in (1, 2, 3)]

            def act(seen: Seen, everything: list[dict[str, Any]] = everything) -> None:
                since = int(parse_qs(seen.query).get("since", ["0"])[0])
                says([each for each in everything if each["at"] >= since][:2])(seen)

            service.act = act
            killing = Killing(at)
            work_watched(project, killing)
            if not killing.has_happened:
                break
            assert work(project) == ""
            assert called(project) == wanted
            move_clock(project, MINUTE)
        assert at == 2 * 5  # four questions, and that it is through
        assert called(project) == wanted
        assert len(campaigns(project)) == 1


@pytest.mark.parametrize("name", ["плохой id", "x" * 10_000, "a b", "-", 0, 17.5, True])
def test_an_order_may_be_called_anything(short_tmp: Path, name: object) -> None:
    keys = f"{COLUMNS}, withdraw: {{when: {{status: [paid]}}}}"
    named = {**order(1), "id": name}
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        for item in (named, {**named, "status": "paid"}):
            service.act = says([item, order(2)])
            assert work(project, is_early=True) == ""
        found = counts(project)
        assert number(2) in called(project)
        assert found["added"] + found.get("refused", 0) == 2
        assert found.get("withdrawn", 0) + found.get("not_here", 0) == 1


def test_what_is_withdrawn_may_be_in_a_campaign_that_is_closed(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, withdraw: {{when: {{status: [paid]}}}}"
    with (
        http_service(says([order(1)])) as service,
        intakes(short_tmp / "p", POLL % keys, url=service.url) as project,
    ):
        assert work(project) == ""
        assert close_campaign(project, campaigns(project)[0].campaign_id)
        service.act = says([order(2), order(1, status="paid")])
        assert work(project, is_early=True) == ""
        first, second = campaigns(project)
        assert [lead.state.status for lead in project.store.leads(first.campaign_id)] == ["withdrawn"]
        assert [lead.contact.external_id for lead in project.store.leads(second.campaign_id)] == ["2"]
        assert second.state is CampaignState.RUNNING


def test_what_an_earlier_campaign_still_has_to_call_is_changed_there(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, fixed: {{colour: red}}"
    with (
        http_service(says([order(1), order(2), order(5)])) as service,
        intakes(short_tmp / "p", POLL % keys, url=service.url) as project,
    ):
        assert work(project) == ""
        assert close_campaign(project, campaigns(project)[0].campaign_id)
        bad = {**order(2), "tel": "12"}
        service.act = says([{**order(1), "name": "Anna"}, bad, order(5), order(3)])
        assert work(project, is_early=True) == ""
        first, second = campaigns(project)
        found = {lead.contact.external_id: lead.contact for lead in project.store.leads(first.campaign_id)}
        assert found["1"].fields == {"name": "Anna"}
        assert found["2"].numbers == (number(2),)
        assert [lead.contact.external_id for lead in project.store.leads(second.campaign_id)] == ["3"]
        assert counts(project) == {"added": 4, "updated": 1, "already": 1, "refused": 1, "rounds": 2}
        (error,) = project.store.intakes.errors("orders")
        assert (error.where, error.code) == ("page 1 item 2 (2)", "phone_too_short")


def test_a_consent_of_an_order_is_recorded(short_tmp: Path) -> None:
    keys = (
        "columns: {phone: tel, name: name, external_id: id, consent_at: agreed}, "
        "fixed: {consent_how: web, consent_for: marketing}"
    )
    orders = [order(1, agreed="2026-11-01T10:00:00Z"), order(2)]
    with (
        http_service(says(orders)) as service,
        intakes(short_tmp / "p", POLL % keys, url=service.url) as project,
    ):
        assert work(project) == ""
        (given,) = project.store.consents.of(number(1))
        assert (given.purpose, given.how, given.source) == ("marketing", "web", "intake orders")

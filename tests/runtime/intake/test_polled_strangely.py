"""A polled service that says what no service should; orders that are paid while they wait in several places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import CampaignState
from orchestrator.runtime.lead_desk import close_campaign, enter, open_campaign
from tests.outside.http_service import answer, http_service
from tests.runtime.factories import MINUTE, NOON, claimed, compiled, move_clock, number, settled
from tests.runtime.intake.factories import COLUMNS, POLL, called, intakes, work
from tests.runtime.intake.test_polled import CURSOR, counts, order, says


@pytest.mark.parametrize(
    ("strange", "why"),
    [
        ({"id": "\ud800"}, ""),
        ({"id": "\ud800", "status": "paid"}, ""),
        ({"at": "\ud800"}, ""),
        ({"at": "9" * 5000}, "a cursor of more than"),
    ],
)
def test_no_answer_of_a_service_is_a_bug_of_ours(short_tmp: Path, strange: dict[str, Any], why: str) -> None:
    keys = f"{COLUMNS}, {CURSOR}, withdraw: {{when: {{status: [paid]}}}}"
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        service.act = says([order(1)])
        work(project)
        service.act = answer(json.dumps([{**order(2), **strange}, order(3)]).encode())
        move_clock(project, MINUTE)
        said = work(project)
        assert why in said
        assert bool(why) == bool(said)
        assert number(3) in called(project)


def test_an_order_is_withdrawn_wherever_it_may_still_be_called(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, withdraw: {{when: {{status: [paid]}}}}"
    with http_service() as service, intakes(short_tmp / "p", POLL % keys, url=service.url) as project:
        row = {"phone": number(1), "name": "Anna", "external_id": "1"}
        names = [open_campaign(project, compiled(project)).campaign_id for _ in range(3)]
        for name in names:
            list(enter(project, name, [row], again=True))
        finished = project.campaign(names[0])
        (attempt,) = claimed(project, finished)
        settled(project, attempt, Disposition.LOST)  # held for a person
        close_campaign(project, finished.campaign_id)
        assert project.campaign(names[0]).state is CampaignState.FINISHED
        service.act = says([order(1, status="paid")])
        assert work(project) == ""
        found = [lead for name in names for lead in project.store.leads(name)]
        assert [lead.state.status for lead in found] == ["withdrawn"] * 3
        assert not project.store.resume_lead(names[0], 1, NOON), "nobody has it called by mistake"
        assert counts(project) == {"withdrawn": 1, "rounds": 1}

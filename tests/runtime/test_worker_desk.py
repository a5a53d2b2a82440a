"""A worker and an open campaign: contacts come while it dials, and calls to withdrawn leads are given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.domain.entry import LeadRef, Withdrawn
from orchestrator.domain.lead import CampaignState, Phase
from orchestrator.runtime.lead_desk import close_campaign, enter, open_campaign, withdraw
from orchestrator.runtime.project import Project, open_project
from tests.runtime.factories import compiled, make_folder, number
from tests.runtime.test_worker import CALLEES, calls, project, state, switch, until, worker, wrong

__all__ = ["project"]  # the fixture


@pytest.fixture
def unhurried(short_tmp: Path) -> Iterator[Project]:
    """A project in which a telephone rings for some two seconds."""
    folder = make_folder(short_tmp / "slow", speed=20.0)
    (folder / "callees.yaml").write_text(CALLEES, encoding="utf-8")
    with open_project(folder) as opened:
        yield opened


def row(index: int, **columns: object) -> dict[str, object]:
    return {"phone": number(index), "name": f"Person {index}", "external_id": f"order-{index}", **columns}


def test_contacts_that_come_while_it_runs_are_called_until_it_is_closed(project: Project) -> None:
    campaign = open_campaign(project, compiled(project))
    name = campaign.campaign_id

    def done() -> int:
        return project.store.counts(name).done

    with switch(project), worker(project):
        list(enter(project, name, [row(1), row(2)]))
        until(lambda: done() == 2, "the first two are called")
        list(enter(project, name, [row(3), {**row(4), "timezone": "Asia/Omsk"}]))
        until(lambda: done() == 4, "and those that came later, in a zone of their own too")
        assert state(project, campaign) is CampaignState.RUNNING
        close_campaign(project, name)
        until(lambda: state(project, campaign) is CampaignState.FINISHED, "it ends once it is closed")
    assert sorted(call.number for call in calls(project)) == [number(index) for index in (1, 2, 3, 4)]
    assert project.store.counts(name).by_status == {"agreed": 4}
    assert wrong(project, campaign) == []


def test_a_call_that_nobody_answered_yet_is_given_up_for_a_withdrawn_lead(unhurried: Project) -> None:
    campaign = open_campaign(unhurried, compiled(unhurried))
    name = campaign.campaign_id
    list(enter(unhurried, name, [row(9)]))  # nobody is there: it rings for long
    with switch(unhurried), worker(unhurried):
        until(lambda: unhurried.store.live(), "it rings")
        assert withdraw(unhurried, name, LeadRef(external_id="order-9"), cancel=True) is Withdrawn.AFTER_CALL
        until(lambda: not unhurried.store.live(), "the call ends")
    lead = unhurried.store.lead(name, 1)
    assert lead is not None
    assert (lead.phase, lead.state.status) == (Phase.DONE, "withdrawn")
    (attempt,) = unhurried.store.history(name)
    assert attempt.ending.cause == "ORIGINATOR_CANCEL"
    assert wrong(unhurried, campaign) == []

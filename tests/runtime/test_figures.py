"""The figures of a campaign."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import CampaignState
from orchestrator.runtime.figures import figures
from orchestrator.runtime.project import Project
from orchestrator.store import CampaignCounts
from tests.runtime.factories import HOUR, NOON, claimed, launched, move_clock, settled


def test_what_a_campaign_came_to(project: Project) -> None:
    campaign = launched(project, 1, 2, 3, 4)
    first, second, third = claimed(project, campaign, 3)
    settled(project, first, Disposition.ANSWERED, result="agreed")
    settled(project, second)
    settled(project, third, Disposition.LOST)
    found = figures(project, campaign)
    assert (found.campaign_id, found.title, found.source) == ("greeting-20261130-1", "A greeting", "list.csv")
    assert (found.created_at, found.at) == (NOON, NOON)
    assert found.counts == CampaignCounts(
        leads=4,
        ready=1,
        waiting=1,
        done=1,
        held=1,
        attempts=3,
        answered=1,
        by_status={"agreed": 1, "new": 3},
        by_disposition={"answered": 1, "no_answer": 1, "lost": 1},
        by_result={"agreed": 1},
    )
    assert found.answer_seizure_ratio == 1 / 3
    assert found.done_share == 0.5


def test_before_anything_there_are_no_ratios(project: Project) -> None:
    found = figures(project, launched(project, 1))
    assert found.answer_seizure_ratio is None
    assert found.done_share == 0
    assert replace(found, counts=CampaignCounts()).done_share == 1


def test_the_state_is_read_anew(project: Project) -> None:
    campaign = launched(project, 1)
    project.store.set_state(
        campaign.campaign_id, CampaignState.PAUSED, among=frozenset({CampaignState.RUNNING}), now=NOON
    )
    move_clock(project, HOUR)
    found = figures(project, campaign)
    assert (found.state, found.at) == (CampaignState.PAUSED, NOON + HOUR)


def test_workers_and_their_switches_are_told(project: Project) -> None:
    campaign = launched(project, 1)
    assert (figures(project, campaign).workers, figures(project, campaign).up) == (0, ())
    project.store.heartbeat("w1", 60_000, {"up": "main spare"})
    project.store.heartbeat("w2", 60_000, {"up": "main"})
    project.store.heartbeat("w3", 60_000, {})
    assert (figures(project, campaign).workers, figures(project, campaign).up) == (3, ("main", "spare"))


def test_scripts_get_everything_flat(project: Project) -> None:
    campaign = launched(project, 1)
    settled(project, claimed(project, campaign)[0])
    assert figures(project, campaign).as_json() == {
        "campaign": "greeting-20261130-1",
        "title": "A greeting",
        "calls_back": "",
        "state": "running",
        "open": False,
        "source": "list.csv",
        "created_at": NOON,
        "at": NOON,
        "workers": 0,
        "switches_up": [],
        "gateways_resting": [],
        "leads": 1,
        "ready": 0,
        "waiting": 1,
        "dialing": 0,
        "done": 0,
        "held": 0,
        "attempts": 1,
        "answered": 0,
        "abandoned": 0,
        "by_status": {"new": 1},
        "by_disposition": {"no_answer": 1},
        "by_result": {},
        "by_outcome": {},
        "answer_seizure_ratio": 0.0,
    }

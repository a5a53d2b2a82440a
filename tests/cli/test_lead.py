"""`prozvon lead`: what a person decides about a held lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import CampaignState, Phase
from orchestrator.runtime.project import Project
from tests.cli.commands import Said, prozvon
from tests.runtime.factories import NOON, claimed, launched, number, settled

ID = "greeting-20261130-1"


@pytest.fixture
def held(project: Project, folder: Path) -> Path:
    """A campaign of two leads: nobody knows how the call to the first one ended."""
    campaign = launched(project, 1, 2)
    settled(project, claimed(project, campaign)[0], Disposition.LOST)
    return folder


def _lead(folder: Path, *arguments: str) -> Said:
    return prozvon(folder, "lead", *arguments)


def _phase(project: Project, index: int) -> tuple[Phase, str]:
    row = project.store.lead_of_number(ID, number(index))
    assert row is not None
    return row.phase, row.state.status


def test_a_held_lead_is_called_again(held: Path, project: Project) -> None:
    assert _phase(project, 1)[0] is Phase.HELD
    said = _lead(held, "retry", "greeting", "8 (999) 000-00-01")
    assert (said.code, said.out) == (0, "")
    assert said.err.splitlines() == [
        f"{number(1)} will be called again",
        "no worker is running: start one with `prozvon run`",
    ]
    assert _phase(project, 1)[0] is Phase.READY


def test_with_a_worker_nothing_more_is_to_do(held: Path, project: Project) -> None:
    project.store.heartbeat("w1", 60_000, {})
    assert _lead(held, "retry", ID, number(1)).err == f"{number(1)} will be called again\n"


def test_a_finished_campaign_goes_on_with_it(held: Path, project: Project) -> None:
    settled(project, claimed(project, project.campaign(ID))[0], Disposition.ANSWERED, result="agreed")
    assert project.store.finish_if_done(ID, NOON)
    assert _lead(held, "retry", ID, number(1)).code == 0
    assert project.campaign(ID).state is CampaignState.RUNNING


def test_a_held_lead_is_closed_with_a_status(held: Path, project: Project) -> None:
    said = _lead(held, "close", "greeting", number(1), "--status", "reached_by_hand")
    assert (said.code, said.err) == (0, f"{number(1)} is closed with status reached_by_hand\n")
    assert _phase(project, 1) == (Phase.DONE, "reached_by_hand")
    assert project.campaign(ID).state is CampaignState.RUNNING


def test_the_last_lead_closed_finishes_the_campaign(held: Path, project: Project) -> None:
    settled(project, claimed(project, project.campaign(ID))[0], Disposition.ANSWERED, result="agreed")
    assert _lead(held, "close", ID, number(1)).err == f"{number(1)} is closed with status closed\n"
    assert project.campaign(ID).state is CampaignState.FINISHED


@pytest.mark.parametrize("command", ["retry", "close"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (number(2), f"{number(2)} is not held for a person: it is ready (next)"),
        (number(9), f"{number(9)} is not in {ID}"),
        ("12", "not a telephone number: '12': too few digits for a telephone number"),
    ],
)
def test_only_a_held_lead_is_decided_about(
    held: Path, project: Project, command: str, text: str, said: str
) -> None:
    before = project.store.counts(ID)
    assert _lead(held, command, ID, text).refusal.startswith(said)
    assert project.store.counts(ID) == before


@pytest.mark.parametrize("command", ["retry", "close"])
def test_a_campaign_that_is_not_there_is_one_clear_line(folder: Path, command: str) -> None:
    assert _lead(folder, command, "parcel", number(1)).refusal.startswith("no campaign 'parcel'")

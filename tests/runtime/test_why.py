"""A reason for everything held: each lead has exactly one, and it is the right one."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Campaign, CampaignState, WaitReason
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.why import SAY, why
from orchestrator.store import Why
from tests.runtime.factories import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SETTINGS,
    claimed,
    contacts,
    launched,
    loaded,
    make_folder,
    move_clock,
    number,
    settled,
)

R = WaitReason


def _summed(found: Why) -> dict[WaitReason, int]:
    return {item.reason: item.count for item in found.reasons}


def _why(project: Project, campaign: Campaign, *, as_running: bool = False) -> dict[WaitReason, int]:
    return _summed(why(project, campaign, as_running=as_running))


def _worker(project: Project, up: str = "main") -> None:
    project.store.heartbeat("w1", 60_000, {"up": up})


def test_every_reason_can_be_said() -> None:
    assert set(SAY) == set(WaitReason)


# What only the workers know


def test_without_a_worker_the_next_ones_wait_for_one(project: Project) -> None:
    campaign = launched(project, 1, 2, 3)
    assert _why(project, campaign) == {R.NO_WORKER: 3}


def test_with_a_worker_on_no_switch_they_wait_for_the_switch(project: Project) -> None:
    campaign = launched(project, 1, 2)
    _worker(project, up="")
    assert _why(project, campaign) == {R.SWITCH_DOWN: 2}
    _worker(project, up="another")
    assert _why(project, campaign) == {R.SWITCH_DOWN: 2}


def test_with_a_worker_on_the_switch_they_are_next(project: Project) -> None:
    campaign = launched(project, 1, 2)
    project.store.heartbeat("w2", 60_000, {"up": ""})
    _worker(project)
    assert _why(project, campaign) == {R.NEXT: 2}


def test_what_else_holds_a_lead_is_not_blamed_on_the_worker(project: Project) -> None:
    campaign = launched(project, 1, 2, 3, 4, 5)
    (tried, live) = claimed(project, campaign, 2)
    settled(project, tried)
    project.store.dnc_add([number(3)], "", NOON)
    for up in (None, "", "main"):
        if up is not None:
            _worker(project, up=up)
        free = {None: R.NO_WORKER, "": R.SWITCH_DOWN, "main": R.NEXT}[up]
        assert _why(project, campaign) == {R.RETRY: 1, R.DIALING: 1, R.DO_NOT_CALL: 1, free: 2}
    assert live.number == number(2)


def test_a_full_trunk_is_blamed_when_the_worker_is_there(short_tmp: Path) -> None:
    text = SETTINGS.replace("channels: 50", "channels: 1")
    with open_project(make_folder(short_tmp / "full", settings=text)) as project:
        campaign = launched(project, 1, 2, 3)
        claimed(project, campaign, 1)
        assert _why(project, campaign) == {R.DIALING: 1, R.NO_WORKER: 2}
        _worker(project)
        assert _why(project, campaign) == {R.DIALING: 1, R.GATEWAY_CHANNELS: 2}


# The campaign's state


@pytest.mark.parametrize(
    ("state", "reason"), [(CampaignState.PAUSED, R.PAUSED), (CampaignState.STOPPED, R.STOPPED)]
)
def test_a_halted_campaign_is_the_reason(project: Project, state: CampaignState, reason: WaitReason) -> None:
    campaign = launched(project, 1, 2)
    project.store.set_state(campaign.campaign_id, state, among=frozenset({CampaignState.RUNNING}), now=NOON)
    assert _why(project, project.campaign("greeting")) == {reason: 2}


def test_the_preview_says_what_would_happen(project: Project) -> None:
    """No worker is there yet, and nothing is launched: that is not what the preview is about."""
    earlier = launched(project, 1)
    settled(project, claimed(project, earlier)[0], Disposition.ANSWERED, result="agreed")
    project.store.dnc_add([number(2)], "", NOON)
    campaign, _ = loaded(project, contacts(2, 3, 4), again=True)
    assert _why(project, campaign) == {R.LOADING: 3}
    assert _why(project, campaign, as_running=True) == {R.DO_NOT_CALL: 1, R.NEXT: 2}


def test_the_preview_is_not_about_workers(project: Project) -> None:
    campaign = launched(project, 1)
    assert _why(project, campaign, as_running=True) == {R.NEXT: 1}


def test_the_preview_of_the_night_says_when_it_begins(project: Project) -> None:
    move_clock(project, 10 * HOUR)
    campaign, _ = loaded(project, contacts(1, 2))
    (reason,) = why(project, campaign, as_running=True).reasons
    assert (reason.reason, reason.count, reason.earliest_at) == (R.HOURS, 2, NOON + 21 * HOUR)


# Waiting


def test_a_retry_says_when_it_is_due(project: Project) -> None:
    campaign = launched(project, 1)
    settled(project, claimed(project, campaign)[0])
    (reason,) = why(project, campaign).reasons
    assert (reason.reason, reason.earliest_at) == (R.RETRY, NOON + 2 * HOUR)
    move_clock(project, 2 * HOUR)
    assert _why(project, campaign) == {R.NO_WORKER: 1}


def test_caps_of_the_project_and_the_scenario_are_told_apart(short_tmp: Path) -> None:
    text = SETTINGS.replace("project: test", "project: test\nlimits: {{per_number: {{day: 1, ever: 2}}}}")
    with open_project(make_folder(short_tmp / "capped", settings=text)) as project:
        campaign = launched(project, 1)
        settled(project, claimed(project, campaign)[0])
        move_clock(project, 2 * HOUR)
        _worker(project)
        (reason,) = why(project, campaign).reasons
        assert (reason.reason, reason.earliest_at) == (R.PER_DAY, NOON + 21 * HOUR)
        move_clock(project, DAY - 2 * HOUR)
        settled(project, claimed(project, campaign)[0])
        move_clock(project, 2 * DAY)
        assert _why(project, campaign) == {R.LIFETIME: 1}


def test_the_scenarios_own_cap_is_told(project: Project) -> None:
    campaign = launched(project, 1)
    for _ in range(2):
        settled(project, claimed(project, campaign)[0], Disposition.BUSY)
        move_clock(project, HOUR)
    (reason,) = why(project, campaign).reasons
    assert (reason.reason, reason.earliest_at) == (R.PER_DAY, NOON + 21 * HOUR)


def test_a_lead_nobody_can_tell_about_waits_for_a_person(project: Project) -> None:
    campaign = launched(project, 1)
    settled(project, claimed(project, campaign)[0], Disposition.LOST)
    assert _why(project, campaign) == {R.LOST: 1}


def test_a_number_on_the_line_for_another_campaign_is_told(project: Project) -> None:
    first = launched(project, 1)
    claimed(project, first)
    second = launched(project, 1, again=True)
    _worker(project)
    assert _why(project, second) == {R.NUMBER_BUSY: 1}


# One lead


def test_one_lead_has_the_reason_it_is_summed_under(project: Project) -> None:
    campaign = launched(project, *range(1, 9))
    first, second, third, _ = claimed(project, campaign, 4)
    settled(project, first)
    settled(project, second, Disposition.ANSWERED, result="agreed")
    settled(project, third, Disposition.LOST)
    project.store.dnc_add([number(7)], "", NOON)
    _worker(project)
    single: Counter[WaitReason] = Counter()
    for index in range(1, 9):
        (reason,) = why(project, campaign, number=number(index)).reasons
        single[reason.reason] += reason.count
    assert dict(single) == _why(project, campaign)
    assert single == {R.RETRY: 1, R.DONE: 1, R.LOST: 1, R.DIALING: 1, R.DO_NOT_CALL: 1, R.NEXT: 3}


def test_one_lead_waits_for_a_worker_too(project: Project) -> None:
    campaign = launched(project, 1)
    assert _summed(why(project, campaign, number=number(1))) == {R.NO_WORKER: 1}


def test_a_number_that_is_not_in_the_campaign_has_no_reason(project: Project) -> None:
    campaign = launched(project, 1)
    assert why(project, campaign, number=number(2)).reasons == ()
    assert why(project, campaign, number="nonsense").reasons == ()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happened_each_lead_has_exactly_one_reason(project: Project, seed: int) -> None:
    rng = random.Random(seed)
    campaign = launched(project, *range(40))
    endings = [Disposition.NO_ANSWER, Disposition.BUSY, Disposition.LOST, Disposition.CONGESTION]
    for _ in range(12):
        for attempt in claimed(project, campaign, rng.randint(1, 6)):
            if rng.random() < 0.8:
                settled(project, attempt, rng.choice(endings))
        if rng.random() < 0.3:
            project.store.dnc_add([number(rng.randrange(40))], "", NOON)
        move_clock(project, rng.randint(0, 90) * MINUTE)
    if seed:
        _worker(project, up="main" if seed == 1 else "")
    summed = why(project, campaign)
    assert sum(item.count for item in summed.reasons) == 40
    single = Counter(why(project, campaign, number=number(index)).reasons[0].reason for index in range(40))
    assert dict(single) == _summed(summed)

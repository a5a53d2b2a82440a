"""Endings reach the store whatever is wrong with a single campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Campaign, Decision, Ending, LeadState, Phase
from orchestrator.domain.outcome import Outcome, OutcomeFate
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings_parts.switch_settings import Rest
from orchestrator.runtime.settle import BATCH, Settler
from orchestrator.scenario.compile import Compiled
from tests.runtime.factories import claimed, launched, make_folder

LIMIT_S = 30.0


class _Torn(Bundles):
    """What the store has of some campaigns cannot be read, until it is mended."""

    unreadable: frozenset[str] = frozenset()

    def of(self, campaign: Campaign) -> Compiled:
        if campaign.campaign_id in self.unreadable:
            raise KnownError("launched by another version")
        return super().of(campaign)


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    with open_project(make_folder(short_tmp / "p")) as opened:
        yield opened


def _busy(attempt: Attempt) -> Ending:
    return Ending(
        attempt_id=attempt.attempt_id,
        disposition=Disposition.BUSY,
        cause="USER_BUSY",
        ended_at=attempt.claimed_at,
    )


def _until(is_so: Callable[[], object], what: str) -> None:
    with gevent.Timeout(LIMIT_S, AssertionError(f"waited {LIMIT_S:g} s in vain: {what}")):
        while not is_so():
            gevent.sleep(0.01)


def test_a_campaign_that_cannot_be_read_does_not_hold_up_the_others(project: Project) -> None:
    torn, sound = launched(project, *range(BATCH + 1)), launched(project, *range(100, 103))
    bundles = _Torn(project.store)
    bad = [*claimed(project, torn, BATCH), *claimed(project, torn, 1)]
    good = claimed(project, sound, 3)
    bundles.unreadable = frozenset({torn.campaign_id})
    stored: list[Attempt] = []
    settler = Settler(
        project.store, project.clock, bundles, project.store.campaign, stored.extend, lambda _: Rest().rule()
    )
    for attempt in [*bad, *good]:
        settler.settle(attempt, _busy(attempt))
    greenlet = gevent.spawn(settler.run)
    try:
        _until(lambda: len(stored) == 3, "the good ones are stored")
        assert stored == good
        assert settler.backlog == len(bad)
        assert project.store.counts(sound.campaign_id).attempts == 3
        bundles.unreadable = frozenset()
        _until(lambda: len(stored) == 3 + len(bad), "the others follow once they can be read")
        assert project.store.counts(torn.campaign_id).attempts == len(bad)
        assert settler.backlog == 0
    finally:
        greenlet.kill()


def test_what_an_agent_said_during_the_call_decides_its_end(project: Project) -> None:
    campaign = launched(project, 1)
    [attempt] = claimed(project, campaign)
    said = Outcome(
        outcome_id="o1",
        call_id=attempt.attempt_id,
        agent_id="anna",
        outcome="sold",
        said_at=attempt.claimed_at,
    )
    fate = project.store.outcomes.say(said, decide=_nothing, caller=None, now=attempt.claimed_at)
    assert fate is OutcomeFate.PENDING
    settler = Settler(
        project.store,
        project.clock,
        Bundles(project.store),
        project.store.campaign,
        lambda _: None,
        lambda _: Rest().rule(),
    )
    settler.settle(attempt, replace(_busy(attempt), disposition=Disposition.ANSWERED, reached="anna"))
    settler.flush()
    [row] = project.store.leads(campaign.campaign_id)
    assert (row.state.status, row.phase) == ("sold", Phase.DONE)
    assert [entry.kind for entry in project.store.outbox()] == ["status", "outcome"]


def _nothing(_attempt: Attempt, _ending: Ending, _outcome: Outcome, _state: LeadState) -> Decision:
    raise AssertionError("the call goes on")

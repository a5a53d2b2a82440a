"""`rest.*` of a gateway at work: from an ending, by the settings, to what the store lets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.call_event import CallFacts
from orchestrator.domain.lead import Attempt
from orchestrator.domain.trunk import RestRule
from orchestrator.engine.ending import ending_of
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settle import Settler
from tests.runtime.factories import SETTINGS, claimed, launched, make_folder, move_clock
from tests.runtime.test_settings_act import acts


def _project(folder: Path, rest: str) -> Path:
    return make_folder(
        folder, settings=SETTINGS.replace("channels: 50", f"channels: 50, rest: {{{{{rest}}}}}")
    )


def _fail(project: Project, attempts: list[Attempt]) -> None:
    """The trunk says 503 to each, and the worker stores that."""
    settings, now = project.settings, project.clock.now_ms()
    settler = Settler(
        project.store,
        project.clock,
        Bundles(project.store),
        project.store.campaign,
        lambda _: None,
        lambda attempt: settings.rest(attempt.switch, attempt.gateway),
    )
    for attempt in attempts:
        facts = CallFacts(cause="NORMAL_TEMPORARY_FAILURE", sip_status="503", ended_at=now)
        settler.settle(attempt, ending_of(attempt, facts, now=now, overrides={}))
    settler.flush_once()


@acts("switches.NAME.gateways.NAME.rest.after")
@pytest.mark.parametrize("after", [1, 3])
def test_a_gateway_rests_after_so_many_failures(short_tmp: Path, after: int) -> None:
    with open_project(_project(short_tmp / "p", f"after: {after}")) as project:
        campaign = launched(project, *range(9))
        _fail(project, claimed(project, campaign, after - 1) if after > 1 else [])
        attempts = claimed(project, campaign)
        assert len(attempts) == 1
        _fail(project, attempts)
        assert claimed(project, campaign) == []


@acts("switches.NAME.gateways.NAME.rest.for_s", "switches.NAME.gateways.NAME.rest.most_s")
def test_it_rests_for_so_long_and_no_longer_than_the_most(short_tmp: Path) -> None:
    with open_project(_project(short_tmp / "p", "after: 1, for_s: 20, most_s: 60")) as project:
        campaign = launched(project, *range(9))
        for seconds in (20, 40, 60, 60):
            _fail(project, claimed(project, campaign))
            move_clock(project, seconds * 1000 - 1)
            assert claimed(project, campaign) == []
            move_clock(project, 1)


def test_a_gateway_that_is_not_in_the_settings_any_more_rests_as_usual() -> None:
    usual = RestRule(after=5, for_ms=30_000, most_ms=600_000)
    assert {
        Settings().rest("gone", "main"),
        Settings().rest("main", "gone"),
        Settings().rest("main", "main"),
    } == {usual}

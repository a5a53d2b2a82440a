"""Gateways that fail and come back, and a switch that turns calls down, in the middle of a campaign."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from orchestrator.domain.lead import Campaign, WaitReason
from orchestrator.runtime import export
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.why import why
from orchestrator.simulator.clock import SharedClock
from orchestrator.simulator.switch import SimulatedSwitch
from tests.runtime.factories import SCENARIO, SETTINGS, claimed, launched, make_folder
from tests.runtime.test_worker import CALLEES, has_finished, switch, until, worker, wrong

SPEED = 40.0
AFTER, CHANNELS = 3, 8
GATEWAYS = f"""\
      main: {{{{cps: 2, channels: {CHANNELS}, rest: {{{{after: {AFTER}, for_s: 10}}}}}}}}
      spare: {{{{cps: 2, channels: 50}}}}
"""
Row = dict[str, object]


@contextmanager
def _project(
    folder: Path, *, speed: float = SPEED, gateways: str = GATEWAYS, used: str = "main, spare"
) -> Iterator[Project]:
    head, _, _ = SETTINGS.partition("      main:")
    scenario = SCENARIO.replace("gateways: [main]", f"gateways: [{used}]")
    made = make_folder(folder, settings=head + gateways, scenario=scenario, speed=speed)
    (made / "callees.yaml").write_text(CALLEES.replace('"*9"', '"*-"'), encoding="utf-8")
    with open_project(made) as project:
        yield project


def _attempts(project: Project, campaign: Campaign) -> list[Row]:
    return [row for row in export.rows(project.store, campaign) if row["attempt_id"]]


def _fault(its: SimulatedSwitch, state: str) -> None:
    assert its.commands.run("prozvon_fault", f"gateway main {state}") == "+OK\n"


def _rests(project: Project) -> set[str]:
    return {row.gateway for row in project.store.rests() if row.until is not None}


@pytest.mark.parametrize(("fault", "cause"), [("down", "GATEWAY_DOWN"), ("dead", "NORMAL_TEMPORARY_FAILURE")])
def test_the_spare_takes_over_from_a_trunk_that_dies_and_gives_back_when_it_lives(
    short_tmp: Path, fault: str, cause: str
) -> None:
    """`down`: the switch knows it. `dead`: it does not."""
    leads = 200
    with _project(short_tmp / "p") as project:
        campaign = launched(project, *range(leads))
        with switch(project) as its, worker(project):
            made = its.calls.made
            until(lambda: made["main"] > 5, "main is in use")
            _fault(its, fault)
            until(lambda: "main" in _rests(project), "main rests")
            before = made["spare"]
            until(lambda: made["spare"] > before + 20, "spare takes over")
            _fault(its, "up")
            until(lambda: not _rests(project), "main is used again")
            before = made["main"]
            until(has_finished(project, campaign), "the campaign finishes")
            assert made["main"] > before + 10
        assert wrong(project, campaign) == []
        assert project.store.counts(campaign.campaign_id).by_status == {"agreed": leads}
        failed = [row for row in _attempts(project, campaign) if row["disposition"] != "answered"]
        assert {(row["gateway"], row["disposition"], row["cause"]) for row in failed} == {
            ("main", "congestion", cause)
        }
        # those that opened the breaker, those on the line beside them, and one for each time it was tried
        assert AFTER <= len(failed) <= AFTER + CHANNELS + 5
        # nobody has lost an attempt to it
        assert {row.state.attempts for row in project.store.leads(campaign.campaign_id)} == {1}


def test_when_all_gateways_rest_the_leads_wait_and_keep_their_attempts(short_tmp: Path) -> None:
    leads = 30
    with _project(short_tmp / "p", used="main") as project:
        campaign = launched(project, *range(leads))
        with switch(project) as its, worker(project):
            _fault(its, "down")
            until(lambda: project.store.workers().get("w1", {}).get("up"), "the worker is connected")

            def reasons() -> dict[WaitReason, int | None]:
                return {item.reason: item.earliest_at for item in why(project, campaign).reasons}

            until(lambda: WaitReason.GATEWAY_REST in reasons(), "the leads wait for the gateway")
            until_at = reasons()[WaitReason.GATEWAY_REST]
            assert until_at is not None
            assert until_at > project.clock.now_ms() - 10_000
            until(
                lambda: [row.fails > AFTER + 4 for row in project.store.rests()] == [True],
                "it was tried often",
            )
            _fault(its, "up")
            until(has_finished(project, campaign), "the campaign finishes")
        assert wrong(project, campaign) == []
        assert project.store.counts(campaign.campaign_id).by_status == {"agreed": leads}
        assert {row.state.attempts for row in project.store.leads(campaign.campaign_id)} == {1}
        tried = sorted(
            dt.datetime.fromisoformat(str(row["claimed_at"])).timestamp()
            for row in _attempts(project, campaign)
            if row["disposition"] == "congestion"
        )
        apart = [later - one for one, later in pairwise(tried)]
        rests = [gap for gap in apart if gap >= 10]
        assert len(apart) - len(rests) < AFTER + 3  # until the first rest
        assert all(gap >= min(10 * 2**turn, 600) for turn, gap in enumerate(rests))


def test_a_trial_whose_worker_died_does_not_block_the_gateway(short_tmp: Path) -> None:
    with _project(short_tmp / "p", speed=400.0, used="main") as project:
        campaign = launched(project, 1, 2, 3)
        with switch(project) as its:
            project.store.rest_gateway("main", "main", now=project.clock.now_ms(), for_ms=1)
            assert isinstance(project.clock, SharedClock)
            project.clock.jump_to(project.clock.now_ms() + 10)
            [trial] = claimed(project, campaign, 3, worker_id="dead", uuid=its.core_uuid)
            assert [row.trial for row in project.store.rests()] == [trial.attempt_id]
            with worker(project):
                until(has_finished(project, campaign), "the campaign finishes")
        assert project.store.rests() == ()
        assert project.store.counts(campaign.campaign_id).by_disposition == {"answered": 3, "cancelled": 1}


def test_each_trunk_shows_only_the_numbers_its_carrier_allows(short_tmp: Path) -> None:
    gateways = "      main: {{cps: 100, channels: 3}}\n      spare: {{cps: 100, caller_ids: +78120000001}}\n"
    with _project(short_tmp / "p", speed=400.0, gateways=gateways) as project:
        campaign = launched(project, *range(12))
        with switch(project), worker(project):
            until(has_finished(project, campaign), "the campaign finishes")
        cdrs = [
            json.loads(path.read_text(encoding="utf-8"))["variables"]
            for path in project.settings.switches["main"].cdr_folder.glob("*.cdr.json")
        ]
        shown = {(cdr["sip_gateway_name"], unquote(cdr["origination_caller_id_number"])) for cdr in cdrs}
        assert shown == {("main", "+74951234567"), ("spare", "+78120000001")}


@pytest.mark.parametrize("limit", ["pause", "max_sessions 0"])
def test_a_switch_that_turns_calls_down_is_tried_now_and_then_not_hammered(
    short_tmp: Path, limit: str
) -> None:
    """Without the pause each of these seconds throws five leads away into their wait of five minutes."""
    cps, pause_s = 5, 60
    gateways = f"      main: {{{{cps: {cps}, channels: 500}}}}\n"
    with _project(short_tmp / "p", speed=16.0, gateways=gateways, used="main") as project:
        campaign = launched(project, *range(cps * pause_s * 2))
        with switch(project) as its, worker(project, drain_s=0.0):
            its.commands.run("fsctl", limit)
            until(lambda: project.store.counts(campaign.campaign_id).attempts, "calls are turned down")
            end_at = project.clock.now_ms() + pause_s * 1000
            until(lambda: project.clock.now_ms() > end_at, "a minute has passed")
            refused = project.store.counts(campaign.campaign_id)
            assert refused.by_disposition == {"congestion": refused.attempts}
            in_flight = cps * 15  # until the first refusal is known: the time for an event that knows more
            assert refused.attempts < in_flight + pause_s // 5 < cps * pause_s / 3
            assert [row.gateway for row in project.store.rests()] == [""]
            tried = [row.state for row in project.store.leads(campaign.campaign_id) if row.state.tries]
            assert {(state.attempts, state.tries) for state in tried} == {(0, 1)}  # none is used up
            its.commands.run("fsctl", "resume")
            its.commands.run("fsctl", "max_sessions 1000")
            until(
                lambda: (
                    project.store.counts(campaign.campaign_id).by_disposition.get("answered", 0) > 2 * cps
                ),
                "calls go through again",
            )
            assert project.store.rests() == ()

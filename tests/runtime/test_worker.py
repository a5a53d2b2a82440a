"""The worker in this process, on the embedded store, against the simulated switch in this process."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.lead import Campaign, CampaignState, Phase, WaitReason
from orchestrator.runtime import export, verify
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.demo import Demo, Options
from orchestrator.runtime.figures import figures, switches_down
from orchestrator.runtime.metering import Tallies, Times, histograms, tallies
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.switches.simulated_root import make_root
from orchestrator.runtime.worker import Worker
from orchestrator.simulator.callee_log import CalleeCall, read_callee_log
from orchestrator.simulator.faults import Faults
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from tests.runtime.factories import claimed, launched, make_folder, number

SPEED = 400.0
LIMIT_S = 30.0

# Everybody answers after two seconds and agrees, but for numbers ending in 9: nobody is there.
CALLEES = """\
population: test
timezone: Europe/Moscow
callees:
  people: {kind: person, answers: 1.0, rings: 2, keys: {any: {1: 1}}, presses_after: 1, stays: 600}
  nobody: {kind: no_answer, weight: 0}
numbers:
  - {match: "*9", callee: nobody}
"""


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    folder = make_folder(short_tmp / "p", speed=SPEED)
    (folder / "callees.yaml").write_text(CALLEES, encoding="utf-8")
    with open_project(folder) as opened:
        yield opened


@contextlib.contextmanager
def switch(
    project: Project, *, faults: Faults | None = None, core: bool = True, has_dialplan: bool = True
) -> Iterator[SimulatedSwitch]:
    found = project.settings.switches["main"]
    make_root(project.settings, "main", project.clock.now_ms)
    if not has_dialplan:
        shutil.rmtree(found.root / "current" / "dialplan")
    made = SimulatedSwitch(
        port=found.port,
        password=found.password(),
        root=found.root,
        population=load_population(project.folder / "callees.yaml"),
        seed=1,
        clock=project.clock,
        gateways=tuple(found.gateways),
        faults=faults or Faults(),
        cdr_dir=found.cdr_folder,
        callee_log=project.settings.data / "callees.jsonl",
    )
    if not core:
        made.commands._table.pop("prozvon_fault")  # a real switch does not know it
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextlib.contextmanager
def worker(project: Project, name: str = "w1", *, drain_s: float = 5.0) -> Iterator[Worker]:
    made = Worker(project, worker_id=name, until_done=False, drain_s=drain_s)
    greenlet = gevent.spawn(made.run)
    try:
        yield made
    finally:
        made.stop()
        greenlet.join(timeout=LIMIT_S)
        assert greenlet.ready(), "the worker does not end"
        greenlet.get()


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline, f"waited {LIMIT_S:g} s in vain: {what}"
        gevent.sleep(0.01)


def state(project: Project, campaign: Campaign) -> CampaignState:
    found = project.store.campaign(campaign.campaign_id)
    assert found is not None
    return found.state


def has_finished(project: Project, campaign: Campaign) -> Callable[[], bool]:
    return lambda: state(project, campaign) is CampaignState.FINISHED


def calls(project: Project) -> list[CalleeCall]:
    return read_callee_log(project.settings.data / "callees.jsonl")


def wrong(project: Project, campaign: Campaign) -> list[str]:
    rows = list(export.rows(project.store, campaign))
    plan = Bundles(project.store).of(campaign).plan
    limits, listed = project.settings.limits.per_number, project.store.dnc_list()
    seen = calls(project)
    return verify.problems(plan, figures(project, campaign), rows, seen, limits=limits, listed=listed)


def test_a_campaign_is_dialed_to_its_end(project: Project) -> None:
    campaign = launched(project, *range(30))
    with switch(project), worker(project):
        until(has_finished(project, campaign), "the campaign finishes")
    counts = project.store.counts(campaign.campaign_id)
    assert counts.by_result == {"agreed": 27}
    assert counts.by_status == {"agreed": 27, "exhausted": 3}
    assert counts.attempts == 27 + 3 * 3
    assert wrong(project, campaign) == []


def test_a_switch_without_our_dialplan_rings_nobody_until_it_is_deployed_to(project: Project) -> None:
    campaign = launched(project, 1, 2)
    with switch(project, has_dialplan=False) as its, worker(project):
        until(
            lambda: "prozvon deploy" in switches_down(project.store.workers()).get("main", ""),
            "the worker says why it does not dial",
        )
        assert calls(project) == []
        make_root(project.settings, "main", project.clock.now_ms)
        its.commands.run("reloadxml", "")
        until(has_finished(project, campaign), "the campaign finishes once it is")
    assert len(calls(project)) == 2


def test_a_paused_campaign_rings_nobody_until_it_is_resumed(project: Project) -> None:
    campaign = launched(project, 1, 2)
    running, paused = frozenset({CampaignState.RUNNING}), frozenset({CampaignState.PAUSED})
    project.store.set_state(campaign.campaign_id, CampaignState.PAUSED, among=running, now=0)
    with switch(project) as its, worker(project):
        until(
            lambda: its.calls.count == 0 and project.store.workers().get("w1", {}).get("up") == "main",
            "it is connected",
        )
        for _ in range(20):
            gevent.sleep(0.01)
            assert calls(project) == []
        project.store.set_state(campaign.campaign_id, CampaignState.RUNNING, among=paused, now=0)
        until(has_finished(project, campaign), "the campaign finishes")
    assert len(calls(project)) == 2


def test_events_that_are_lost_are_made_good_from_the_switchs_own_record(project: Project) -> None:
    campaign = launched(project, *range(5))
    with switch(project, faults=Faults(lose=0.6, double=0.2)), worker(project):
        until(has_finished(project, campaign), "the campaign finishes")
    assert wrong(project, campaign) == []
    details = [row["detail"] for row in export.rows(project.store, campaign)]
    assert any("reconciled from CDR" in str(detail) for detail in details)


def test_a_lost_connection_loses_no_call(project: Project) -> None:
    campaign = launched(project, *range(20))
    with switch(project, faults=Faults(drop_after=15)), worker(project):
        until(has_finished(project, campaign), "the campaign finishes")
    assert wrong(project, campaign) == []
    assert "lost" not in project.store.counts(campaign.campaign_id).by_disposition


def test_calls_of_a_dead_worker_are_taken_over_and_those_never_made_come_again(project: Project) -> None:
    """The dead one had stored its attempts and was killed before a byte was written."""
    campaign = launched(project, 1, 2, 3)
    with switch(project) as its:
        claimed(project, campaign, 2, worker_id="dead", uuid=its.core_uuid)
        with worker(project):
            until(has_finished(project, campaign), "the campaign finishes")
    counts = project.store.counts(campaign.campaign_id)
    assert counts.by_disposition == {"answered": 3, "cancelled": 2}
    assert counts.by_status == {"agreed": 3}
    assert wrong(project, campaign) == []


def test_a_call_that_a_restart_of_the_switch_swallowed_is_held_for_a_person(project: Project) -> None:
    campaign = launched(project, 1)
    claimed(project, campaign, 1, worker_id="dead", uuid="the-run-before")
    with switch(project), worker(project):
        until(has_finished(project, campaign), "the campaign finishes")
    lead = project.store.lead_of_number(campaign.campaign_id, number(1))
    assert lead is not None
    assert (lead.phase, lead.reason) == (Phase.HELD, WaitReason.LOST)
    assert calls(project) == []


def test_stopping_takes_no_new_calls_and_waits_for_those_under_way(project: Project) -> None:
    campaign = launched(project, *range(300))
    with switch(project), worker(project):
        until(lambda: project.store.counts(campaign.campaign_id).dialing > 3, "calls are under way")
    counts = project.store.counts(campaign.campaign_id)
    assert counts.dialing == 0
    assert counts.ready > 0
    assert project.store.workers() == {}
    assert wrong_but_unfinished(project, campaign) == []


def wrong_but_unfinished(project: Project, campaign: Campaign) -> list[str]:
    """What the callees saw and what the store settled is the same, though leads are left."""
    seen = {call.call for call in calls(project)}
    settled = {str(row["attempt_id"]) for row in export.rows(project.store, campaign) if row["attempt_id"]}
    return sorted(seen ^ settled)


def test_two_workers_share_one_campaign(project: Project) -> None:
    campaign = launched(project, *range(60))
    with switch(project), worker(project, "w1"), worker(project, "w2"):
        until(has_finished(project, campaign), "the campaign finishes")
    assert wrong(project, campaign) == []


def test_a_crashed_store_is_started_again_and_no_ending_is_forgotten(project: Project) -> None:
    campaign = launched(project, *range(40))
    options = Options(seed=1, speed=SPEED, start=0)
    killer = Demo(folder=project.folder, options=options, port=0)
    with switch(project), worker(project):
        until(lambda: project.store.counts(campaign.campaign_id).attempts > 3, "some calls have ended")
        killer.kill_store()
        until(has_finished(project, campaign), "the campaign finishes")
    assert wrong(project, campaign) == []


def test_a_switch_that_comes_late_is_waited_for(project: Project) -> None:
    campaign = launched(project, 1)
    with worker(project):
        until(lambda: project.store.workers().get("w1"), "the worker is there")
        assert project.store.counts(campaign.campaign_id).ready == 1
        with switch(project):
            until(has_finished(project, campaign), "the campaign finishes")
    assert len(calls(project)) == 1


def test_a_switch_counts_as_down_from_the_moment_it_is_being_shut_down(project: Project) -> None:
    """It keeps its event socket open for seconds more, and would turn down one lead after the other."""

    def up() -> object:
        return project.store.workers().get("w1", {}).get("up")

    with switch(project) as made, worker(project):
        until(lambda: up() == "main", "the switch up")
        made.emit("SHUTDOWN", {"Event-Info": "System Shutting Down"})
        until(lambda: up() == "", "the switch known as going down")


def test_a_real_switch_is_never_dialed_on_a_simulated_clock(project: Project) -> None:
    launched(project, 1)
    with switch(project, core=False) as its, worker(project) as ours:
        until(lambda: "simulated clock" in ours._lines["main"].down_reason, "the switch is refused")
        assert its.calls.count == 0
    assert calls(project) == []


def test_an_attempt_that_could_be_syntax_is_never_written(project: Project) -> None:
    """Nothing that passes the checks of settings and scenarios comes so far; if something did, it ends here."""
    campaign = launched(project, 1)
    with switch(project) as its:
        [attempt] = claimed(project, campaign, 1, worker_id="w1", uuid=its.core_uuid)
        made = Worker(project, worker_id="w1", until_done=False, drain_s=1)
        made._lines["main"].core_uuid = its.core_uuid
        made._beat()
        bad = Bundles(project.store).of(campaign)
        object.__setattr__(bad, "digest", "a'},b{")
        made._dialer._originate((attempt,), bad, project.clock.now_ms())
        made._settler.flush()
    [row] = [row for row in export.rows(project.store, campaign) if row["attempt_id"]]
    assert row["disposition"] == "failed"
    assert "not originated" in str(row["detail"])
    assert calls(project) == []


def test_a_bug_in_a_greenlet_ends_the_worker_loudly(project: Project) -> None:
    made = Worker(project, worker_id="w1", until_done=False, drain_s=1)
    made._tracker.tick = None  # type: ignore[method-assign,assignment]  # the bug
    with pytest.raises(TypeError):
        made.run()
    assert project.store.workers() == {}


def test_what_a_worker_has_measured_outlives_it(project: Project) -> None:
    campaign = launched(project, *range(5))
    with switch(project), worker(project):
        until(has_finished(project, campaign), "all were called")
    sums = project.store.meters.read()
    assert histograms(sums, Times.ORIGINATE)["main"].count == 5
    heard = histograms(sums, Times.EVENT)["main"]
    assert heard.count >= 10  # each was answered and ended
    assert heard.sum_s < heard.count
    assert tallies(sums, Tallies.REFUSED) == {}

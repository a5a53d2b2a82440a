"""kill -9 of anything at any moment: nothing is lost, nobody is called twice, and figures, export and callees agree."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from orchestrator.domain.lead import CampaignState
from orchestrator.runtime import export, verify
from orchestrator.runtime.demo import Demo, Options, demo_project
from orchestrator.runtime.figures import figures
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.launch import Source, load, new_campaign, start
from orchestrator.runtime.project import Project, open_project
from orchestrator.simulator.callee_log import read_callee_log
from tests.runtime.factories import wait_until

# More of them by hand: PROZVON_CRASH_SEEDS=50 pytest tests/runtime/test_crashes.py
SEEDS = range(int(os.environ.get("PROZVON_CRASH_SEEDS", "3")))
MONDAY_MORNING = 1_796_017_200_000 + 2 * 60_000  # 2026-11-30 09:02 in Moscow
CONTACTS = 100
LIMIT_S = 90.0
KILLS = 5


def _contacts(count: int) -> bytes:
    rows = (f"+7999000{n:04},Anna,{n:06},2026-12-{n % 28 + 1:02},{n % 30},ru" for n in range(count))
    return "\n".join(["phone,name,order,due,days_overdue,language", *rows]).encode()


@pytest.mark.parametrize("seed", SEEDS)
def test_promises_are_kept_whatever_is_killed(seed: int, short_tmp: Path) -> None:
    rng = random.Random(seed)
    # Every third run spares the switch: then nothing may be lost at all.
    targets = ["worker", "worker2", "store"] + ([] if seed % 3 == 0 else ["switch"])
    with demo_project(short_tmp / "p", Options(seed=seed, speed=900.0, start=MONDAY_MORNING)) as demo:
        demo.start_switch()
        with open_project(demo.folder) as project:
            compiled, problems = find_scenario(project.settings, "parcel_arrived")
            assert compiled is not None
            assert problems == []
            campaign = new_campaign(project, compiled, "test")
            report = load(project, campaign, compiled, Source(name="test", chunks=[_contacts(CONTACTS)]))
            assert report.added == CONTACTS
            start(project, campaign)
            for name in ("worker", "worker2"):
                demo.start_worker(name)
            killed = _kill_at_random(demo, project, campaign.campaign_id, targets, rng)
            wait_until(
                lambda: not project.store.deliveries.has_due(project.clock.now_ms()),
                "all is told outside",
                limit_s=LIMIT_S,
            )
            demo.stop()
            item = figures(project, campaign)
            rows = list(export.rows(project.store, campaign))
            limits, listed = project.settings.limits.per_number, list(project.store.dnc_list())
    seen = read_callee_log(demo.folder / "data" / "callees.jsonl")
    assert verify.problems(compiled.plan, item, rows, seen, limits=limits, listed=listed) == []
    told = verify.told_problems(rows, lambda lead: demo.crm.status_of(campaign.campaign_id, lead))
    assert told == []
    assert demo.crm.faults == {}
    assert item.counts.done + item.counts.held == CONTACTS
    lost = [row for row in rows if row["disposition"] == "lost"]
    assert killed["switch"] or not lost
    assert len(lost) == item.counts.held


def _kill_at_random(
    demo: Demo, project: Project, campaign_id: str, targets: list[str], rng: random.Random
) -> Counter[str]:
    """Kill and restart until the campaign has finished; what was killed how often."""
    killed: Counter[str] = Counter()
    next_kill = time.monotonic() + rng.uniform(0.3, 2.0)
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        campaign = project.store.campaign(campaign_id)
        assert campaign is not None
        if campaign.state is CampaignState.FINISHED:
            return killed
        if killed.total() < KILLS and time.monotonic() > next_kill:
            name = rng.choice(targets)
            killed[name] += 1
            _kill(demo, name, pause_s=rng.uniform(0.0, 0.5))
            next_kill = time.monotonic() + rng.uniform(0.2, 1.5)
        demo.check_alive()
        time.sleep(0.02)  # between looks, not instead of them
    raise AssertionError(f"not finished after {LIMIT_S} s: {project.store.counts(campaign_id)}")


def _kill(demo: Demo, name: str, *, pause_s: float) -> None:
    if name == "store":
        demo.kill_store()
        return
    demo.kill(name)
    time.sleep(pause_s)  # the others go on without it for a while
    if name == "switch":
        demo.start_switch()
    else:
        demo.start_worker(name)

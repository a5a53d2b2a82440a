"""Everything as processes: a simulated switch, workers, `prozvon call`, and the export held against the callees."""

from __future__ import annotations

import csv
import io
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from orchestrator.domain.lead import CampaignState
from orchestrator.runtime import export, verify
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.figures import figures
from orchestrator.runtime.project import Project, open_project
from orchestrator.simulator.callee_log import CalleeCall, read_callee_log
from tests.cli.commands import Running, prozvon, run, running
from tests.runtime.factories import SCENARIO, SETTINGS, contacts, launched, make_folder, wait_until

SPEED = 600.0
ID = "greeting-20261130-1"
ONCE = (
    SCENARIO.partition("rules:")[0].replace("attempts: 3", "attempts: 1")
    + "rules: {agreed: {status: agreed}}\n"
)


@contextmanager
def _switch(folder: Path) -> Iterator[Running]:
    """A simulated switch that listens."""
    with running(folder, "switch", "simulate", "--population", "demo", "--seed", "5") as switch:
        switch.wait_to_say("simulated switch main listens on 127.0.0.1:")
        yield switch


def _kept(project: Project, seen: list[CalleeCall]) -> None:
    """Every promise was kept, by what the callees saw."""
    campaign = project.campaign("greeting")
    plan = Bundles(project.store).of(campaign).plan
    rows = list(export.rows(project.store, campaign))
    limits, listed = project.settings.limits.per_number, project.store.dnc_list()
    item = figures(project, campaign)
    assert verify.problems(plan, item, rows, seen, limits=limits, listed=listed) == []
    assert max(Counter(call.call for call in seen).values()) == 1


def test_a_campaign_from_the_list_to_the_export(short_tmp: Path) -> None:
    folder = make_folder(short_tmp / "p", speed=SPEED)
    (folder / "list.csv").write_bytes(contacts(*range(30)))
    with _switch(folder) as switch:
        said = run(folder, "call", "greeting", str(folder / "list.csv"), "--yes")
        switch.signal(signal.SIGINT)
        assert switch.end().code == 0
        assert (said.code, said.out) == (0, "")
        assert said.err.splitlines()[0] == "30 rows: 30 loaded"
        assert "started a worker in the background (prozvon run)" in said.err
        assert f"{ID} finished: 30/30 done" in said.err
    with open_project(folder) as project:
        _kept(project, read_callee_log(folder / "data" / "callees.jsonl"))
        found = prozvon(folder, "campaign", "export", "greeting")
        table = list(csv.DictReader(io.StringIO(found.out)))
        assert {row["lead"] for row in table} == {str(lead) for lead in range(1, 31)}
        assert {row["phase"] for row in table} <= {"done", "held"}
        assert found.err == f"{len(table)} rows\n"
    log = (folder / "data" / "logs" / "worker.log").read_text(encoding="utf-8")
    assert "campaign_finished" in log
    assert "+7999" not in log
    assert (folder / "data" / "logs" / "worker.err").read_bytes() == b""


def _workers(project: Project) -> dict[str, str]:
    """Process id -> worker id of the workers that are connected to the switch."""
    return {info["pid"]: name for name, info in project.store.workers().items() if info["up"]}


def test_workers_share_a_campaign_and_one_that_is_told_to_stop_drains(short_tmp: Path) -> None:
    # So few new calls a second that neither worker gets them all; one attempt for each lead, so that it soon ends.
    folder = make_folder(
        short_tmp / "p", speed=100.0, settings=SETTINGS.replace("cps: 100", "cps: 0.2"), scenario=ONCE
    )
    with ExitStack() as stack:
        switch = stack.enter_context(_switch(folder))
        project = stack.enter_context(open_project(folder))
        leaving, staying = (
            stack.enter_context(running(folder, "run", "--log", str(folder / f"{name}.log"))) for name in "ab"
        )
        wait_until(lambda: len(_workers(project)) == 2, "both workers are connected")
        names = _workers(project)
        campaign = launched(project, *range(50))
        wait_until(
            lambda: all(project.store.live(names[str(worker.process.pid)]) for worker in (leaving, staying)),
            "both workers have calls under way",
        )
        leaving.signal(signal.SIGTERM)
        said = leaving.end()
        assert (said.code, said.out, said.err) == (0, "", "")
        assert project.store.live(names[str(leaving.process.pid)]) == []
        assert list(project.store.workers()) == [names[str(staying.process.pid)]]
        wait_until(
            lambda: project.campaign("greeting").state is CampaignState.FINISHED, "the other one finishes"
        )
        for process in (staying, switch):
            process.signal(signal.SIGTERM)
            assert process.end().code == 0
        seen = read_callee_log(folder / "data" / "callees.jsonl")
        _kept(project, seen)
        by = Counter(item.attempt.worker_id for item in project.store.history(campaign.campaign_id))
        assert set(by) == set(names.values())
        assert not [row for row in export.rows(project.store, campaign) if row["disposition"] == "lost"]

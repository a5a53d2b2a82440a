"""kill -9 of the leader at any moment: nobody is called twice, no leg is left, and agents are not lost."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.runtime.demo import Demo, Options
from orchestrator.runtime.export import rows
from orchestrator.simulator.callee_log import read_callee_log
from tests.runtime.factories import launched, number
from tests.runtime.operators.bench import (
    ORDERS,
    agent,
    channels,
    figures,
    leader,
    opened,
    say,
    switch,
    until,
)

CUSTOMERS, KILLS = 6, 1
ONCE = ORDERS.replace("attempts: 2", "attempts: 1").replace(
    "rules: {no_answer: {retry: 2h}}", "rules: {no_answer: {status: gone}, abandoned: {status: left_alone}}"
)


@pytest.mark.parametrize("seed", range(1))
def test_whenever_the_leader_is_killed_another_goes_on(seed: int, short_tmp: Path) -> None:
    rng = random.Random(seed)
    with opened(short_tmp, orders=ONCE, speed=30.0) as project, switch(project) as its:
        workers = Demo(folder=project.folder, options=Options(seed=1, speed=1.0, start=0), port=0)
        campaign = launched(project, *range(CUSTOMERS), scenario="orders")
        try:
            for name in ("one", "two"):
                workers.start_worker(name)
            until(lambda: figures(project), "somebody leads")
            assert all(say(project, name, "available").is_done for name in ("anna", "boris"))
            pids = {}
            for _ in range(KILLS):
                gevent.sleep(rng.uniform(0.2, 1.2))  # at any moment
                workers.check_alive()
                before = leader(project)
                pids = {str(process.pid): name for name, process in workers.processes.items()}
                name = next(name for pid, name in pids.items() if pid in before)
                workers.kill(name)
                until(lambda: leader(project) not in ("", before), "another one leads")  # noqa: B023
                workers.start_worker(name)
            counts = project.store.counts
            until(lambda: counts(campaign.campaign_id).done == CUSTOMERS, "everybody was called")
            until(lambda: channels(its) == 0, "no channel is left")
            free = (AgentState.AVAILABLE, AgentState.BREAK)
            until(
                lambda: all(agent(project, name).state in free for name in ("anna", "boris")),
                "agents are free again",
            )
            talks = sum(agent(project, name).calls_today for name in ("anna", "boris"))
            ended = list(rows(project.store, campaign))
        finally:
            workers.stop()
        rung = Counter(call.number for call in read_callee_log(project.settings.data / "callees-main.jsonl"))
    assert {each: rung[each] for each in map(number, range(CUSTOMERS))} == {
        number(index): 1 for index in range(CUSTOMERS)
    }
    assert {row["disposition"] for row in ended} <= {"answered", "abandoned", "no_answer"}
    answered = sum(row["disposition"] == "answered" for row in ended)
    assert answered - KILLS <= talks <= answered

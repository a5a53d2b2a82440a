"""An agent who is added while everything runs takes calls, and goes after the call when removed in the middle of it."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.agent import AgentState
from tests.runtime.operators.bench import HELP, call_in, opened, recorded, say, state, switch, until, worker

ANNA = "agents: {anna: {dial: user/1001, switch: main, queues: [sales]}}\n"
ASSIGNED = HELP.replace("agents: [anna, boris]", "agents: assigned")


def test_an_added_agent_takes_calls_and_goes_after_the_last_one(short_tmp: Path) -> None:
    with opened(short_tmp, agents=ANNA, help=ASSIGNED) as project, switch(project) as its, worker(project):
        added = project.store.added_agents
        added.put("vera", {"dial": "user/1002", "queues": ["sales"]})
        until(lambda: say(project, "vera", "available").is_done, "vera is known")
        call_id = call_in(its)
        until(lambda: state(project, "vera") is AgentState.TALKING, "vera talks")
        added.remove("vera")
        assert recorded(project, call_id).call.reached == "vera"
        until(lambda: state(project, "vera") is AgentState.OFFLINE, "vera is gone")
        assert not say(project, "vera", "available").is_done

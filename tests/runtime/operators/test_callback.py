"""A caller who asks to be called back keeps their place in the line: an agent is reserved, and then they are called."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.agent import AgentState
from orchestrator.simulator.callee_log import read_callee_log
from orchestrator.store.figures import Scope
from tests.runtime.operators.bench import (
    CALLER,
    HELP,
    PEOPLE,
    agent,
    call_in,
    channels,
    figures,
    opened,
    recorded,
    say,
    state,
    switch,
    until,
    worker,
)

KEPT = (
    HELP.replace("silent: 30s, overflow: full", "silent: 30s, overflow: full, offer_callback: after 10s")
    + "missed:\n  flow: [{queue: sales}]\ndial: {gateways: [main], caller_id: +74950000001}\n"
)


def test_a_callback_keeps_its_place_and_is_made_with_an_agent_reserved(short_tmp: Path) -> None:
    people = PEOPLE.replace("talks: 10", "talks: 45")
    with opened(short_tmp, help=KEPT, people=people) as project, switch(project) as its, worker(project):
        say(project, "anna", "available")
        call_in(its, caller="+79160000001")
        until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
        first = call_in(its, ["hears", "callback_offer", "press", "1"])
        until(lambda: figures(project)[Scope.QUEUE, "help:sales"]["ghosts"] == 1, "the place is kept")
        row = recorded(project, first)
        assert (row.call.reached, row.campaign_id) == ("", "help-missed")
        until(lambda: project.store.counts("help-missed").done == 1, "the caller was called back")
        until(lambda: agent(project, "anna").calls_today == 2, "and talked with anna")
        until(lambda: channels(its) == 0, "no channel is left")
        seen = [call.number for call in read_callee_log(project.settings.data / "callees-main.jsonl")]
        assert seen.count(CALLER) == 1
        until(lambda: figures(project)[Scope.QUEUE, "help:sales"]["ghosts"] == 0, "the place is used")

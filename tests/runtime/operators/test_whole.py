"""Callers, agents, switch, worker and store as they run together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.runtime.project import Project
from orchestrator.store.figures import Scope
from tests.runtime.operators.bench import (
    CALLER,
    agent,
    call_in,
    channels,
    figures,
    opened,
    recorded,
    say,
    screens,
    state,
    switch,
    until,
    worker,
)


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    with opened(short_tmp) as made:
        yield made


def test_a_caller_is_joined_with_a_free_agent_and_the_flow_goes_on_after_the_talk(project: Project) -> None:
    with switch(project) as its, worker(project):
        assert say(project, "anna", "available").is_done
        call_id = call_in(its)
        until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
        until(lambda: state(project, "anna") is AgentState.WRAP_UP, "anna writes down what was said")
        row = recorded(project, call_id)
        assert (row.call.reached, row.call.result) == ("anna", "served")
        until(lambda: state(project, "anna") is AgentState.AVAILABLE, "the wrap-up is over")
        until(lambda: channels(its) == 0, "no channel is left")
        record = agent(project, "anna")
        assert (record.calls_today, record.leg_id, record.misses) == (1, "", 0)
        assert 8_000 <= record.talk_ms_today <= 14_000
        kinds = [kind for kind, _ in screens(project, "anna")]
        assert kinds == ["rings", "talks", "over"]
        rings = screens(project, "anna")[0][1]
        assert (rings["call_id"], rings["number"], rings["queue"]) == (call_id, CALLER, "help:sales")
        until(
            lambda: figures(project)[Scope.QUEUE, "help:sales"]["today"],
            "what was counted is seen",
        )
        today = figures(project)[Scope.QUEUE, "help:sales"]["today"]
        assert isinstance(today, dict)
        assert (today["offered"], today["answered"], today["handled"]) == (1, 1, 1)

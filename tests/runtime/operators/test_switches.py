"""Several switches: a caller on one, the agent on another; one that is lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.runtime.project import Project
from orchestrator.simulator.switch import SimulatedSwitch
from orchestrator.store.figures import Scope
from tests.ports import free_port
from tests.runtime.operators.bench import (
    AGENTS,
    SETTINGS,
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

TWO = SETTINGS.replace(
    "      main: {{cps: 100, channels: 50}}\n",
    """\
      main: {{cps: 100, channels: 50}}
    links: {{other: "sofia/gateway/to_other/{{leg}}"}}
  other:
    port: OTHER
    root: data/other
    gateways:
      main: {{cps: 100, channels: 50}}
""",
)


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    """Boris' telephone is on the other switch."""
    agents = AGENTS.replace("user/1002, switch: main", "user/1002, switch: other")
    settings = TWO.replace("OTHER", str(free_port())).replace("{{leg}}", "{{{{leg}}}}")
    with opened(short_tmp, settings=settings.replace("{{{{leg}}}}", "{{leg}}"), agents=agents) as made:
        yield made


@contextlib.contextmanager
def both(project: Project) -> Iterator[tuple[SimulatedSwitch, SimulatedSwitch]]:
    with switch(project) as one, switch(project, "other") as two:
        one.link("to_other", two)
        yield one, two


def test_a_caller_on_one_switch_talks_with_an_agent_on_another(project: Project) -> None:
    with both(project) as (one, two), worker(project):
        say(project, "boris", "available")
        call_id = call_in(one)
        until(lambda: state(project, "boris") is AgentState.TALKING, "boris talks")
        assert agent(project, "boris").leg_switch == "other"
        row = recorded(project, call_id)
        assert (row.call.reached, row.call.result) == ("boris", "served")
        until(lambda: agent(project, "boris").calls_today == 1, "the talk is booked")
        until(lambda: channels(one) + channels(two) == 0, "no channel is left")


def test_a_switch_that_is_lost_holds_up_nobody_on_the_other(project: Project) -> None:
    with contextlib.ExitStack() as stack:
        one = stack.enter_context(switch(project))
        with switch(project, "other"):
            stack.enter_context(worker(project))
            say(project, "boris", "available")
        say(project, "anna", "available")
        row = recorded(project, call_in(one))
        assert row.call.reached == "anna"
        assert figures(project)[Scope.QUEUE, "help:sales"]["working"] == 2

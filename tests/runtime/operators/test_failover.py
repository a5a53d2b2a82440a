"""The leader is lost: another worker leads, and nobody who waits or talks is any the worse for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.runtime.demo import Demo, Options
from orchestrator.runtime.operators.lead import Lead
from orchestrator.runtime.project import Project
from orchestrator.runtime.worker import Worker
from orchestrator.store.figures import Scope
from tests.runtime.operators.bench import (
    PEOPLE,
    agent,
    call_in,
    channels,
    figures,
    leader,
    opened,
    recorded,
    say,
    state,
    switch,
    until,
    worker,
)


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    with opened(short_tmp) as made:
        yield made


def fall_silent(dead: Worker) -> Lead:
    """The worker leads no more, and neither says so nor does anything about it, as one that was killed."""
    operators = dead._operators
    gevent.killall(operators._greenlets)
    operators._greenlets = []
    lead, operators._lead = operators._lead, None
    assert lead is not None
    lead.end(in_good_order=False)
    return lead


def test_another_worker_leads_within_a_lease_and_a_talk_ends_in_the_books(short_tmp: Path) -> None:
    with contextlib.ExitStack() as stack:
        project = stack.enter_context(opened(short_tmp, people=PEOPLE.replace("talks: 10", "talks: 3600")))
        its = stack.enter_context(switch(project))
        first = stack.enter_context(worker(project, "w1"))
        stack.enter_context(worker(project, "w2", leads=False))
        say(project, "anna", "available")
        call_id = call_in(its)
        until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
        fall_silent(first)
        until(lambda: leader(project) == "w2", "the other one leads")
        until(lambda: figures(project)[Scope.QUEUE, "help:sales"]["talking"] == 1, "it knows of the talk")
        assert state(project, "anna") is AgentState.TALKING
        its.commands.run("uuid_kill", call_id)
        assert recorded(project, call_id).call.reached == "anna"
        until(lambda: state(project, "anna") is not AgentState.TALKING, "the talk's end is booked")
        record = agent(project, "anna")
        assert (record.calls_today, record.leg_id) == (1, "")
        assert record.talk_ms_today > 10_000


def test_a_talk_that_ended_while_nobody_led_is_booked_too(project: Project) -> None:
    with switch(project) as its:
        with worker(project, "w1") as first:
            say(project, "anna", "available")
            call_id = call_in(its)
            until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
            fall_silent(first)
            assert recorded(project, call_id).call.reached == "anna"
            until(lambda: channels(its) == 0, "everybody has hung up")
            assert state(project, "anna") is AgentState.TALKING
        with worker(project, "w2"):
            until(lambda: state(project, "anna") is not AgentState.TALKING, "the talk is over")


def test_whoever_waits_is_given_an_agent_by_the_next_leader(project: Project) -> None:
    with switch(project) as its, worker(project, "w1") as first, worker(project, "w2", leads=False):
        say(project, "anna", "available")
        call_in(its)
        until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
        waits = call_in(its, caller="+79160000008")
        until(lambda: its.commands.run("uuid_getvar", f"{waits} prozvon_asks") == "true", "they ask")
        fall_silent(first)
        until(lambda: leader(project) == "w2", "the other one leads")
        say(project, "boris", "available")
        assert recorded(project, waits).call.reached == "boris"


def test_a_leg_that_nobody_knows_is_hung_up_and_a_ringing_one_is_gone_on_with(project: Project) -> None:
    with switch(project) as its, contextlib.ExitStack() as stack:
        lost = "0123abcd-0000-4000-8000-000000000001"
        reply = its.commands.run(
            "originate",
            f"{{origination_uuid={lost},prozvon_agent=anna,prozvon_floor=true}}user/1002 &park()",
        )
        assert reply.startswith("+OK"), reply
        stack.enter_context(worker(project, "w1"))
        until(lambda: channels(its) == 0, "it is hung up")
        assert state(project, "boris") is AgentState.OFFLINE


def test_a_leader_that_others_have_followed_changes_nothing_more(project: Project) -> None:
    """It was stopped for longer than its lease, and comes back."""
    with switch(project), worker(project, "w1") as first, worker(project, "w2", leads=False):
        say(project, "anna", "available")
        stale = first._operators._lead
        assert stale is not None
        gevent.killall(first._operators._greenlets)
        until(lambda: leader(project) == "w2", "the other one leads")
        assert say(project, "anna", "break", reason="lunch").is_done
        until(lambda: state(project, "anna") is AgentState.BREAK, "anna is at lunch")
        stale._shift.feed()
        stale._shift.keep({"floor": "{}"})
        until(lambda: first._operators._lost.is_set(), "it learns that it leads no more")
        assert state(project, "anna") is AgentState.BREAK


def test_a_store_that_crashed_comes_back_with_everybody_where_they_were(project: Project) -> None:
    with switch(project) as its, worker(project):
        say(project, "anna", "available")
        call_id = call_in(its)
        until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
        Demo(folder=project.folder, options=Options(seed=1, speed=1.0, start=0), port=0).kill_store()
        say(project, "boris", "available")
        second = call_in(its, caller="+79160000008")
        assert recorded(project, call_id).call.reached == "anna"
        assert recorded(project, second).call.reached == "boris"
        until(lambda: agent(project, "anna").calls_today == 1, "the talk is booked")


def test_a_worker_that_ends_hands_the_lead_over_and_tells_all_it_knows(project: Project) -> None:
    with switch(project) as its, worker(project, "w1") as first, worker(project, "w2", leads=False):
        say(project, "anna", "available")
        call_id = call_in(its, ["talks", 60_000, "hang_up"])
        until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
        first.stop()
        until(lambda: leader(project) == "w2", "the other one leads")
        assert recorded(project, call_id).call.reached == "anna"
        until(lambda: agent(project, "anna").calls_today == 1, "the talk is booked")
        assert say(project, "boris", "available").is_done


def test_a_worker_that_ends_alone_goes_on_with_its_agents_until_then(project: Project) -> None:
    with switch(project) as its, worker(project) as only:
        say(project, "anna", "available")
        only._operators.wind_down()
        assert recorded(project, call_in(its)).call.reached == "anna"
        assert leader(project) == "w1"

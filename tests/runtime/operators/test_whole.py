"""Callers, agents, switch, worker and store as they run together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.runtime.project import Project
from orchestrator.store.figures import Scope
from tests.runtime.operators.bench import (
    AGENTS,
    CALLER,
    PEOPLE,
    agent,
    call_in,
    channels,
    figures,
    opened,
    parked,
    phase,
    phone_in,
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


def test_whoever_waits_gets_the_first_agent_who_comes(project: Project) -> None:
    with switch(project) as its, worker(project):
        say(project, "anna", "available")
        first = call_in(its)
        until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
        second = call_in(its, caller="+79160000008")
        until(lambda: figures(project)[Scope.QUEUE, "help:sales"]["waiting"] == 1, "somebody waits")
        say(project, "boris", "available")
        until(lambda: agent(project, "boris").call_id == second, "boris has the one who waits")
        assert recorded(project, first).call.reached == "anna"
        assert recorded(project, second).call.reached == "boris"


def test_where_nobody_is_at_work_the_flow_goes_on_at_its_overflow(project: Project) -> None:
    with switch(project) as its, worker(project):
        row = recorded(project, call_in(its))
        assert (row.call.reached, row.call.result) == ("", "nobody")
        assert (row.call.queue_wait_s or 0) < 5


def test_an_agent_who_does_not_answer_twice_is_taken_out(short_tmp: Path) -> None:
    people = PEOPLE.replace("rings: 2, talks: 10", "rings: 2, answers: 0.0, otherwise: {no_answer: 1}")
    with opened(short_tmp, people=people) as project, switch(project) as its, worker(project):
        say(project, "anna", "available")
        row = recorded(project, call_in(its))
        assert (row.call.reached, row.call.result) == ("", "nobody")
        record = agent(project, "anna")
        assert (record.state, record.reason) == (AgentState.BREAK, "not_answering")
        assert "missed" in [kind for kind, _ in screens(project, "anna")]
        until(lambda: channels(its) == 0, "no channel is left")


def test_a_caller_who_hangs_up_while_the_agent_is_rung_frees_the_agent(short_tmp: Path) -> None:
    people = PEOPLE.replace("rings: 2", "rings: 12")
    with opened(short_tmp, people=people) as project, switch(project) as its, worker(project):
        say(project, "anna", "available")
        call_id = call_in(its, ["answered", 4_000, "hang_up"])
        until(lambda: state(project, "anna") is AgentState.RINGING, "anna is rung")
        until(lambda: state(project, "anna") is AgentState.AVAILABLE, "anna is free again")
        until(lambda: channels(its) == 0, "her telephone rings no more")
        assert recorded(project, call_id).call.reached == ""


def test_a_break_needs_a_reason_that_there_is_and_an_agent_who_there_is(project: Project) -> None:
    with switch(project), worker(project):
        assert say(project, "anna", "available").is_done
        refused = say(project, "anna", "break", reason="golf")
        assert not refused.is_done
        assert "lunch" in refused.why
        assert say(project, "anna", "break", reason="lunch").is_done
        until(lambda: agent(project, "anna").reason == "lunch", "anna is at lunch")
        unknown = say(project, "nobody", "available")
        assert not unknown.is_done
        assert "nobody" in unknown.why


def test_an_agent_takes_calls_by_feature_code_from_a_telephone_that_proved_itself(project: Project) -> None:
    with switch(project) as its, worker(project):
        phone_in(its, "*20", user="1001")
        until(lambda: state(project, "anna") is AgentState.AVAILABLE, "anna is available")
        phone_in(its, "*212", user="1001")
        until(lambda: agent(project, "anna").reason == "training", "her second break")
        phone_in(its, "*22", user="1001")
        until(lambda: state(project, "anna") is AgentState.OFFLINE, "anna is off")
        assert state(project, "boris") is AgentState.OFFLINE


def test_a_standing_leg_is_joined_at_once_and_stays(short_tmp: Path) -> None:
    agents = AGENTS.replace('switch: main, user: "1001"', 'switch: main, user: "1001", standing: yes')
    people = PEOPLE.replace("talks: 10", "stays: 3600")
    people = people.replace("people: {", "people: {talks: 8, ")
    with opened(short_tmp, agents=agents, people=people) as project, switch(project) as its, worker(project):
        say(project, "anna", "available")
        until(lambda: agent(project, "anna").is_leg_ready, "anna is on the line")
        leg = agent(project, "anna").leg_id
        for caller in ("+79160000007", "+79160000008"):
            call_id = call_in(its, ["talks", 8_000, "hang_up"], caller=caller)
            row = recorded(project, call_id)
            assert (row.call.reached, row.call.queue_wait_s) == ("anna", 0) or row.call.queue_wait_s <= 2
            say(project, "anna", "ready")
            until(lambda: state(project, "anna") is AgentState.AVAILABLE, "anna is available again")
            assert agent(project, "anna").leg_id == leg


def test_a_caller_is_held_and_taken_back_by_keys_and_transferred_to_another_agent(short_tmp: Path) -> None:
    people = PEOPLE.replace("talks: 10", "stays: 3600")
    with opened(short_tmp, people=people) as project, switch(project) as its, worker(project):
        say(project, "anna", "available")
        call_id = call_in(its)
        until(lambda: state(project, "anna") is AgentState.TALKING, "anna talks")
        leg = agent(project, "anna").leg_id
        assert say(project, "anna", "hold").is_done
        until(lambda: phase(project, call_id) == "held", "the caller is held")
        until(lambda: parked(its, leg), "anna's leg is parked")
        assert say(project, "anna", "unhold").is_done
        until(lambda: phase(project, call_id) == "talking" and not parked(its, leg), "they talk again")
        say(project, "boris", "available")
        refused = say(project, "anna", "transfer", to="nobody")
        assert not refused.is_done
        assert say(project, "anna", "transfer", to="boris").is_done
        until(lambda: agent(project, "boris").call_id == call_id, "boris is rung")
        until(lambda: state(project, "boris") is AgentState.TALKING, "boris talks")
        assert state(project, "anna") is AgentState.WRAP_UP
        its.commands.run("uuid_kill", call_id)
        call = recorded(project, call_id).call
        assert call.reached == "boris"
        until(lambda: channels(its) == 0, "no channel is left")

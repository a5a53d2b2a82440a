"""Waits are counted by whole seconds, so that the service level can be told later for any number of them."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.domain.agent import AgentRecord
from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.news import CallerLeft
from orchestrator.engine.floor.orders import LONGEST_S, Counted, Figure
from orchestrator.engine.floor.people import Agent
from tests.engine.floor.factories import Bench, Q, a_queue, a_spec, only


def a_bench(**rules: object) -> Bench:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna", **rules)])
    bench.come("anna")
    return bench


def waits(bench: Bench, figure: Figure) -> list[str]:
    return [each.name for each in only(bench.orders, Counted) if each.figure is figure]


def test_whoever_is_answered_counts_with_the_seconds_that_had_begun() -> None:
    bench = a_bench()
    bench.join("c1")
    bench.wait(3.999)
    bench.park("anna")
    bench.talk("c1", "anna")
    assert waits(bench, Figure.ANSWERED_AFTER) == ["answered_after_3"]
    (one,) = [each for each in only(bench.orders, Counted) if each.figure is Figure.ANSWERED_AFTER]
    assert (one.queue_id, one.agent_id, one.amount) == (Q, "", 1)


def test_whoever_gives_up_counts_with_theirs_and_an_hour_at_most() -> None:
    bench = a_bench()
    bench.join("busy")
    bench.park("anna")
    bench.talk("busy", "anna")
    bench.join("c1")
    bench.join("c2")
    bench.wait(7)
    bench.feed(CallerLeft(call_id="c1", why="abandoned"))
    bench.wait(2 * LONGEST_S)
    bench.feed(CallerLeft(call_id="c2", why="hung_up"))
    assert waits(bench, Figure.ABANDONED_AFTER) == ["abandoned_after_7", f"abandoned_after_{LONGEST_S}"]


def test_people_whom_a_campaign_dialed_have_no_wait_of_a_queue() -> None:
    bench = a_bench()
    bench.join("c1", kind=CallerKind.DIALED, within_s=2.0)
    bench.park("anna")
    bench.talk("c1", "anna")
    assert bench.counted(Figure.CONNECTED) == 1
    assert waits(bench, Figure.ANSWERED_AFTER) == []


def test_a_wrap_up_counts_for_the_campaign_of_its_call() -> None:
    bench = a_bench(wrap_up_s=30)
    bench.join("c1", kind=CallerKind.DIALED, within_s=2.0, campaign_id="camp-1")
    bench.park("anna")
    bench.talk("c1", "anna")
    bench.wait(10)
    bench.end_talk("c1", "anna")
    assert bench.agent("anna").record().campaign_id == "camp-1"
    bench.wait(31)
    assert bench.counted(Figure.WRAP_UP_MS, campaign_id="camp-1") == 30_000
    assert bench.agent("anna").record().campaign_id == ""


def test_another_leader_knows_what_campaign_a_wrap_up_is_for() -> None:
    agent = Agent(a_spec("anna"), 0)
    record = AgentRecord(agent_id="anna", campaign_id="camp-1")
    agent.restore(AgentRecord.loads(record.dumps()))
    assert agent.record() == replace(record, since=0)

"""Which queues there are: those of the scenarios in force, and those that somebody is at work in still."""

from __future__ import annotations

from orchestrator.domain.agent import AgentRecord, AgentState
from orchestrator.domain.queue import QueueRules
from orchestrator.engine.floor.state import FloorState
from orchestrator.runtime.operators.rota import Rules

RULES = Rules(
    queues={name: QueueRules(queue_id=name, project="shop") for name in ("orders:sales", "help:bills")}
)


def test_a_queue_stays_until_the_wrap_up_of_its_last_call_is_over() -> None:
    """The campaign is finished by then; the wrap-up is its project's all the same."""
    anna = AgentRecord(agent_id="anna", state=AgentState.WRAP_UP, queue_id="orders:sales", call_id="c1")
    free = AgentRecord(agent_id="boris", state=AgentState.AVAILABLE)
    (kept,) = RULES.at_work(FloorState(at=0, agents=(anna, free)))
    assert (kept.queue_id, kept.project) == ("orders:sales", "shop")
    assert RULES.at_work(FloorState(at=0, agents=(free,))) == []

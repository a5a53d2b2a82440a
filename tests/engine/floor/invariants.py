"""What must hold on every floor at every moment, whatever has happened."""

from __future__ import annotations

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.line import AT_WORK
from orchestrator.engine.floor.state import CallerPhase


def check(floor: Floor) -> None:
    board = floor._board
    having: dict[str, str] = {}
    for caller in board.callers.values():
        for agent in caller.agents:
            assert having.setdefault(agent.agent_id, caller.call_id) == caller.call_id, (
                "an agent with two calls"
            )
            assert agent.call_id == caller.call_id
            assert agent.state in (AgentState.RINGING, AgentState.TALKING)
        if caller.other is not None:
            assert caller.other.agent_id not in having
            having[caller.other.agent_id] = caller.call_id
        if caller.phase in (CallerPhase.TALKING, CallerPhase.HELD):
            assert len(caller.agents) == 1
        if caller.phase is CallerPhase.OFFERED:
            assert caller.agents
        if caller.phase is CallerPhase.WAITING:
            assert not caller.agents
            assert caller.line.waiting[caller.line.place(caller) - 1][2] is caller
    for agent in board.agents.values():
        if agent.state in (AgentState.RINGING, AgentState.RESERVED):
            caller = board.callers.get(agent.call_id)
            assert agent.due_at is not None or (caller is not None and caller.due_at is not None), (
                agent.agent_id
            )
        if agent.leg_id:
            assert board.legs[agent.leg_id] is agent
        if agent.state not in (AgentState.RINGING, AgentState.RESERVED):
            assert agent.errand is None
    assert all(agent.leg_id == leg for leg, agent in board.legs.items())
    for line in board.lines.values():
        assert line.working == sum(agent.state in AT_WORK for agent in line.members)
        assert line.present == sum(agent.state is not AgentState.OFFLINE for agent in line.members)
        assert line.ghosts == sum(caller.is_ghost for _, _, caller in line.waiting)
        assert line.waiting == sorted(line.waiting, key=lambda item: item[:2])
        free = {line.members[entry[-1]].agent_id for entry in line.free}
        assert free == {
            agent.agent_id
            for agent in line.members
            if agent.state is AgentState.AVAILABLE
            and agent.rests_until <= board.now
            and (agent.is_parked or not agent.leg_id)
        }
        assert line.free == sorted(line.free)
        if line.waiting:
            assert line.pick(line.waiting[0][2], board.now) is None, "somebody waits, and an agent is free"


def check_end(floor: Floor) -> None:
    """When it has been quiet for long, nothing is under way any more."""
    board = floor._board
    states = {agent.agent_id: agent.state for agent in board.agents.values()}
    assert not [name for name, state in states.items() if state in (AgentState.RINGING, AgentState.RESERVED)]
    assert not [caller for caller in board.callers.values() if caller.phase is CallerPhase.OFFERED]

"""Which agents and queues there are, and who serves what. Said anew as a whole; calls under way are not disturbed."""

from __future__ import annotations

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import QueueRules
from orchestrator.engine.floor.board import EMPTY_MS, Board
from orchestrator.engine.floor.hours import look_at_hours
from orchestrator.engine.floor.line import Line
from orchestrator.engine.floor.matching import become, try_agent, try_line
from orchestrator.engine.floor.news import Queues, Staff
from orchestrator.engine.floor.people import Agent
from orchestrator.engine.floor.talks import drop_errand, end_wrap_up
from orchestrator.engine.floor.waiting import ghost_over, let_go


def staff(board: Board, news: Staff) -> None:
    board.breaks = news.breaks
    specs = {spec.agent_id: spec for spec in news.specs}
    for spec in news.specs:
        agent = board.agents.get(spec.agent_id)
        if agent is None:
            board.agents[spec.agent_id] = agent = Agent(spec, board.now)
            agent.day = board.day
            board.changed(agent)
        agent.spec, agent.is_gone = spec, False
    gone = [agent for agent in board.agents.values() if agent.agent_id not in specs]
    for agent in gone:
        _dismiss(board, agent)
    _seat(board)


def _dismiss(board: Board, agent: Agent) -> None:
    """Not on the staff any more: offline now, or after the call."""
    agent.is_gone = True
    if agent.state in (AgentState.RINGING, AgentState.TALKING):
        board.is_dirty = board.is_urgent = True
        return
    board.unfree(agent)
    if agent.state is AgentState.WRAP_UP:
        end_wrap_up(board, agent)
    if agent.errand is not None:
        drop_errand(board, agent, agent.errand)
    agent.call_id = agent.queue_id = ""
    become(board, agent, AgentState.OFFLINE)


def queues(board: Board, news: Queues) -> None:
    rules = {each.queue_id: each for each in news.rules}
    gone = [line for queue_id, line in board.lines.items() if queue_id not in rules]
    for each in news.rules:
        line = board.lines.get(each.queue_id)
        if line is None:
            board.lines[each.queue_id] = line = Line(each, board.now)
        elif line.rules != each:
            _new_rules(line, each)
        look_at_hours(board, line)
    for line in gone:
        _close(board, line)
    _seat(board)


def _new_rules(line: Line, rules: QueueRules) -> None:
    line.rules, line.step_ms = rules, rules.levels_after_s * 1_000
    for _, _, caller in line.waiting:
        caller.rank = line.rank_of(caller)
    line.waiting = [(caller.rank, number, caller) for _, number, caller in line.waiting]
    line.waiting.sort(key=lambda item: item[:2])


def _close(board: Board, line: Line) -> None:
    """The queue is no more: nobody waits in it; talks go on."""
    del board.lines[line.queue_id]
    board.wake(line, None)
    for caller in [item[2] for item in line.waiting if not item[2].is_ghost] + list(line.offered.values()):
        let_go(board, caller, "gone")
    for ghost in [each for each in board.ghosts.values() if each.line is line and not each.agents]:
        ghost_over(board, ghost, "gone")
    for campaign in line.campaigns:
        campaign.is_running = False


def _seat(board: Board) -> None:
    """Who serves which line, from scratch; then those who are free get whoever waits."""
    for agent in board.agents.values():
        board.unfree(agent)
        agent.seats = []
    for line in board.lines.values():
        line.passed(board.now)
        known = [(board.agents[name], level) for name, level in line.rules.agents if name in board.agents]
        levels = sorted({level for _, level in known})
        line.members = [agent for agent, _ in known]
        line.names = frozenset(agent.agent_id for agent in line.members)
        line.talking.clear()
        line.wrapping.clear()
        for position, (agent, level) in enumerate(known):
            agent.seats.append((line, levels.index(level), position))
        line.count()
        for agent in line.members:
            line.see(agent)
        line.empty_since = None if line.present else line.empty_since or board.now
        if not line.present:
            board.wake_by(line, board.now + EMPTY_MS)
    _meet(board)
    for agent in list(board.agents.values()):
        try_agent(board, agent)
    for line in board.lines.values():
        try_line(board, line)
    board.is_dirty = board.is_urgent = True


def _meet(board: Board) -> None:
    """Which lines share agents with which, and the part of the other's agents that is shared."""
    for line in board.lines.values():
        shared: dict[str, int] = {}
        for agent in line.members:
            for other, _, _ in agent.seats:
                shared[other.queue_id] = shared.get(other.queue_id, 0) + 1
        shared.pop(line.queue_id, None)
        line.neighbours = [
            (board.lines[name], count / len(board.lines[name].members)) for name, count in shared.items()
        ]

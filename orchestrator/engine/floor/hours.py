"""A queue's own timer: its hours, a queue that nobody serves any more, and levels whose turn has come."""

from __future__ import annotations

from orchestrator.domain.queue import Strategy
from orchestrator.engine.floor.board import EMPTY_MS, Board
from orchestrator.engine.floor.line import Line
from orchestrator.engine.floor.matching import try_agent, try_line
from orchestrator.engine.floor.people import Caller
from orchestrator.engine.floor.waiting import ghost_over, let_go
from orchestrator.engine.hours import HORIZON_MS, next_open, open_until


def look_at_hours(board: Board, line: Line) -> None:
    """Whether the queue is open, and when to look again."""
    rules = line.rules
    if rules.hours is None:
        line.is_open, line.hours_at = True, None
        return
    until = open_until(rules.hours, rules.zone, board.now)
    line.is_open = until is not None
    line.hours_at = until or next_open(rules.hours, rules.zone, board.now) or board.now + HORIZON_MS
    board.wake_by(line, line.hours_at)


def line_due(board: Board, line: Line) -> None:
    if line.hours_at is not None:
        if board.now >= line.hours_at:
            look_at_hours(board, line)
        else:
            board.wake_by(line, line.hours_at)
    if not line.is_open:
        _send_away(board, line, "closed")
        for ghost in [each for each in board.ghosts.values() if each.line is line and not each.agents]:
            ghost_over(board, ghost, "closed")
    elif line.empty_since is not None and line.people:
        if board.now >= line.empty_since + EMPTY_MS:
            _send_away(board, line, "no_agents")
        else:
            board.wake_by(line, line.empty_since + EMPTY_MS)
    try_line(board, line)
    if line.rules.strategy is Strategy.RING_ALL and line.offered:
        for entry in list(line.free):
            agent = line.members[entry[-1]]
            board.unfree(agent)
            try_agent(board, agent)


def _send_away(board: Board, line: Line, why: str) -> None:
    """Those who wait are let go; who was called for a limit waits on until it is over."""
    waiting: list[Caller] = [caller for _, _, caller in line.waiting]
    for caller in waiting:
        if not caller.is_ghost and (caller.within_ms is None or caller.is_late):
            let_go(board, caller, why)

"""A clock that is set: no wait gets longer or shorter by it, nobody is let go for it, and no timer goes off early.

A step back, and a step forward beyond what sleep explains, move every instant that the floor remembers by as much.
"""

from __future__ import annotations

import heapq

from orchestrator.engine.floor.board import Board, Timed
from orchestrator.engine.floor.line import Line
from orchestrator.engine.floor.people import Agent, Caller

JITTER_MS = 1_000  # a step back that clocks make to keep time: the floor just stands still for it
LATE_MS = 30_000  # news that comes so long after the floor wanted to be woken: the clock was set


def step_of(board: Board, now: int, late_ms: int) -> int:
    """By how many ms the clock was set since the last news; 0 when it was not."""
    if now < board.now:
        return now - board.now if board.now - now > JITTER_MS else 0
    expected = max(board.next_at() or board.now, board.now)
    return now - board.now if now - expected > late_ms else 0


def step(board: Board, by: int) -> None:
    """Move every instant by so many ms."""
    if not by:
        return
    board.now += by
    for agent in board.agents.values():
        _step_agent(board, agent, by)
    for line in board.lines.values():
        _step_line(line, by)
    _step_line(board.nowhere, by)
    for caller in [*board.callers.values(), *board.ghosts.values()]:
        _step_caller(caller, by)
    for campaign in board.campaigns.values():
        campaign.ordered_at += by
        campaign.again_at += by
    for attempt in board.attempts.values():
        attempt.placed_at += by
    board.paced_at += by
    # every timer that counts is the one of an object: the heap is made anew from them
    old, board.timers = board.timers, []
    alive: dict[int, tuple[int, int, Timed]] = {}
    for at, number, timed in old:
        if timed.due_at == at:
            alive[id(timed)] = (at + by, number, timed)
    for at, _, timed in alive.values():
        timed.due_at = at
    board.timers = list(alive.values())
    heapq.heapify(board.timers)


def _step_agent(board: Board, agent: Agent, by: int) -> None:
    is_free = bool(agent.entries)
    board.unfree(agent)
    agent.since += by
    agent.idle_since += by
    agent.busy_since += by
    agent.counted_at += by
    agent.rests_until += by
    if agent.wrap_up_until is not None:
        agent.wrap_up_until += by
    if is_free:
        board.free(agent)
    board.changed(agent)


def _step_line(line: Line, by: int) -> None:
    line.movement.at += by
    line.inflow.at += by
    if line.empty_since is not None:
        line.empty_since += by
    line.waiting = [(rank + by, number, caller) for rank, number, caller in line.waiting]


def _step_caller(caller: Caller, by: int) -> None:
    caller.joined_at += by
    caller.rank += by
    caller.heard_at += by
    caller.absent_since += by
    for name in ("within_until", "offered_at", "talk_since", "held_since"):
        at = getattr(caller, name)
        if at is not None:
            setattr(caller, name, at + by)

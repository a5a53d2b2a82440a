"""When something has to be done about a caller though nothing happens."""

from __future__ import annotations

from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.people import Caller
from orchestrator.engine.floor.state import CallerPhase

OFFER_MS = 10_000  # a caller who was told to join a leg has joined it by then; a link to another switch takes a while
ARRIVAL_MS = 10_000  # a script has come to its queue, or back to it, by then
LOST_MS = 60_000  # a caller says every 10 s that they are there; who does not for so long is not
GHOST_MS = 4 * 3_600_000  # a place in line is kept for so long


def schedule(board: Board, caller: Caller) -> None:
    """Set the caller's timer to the first of what may be due."""
    board.wake(caller, _due(board, caller))


def lost_at(board: Board, caller: Caller) -> int | None:
    return None if board.lost_ms is None else caller.heard_at + board.lost_ms


def max_wait_until(caller: Caller) -> int | None:
    """None: as long as they like."""
    limit = caller.max_wait_ms
    if limit is None:
        seconds = caller.line.rules.max_wait_s
        limit = None if seconds is None else seconds * 1_000
    return None if limit is None else caller.joined_at + limit


def _due(board: Board, caller: Caller) -> int | None:
    if caller.phase is CallerPhase.TALKING:
        return None
    if caller.is_ghost:
        return caller.joined_at + GHOST_MS
    found = [lost_at(board, caller) if caller.is_here else None]
    if caller.offered_at is not None:
        found.append(caller.offered_at + OFFER_MS)
    elif not caller.is_here:
        found.append(arrival_until(caller))
    elif caller.phase is not CallerPhase.HELD and not caller.is_late and not caller.is_answered:
        found.append(caller.within_until)
    if caller.phase is CallerPhase.WAITING:
        found.append(max_wait_until(caller))
    return min((at for at in found if at is not None), default=None)


def arrival_until(caller: Caller) -> int:
    """By when the script of a caller who is not here has come to its queue."""
    return caller.absent_since + ARRIVAL_MS

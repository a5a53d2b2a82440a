"""Callers who come, ask, go and have waited too long; places in line that are kept for a callback."""

from __future__ import annotations

from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.deadlines import (
    GHOST_MS,
    OFFER_MS,
    arrival_until,
    lost_at,
    max_wait_until,
    schedule,
)
from orchestrator.engine.floor.line import Line
from orchestrator.engine.floor.matching import assign, free_again, offer, try_line
from orchestrator.engine.floor.news import CallerHere, CallerJoined, CallerLeft, GhostGone
from orchestrator.engine.floor.orders import Answer, Figure, LetGo
from orchestrator.engine.floor.people import Caller
from orchestrator.engine.floor.state import CallerPhase
from orchestrator.engine.floor.talks import finish, ghost_waits, nobody_in_time, offer_failed

DAY_MS = 86_400_000
AGAIN_MS = 5_000  # who has waited longer when they come was in this queue already, before we led
EARLY_MS = 5_000  # who gives up sooner is counted apart
GONE_FOR_GOOD = ("hung_up", "callback", "talked")
LET_GO_BY_SCRIPT = ("max_wait", "overflow", "silent")


def caller_joined(board: Board, news: CallerJoined) -> None:
    known = board.callers.get(news.call_id)
    if known is not None and _is_that(board, known, news):
        _arrived(board, known, news)
        _answer(board, known)
        return
    if known is not None:
        leave(board, known, "overflow")
    line = board.lines.get(news.queue_id)
    is_over = _joined_at(board, news) < board.gone_calls.get(news.call_id, 0)  # told late, or twice
    why = "unknown" if line is None or is_over else _refusal(board, line, news)
    if why or line is None:
        board.orders.append(Answer(call_id=news.call_id, why=why))
        board.count(Figure.REFUSED, queue_id=news.queue_id, campaign_id=news.campaign_id)
        return
    caller = _new(board, line, news)
    _answer(board, caller)


def _is_that(board: Board, known: Caller, news: CallerJoined) -> bool:
    """Whether the news is of the wait, or the talk, that is known, and not of a later one."""
    if known.talk_since is not None:
        return not known.talk_since < news.joined_at <= board.now
    return known.line.queue_id == news.queue_id


def _arrived(board: Board, caller: Caller, news: CallerJoined) -> None:
    caller.switch = news.switch
    caller.heard_at = board.now
    caller.max_wait_ms = _ms(news.max_wait_s)
    if not caller.is_here:
        caller.is_here = True
        if caller.within_ms is not None:
            caller.within_until = _joined_at(board, news) + caller.within_ms
        if caller.phase is CallerPhase.OFFERED:
            offer(board, caller)
    schedule(board, caller)


def _refusal(board: Board, line: Line, news: CallerJoined) -> str:
    """Why the caller is not let in; "" when they are."""
    if not line.is_open:
        return "closed"
    if not line.present:
        return "no_agents"
    is_again = board.now - news.joined_at > AGAIN_MS
    if is_again or (news.within_s is not None and news.kind is CallerKind.DIALED) or line.free:
        return ""
    most, each = news.max_waiting, news.per_agent
    if most is None and each is None:
        most, each = line.rules.max_waiting, line.rules.per_agent
    if each is not None:
        most = min(each * line.working, most if most is not None else each * line.working)
    return "full" if most is not None and line.people >= most else ""


def _joined_at(board: Board, news: CallerJoined) -> int:
    return max(board.now - DAY_MS, min(news.joined_at, board.now))


def _new(board: Board, line: Line, news: CallerJoined) -> Caller:
    ahead_ms = news.ahead_s * 1_000
    joined_at = _joined_at(board, news)
    ghost = _ghost_of(board, line, news.number)
    if ghost is not None:  # called again before they were called back: the place is theirs
        ahead_ms += max(0, joined_at - ghost.joined_at)
        ghost_over(board, ghost, "served")
    caller = board.new_caller(news.call_id, line, news.kind, joined_at, ahead_ms)
    caller.switch, caller.number, caller.contact = news.switch, news.number, news.contact
    caller.campaign_id, caller.attempt_id, caller.lead_id = news.campaign_id, news.attempt_id, news.lead_id
    caller.max_wait_ms = _ms(news.max_wait_s)
    caller.campaign = board.campaigns.get(news.campaign_id)
    if news.kind is CallerKind.DIALED:
        caller.within_ms = _ms(line.rules.within_s if news.within_s is None else news.within_s)
    if caller.within_ms is not None:
        caller.within_until = joined_at + caller.within_ms
    elif news.kind is CallerKind.INBOUND:
        line.inflow.came(board.now)
    if board.now - joined_at <= AGAIN_MS:
        board.count_of(caller, Figure.OFFERED if caller.within_ms is None else Figure.DIALED_ANSWERED)
    wait(board, caller)
    return caller


def wait(board: Board, caller: Caller) -> None:
    """A new caller waits, or gets an agent at once."""
    line = caller.line
    line.arrive(caller)
    if line.free and not line.waiting:
        agent = line.pick(caller, board.now)
        if agent is not None:
            caller.phase = CallerPhase.OFFERED
            assign(board, caller, agent)
            return
    line.put(caller, board.now)
    schedule(board, caller)
    try_line(board, line)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000)


def _answer(board: Board, caller: Caller) -> None:
    if caller.phase is not CallerPhase.WAITING:
        board.orders.append(Answer(call_id=caller.call_id, position=1, wait_s=0, is_free=True))
        return
    place = caller.line.place(caller)
    wait_ms = caller.line.wait_ms(place, board.now)
    wait_s = None if wait_ms is None else round(wait_ms / 1_000)
    board.orders.append(Answer(call_id=caller.call_id, position=place, wait_s=wait_s))


def caller_here(board: Board, news: CallerHere) -> None:
    caller = board.callers.get(news.call_id)
    if caller is None:
        board.orders.append(Answer(call_id=news.call_id, why="unknown"))
        return
    caller.heard_at = board.now
    if not caller.is_here:
        caller.is_here = True
        if caller.phase is CallerPhase.OFFERED:
            offer(board, caller)
        schedule(board, caller)
    _answer(board, caller)


def caller_left(board: Board, news: CallerLeft) -> None:
    caller = board.callers.get(news.call_id)
    if caller is not None:
        leave(board, caller, news.why)
        if news.why in GONE_FOR_GOOD:
            board.gone_calls[news.call_id] = board.now


def leave(board: Board, caller: Caller, why: str) -> None:
    """The caller has gone."""
    if caller.talk_since is not None:
        finish(board, caller)
        return
    if not caller.is_answered and not caller.is_late:
        _count_leaving(board, caller, why)
    if why == "callback" and caller.number:
        _keep_place(board, caller)
    remove(board, caller)
    try_line(board, caller.line)


def _count_leaving(board: Board, caller: Caller, why: str) -> None:
    waited_ms = max(0, board.now - caller.joined_at)
    if caller.within_until is not None:
        if why == "abandoned" or board.now >= caller.within_until:
            nobody_in_time(board, caller)
            return
        board.count_of(caller, Figure.DIALED_LEFT)
        if caller.campaign is not None:
            caller.campaign.pacer.abandoned(board.now)
    elif why == "callback":
        board.count_of(caller, Figure.CALLED_BACK)
    elif why in LET_GO_BY_SCRIPT:
        board.count_of(caller, Figure.OVERFLOWED)
    else:
        board.count_of(caller, Figure.ABANDONED)
        board.count_wait(caller, Figure.ABANDONED_AFTER, waited_ms)
        board.count_of(caller, Figure.ABANDONED_WAIT_MS, waited_ms)
        if waited_ms < EARLY_MS:
            board.count_of(caller, Figure.ABANDONED_EARLY)


def remove(board: Board, caller: Caller) -> None:
    """The caller, who has no talk, is known no more; whoever was rung for them is free again."""
    if caller.phase is CallerPhase.WAITING:
        caller.line.remove(caller, board.now)
        caller.line.movement.left()
    board.forget(caller)
    agents, caller.agents = caller.agents, []
    for agent in agents:
        free_again(board, agent)


def let_go(board: Board, caller: Caller, why: str) -> None:
    """The caller has waited in vain; without agents, they are told to go on with their flow."""
    board.orders.append(LetGo(call_id=caller.call_id, why=why))
    if not caller.is_answered and caller.within_ms is None:
        board.count_of(caller, Figure.OVERFLOWED)
    remove(board, caller)


def caller_due(board: Board, caller: Caller) -> None:
    """The caller's timer has gone off."""
    now = board.now
    if caller.is_ghost:
        if now >= caller.joined_at + GHOST_MS and caller.phase is CallerPhase.WAITING:
            ghost_over(board, caller, "too_long")
        elif caller.phase is CallerPhase.OFFERED and not caller.agents:  # their callback could not be made
            ghost_waits(board, caller)
        return
    lost = lost_at(board, caller)
    limit = max_wait_until(caller) if caller.phase is CallerPhase.WAITING else None
    until, arrival = caller.within_until, arrival_until(caller)
    if caller.is_here and lost is not None and now >= lost:
        leave(board, caller, "lost")
    elif caller.offered_at is not None:
        if now >= caller.offered_at + OFFER_MS:
            offer_failed(board, caller)
        else:
            schedule(board, caller)
    elif not caller.is_here and now >= arrival:
        leave(board, caller, "lost")
    elif not caller.is_late and not caller.is_answered and until is not None and now >= until:
        nobody_in_time(board, caller)
        if caller.line.rules.is_held:
            schedule(board, caller)
        else:
            let_go(board, caller, "abandoned")
    elif limit is not None and now >= limit:
        let_go(board, caller, "max_wait")
    else:
        schedule(board, caller)


def _keep_place(board: Board, caller: Caller) -> None:
    ghost = Caller(caller.call_id, caller.line, CallerKind.CALLBACK, caller.joined_at, caller.ahead_ms)
    ghost.number, ghost.contact, ghost.is_ghost = caller.number, caller.contact, True
    ghost.arrival = caller.arrival
    board.ghosts[ghost.call_id] = ghost
    ghost.line.put(ghost, board.now)
    schedule(board, ghost)


def _ghost_of(board: Board, line: Line, number: str) -> Caller | None:
    """The place in this line that waits for a callback to the number."""
    if not number or not line.ghosts:
        return None
    waiting = (ghost for ghost in board.ghosts.values() if ghost.phase is CallerPhase.WAITING)
    return next((ghost for ghost in waiting if ghost.number == number and ghost.line is line), None)


def ghost_over(board: Board, ghost: Caller, why: str) -> None:
    """The place in line is kept no more."""
    if ghost.phase is CallerPhase.WAITING:
        ghost.line.remove(ghost, board.now)
    del board.ghosts[ghost.call_id]
    board.wake(ghost, None)
    if why:
        board.orders.append(LetGo(call_id=ghost.call_id, why=why))


def ghost_gone(board: Board, news: GhostGone) -> None:
    ghost = board.ghosts.get(news.call_id)
    if ghost is not None:
        ghost_over(board, ghost, "")

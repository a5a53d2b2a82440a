"""What agents, or others for them, want: by telephone, command line or API. What cannot be is refused with a
reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor import consulting
from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.legs import not_taken
from orchestrator.engine.floor.matching import back_in_line, become, go_on, pop, stand_by
from orchestrator.engine.floor.news import AgentSays, Command
from orchestrator.engine.floor.orders import DropLeg, Moment, ParkLeg, Refused
from orchestrator.engine.floor.people import Agent, Caller
from orchestrator.engine.floor.state import CallerPhase
from orchestrator.engine.floor.talks import drop_errand, end_held, end_wrap_up

IN_CALL = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING)


def agent_says(board: Board, news: AgentSays) -> None:
    agent = board.agents.get(news.agent_id)
    if agent is None or agent.is_gone:
        why = f"there is no agent {news.agent_id!r}"
    else:
        why = _DOORS[news.command](board, agent, news)
    if why:
        board.orders.append(Refused(agent_id=news.agent_id, command=news.command, why=why))


def _available(board: Board, agent: Agent, news: AgentSays) -> str:
    del news
    agent.misses, agent.rests_until = 0, 0
    if agent.state in IN_CALL:
        agent.next_state, agent.next_reason = None, ""
        board.changed(agent)
        return ""
    if agent.entries:
        return ""  # free already
    if agent.state is AgentState.WRAP_UP:
        end_wrap_up(board, agent)
    elif agent.state is AgentState.OFFLINE:
        agent.idle_since = board.now
    become(board, agent, AgentState.AVAILABLE)
    return ""


def _break(board: Board, agent: Agent, news: AgentSays) -> str:
    if board.breaks and news.reason not in board.breaks:
        return f"a break needs one of these reasons: {', '.join(board.breaks)}"
    return _go(board, agent, AgentState.BREAK, news.reason)


def _offline(board: Board, agent: Agent, news: AgentSays) -> str:
    return _go(board, agent, AgentState.OFFLINE, news.reason)


def _go(board: Board, agent: Agent, state: AgentState, reason: str) -> str:
    """At once; after the call where there is one, or is about to be."""
    if agent.state is AgentState.TALKING or (agent.state is AgentState.RINGING and agent.is_parked):
        agent.next_state, agent.next_reason = state, reason
        board.is_dirty = board.is_urgent = True
        board.changed(agent)
        return ""
    leave_call(board, agent, state, reason)
    return ""


def leave_call(board: Board, agent: Agent, state: AgentState, reason: str) -> None:
    """The agent goes now; whoever was about to be given to them waits for somebody else."""
    if agent.state is AgentState.WRAP_UP:
        end_wrap_up(board, agent)
    board.unfree(agent)
    caller = board.callers.get(agent.call_id) if agent.state is AgentState.RINGING else None
    if agent.errand is not None:
        drop_errand(board, agent, agent.errand)
    if not agent.is_leg_ready:
        board.drop_leg(agent)
    agent.call_id = agent.queue_id = ""
    become(board, agent, state, reason)
    if caller is None:
        return
    if caller.other is agent:
        caller.other = None
        consulting.unhold(board, caller)
        return
    caller.agents.remove(agent)
    pop(board, caller, agent, Moment.MISSED)
    if not caller.agents:
        back_in_line(board, caller)


def _ready(board: Board, agent: Agent, news: AgentSays) -> str:
    del news
    if agent.state is not AgentState.WRAP_UP:
        return f"there is no wrap-up to end: {agent.agent_id} is {agent.state}"
    wrap_up_over(board, agent)
    return ""


def wrap_up_over(board: Board, agent: Agent) -> None:
    """The time for it is over, or the agent is done."""
    end_wrap_up(board, agent)
    go_on(board, agent)


def _extend(board: Board, agent: Agent, news: AgentSays) -> str:
    del news
    if agent.state is not AgentState.WRAP_UP or agent.wrap_up_until is None:
        return f"there is no wrap-up to extend: {agent.agent_id} is {agent.state}"
    rules = board.lines.get(agent.queue_id, board.nowhere).rules
    if agent.extensions >= rules.extend_times:
        return f"this wrap-up was extended {agent.extensions} times, and may be no more"
    agent.extensions += 1
    agent.wrap_up_until += rules.extend_s * 1_000
    board.wake(agent, agent.wrap_up_until)
    board.is_dirty = True
    board.changed(agent)
    return ""


def _standing(board: Board, agent: Agent, news: AgentSays) -> str:
    del news
    if agent.leg_id or agent.state in IN_CALL:
        return f"{agent.agent_id} has a leg already, or is in a call"
    if not agent.spec.dial:
        return f"nobody knows how to ring {agent.agent_id}: the agents file has no `dial`"
    if agent.state is AgentState.WRAP_UP:
        end_wrap_up(board, agent)
    board.unfree(agent)
    agent.next_state = None
    agent.idle_since = board.now
    stand_by(board, agent)
    return ""


def _own_caller(board: Board, agent: Agent) -> Caller | None:
    """The caller whom the agent has, in a talk or on hold."""
    caller = board.callers.get(agent.call_id)
    if agent.state is not AgentState.TALKING or caller is None or caller.talk_since is None:
        return None
    return caller if caller.agents[0] is agent else None


_NO_TALK = "there is no talk"


def _hold(board: Board, agent: Agent, news: AgentSays) -> str:
    del news
    caller = _own_caller(board, agent)
    if caller is None or caller.phase is not CallerPhase.TALKING:
        return _NO_TALK
    consulting.hold(board, agent, caller)
    return ""


def _unhold(board: Board, agent: Agent, news: AgentSays) -> str:
    del news
    caller = _own_caller(board, agent)
    if caller is None or caller.phase is not CallerPhase.HELD or caller.other is not None:
        return "nobody is on hold"
    consulting.unhold(board, caller)
    return ""


def _transfer(board: Board, agent: Agent, news: AgentSays) -> str:
    caller = _own_caller(board, agent)
    if caller is None or caller.other is not None:
        return _NO_TALK
    queue_id = "" if news.to in board.agents else _queue_named(board, caller, news.to)
    if queue_id:
        line = board.lines[queue_id]
        if not line.is_open or not line.present:
            return f"in {queue_id} is nobody now"
        consulting.hand_to_queue(board, agent, caller, queue_id)
        return ""
    other, why = _other(board, agent, news.to)
    if other is not None:
        consulting.hand_to_agent(board, agent, caller, other)
    return why


def _queue_named(board: Board, caller: Caller, name: str) -> str:
    """The id of a queue: as it stands, by its name in the caller's scenario, or of the only one with this name."""
    own = f"{caller.line.queue_id.partition(':')[0]}:{name}"
    known = [each for each in (name, own) if each in board.lines]
    others = [each for each in board.lines if each.partition(":")[2] == name]
    return next(iter(known), others[0] if len(others) == 1 else "")


def _consult(board: Board, agent: Agent, news: AgentSays) -> str:
    caller = _own_caller(board, agent)
    if caller is None or caller.other is not None:
        return _NO_TALK
    other, why = _other(board, agent, news.to)
    if other is not None and other.is_parked and other.leg_switch != agent.leg_switch:
        return (
            f"{news.to}'s line is on the switch {other.leg_switch}, not on yours: hand the caller on instead"
        )
    if other is not None:
        consulting.consult(board, agent, caller, other)
    return why


def _other(board: Board, agent: Agent, agent_id: str) -> tuple[Agent | None, str]:
    other = board.agents.get(agent_id)
    if other is None:
        return None, f"there is no agent and no queue {agent_id!r}"
    if other is agent:
        return None, "that is the same agent"
    is_free = other.state is AgentState.AVAILABLE and (other.is_parked or not other.leg_id)
    return (other, "") if is_free else (None, f"{agent_id} is not free: {other.state}")


def _complete(board: Board, agent: Agent, news: AgentSays) -> str:
    del news
    caller = _own_caller(board, agent)
    if caller is None or caller.other is None:
        return "there is no consultation"
    consulting.complete(board, caller, caller.other)
    return ""


def _cancel(board: Board, agent: Agent, news: AgentSays) -> str:
    del news
    caller = _own_caller(board, agent)
    if caller is None or caller.other is None:
        return "there is no consultation"
    consulting.cancel(board, caller, caller.other)
    return ""


def _hang_up(board: Board, agent: Agent, news: AgentSays) -> str:
    """Ends the talk, or does not take the call that rings."""
    del news
    caller = board.callers.get(agent.call_id)
    if caller is None or agent.state not in (AgentState.RINGING, AgentState.TALKING):
        return "there is no call"
    if caller.other is agent:
        consulting.cancel(board, caller, agent)
    elif agent.state is AgentState.RINGING:
        if not agent.is_parked:
            board.drop_leg(agent)
        not_taken(board, agent)
    elif caller.other is not None:
        consulting.cancel(board, caller, caller.other)
    elif caller.phase is CallerPhase.TALKING:
        order = ParkLeg if agent.is_leg_standing else DropLeg
        board.orders.append(order(leg_id=agent.leg_id))
    else:
        end_held(board, caller)
    return ""


_DOORS: Final[dict[Command, Callable[[Board, Agent, AgentSays], str]]] = {
    Command.AVAILABLE: _available,
    Command.BREAK: _break,
    Command.OFFLINE: _offline,
    Command.READY: _ready,
    Command.EXTEND: _extend,
    Command.STANDING: _standing,
    Command.HOLD: _hold,
    Command.UNHOLD: _unhold,
    Command.TRANSFER: _transfer,
    Command.CONSULT: _consult,
    Command.COMPLETE: _complete,
    Command.CANCEL: _cancel,
    Command.HANG_UP: _hang_up,
}

"""One queue: who waits in it, in which order, and who of its agents is free, in the order in which they are rung.

Both orders are kept sorted at all times, so that nothing is searched when somebody comes or gets free.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import QueueRules, Strategy
from orchestrator.engine.floor.estimate import Inflow, Movement
from orchestrator.engine.floor.people import Agent, Caller

if TYPE_CHECKING:
    from orchestrator.engine.floor.campaign import Campaign

Entry = tuple[int, ...]  # (index of the level, what the strategy goes by ..., position in the queue's list)
AT_WORK = frozenset(set(AgentState) - {AgentState.OFFLINE, AgentState.BREAK})


class Line:
    """waiting: (rank, number of the arrival, caller), sorted. offered: callers who are offered to an agent.
    members: agents by position, names: their ids. talking, wrapping: who of them comes back from a call or a
    wrap-up, as pacers want to know it. present: members who are not offline; working: the ones who are not on a
    break either. turn: position of the agent who was given a call last. empty_since: nobody has been present
    since.
    """

    __slots__ = (
        "arrivals", "campaigns", "due_at", "empty_since", "free", "ghosts", "hours_at", "inflow", "is_open",
        "members", "movement", "names", "neighbours", "offered", "present", "queue_id", "rules", "step_ms", "talking",
        "turn", "waiting", "working", "wrapping",
    )  # fmt: skip

    def __init__(self, rules: QueueRules, now: int, learned: tuple[float, ...] = ()) -> None:
        self.rules = rules
        self.queue_id = rules.queue_id
        self.step_ms = rules.levels_after_s * 1_000
        self.waiting: list[tuple[int, int, Caller]] = []
        self.offered: dict[str, Caller] = {}
        self.members: list[Agent] = []
        self.names: frozenset[str] = frozenset()
        self.talking: dict[str, int] = {}
        self.wrapping: dict[str, tuple[int, int | None]] = {}
        self.free: list[Entry] = []
        self.campaigns: list[Campaign] = []
        self.neighbours: list[tuple[Line, float]] = []
        self.arrivals = self.present = self.working = self.ghosts = 0
        self.turn = -1
        self.is_open = True
        self.hours_at: int | None = None
        self.empty_since: int | None = now
        self.inflow = Inflow(now)
        self.due_at: int | None = None
        self.movement = Movement(now, learned)

    @property
    def people(self) -> int:
        """How many wait, those included whom an agent is rung for."""
        return len(self.waiting) - self.ghosts + len(self.offered)

    def count(self) -> None:
        """Count anew who of the members is at work."""
        self.present = sum(agent.state is not AgentState.OFFLINE for agent in self.members)
        self.working = sum(agent.state in AT_WORK for agent in self.members)

    def see(self, agent: Agent) -> None:
        """Note where a member is whom a pacer may count on."""
        self.talking.pop(agent.agent_id, None)
        self.wrapping.pop(agent.agent_id, None)
        if agent.next_state is not None or agent.is_gone:
            return
        if agent.state is AgentState.WRAP_UP:
            self.wrapping[agent.agent_id] = (agent.since, agent.wrap_up_until)
        elif agent.state is AgentState.TALKING or (
            agent.state is AgentState.RINGING and agent.errand is None and agent.call_id
        ):
            self.talking[agent.agent_id] = agent.busy_since

    def rank_of(self, caller: Caller) -> int:
        return caller.joined_at - caller.ahead_ms - self.rules.weight_s * 1_000

    def arrive(self, caller: Caller) -> None:
        """Give the caller a number, if they have none of this line yet: of two who have waited as long it decides."""
        if not caller.arrival:
            self.arrivals += 1
            caller.arrival = self.arrivals

    def put(self, caller: Caller, now: int) -> None:
        """The caller waits from now on."""
        self.passed(now)
        caller.rank = self.rank_of(caller)
        self.arrive(caller)
        insort(self.waiting, (caller.rank, caller.arrival, caller), key=_order)
        self.ghosts += caller.is_ghost

    def remove(self, caller: Caller, now: int) -> None:
        """The caller, who waits, waits no more."""
        self.passed(now)
        index = self.place(caller) - 1
        del self.waiting[index]
        self.ghosts -= caller.is_ghost

    def place(self, caller: Caller) -> int:
        """Of a caller who waits, from 1."""
        return bisect_left(self.waiting, (caller.rank, caller.arrival), key=_order) + 1

    def head(self) -> Caller | None:
        """Whose turn it is."""
        return self.waiting[0][2] if self.waiting else None

    def passed(self, now: int) -> None:
        """To be said before anything changes that the estimate goes by."""
        self.movement.passed(now, self.working, len(self.waiting))

    def wait_ms(self, place: int, now: int) -> float | None:
        self.passed(now)
        return self.movement.wait_ms(place, self.working)

    def may_have(self, caller: Caller, step: int, now: int) -> bool:
        """Whether agents of the level with this index are rung for the caller yet."""
        return step == 0 or now >= self.rung_at(caller, step)

    def rung_at(self, caller: Caller, step: int) -> int:
        """Since when agents of the level with this index are rung for the caller."""
        return caller.joined_at - caller.ahead_ms + step * self.step_ms

    def entry(self, agent: Agent, step: int, position: int) -> Entry:
        match self.rules.strategy:
            case Strategy.LONGEST_IDLE:
                return (step, agent.idle_since, position)
            case Strategy.FEWEST_CALLS:
                return (step, agent.calls_today, agent.idle_since, position)
            case Strategy.LEAST_TALK:
                return (step, agent.talk_ms_today, agent.idle_since, position)
            case _:
                return (step, position)

    def in_order(self) -> Iterator[Entry]:
        """The free agents, the next one to be rung first."""
        if self.rules.strategy is not Strategy.ROUND_ROBIN:
            yield from self.free
            return
        begin = 0
        while begin < len(self.free):
            step = self.free[begin][0]
            end = bisect_left(self.free, (step + 1,))
            turn = bisect_left(self.free, (step, self.turn + 1))
            yield from self.free[turn:end]
            yield from self.free[begin:turn]
            begin = end

    def pick(self, caller: Caller, now: int) -> Agent | None:
        """Who of the free agents is rung for this caller: whoever was not, if there is one."""
        again: Agent | None = None
        for entry in self.in_order():
            if not self.may_have(caller, entry[0], now):
                break
            agent = self.members[entry[-1]]
            if agent not in caller.tried:
                return agent
            again = again or agent
        return again


def _order(item: tuple[int, int, Caller]) -> tuple[int, int]:
    return item[:2]

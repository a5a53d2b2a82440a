"""Live figures: what queues, campaigns, agents and projects look like now, and their sums of today. Counts and sums
only; ratios are for whoever reads them (docs/queues.md).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from orchestrator.domain.agent import AgentRecord, AgentState
from orchestrator.engine.floor.orders import BY_SECOND, Counted
from orchestrator.engine.floor.orders import Figure as Name
from orchestrator.engine.floor.state import CallerPhase, CampaignRecord, FloorState
from orchestrator.engine.pacing.view import PacerFigures
from orchestrator.runtime.operators.rota import Rules
from orchestrator.store.figures import Figure, Scope
from orchestrator.store.quarters import QUARTER_MS, Quarters

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
SPENT: Final = {  # how the time of a state is called among the figures
    AgentState.AVAILABLE: Name.AVAILABLE_MS,
    AgentState.RESERVED: Name.RESERVED_MS,
    AgentState.RINGING: Name.RINGING_MS,
    AgentState.TALKING: Name.TALKING_MS,
    AgentState.WRAP_UP: Name.WRAPPING_MS,
    AgentState.BREAK: Name.BREAK_MS,
}
WAITING: Final = frozenset({CallerPhase.WAITING, CallerPhase.OFFERED})
ROLLING: Final = (Name.DIALED_ABANDONED, Name.DIALED_ANSWERED)

_UNSEEN: Final = tuple(f"{figure.value}_" for figure in BY_SECOND)

Key = tuple[Scope, str]


class Tally:
    """Of one leader; what was counted today before it led is read from the history. zone: whose midnight begins a
    day.
    """

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._from = 0
        self._today: dict[Key, Counter[str]] = {}
        self._hours: dict[str, dict[str, Counter[str]]] = {}  # campaign -> local hour -> sums
        self._minutes: dict[str, deque[tuple[int, str]]] = {}  # campaign -> (at, figure), of the last hour

    def load(self, quarters: Quarters, now: int) -> None:
        """What the leaders before us have counted today. KnownError: the store is away."""
        self._roll(now)
        for scope in Scope:
            for row in quarters.read(scope, self._from, now + 1):
                sums = live(row.sums)
                self._sums(scope, row.name).update(sums)
                if scope is Scope.CAMPAIGN:
                    self._hour(row.name, row.at).update(sums)
        for row in quarters.read(Scope.CAMPAIGN, now - HOUR_MS, now + 1):
            minutes = self._minutes.setdefault(row.name, deque())
            for name in ROLLING:  # at some time within the quarter
                minutes.extend(
                    [(min(row.at + QUARTER_MS // 2, now), name.value)] * row.sums.get(name.value, 0)
                )

    def count(self, counted: Counted, project: str, now: int) -> None:
        """Something was counted."""
        if counted.figure in BY_SECOND:
            return  # for reports: the history alone has them
        self._roll(now)
        figure = counted.figure.value
        for key in keys_of(counted, project):
            self._sums(*key)[figure] += counted.amount
        if counted.campaign_id:
            self._hour(counted.campaign_id, now)[figure] += counted.amount
            if counted.figure in ROLLING:
                minutes = self._minutes.setdefault(counted.campaign_id, deque())
                minutes.extend([(now, figure)] * counted.amount)

    def figures(
        self,
        state: FloorState,
        rules: Rules,
        now: int,
        *,
        pacer: Callable[[str], PacerFigures | None],
        held: Mapping[str, str],
        estimate: Callable[[str], int | None],
    ) -> list[Figure]:
        """Everything there is to show. held: campaign -> why none of its calls can be made."""
        self._roll(now)
        agents = {record.agent_id: record for record in state.agents}
        made = [self._queue(each, state, rules, agents, estimate) for each in rules.queues]
        made += [self._campaign(each, state, rules, now, pacer, held) for each in state.campaigns]
        numbers = {each.call_id: each.number for each in state.callers}
        made += [
            self._agent(each, numbers.get(each.call_id, ""), rules, now)
            for each in agents.values()
            if each.agent_id in rules.agents
        ]
        made += self._projects(made)
        return made

    # -- one of each

    def _queue(
        self,
        queue_id: str,
        state: FloorState,
        rules: Rules,
        agents: Mapping[str, AgentRecord],
        estimate: Callable[[str], int | None],
    ) -> Figure:
        queue = rules.queues[queue_id]
        callers = [each for each in state.callers if each.queue_id == queue_id]
        waits = [each for each in callers if each.phase in WAITING and each.is_here and not each.is_ghost]
        states = Counter(agents[each].state.value for each, _ in queue.agents if each in agents)
        out = states[AgentState.OFFLINE] + states[AgentState.BREAK]
        return Figure(
            scope=Scope.QUEUE,
            name=queue_id,
            values={
                "project": queue.project,
                "waiting": len(waits),
                "longest_since": min((each.joined_at for each in waits), default=None),
                "talking": sum(each.talk_since is not None for each in callers),
                "working": sum(states.values()) - out,
                "free": states[AgentState.AVAILABLE],
                "states": dict(states),
                "ghosts": sum(each.is_ghost for each in callers),
                "estimate_s": estimate(queue_id),
                "service_level_s": queue.service_level_s,
                "today": dict(self._sums(Scope.QUEUE, queue_id)),
            },
        )

    def _campaign(
        self,
        campaign: CampaignRecord,
        state: FloorState,
        rules: Rules,
        now: int,
        pacer: Callable[[str], PacerFigures | None],
        held: Mapping[str, str],
    ) -> Figure:
        known = pacer(campaign.campaign_id)
        found = rules.paced.get(campaign.campaign_id)
        pacing = None if found is None else found[1].plan.pacing
        queue = rules.queues.get(campaign.queue_id)
        free = sum(
            record.state is AgentState.AVAILABLE
            for record in state.agents
            if queue is not None and record.agent_id in dict(queue.agents)
        )
        today = self._sums(Scope.CAMPAIGN, campaign.campaign_id)
        hour = self._last_hour(campaign.campaign_id, now)
        ringing = sum(
            each.campaign_id == campaign.campaign_id and not each.is_over for each in state.attempts
        )
        return Figure(
            scope=Scope.CAMPAIGN,
            name=campaign.campaign_id,
            values={
                "project": "" if queue is None else queue.project,
                "queue": campaign.queue_id,
                "mode": "" if pacing is None else pacing.mode.value,
                "why": held.get(campaign.campaign_id, campaign.why),
                "is_running": campaign.is_running,
                "ringing": ringing,
                "reserved_left": campaign.reserved_left,
                "leads_left": campaign.leads_left,
                "answered_waiting": sum(
                    each.campaign_id == campaign.campaign_id and each.phase in WAITING
                    for each in state.callers
                ),
                "answers": {
                    "rate": None if known is None else known.answer_rate,
                    "rate_by_hour": self._rates(campaign.campaign_id),
                },
                "dial_ratio": round(ringing / free, 2) if free else None,
                "abandoned_60m": [hour[name.value] for name in ROLLING],
                "abandoned_day": [today[name.value] for name in ROLLING],
                "cap": None if pacing is None else pacing.abandoned,
                "today": dict(today),
            },
        )

    def _agent(self, record: AgentRecord, number: str, rules: Rules, now: int) -> Figure:
        spec = rules.agents[record.agent_id]
        today = self._sums(Scope.AGENT, record.agent_id)
        spent = {state.value: today[name.value] for state, name in SPENT.items() if today[name.value]}
        if (
            record.state in SPENT
        ):  # the time that is not over yet is in no figure; a quarter's end has it counted
            begin = max(record.since, self._counted_to(now), self._from)
            spent[record.state.value] = spent.get(record.state.value, 0) + max(0, now - begin)
        return Figure(
            scope=Scope.AGENT,
            name=record.agent_id,
            values={
                "title": spec.title,
                "state": record.state.value,
                "since": record.since,
                "reason": record.reason,
                "queue": record.queue_id,
                "call_id": record.call_id,
                "number": number,
                "is_standing": spec.is_standing,
                "leg_ready": record.is_leg_ready,
                "wrap_up_until": record.wrap_up_until,
                "next_state": "" if record.next_state is None else record.next_state.value,
                "calls_today": record.calls_today,
                "talk_ms_today": record.talk_ms_today,
                "misses": record.misses,
                "states_today": spent,
            },
        )

    def _projects(self, made: Iterable[Figure]) -> list[Figure]:
        sums: dict[str, Counter[str]] = {}
        for each in made:
            if each.scope is Scope.QUEUE:
                counted = sums.setdefault(str(each.values["project"]), Counter())
                counted.update(
                    {key: int(str(each.values[key])) for key in ("waiting", "talking", "working", "free")}
                )
        return [
            Figure(
                scope=Scope.PROJECT,
                name=project,
                values={**counted, "today": dict(self._sums(Scope.PROJECT, project))},
            )
            for project, counted in sums.items()
            if project
        ]

    # -- sums

    def _sums(self, scope: Scope, name: str) -> Counter[str]:
        return self._today.setdefault((scope, name), Counter())

    def _hour(self, campaign_id: str, at: int) -> Counter[str]:
        hour = str(dt.datetime.fromtimestamp(at / 1000, self._zone).hour)
        return self._hours.setdefault(campaign_id, {}).setdefault(hour, Counter())

    def _rates(self, campaign_id: str) -> dict[str, float]:
        """Answered by people / placed, by the hour of today."""
        hours = self._hours.get(campaign_id, {})
        return {
            hour: round(sums[Name.DIALED_ANSWERED.value] / sums[Name.PLACED.value], 4)
            for hour, sums in hours.items()
            if sums[Name.PLACED.value]
        }

    def _last_hour(self, campaign_id: str, now: int) -> Counter[str]:
        minutes = self._minutes.get(campaign_id, deque())
        while minutes and minutes[0][0] <= now - HOUR_MS:
            minutes.popleft()
        return Counter(figure for _, figure in minutes)

    def _counted_to(self, now: int) -> int:
        return now - now % (15 * MINUTE_MS)

    def _roll(self, now: int) -> None:
        """At midnight everything begins anew."""
        day = dt.datetime.fromtimestamp(now / 1000, self._zone).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        begin = int(day.timestamp() * 1000)
        if begin != self._from:
            self._from = begin
            self._today.clear()
            self._hours.clear()


def live(sums: Mapping[str, int]) -> dict[str, int]:
    """What live figures show of a quarter's sums."""
    return {name: amount for name, amount in sums.items() if not name.startswith(_UNSEEN)}


def keys_of(counted: Counted, project: str) -> list[Key]:
    """What something is counted for."""
    named = (
        (Scope.QUEUE, counted.queue_id),
        (Scope.CAMPAIGN, counted.campaign_id),
        (Scope.AGENT, counted.agent_id),
        (Scope.PROJECT, project),
    )
    return [(scope, name) for scope, name in named if name]

"""The board of live figures: what the leader wrote, read into rows with the ratios that people look at.

Sums and counts are kept, ratios are computed here, last (docs/queues.md defines each).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.ratios import Sums, occupancy, ratio
from orchestrator.store import Store
from orchestrator.store.figures import LiveFigures, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """longest_since: since when the first of those who wait does. estimate_s: how long whoever comes now will wait."""

    queue_id: str
    project: str
    waiting: int
    longest_since: int | None
    talking: int
    working: int
    free: int
    states: Mapping[str, int]
    ghosts: int
    estimate_s: int | None
    service_level_s: int
    today: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """abandoned_60m, abandoned_day: (abandoned, answered by a person). why: what its pacer says of how it dials."""

    campaign_id: str
    project: str
    queue_id: str
    mode: str
    why: str
    ringing: int
    answer_rate: float | None
    answer_rates: Mapping[str, float]  # by hour of the day
    dial_ratio: float | None
    abandoned_60m: tuple[int, int]
    abandoned_day: tuple[int, int]
    cap: float | None
    today: Sums

    @property
    def abandonment_60m(self) -> float | None:
        return ratio(*self.abandoned_60m)

    @property
    def abandonment_day(self) -> float | None:
        return ratio(*self.abandoned_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """since: of the state. states_ms: time in each state today, the one under way up to when the figures were true."""

    agent_id: str
    title: str
    state: str
    since: int | None
    reason: str
    queue_id: str
    number: str
    is_standing: bool
    is_leg_ready: bool
    next_state: str
    calls_today: int
    talk_ms_today: int
    states_ms: Mapping[str, int]

    @property
    def occupancy(self) -> float | None:
        """Of today."""
        return occupancy(self.states_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """at: when the figures were true (epoch ms), 0 without any. leader: the worker that writes them, "" for none."""

    at: int
    is_stale: bool
    leader: str
    queues: tuple[QueueRow, ...]
    campaigns: tuple[CampaignRow, ...]
    agents: tuple[AgentRow, ...]

    def of_queue(self, queue: str) -> Self:
        """Of one queue (SCENARIO:QUEUE, or its name), and who works in it now. KnownError: there is none."""

        def is_meant(queue_id: str) -> bool:
            return queue in (queue_id, queue_id.rpartition(":")[2])

        known = sorted(row.queue_id for row in self.queues)
        if not any(map(is_meant, known)):
            raise KnownError(f"no queue {queue[:100]!r} (there are: {', '.join(known) or 'none yet'})")
        return replace(
            self,
            queues=tuple(row for row in self.queues if is_meant(row.queue_id)),
            campaigns=tuple(row for row in self.campaigns if is_meant(row.queue_id)),
            agents=tuple(row for row in self.agents if is_meant(row.queue_id)),
        )


def read_board(store: Store) -> Board:
    """The board as it is now. KnownError when the store is away."""
    leader = store.floor.leader()
    return board_of(store.figures.read(), "" if leader is None else leader.worker_id)


def board_of(live: LiveFigures, leader: str) -> Board:
    """Rows of figures; what another version of the program wrote in another shape counts as not there."""
    found = {scope: [each for each in live.figures if each.scope is scope] for scope in Scope}
    return Board(
        at=live.at,
        is_stale=live.is_stale,
        leader=leader,
        queues=tuple(_queue(each.name, each.values) for each in found[Scope.QUEUE]),
        campaigns=tuple(_campaign(each.name, each.values) for each in found[Scope.CAMPAIGN]),
        agents=tuple(_agent(each.name, each.values) for each in found[Scope.AGENT]),
    )


def _queue(name: str, values: Mapping[str, object]) -> QueueRow:
    return QueueRow(
        queue_id=name,
        project=_text(values, "project"),
        waiting=_count(values, "waiting"),
        longest_since=_whole(values, "longest_since"),
        talking=_count(values, "talking"),
        working=_count(values, "working"),
        free=_count(values, "free"),
        states=_counts(values, "states"),
        ghosts=_count(values, "ghosts"),
        estimate_s=_whole(values, "estimate_s"),
        service_level_s=_count(values, "service_level_s"),
        today=Sums(of=_counts(values, "today")),
    )


def _campaign(name: str, values: Mapping[str, object]) -> CampaignRow:
    answers = _mapping(values, "answers")
    return CampaignRow(
        campaign_id=name,
        project=_text(values, "project"),
        queue_id=_text(values, "queue"),
        mode=_text(values, "mode"),
        why=_text(values, "why"),
        ringing=_count(values, "ringing"),
        answer_rate=_number(answers, "rate"),
        answer_rates={
            hour: rate
            for hour in _mapping(answers, "rate_by_hour")
            if (rate := _number(_mapping(answers, "rate_by_hour"), hour)) is not None
        },
        dial_ratio=_number(values, "dial_ratio"),
        abandoned_60m=_pair(values, "abandoned_60m"),
        abandoned_day=_pair(values, "abandoned_day"),
        cap=_number(values, "cap"),
        today=Sums(of=_counts(values, "today")),
    )


def _agent(name: str, values: Mapping[str, object]) -> AgentRow:
    return AgentRow(
        agent_id=name,
        title=_text(values, "title"),
        state=_text(values, "state"),
        since=_whole(values, "since"),
        reason=_text(values, "reason"),
        queue_id=_text(values, "queue"),
        number=_text(values, "number"),
        is_standing=values.get("is_standing") is True,
        is_leg_ready=values.get("leg_ready") is True,
        next_state=_text(values, "next_state"),
        calls_today=_count(values, "calls_today"),
        talk_ms_today=_count(values, "talk_ms_today"),
        states_ms=_counts(values, "states_today"),
    )


def _mapping(values: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = values.get(key)
    return found if isinstance(found, dict) else {}


def _counts(values: Mapping[str, object], key: str) -> dict[str, int]:
    return {name: amount for name, amount in _mapping(values, key).items() if type(amount) is int}


def _text(values: Mapping[str, object], key: str) -> str:
    found = values.get(key)
    return found if isinstance(found, str) else ""


def _whole(values: Mapping[str, object], key: str) -> int | None:
    found = values.get(key)
    return found if type(found) is int else None


def _count(values: Mapping[str, object], key: str) -> int:
    return _whole(values, key) or 0


def _number(values: Mapping[str, object], key: str) -> float | None:
    found = values.get(key)
    return float(found) if type(found) in (int, float) else None  # type: ignore[arg-type]  # just looked at


def _pair(values: Mapping[str, object], key: str) -> tuple[int, int]:
    match values.get(key):
        case [int(part), int(whole)]:
            return part, whole
    return 0, 0

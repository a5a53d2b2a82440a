"""Where the values of metrics come from: facts of the store in, samples with their labels out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.runtime import figures
from orchestrator.runtime.metering import Histogram, Tallies, Times, histograms, tallies
from orchestrator.runtime.operators.board import Board, read_board
from orchestrator.runtime.project import Project
from orchestrator.store import CampaignCounts, RestRow
from orchestrator.store.deliveries import LaneFigures
from orchestrator.store.lags import OutboxLag
from orchestrator.store.waiting import Waiting

PHASES: Final = ("ready", "waiting", "dialing", "done", "held")
LIVE: Final = frozenset({CampaignState.LOADING, CampaignState.RUNNING, CampaignState.PAUSED})

Labels = tuple[str, ...]
Sample = tuple[Labels, float | Histogram]
Workers = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that metrics are made of, read from the store at about one moment. at: epoch ms of the project's clock."""

    at: int
    gateways: tuple[tuple[str, str, int], ...]  # switch, gateway, channels
    workers: Workers
    meters: Mapping[str, int]
    campaigns: tuple[tuple[Campaign, CampaignCounts], ...]
    calls: Mapping[tuple[str, str], int]  # on gateways now
    rests: tuple[RestRow, ...]
    board: Board
    in_lines: tuple[Waiting, ...]
    lag: OutboxLag
    lanes: Mapping[str, LaneFigures]
    token: int  # of whoever leads or led; 0: nobody ever did


def read_facts(project: Project) -> Facts:
    """A few round trips, and one for each campaign. KnownError: the store is away."""
    store = project.store
    leader = store.floor.leader()
    return Facts(
        at=project.clock.now_ms(),
        gateways=tuple((s, g, gateway.channels) for s, g, gateway in project.settings.gateways()),
        workers=store.workers(),
        meters=store.meters.read(),
        campaigns=tuple((each, store.counts(each.campaign_id)) for each in store.campaigns()),
        calls=store.calls_on_gateways(),
        rests=store.rests(),
        board=read_board(store),
        in_lines=store.waiting_room.waiting(),
        lag=store.deliveries.lag(),
        lanes=store.deliveries.figures(),
        token=0 if leader is None else leader.token,
    )


# -- calls


def by_scenario(facts: Facts, counted: Callable[[CampaignCounts], Mapping[str, int]]) -> Iterator[Sample]:
    """Campaigns are never forgotten once they were dialed, so that such sums do not fall."""
    sums: Counter[Labels] = Counter()
    for campaign, counts in facts.campaigns:
        for name, count in counted(counts).items():
            sums[campaign.standing or campaign.scenario, name] += count
    yield from sorted(sums.items())


def of_scenarios(facts: Facts, counted: Callable[[CampaignCounts], int]) -> Iterator[Sample]:
    for (scenario, _), count in by_scenario(facts, lambda counts: {"": counted(counts)}):
        yield (scenario,), count


def leads(facts: Facts) -> Iterator[Sample]:
    for campaign, counts in facts.campaigns:
        if campaign.state in LIVE:
            for phase in PHASES:
                yield (campaign.campaign_id, campaign.scenario, phase), getattr(counts, phase)


def campaigns(facts: Facts) -> Iterator[Sample]:
    found = Counter(campaign.state for campaign, _ in facts.campaigns)
    for state in CampaignState:
        yield (state.value,), found[state]


# -- switches


def times(what: Times) -> Callable[[Facts], Iterator[Sample]]:
    return lambda facts: (((switch,), times) for switch, times in histograms(facts.meters, what).items())


def tallied(what: Tallies) -> Callable[[Facts], Iterator[Sample]]:
    return lambda facts: (((switch,), count) for switch, count in tallies(facts.meters, what).items())


def switches(facts: Facts) -> list[str]:
    return sorted({switch for switch, _, _ in facts.gateways})


def switches_up(facts: Facts) -> Iterator[Sample]:
    up = figures.switches_up(facts.workers)
    return (((switch,), int(switch in up)) for switch in switches(facts))


def behind(facts: Facts) -> Iterator[Sample]:
    said: list[Mapping[str, float]] = [
        json.loads(info.get("behind") or "{}") for info in facts.workers.values()
    ]
    for switch in switches(facts):
        yield (switch,), max((each.get(switch, 0.0) for each in said), default=0.0)


def gateways_up(facts: Facts) -> Iterator[Sample]:
    """A gateway whose rest is over is tried by one call: until that went well it is not up."""
    up = figures.switches_up(facts.workers)
    rest = {(row.switch, row.gateway) for row in facts.rests if row.until is not None}
    for switch, gateway, _ in facts.gateways:
        yield (switch, gateway), int(switch in up and not {(switch, gateway), (switch, "")} & rest)


def gateway_failures(facts: Facts) -> Iterator[Sample]:
    fails = {(row.switch, row.gateway): row.fails for row in facts.rests}
    for switch, gateway, _ in facts.gateways:
        yield (switch, gateway), fails.get((switch, gateway), 0)


# -- queues and agents


def of_queues(value: Callable[[Board, int], Iterator[Sample]]) -> Callable[[Facts], Iterator[Sample]]:
    """Nothing while the figures are stale: nobody knows who waits."""
    return lambda facts: iter(()) if facts.board.is_stale else value(facts.board, facts.at)


def _in_lines(facts: Facts) -> dict[str, list[int]]:
    """Since when callers wait in queues without agents, which switches ring themselves."""
    lines: dict[str, list[int]] = {}
    for each in facts.in_lines:
        lines.setdefault(f"{each.scenario}:{each.queue}", []).append(each.joined_at)
    return lines


def waiting(facts: Facts) -> Iterator[Sample]:
    for queue, since in _in_lines(facts).items():
        yield (queue,), len(since)
    for row in () if facts.board.is_stale else facts.board.queues:
        yield (row.queue_id,), row.waiting


def longest(facts: Facts) -> Iterator[Sample]:
    first = {queue: min(since) for queue, since in _in_lines(facts).items()}
    rows = () if facts.board.is_stale else facts.board.queues
    for queue, at in [*first.items(), *((row.queue_id, row.longest_since) for row in rows)]:
        yield (queue,), 0.0 if at is None else max(0, facts.at - at) / 1000


def queue_agents(board: Board, _: int) -> Iterator[Sample]:
    for row in board.queues:
        for state, count in sorted(row.states.items()):
            yield (row.queue_id, state), count


def agents(board: Board, _: int) -> Iterator[Sample]:
    for state, count in sorted(Counter(row.state for row in board.agents).items()):
        yield (state,), count


# -- the outbox


def oldest(facts: Facts) -> Iterator[Sample]:
    for lane in facts.lag.lanes:
        yield (lane.lane,), 0.0 if lane.oldest_at is None else max(0, facts.at - lane.oldest_at) / 1000


def unrouted(facts: Facts) -> Iterator[Sample]:
    at = facts.lag.unrouted_at
    yield (), 0.0 if at is None else max(0, facts.at - at) / 1000


def lanes(counted: Callable[[LaneFigures], int]) -> Callable[[Facts], Iterator[Sample]]:
    return lambda facts: (((lane,), counted(figures)) for lane, figures in sorted(facts.lanes.items()))

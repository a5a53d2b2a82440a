"""What `/metrics` tells: the table of metrics, which is that of docs/metrics.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from orchestrator import __version__
from orchestrator.runtime import metric_samples as samples
from orchestrator.runtime.metering import Tallies, Times
from orchestrator.runtime.metric_samples import Facts, Labels, Sample


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """name without `prozvon_`, and of counters without `_total`. read: its samples, each with the labels' values."""

    name: str
    kind: Kind
    labels: Labels
    about: str
    read: Callable[[Facts], Iterable[Sample]]


_G, _C, _H = Kind.GAUGE, Kind.COUNTER, Kind.HISTOGRAM


def _metric(
    name: str, kind: Kind, labels: str, about: str, read: Callable[[Facts], Iterable[Sample]]
) -> Metric:
    return Metric(name=name, kind=kind, labels=tuple(labels.split()), about=about, read=read)


METRICS: Final = (
    _metric(
        "build_info", _G, "version", "1, with the version that serves this", lambda _: [((__version__,), 1)]
    ),
    _metric("workers", _G, "", "workers that live", lambda f: [((), len(f.workers))]),
    _metric(
        "leader", _G, "", "1 while a worker leads the agents", lambda f: [((), int(bool(f.board.leader)))]
    ),
    _metric(
        "leader_token", _G, "", "grows with each new leader: 0 while nobody leads", lambda f: [((), f.token)]
    ),
    _metric(
        "figures_stale", _G, "", "1 when nobody renews the live figures", lambda f: [((), f.board.is_stale)]
    ),
    _metric("campaigns", _G, "state", "campaigns", samples.campaigns),
    _metric(
        "leads",
        _G,
        "campaign scenario phase",
        "leads of campaigns that load, run or are paused",
        samples.leads,
    ),
    _metric(
        "attempts",
        _C,
        "scenario disposition",
        "ended attempts",
        lambda f: samples.by_scenario(f, lambda counts: counts.by_disposition),
    ),
    _metric(
        "answered",
        _C,
        "scenario",
        "ended attempts that somebody or something took",
        lambda f: samples.of_scenarios(f, lambda counts: counts.answered),
    ),
    _metric(
        "abandoned",
        _C,
        "scenario",
        "answered attempts with nobody there for them within the limit",
        lambda f: samples.of_scenarios(f, lambda counts: counts.abandoned),
    ),
    _metric(
        "originate_seconds",
        _H,
        "switch",
        "from writing an originate to the switch's word that it took it",
        samples.times(Times.ORIGINATE),
    ),
    _metric(
        "originates_refused",
        _C,
        "switch",
        "originates that a switch did not take, or said nothing about",
        samples.tallied(Tallies.REFUSED),
    ),
    _metric(
        "event_lag_seconds",
        _H,
        "switch",
        "from an event of a call on the switch to its being heard by a worker",
        samples.times(Times.EVENT),
    ),
    _metric(
        "events_behind_seconds",
        _G,
        "switch",
        "for how long the oldest event waits in a worker",
        samples.behind,
    ),
    _metric(
        "events_dropped",
        _C,
        "switch",
        "events thrown away: a worker was too slow",
        samples.tallied(Tallies.DROPPED),
    ),
    _metric(
        "endings_unstored",
        _G,
        "",
        "endings of calls that workers have not stored yet",
        lambda f: [((), sum(int(info.get("unstored", "0")) for info in f.workers.values()))],
    ),
    _metric("switch_up", _G, "switch", "1 when some worker dials on it", samples.switches_up),
    _metric(
        "gateway_up",
        _G,
        "switch gateway",
        "1 when its switch is up and it does not rest",
        samples.gateways_up,
    ),
    _metric(
        "gateway_failures", _G, "switch gateway", "failures of its own, in a row", samples.gateway_failures
    ),
    _metric(
        "gateway_calls",
        _G,
        "switch gateway",
        "attempts on it now",
        lambda f: (((s, g), f.calls.get((s, g), 0)) for s, g, _ in f.gateways),
    ),
    _metric(
        "gateway_channels",
        _G,
        "switch gateway",
        "calls it may have at once",
        lambda f: (((s, g), channels) for s, g, channels in f.gateways),
    ),
    _metric("queue_waiting", _G, "queue", "callers who wait", samples.waiting),
    _metric(
        "queue_longest_wait_seconds",
        _G,
        "queue",
        "for how long the first of them waits",
        samples.longest,
    ),
    _metric(
        "queue_agents",
        _G,
        "queue state",
        "agents of a queue by what they do",
        samples.of_queues(samples.queue_agents),
    ),
    _metric("agents", _G, "state", "agents by what they do", samples.of_queues(samples.agents)),
    _metric(
        "outbox_oldest_seconds",
        _G,
        "lane",
        "age of the oldest thing that a place has not taken",
        samples.oldest,
    ),
    _metric(
        "outbox_waiting",
        _G,
        "lane",
        "contacts and calls with something to be delivered",
        lambda f: (((lane.lane,), lane.waiting + lane.under_way) for lane in f.lag.lanes),
    ),
    _metric(
        "outbox_unrouted_seconds",
        _G,
        "",
        "age of the oldest entry that no deliverer has looked at",
        samples.unrouted,
    ),
    _metric("outbox_parked", _G, "", "deliveries that wait for a person", lambda f: [((), f.lag.parked)]),
    _metric(
        "outbox_delivered", _C, "lane", "things delivered", samples.lanes(lambda figures: figures.delivered)
    ),
    _metric("outbox_failed", _C, "lane", "tries that failed", samples.lanes(lambda figures: figures.failed)),
    _metric(
        "outbox_dropped",
        _C,
        "lane",
        "deliveries dropped by a person",
        samples.lanes(lambda figures: figures.dropped),
    ),
)

_HEAD: Final = ("| metric | kind | labels | |", "|---|---|---|---|")


def shown_name(metric: Metric) -> str:
    """As Prometheus has it."""
    return f"prozvon_{metric.name}" + ("_total" if metric.kind is Kind.COUNTER else "")


def metrics_table() -> str:
    """The table of docs/metrics.md (Markdown)."""
    rows = [
        f"| `{shown_name(each)}` | {each.kind.value} | {', '.join(each.labels)} | {each.about} |"
        for each in METRICS
    ]
    return "\n".join([*_HEAD, *rows]) + "\n"


def refreshed(page: str) -> str:
    """docs/metrics.md with the table as it is now. ValueError: there is none."""
    before, head, rest = page.partition(_HEAD[0])
    if not head:
        raise ValueError(f"no table in the page: it begins with {_HEAD[0]}")
    return before + metrics_table() + "\n" + rest.partition("\n\n")[2]

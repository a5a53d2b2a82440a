"""/metrics: what Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.metering import Histogram
from orchestrator.runtime.metric_samples import Facts, read_facts
from orchestrator.runtime.metrics import METRICS, Kind, Metric, shown_name
from orchestrator.web.auth import Credentials, requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.looks import Look

router = APIRouter(tags=["metrics"])
PATIENCE_S: Final = 8.0  # Prometheus gives up after ten
UP: Final = "prozvon_store_up"
_ABOUT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The metrics, as Prometheus reads them; or OpenMetrics, for whoever accepts that",
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "application/openmetrics-text": {"schema": {"type": "string"}},
        },
    }
}
_admitted = requires("metrics:read")


def may_read(request: Request, project: TheProject, credentials: Credentials) -> None:
    """Whoever has the scope; anybody, with `api.metrics: open`."""
    if project.settings.api.metrics == "token":
        _admitted(request, project, credentials)


def _look(request: Request, project: TheProject) -> Look[Facts]:
    found = getattr(request.app.state, "metrics", None)
    if not isinstance(found, Look):
        found = request.app.state.metrics = Look(lambda: read_facts(project))
    return found


@router.get("/metrics", dependencies=[Depends(may_read)], response_class=Response, responses=_ABOUT)
async def metrics(
    look: Annotated[Look[Facts], Depends(_look)], accept: Annotated[str, Header()] = ""
) -> Response:
    """All metrics (docs/metrics.md). While the store is away there is only `prozvon_store_up 0`."""
    try:
        facts = await look.within(PATIENCE_S)
    except (KnownError, TimeoutError):
        facts = None
    encode, content_type = choose_encoder(accept)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(facts))
    return Response(encode(registry), media_type=content_type)


class _Collected(Collector):
    def __init__(self, facts: Facts | None) -> None:
        self._facts = facts

    def collect(self) -> Iterator[Family]:
        up = GaugeMetricFamily(UP, "1 while the store answers")
        up.add_metric((), int(self._facts is not None))
        yield up
        if self._facts is not None:
            for metric in METRICS:
                yield _family(metric, self._facts)


def _family(metric: Metric, facts: Facts) -> Family:
    name = shown_name(metric)
    if metric.kind is Kind.HISTOGRAM:
        histogram = HistogramMetricFamily(name, metric.about, labels=metric.labels)
        for labels, value in metric.read(facts):
            assert isinstance(value, Histogram)  # noqa: S101  # of its kind
            buckets = [(f"{bound:g}", float(count)) for bound, count in value.buckets]
            histogram.add_metric(labels, [*buckets, ("+Inf", float(value.count))], sum_value=value.sum_s)
        return histogram
    made = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = made(name, metric.about, labels=metric.labels)
    for labels, value in metric.read(facts):
        assert not isinstance(value, Histogram)  # noqa: S101  # of its kind
        family.add_metric(labels, float(value))
    return family

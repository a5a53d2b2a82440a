"""/metrics, /healthz and /readyz: what watches us is answered quickly, and with what is true."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import NoReturn

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.metering import Metering, Tallies, Times
from orchestrator.runtime.metrics import METRICS, refreshed, shown_name
from orchestrator.runtime.project import Project
from orchestrator.store.figures import Figure, Scope
from orchestrator.web.app import app_of
from orchestrator.web.looks import Look
from orchestrator.web.metrics import may_read
from tests.runtime.factories import claimed, launched, settled
from tests.store.test_deliveries import delivery
from tests.web.conftest import Token

HERE = Path(__file__).resolve().parents[2]
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((f"prozvon_{name}", tuple(sorted(labels.items()))))


def busy(project: Project) -> None:
    """Calls, a worker, a leader, queues, and things to deliver."""
    campaign = launched(project, 1, 2, 3)
    first, second, _ = claimed(project, campaign, 3)
    settled(project, first, Disposition.ANSWERED, result="agreed")
    settled(project, second, Disposition.NO_ANSWER)
    metering = Metering("p1")
    for seconds in (0.02, 0.03, 7.0):
        metering.time(Times.ORIGINATE, "main", seconds)
    metering.time(Times.EVENT, "main", 0.002)
    metering.count(Tallies.DROPPED, "main", 4)
    info = {"up": "main", "behind": json.dumps({"main": 1.5}), "unstored": "2"}
    project.store.heartbeat("w1", 60_000, info, metering.measured())
    token = project.store.floor.lead("w1", 60_000)
    assert token is not None
    now = project.clock.now_ms()
    queue = {"waiting": 3, "longest_since": now - 9_000, "states": {"available": 1, "talking": 2}}
    figures = [
        Figure(scope=Scope.QUEUE, name="orders:sales", values=queue),
        Figure(scope=Scope.AGENT, name="anna", values={"state": "talking"}),
    ]
    project.store.figures.write(token, figures, now)
    after, rows = project.store.deliveries.unrouted()
    late = delivery("1-0.0", lane="webhook@crm", due_at=now)
    assert project.store.deliveries.route(after, rows[-1].entry_id, [late])


def test_what_is_going_on_is_told_as_prometheus_reads_it(project: Project, api: TestClient) -> None:
    busy(project)
    said = api.get("/metrics")
    assert said.headers["content-type"].startswith("text/plain")
    found = samples(said.text)
    gateway = {"switch": "main", "gateway": "main"}
    told = {
        "store_up": of(found, "store_up"),
        "workers": of(found, "workers"),
        "leader": of(found, "leader"),
        "answered": of(found, "attempts_total", scenario="greeting", disposition="answered"),
        "no answer": of(found, "attempts_total", scenario="greeting", disposition="no_answer"),
        "taken": of(found, "answered_total", scenario="greeting"),
        "running": of(found, "campaigns", state="running"),
        "dropped": of(found, "events_dropped_total", switch="main"),
        "behind": of(found, "events_behind_seconds", switch="main"),
        "unstored": of(found, "endings_unstored"),
        "switch": of(found, "switch_up", switch="main"),
        "gateway": of(found, "gateway_up", **gateway),
        "calls": of(found, "gateway_calls", **gateway),
        "channels": of(found, "gateway_channels", **gateway),
        "waiting": of(found, "queue_waiting", queue="orders:sales"),
        "longest": of(found, "queue_longest_wait_seconds", queue="orders:sales"),
        "free": of(found, "queue_agents", queue="orders:sales", state="available"),
        "talking": of(found, "agents", state="talking"),
        "lane": of(found, "outbox_waiting", lane="webhook@crm"),
        "parked": of(found, "outbox_parked"),
        "unrouted": of(found, "outbox_unrouted_seconds"),
    }
    assert told == {
        "store_up": 1, "workers": 1, "leader": 1, "answered": 1, "no answer": 1, "taken": 1, "running": 1,
        "dropped": 4, "behind": 1.5, "unstored": 2, "switch": 1, "gateway": 1, "calls": 1, "channels": 50,
        "waiting": 3, "longest": 9, "free": 1, "talking": 1, "lane": 1, "parked": 0, "unrouted": 0,
    }  # fmt: skip
    assert of(found, "originate_seconds_count", switch="main") == 3
    assert of(found, "originate_seconds_bucket", switch="main", le="0.025") == 1
    assert of(found, "originate_seconds_bucket", switch="main", le="+Inf") == 3
    assert of(found, "originate_seconds_sum", switch="main") == pytest.approx(7.05)
    assert of(found, "event_lag_seconds_count", switch="main") == 1
    lead = {"scenario": "greeting", "phase": "dialing"}
    assert [
        v for (n, labels), v in found.items() if n == "prozvon_leads" and lead.items() <= dict(labels).items()
    ] == [1]
    names = {family.name for family in text_string_to_metric_families(said.text)}
    assert {shown_name(each).removesuffix("_total") for each in METRICS} <= names


def test_a_gateway_that_rests_is_not_up_and_stale_figures_are_not_told(
    project: Project, api: TestClient
) -> None:
    project.store.heartbeat("w1", 60_000, {"up": "main"})
    now = project.clock.now_ms()
    project.store.rest_gateway("main", "main", now=now, for_ms=60_000)
    project.store.waiting_room.join("office", "desk", "c1", "main", most=None, now=now - 4_000)
    found = samples(api.get("/metrics").text)
    assert of(found, "gateway_up", switch="main", gateway="main") == 0
    assert of(found, "switch_up", switch="main") == 1
    assert of(found, "figures_stale") == 1
    assert of(found, "queue_waiting", queue="office:desk") == 1  # rung by the switch itself
    assert of(found, "queue_longest_wait_seconds", queue="office:desk") == 4
    assert not [name for name, _ in found if name == "prozvon_agents"]


def test_whoever_accepts_openmetrics_gets_that(api: TestClient) -> None:
    accept = "application/openmetrics-text; version=1.0.0"
    said = api.get("/metrics", headers={"Accept": accept})
    assert said.headers["content-type"].startswith("application/openmetrics-text")
    assert said.text.endswith("# EOF\n")


def test_while_the_store_is_away_that_alone_is_told(project: Project) -> None:
    app = app_of(project)
    app.state.metrics = Look(lambda: _raise(KnownError("away")))
    app.dependency_overrides[may_read] = lambda: None
    said = TestClient(app).get("/metrics")
    assert said.status_code == 200
    assert samples(said.text) == {("prozvon_store_up", ()): 0}


def _raise(error: Exception) -> NoReturn:
    raise error


def test_metrics_are_for_tokens_with_their_scope(project: Project, token: Token) -> None:
    client = TestClient(app_of(project))
    assert client.get("/metrics").status_code == 401
    lacking = client.get("/metrics", headers={"Authorization": f"Bearer {token('leads:read')}"})
    assert lacking.status_code == 403
    good = client.get("/metrics", headers={"Authorization": f"Bearer {token('metrics:read')}"})
    assert good.status_code == 200


def test_the_page_holds_the_table() -> None:
    page = (HERE / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert page == refreshed(page), "run `make docs`"
    with pytest.raises(ValueError, match="no table"):
        refreshed("# Metrics")


def test_readiness_is_a_store_that_answers_and_a_worker_that_lives(project: Project) -> None:
    client = TestClient(app_of(project))
    assert client.get("/healthz").json() == {"status": "ok"}
    away = client.get("/readyz")
    assert (away.status_code, away.json()["detail"]) == (503, "no worker lives: start one with `prozvon run`")
    project.store.heartbeat("w1", 60_000, {})
    assert client.get("/readyz").json() == {"status": "ok", "workers": 1}


def test_a_store_that_does_not_answer_holds_up_one_thread_however_often_it_is_asked() -> None:
    asked: list[int] = []
    answers = threading.Event()

    def ask() -> int:
        asked.append(1)
        answers.wait(20)
        return 7

    async def story() -> None:
        look = Look(ask)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await look.within(0.01)
        assert len(asked) == 1
        answers.set()
        assert await look.within(20) == 7

    asyncio.run(story())

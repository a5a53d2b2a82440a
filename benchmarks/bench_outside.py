"""The world outside: contacts in by three roads, events out by webhook and as a stream, each beside the barest way.

The store is the embedded one with `fsync: always`; servers and clients share the machine's cores.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench_worker import command, wait_for
from benchmarks.freeswitch import free_port
from benchmarks.project import SCENARIO
from orchestrator.domain.entry import LeadRef
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.launch import Source
from orchestrator.runtime.lead_desk import enter_list, open_campaign, withdraw
from orchestrator.runtime.project import Project, open_project

AT_ONCE = 20
CLIENTS = 8
PAGE = 500

SETTINGS = """\
project: bench
speech: {{engine: switch}}
api: {{listen: "127.0.0.1:{api}", rate: 100000, burst: 100000}}
services: {{sink: {{url: "http://127.0.0.1:{sink}/", private: yes, at_once: 50}}}}
webhooks: {{sink: {{service: sink, path: sink, on: status, secret_env: BENCH_SECRET}}}}
outbox: {{at_once: {at_once}}}
switches: {{main: {{gateways: {{main: {{}}}}}}}}
"""

Rate = Callable[["Bench", int], float]


class Bench:
    """A project with an open campaign, its API, and a sink for what it tells."""

    def __init__(self, folder: Path, project: Project, api: int, sink: int, token: str) -> None:
        self.folder, self.project, self.api, self.sink, self.token = folder, project, api, sink, token
        compiled, problems = find_scenario(project.settings, "bench")
        assert compiled is not None, problems
        self.campaign_id = open_campaign(project, compiled).campaign_id
        self._next = 0

    def rows(self, count: int) -> list[dict[str, str]]:
        """Contacts that were never there."""
        first, self._next = self._next, self._next + count
        return [
            {
                "phone": f"+7999{number:07}",
                "name": "Анна",
                "order": f"{number:06}",
                "external_id": f"o-{number}",
            }
            for number in range(first, first + count)
        ]

    @contextmanager
    def asking(self) -> Iterator[http.client.HTTPConnection]:
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=120)
        try:
            yield connection
        finally:
            connection.close()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def main(*, quick: bool = False) -> None:
    scale, rounds = (1, 1) if quick else (10, 3)
    os.environ["BENCH_SECRET"] = "of the benchmark"
    with _bench() as bench:
        roads: list[tuple[str, Rate, int]] = [
            ("contacts, a list in this process (campaign add)", _in_process, 1000 * scale),
            ("contacts, a list by HTTP", _by_list, 1000 * scale),
            (f"contacts, PUT one by one, {CLIENTS} clients", _one_by_one, 200 * scale),
        ]
        _compare(bench, roads, rounds)
        ways: list[tuple[str, Rate, int]] = [
            (f"bare POSTs, {AT_ONCE} at once", _bare, 300 * scale),
            ("webhooks: from the outbox, signed, in order per contact", _webhooks, 300 * scale),
        ]
        _compare(bench, ways, rounds)
        streams: list[tuple[str, Rate, int]] = [
            ("entries of the outbox, read bare from the store", _read_bare, 1),
            ("events, one client", lambda b, _: _events(b, 1), 1),
            (f"events, {CLIENTS} clients, all of them together", lambda b, _: _events(b, CLIENTS), 1),
        ]
        _compare(bench, streams, rounds)


def _compare(bench: Bench, ways: list[tuple[str, Rate, int]], rounds: int) -> None:
    """They take turns, so that noise meets all of them alike; each beside the first."""
    found: dict[str, list[float]] = {name: [] for name, _, _ in ways}
    for _ in range(rounds):
        for name, rate, count in ways:
            found[name].append(rate(bench, count))
    first = statistics.median(found[ways[0][0]])
    for name, _, _ in ways:
        median = statistics.median(found[name])
        print(f"{name:60} {median:9,.0f}/s   ratio {median / first:5.2f}", flush=True)


# -- in


def _in_process(bench: Bench, count: int) -> float:
    body = _lines(bench.rows(count))
    began = time.monotonic()
    source = Source(name="bench", chunks=[body])
    assert sum(1 for _ in enter_list(bench.project, bench.campaign_id, source, format="jsonl")) == count
    return count / (time.monotonic() - began)


def _by_list(bench: Bench, count: int) -> float:
    body = _lines(bench.rows(count))
    began = time.monotonic()
    with bench.asking() as connection:
        connection.request(
            "POST",
            f"/v1/campaigns/{bench.campaign_id}/contacts/list",
            body,
            {**bench.headers, "Content-Type": "application/x-ndjson"},
        )
        said = json.loads(connection.getresponse().read())
    assert said["added"] == count, said
    return count / (time.monotonic() - began)


def _one_by_one(bench: Bench, count: int) -> float:
    rows = bench.rows(count)

    def put(share: list[dict[str, str]]) -> None:
        with bench.asking() as connection:
            for row in share:
                path = f"/v1/campaigns/{bench.campaign_id}/contacts/{row['external_id']}"
                headers = {**bench.headers, "Content-Type": "application/json"}
                connection.request("PUT", path, json.dumps(row), headers)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 201, answer.status

    began = time.monotonic()
    _together([lambda share=rows[n::CLIENTS]: put(share) for n in range(CLIENTS)])  # type: ignore[misc]  # a default is a list
    return count / (time.monotonic() - began)


def _lines(rows: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


# -- out


def _bare(bench: Bench, count: int) -> float:
    return count / _delivering("post", f"127.0.0.1:{bench.sink}", str(count), str(AT_ONCE))


def _webhooks(bench: Bench, count: int) -> float:
    """Each lead that is withdrawn tells its status."""
    rows = bench.rows(count)
    source = Source(name="bench", chunks=[_lines(rows)])
    for _ in enter_list(bench.project, bench.campaign_id, source, format="jsonl"):
        pass
    for row in rows:
        withdraw(bench.project, bench.campaign_id, LeadRef(external_id=row["external_id"]))
    return count / _delivering("deliver", str(bench.folder))


def _read_bare(bench: Bench, _: int) -> float:
    began, after, count = time.monotonic(), "0-0", 0
    while page := bench.project.store.outbox(after, PAGE):
        after, count = page[-1].entry_id, count + len(page)
    return count / (time.monotonic() - began)


def _events(bench: Bench, clients: int) -> float:
    counted: list[int] = []

    def listen() -> None:
        with bench.asking() as connection:
            connection.request("GET", "/v1/events?after=0-0&follow=false", headers=bench.headers)
            counted.append(connection.getresponse().read().count(b"\ndata: "))

    began = time.monotonic()
    _together([listen] * clients)
    assert len(set(counted)) == 1
    assert counted[0] > 0
    return sum(counted) / (time.monotonic() - began)


def _together(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _delivering(*words: str) -> float:
    out = subprocess.run(
        [sys.executable, "-m", "benchmarks.delivering", *words], check=True, capture_output=True, text=True
    )
    return float(out.stdout.split()[-1])


# -- the project


@contextmanager
def _bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sink = subprocess.Popen([sys.executable, "-m", "benchmarks.sink"], stdout=subprocess.PIPE, text=True)
        assert sink.stdout is not None
        taker, api = int(sink.stdout.readline()), free_port()
        (folder / "prozvon.yaml").write_text(SETTINGS.format(api=api, sink=taker, at_once=AT_ONCE), "utf-8")
        (folder / "scenarios").mkdir()
        (folder / "scenarios" / "bench.yaml").write_text(SCENARIO, "utf-8")
        made = subprocess.run(
            command(folder, "token", "create", "bench", "--scope", "leads:*", "--scope", "events:read"),
            check=True,
            capture_output=True,
            text=True,
        )
        log = folder / "web.log"
        with log.open("wb") as out:
            web = subprocess.Popen(command(folder, "web", "--log", str(folder / "log")), stderr=out)
        try:
            wait_for(log, str(api))
            with open_project(folder) as project:
                yield Bench(folder, project, api, taker, made.stdout.split()[-1])
        finally:
            web.send_signal(signal.SIGTERM)
            web.wait(timeout=30)
            sink.kill()
            sink.wait()

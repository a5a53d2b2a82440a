"""Calls that come in to the simulated switch, their real flow, the ear, the desk and a service: as they will meet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchestrator.outside.service import Services
from orchestrator.outside.spec import ServiceSpec
from orchestrator.runtime.inbound.desk import Desk
from orchestrator.runtime.inbound.ear import Ear
from orchestrator.runtime.inbound.routes import routes_of
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.switch_settings import Switch
from orchestrator.runtime.switches.line import Line
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import canonical_json, compile_scenario
from tests.outside.http_service import Seen, answer, http_service
from tests.simulator.bench import HERE, PASSWORD, Bench, Client, population, wait_until
from tests.simulator.incoming import come_in, with_dialplan

SPEED = 2.0  # a service and the desk answer in real time
CALLED = "74950000001"
SCENARIO = """\
scenario: orders
title: Orders
kind: ivr
languages: [en]
numbers: [+74950000001]
queues:
  sales: {agents: [+79990000001], ring: 20s}
flow:
  start:
    - answer
    - fetch: {post: crm/orders, send: {order: "1042"}, into: card, timeout: 4s, not_found: unknown, otherwise: failed}
    - switch: {on: card.address.city, cases: {Tver: [{result: tver}]}, otherwise: [{result: elsewhere}]}
    - queue: {name: sales, max_waiting: 2, max_wait: 60s, overflow: full}
  unknown: [{result: unknown}]
  failed: [{result: failed}]
  full: [{result: full}]
"""


@dataclass(slots=True, kw_only=True)
class Meeting:
    bench: Bench
    client: Client
    project: Project
    ended: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def call(self) -> str:
        return come_in(self.client, CALLED)

    def told(self, call: str, name: str) -> str:
        """A variable of the call, once it has ended."""
        wait_until(lambda: call in self.ended, "the call has ended", 20.0)
        return str(self.ended[call].get(f"variable_prozvon_{name}"))

    @property
    def waiting(self) -> list[str]:
        return [each.call_id for each in self.project.store.waiting_room.waiting()]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenarios" / "orders.yaml"
    path.parent.mkdir()
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@contextmanager
def meeting(
    tmp_path: Path, scenario: Path, project: Project, act: Callable[[Seen], None]
) -> Iterator[Meeting]:
    found, problems = check_path([scenario])
    assert problems == []
    compiled = compile_scenario(found[0])
    person = population(person={"kind": "person", "rings": 2, "stays": 3})
    bench = Bench(tmp_path, speed=SPEED, population=person)
    (bench.root / "programs" / f"{compiled.digest}.json").write_bytes(canonical_json(compiled.program))
    routes = routes_of([compiled], region="RU", gateways={"main": "sofia/gateway/main/{number}"}, voices={})
    (bench.release / "inbound.json").write_bytes(routes)
    shutil.copy(HERE / "scripts" / "ivr" / "prozvon_ivr.py", bench.release / "scripts")
    with_dialplan(bench, **{CALLED: "python prozvon_ivr"})
    switch = Switch(port=bench.switch.port, password_env="DESK_TEST_PASSWORD")
    line = Line(
        "main",
        switch,
        settings=project.settings,
        worker_id="w1",
        on_event=lambda _: None,
        on_up=lambda _: None,
        on_down=lambda *_: None,
    )
    with http_service(act) as service:
        services = Services({"crm": ServiceSpec(name="crm", url=service.url, is_private=True)})
        desk = Desk(project, {"main": line}, services=services)
        made = Meeting(bench=bench, client=bench.client(), project=project)
        ear = Ear(
            {"main": switch},
            asked=[desk.asked],
            bridged=[desk.bridged],
            ended=[lambda _, event: made.ended.update({str(event["Unique-ID"]): event}), desk.ended],
        )
        line.start()
        desk.start()
        ear.start()
        try:
            wait_until(lambda: line.is_up and ear.hears("main"), "both are connected")
            yield made
        finally:
            ear.stop()
            desk.stop()
            line.stop()
            bench.close()


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TEST_PASSWORD", PASSWORD)


def test_a_flow_goes_by_what_a_service_says_and_its_caller_waits_in_line(
    tmp_path: Path, scenario: Path, project: Project
) -> None:
    card = answer(b'{"address": {"city": "Tver"}}')
    with meeting(tmp_path, scenario, project, card) as here:
        calls = [here.call(), here.call()]
        wait_until(lambda: len(here.waiting) == 2, "both wait", 10.0)
        third = here.call()
        assert here.told(third, "result") == "full"
        wait_until(lambda: len(here.waiting) < 2, "a person has taken one", 20.0)
        assert [here.told(call, "result") for call in calls] == ["tver", "tver"]
        wait_until(lambda: here.waiting == [], "nobody is left in line")


@pytest.mark.parametrize(
    ("act", "result"),
    [
        (answer(b"", status="404 Not Found"), "unknown"),
        (answer(b"", status="500 Broken"), "failed"),
        (answer(b"<html>"), "failed"),
        (answer(b"x" * 3_000_000), "failed"),
        (Seen.never_answer, "failed"),
    ],
)
def test_a_flow_goes_its_other_way_when_a_service_fails(
    tmp_path: Path, scenario: Path, project: Project, act: Callable[[Seen], None], result: str
) -> None:
    with meeting(tmp_path, scenario, project, act) as here:
        assert here.told(here.call(), "result") == result

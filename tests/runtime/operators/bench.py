"""A project with agents, its simulated switch, its workers and callers: as they run together."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent

from orchestrator.domain.agent import AgentRecord, AgentState
from orchestrator.runtime.inbound.registering import register_served
from orchestrator.runtime.inbound.serving import serve
from orchestrator.runtime.operators.writing import state_of
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.switches.simulated_root import make_root
from orchestrator.runtime.worker import Worker
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from orchestrator.store.commands import Command, Reply
from orchestrator.store.figures import Scope
from orchestrator.store.rows import CallRow
from tests.runtime.factories import HOUR, NOON, make_folder

SPEED = 20.0
LIMIT_S = 40.0
LINE, CALLER = "+74950000001", "+79160000007"

HELP = """\
scenario: help
kind: ivr
languages: [en]
numbers: [+74950000001]
project: shop
messages:
  sorry: {en: "Nobody is here."}
queues:
  sales: {agents: [anna, boris], ring: 15s, wrap_up: 20s, misses: 2}
flow:
  start:
    - answer
    - queue: {name: sales, max_wait: 120s, silent: 30s, overflow: full}
    - result: served
  full: [{say: sorry}, {result: nobody}]
"""
ORDERS = """\
scenario: orders
kind: predictive
languages: [en]
project: shop
contact: {name: text}
queues:
  sales: {agents: [anna, boris], ring: 15s, wrap_up: 5s}
flow:
  start: [{queue: {name: sales}}]
dial:
  gateways: [main]
  caller_id: +74951234567
  ring: 25s
  timezone: Europe/Moscow
  hours: {daily: 09:00-20:00}
  attempts: 2
  pacing: {mode: progressive, abandoned: 3%, within: 10s}
company: {name: {en: the shop}}
desk: {script: script.md, outcomes: [sold, refused]}
rules: {no_answer: {retry: 2h}}
tests:
  - name: sold
    call: [answers, takes: anna, outcome: sold]
    expect: {reached: anna}
"""
AGENTS = """\
breaks: [lunch, training]
agents:
  anna: {title: Anna P., dial: user/1001, switch: main, user: "1001"}
  boris: {dial: user/1002, switch: main, user: "1002"}
"""
SETTINGS = """\
project: test
fsync: everysec
clock: simulated
lease_s: 2
reconcile_s: 2
speech: {{engine: switch}}
operators: {{lease_s: 1}}
switches:
  main:
    port: {port}
    gateways:
      main: {{cps: 100, channels: 50}}
"""
# Agents pick up after two seconds and talk for ten; customers answer after three; those ending in 9 never do.
PEOPLE = """\
population: test
timezone: Europe/Moscow
agents:
  quick: {phones: [user/1001, user/1002], rings: 2, talks: 10}
callees:
  people: {kind: person, answers: 1.0, rings: 3, stays: 600}
  nobody: {kind: no_answer, weight: 0}
numbers:
  - {match: "*9", callee: nobody}
"""


@contextlib.contextmanager
def opened(
    folder: Path,
    *,
    settings: str = SETTINGS,
    agents: str = AGENTS,
    people: str = PEOPLE,
    speed: float = SPEED,
    **scenarios: str,
) -> Iterator[Project]:
    """A project in `folder`: agents, the scenario `help` if no other is named, and its people."""
    made = make_folder(folder / "p", settings=settings, speed=speed)
    (made / "scenarios" / "greeting.yaml").unlink()
    for name, text in (scenarios or {"help": HELP}).items():
        (made / "scenarios" / f"{name}.yaml").write_text(text, "utf-8")
    (made / "scenarios" / "script.md").write_text("Say hello to {{ name }}.", "utf-8")
    (made / "agents.yaml").write_text(agents, "utf-8")
    (made / "callees.yaml").write_text(people, "utf-8")
    with open_project(made) as project:
        yield project


@contextlib.contextmanager
def switch(project: Project, name: str = "main") -> Iterator[SimulatedSwitch]:
    """The switch, deployed to, with what takes calls registered."""
    found = project.settings.switches[name]
    served = serve(project.settings)
    make_root(project.settings, name, project.clock.now_ms, served)
    register_served(project.folder, served)
    made = SimulatedSwitch(
        port=found.port,
        password=found.password(),
        root=found.root,
        population=load_population(project.folder / "callees.yaml"),
        seed=1,
        clock=project.clock,
        gateways=tuple(found.gateways),
        cdr_dir=found.cdr_folder,
        callee_log=project.settings.data / f"callees-{name}.jsonl",
    )
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextlib.contextmanager
def worker(project: Project, worker_id: str = "w1", *, leads: bool = True) -> Iterator[Worker]:
    """A worker in this process that is connected, and (leads) leads. It has a door to the store of its own."""
    with open_project(project.folder) as own:
        made = Worker(own, worker_id=worker_id, until_done=False, drain_s=5.0)
        with running(made):
            names = set(project.settings.switches)
            until(
                lambda: set(project.store.workers().get(worker_id, {}).get("up", "").split()) >= names,
                "it is connected",
            )
            if leads:
                until(lambda: leader(project) == worker_id and figures(project), "it leads")
            yield made


@contextlib.contextmanager
def running(made: Worker) -> Iterator[None]:
    greenlet = gevent.spawn(made.run)
    try:
        yield
    finally:
        made.stop()
        greenlet.join(timeout=LIMIT_S)
        assert greenlet.ready(), "the worker does not end"
        greenlet.get()


def until(is_so: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
    deadline = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline, f"waited {limit_s:g} s in vain: {what}"
        gevent.sleep(0.01)


def leader(project: Project) -> str:
    found = project.store.floor.leader()
    return "" if found is None else found.worker_id


def say(project: Project, agent_id: str, name: str, reason: str = "", to: str = "") -> Reply:
    """A command for an agent, as the command line gives it."""
    command = Command(
        command_id=f"{agent_id}-{name}-{time.monotonic_ns()}",
        name=name,
        agent_id=agent_id,
        reason=reason,
        to=to,
    )
    return project.store.commands.ask(command, pause=gevent.sleep)


def agent(project: Project, agent_id: str) -> AgentRecord:
    return project.store.floor.read().agents.get(agent_id, AgentRecord(agent_id=agent_id))


def state(project: Project, agent_id: str) -> AgentState:
    return agent(project, agent_id).state


def phase(project: Project, call_id: str) -> str:
    """Where a caller is, as a new leader would read it."""
    callers = state_of(project.store.floor.read(), 0).callers
    return next((each.phase.value for each in callers if each.call_id == call_id), "")


def parked(its: SimulatedSwitch, channel: str) -> bool:
    """Whether it waits, on this switch."""
    rows = json.loads(its.commands.run("show", "channels as json")).get("rows") or []
    states = {row["uuid"]: row["state"] for row in rows}
    return states.get(channel) in ("CS_PARK", "CS_EXECUTE")


def call_in(its: SimulatedSwitch, *moves: list[object], caller: str = CALLER, called: str = LINE) -> str:
    wanted = json.dumps({"caller": caller, "called": called, "gateway": "main", "moves": moves})
    reply = its.commands.run("prozvon_incoming", base64.urlsafe_b64encode(wanted.encode()).decode())
    assert reply.startswith("+OK "), reply
    return reply.split()[1]


def phone_in(its: SimulatedSwitch, code: str, *, user: str) -> None:
    """An agent's telephone dials a feature code."""
    wanted = {
        "called": code,
        "context": "prozvon_agents",
        "variables": {"sip_auth_username": user, "sip_authorized": "true"},
    }
    reply = its.commands.run(
        "prozvon_incoming", base64.urlsafe_b64encode(json.dumps(wanted).encode()).decode()
    )
    assert reply.startswith("+OK "), reply


def recorded(project: Project, call_id: str) -> CallRow:
    """What was recorded of a call that came in, once it is."""

    def found() -> CallRow | None:
        rows = project.store.calls(0, NOON + 30 * 24 * HOUR)
        return next((row for row in rows if row.call.call_id == call_id), None)

    until(found, f"{call_id} is recorded")
    row = found()
    assert row is not None
    return row


def figures(project: Project) -> dict[tuple[Scope, str], dict[str, object]]:
    """Live figures by what they are about."""
    return {(each.scope, each.name): dict(each.values) for each in project.store.figures.read().figures}


def screens(project: Project, agent_id: str) -> list[tuple[str, dict[str, object]]]:
    """What an agent's screen was shown: (kind, body)."""
    return [(row.event.kind, dict(row.event.body)) for row in project.store.screens.read(agent_id)]


def channels(its: SimulatedSwitch) -> int:
    return its.calls.count

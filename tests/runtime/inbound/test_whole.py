"""Calls that come in, from the first ring to what is left of them: switch, worker and store as they run together."""

from __future__ import annotations

import base64
import contextlib
import csv
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.inbound import CallEnd, InboundCall
from orchestrator.runtime.inbound.registering import register_served
from orchestrator.runtime.inbound.serving import serve
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.switches.simulated_root import make_root
from orchestrator.runtime.worker import Worker
from orchestrator.simulator.callee_log import CalleeCall, read_callee_log
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from orchestrator.store.rows import CallRow
from tests.outside.http_service import answer, http_service
from tests.runtime.factories import HOUR, NOON, move_clock
from tests.runtime.inbound.projects import SETTINGS, inbound_folder
from tests.runtime.inbound.projects import SHOP as SHOP_SCENARIO

SPEED = 60.0
LIMIT_S = 40.0
SHOP, AGENT, CALLER = "+74950000001", "+79990000001", "+79160000007"

# The operator and whoever is called back answer after two seconds; numbers ending in 9 never do.
CALLEES = """\
population: test
timezone: Europe/Moscow
callees:
  people: {kind: person, answers: 1.0, rings: 2, stays: 20}
  nobody: {kind: no_answer, weight: 0}
numbers:
  - {match: "*9", callee: nobody}
"""


@contextlib.contextmanager
def _opened(folder: Path, *, settings: str = SETTINGS, shop: str = SHOP_SCENARIO) -> Iterator[Project]:
    made = inbound_folder(folder / "p", speed=SPEED, settings=settings, shop=shop)
    (made / "callees.yaml").write_text(CALLEES, "utf-8")
    with open_project(made) as project:
        yield project


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    with _opened(short_tmp) as opened:
        yield opened


@contextlib.contextmanager
def switch(project: Project) -> Iterator[SimulatedSwitch]:
    found = project.settings.switches["main"]
    served = serve(project.settings)
    make_root(project.settings, "main", project.clock.now_ms, served)
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
        callee_log=project.settings.data / "callees.jsonl",
    )
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextlib.contextmanager
def worker(project: Project, worker_id: str = "w1") -> Iterator[Worker]:
    made = Worker(project, worker_id=worker_id, until_done=False, drain_s=5.0)
    greenlet = gevent.spawn(made.run)
    try:
        until(lambda: worker_id in project.store.workers(), "the worker lives")
        until(lambda: project.store.workers()[worker_id]["up"] == "main", "it is connected")
        yield made
    finally:
        made.stop()
        greenlet.join(timeout=LIMIT_S)
        assert greenlet.ready(), "the worker does not end"
        greenlet.get()


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline, f"waited {LIMIT_S:g} s in vain: {what}"
        gevent.sleep(0.01)


def call_in(its: SimulatedSwitch, *moves: list[object], caller: str = CALLER, called: str = SHOP) -> str:
    wanted = json.dumps({"caller": caller, "called": called, "gateway": "main", "moves": moves})
    reply = its.commands.run("prozvon_incoming", base64.urlsafe_b64encode(wanted.encode()).decode())
    assert reply.startswith("+OK "), reply
    return reply.split()[1]


def calls(project: Project) -> list[CallRow]:
    return list(project.store.calls(0, NOON + 30 * 24 * HOUR))


def recorded(project: Project, call_id: str) -> InboundCall:
    until(lambda: any(row.call.call_id == call_id for row in calls(project)), f"{call_id} is recorded")
    return next(row.call for row in calls(project) if row.call.call_id == call_id)


def rung(project: Project, number: str) -> list[CalleeCall]:
    path = project.settings.data / "callees.jsonl"
    return [call for call in read_callee_log(path) if call.number == number] if path.exists() else []


def read_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines())) if path.exists() else []


def test_a_caller_who_reaches_somebody_is_not_called_back(project: Project) -> None:
    with switch(project) as its, worker(project):
        call = recorded(project, call_in(its, ["hears", "main", "press", "1"]))
        assert (call.scenario, call.caller, call.called) == ("shop", CALLER, SHOP)
        assert (call.reached, call.result) == (AGENT, "served")
        assert "1" in " ".join(call.path)
        until(lambda: not list((its.root / "inbound").iterdir()), "the marker is removed")
    assert project.store.counts("shop-missed").leads == 0


def test_a_caller_who_hung_up_is_called_back_and_reaches_somebody(project: Project) -> None:
    with switch(project) as its, worker(project):
        call = recorded(project, call_in(its, ["hears", "main", "hang_up"]))
        assert (call.end, call.reached) == (CallEnd.HUNG_UP, "")
        until(lambda: project.store.counts("shop-missed").done == 1, "the callback is done")
        (back,) = rung(project, CALLER)
        assert back.called_at - call.ended_at >= 120_000
    counts = project.store.counts("shop-missed")
    assert (counts.leads, counts.attempts, counts.answered) == (1, 1, 1)
    assert len(rung(project, AGENT)) == 1


def test_ten_missed_calls_of_one_number_are_one_callback(project: Project) -> None:
    with switch(project) as its, worker(project):
        for call_id in [call_in(its, ["after", 3000, "hang_up"]) for _ in range(10)]:
            recorded(project, call_id)
        until(lambda: project.store.counts("shop-missed").done == 1, "the callback is done")
    assert project.store.counts("shop-missed").leads == 1
    assert len(rung(project, CALLER)) == 1


def test_a_caller_who_calls_again_and_is_served_is_not_called_back(short_tmp: Path) -> None:
    with _opened(short_tmp, shop=SHOP_SCENARIO.replace("after: 2m", "after: 1h")) as project:
        _calls_twice(project)


def _calls_twice(project: Project) -> None:
    with switch(project) as its, worker(project):
        recorded(project, call_in(its, ["after", 3000, "hang_up"]))
        assert recorded(project, call_in(its, ["hears", "main", "press", "1"])).reached == AGENT
        until(lambda: project.store.counts("shop-missed").done == 1, "the callback is dropped")
        move_clock(project, 2 * HOUR)
        other = recorded(project, call_in(its, ["after", 3000, "hang_up"], caller="+79160000008"))
        move_clock(project, 2 * HOUR)
        until(lambda: rung(project, other.caller), "somebody else is called back")
    assert rung(project, CALLER) == []


def test_a_call_at_night_is_answered_as_closed_and_called_back_in_the_morning(project: Project) -> None:
    move_clock(project, 11 * HOUR)
    with switch(project) as its, worker(project):
        call = recorded(project, call_in(its))
        assert (call.end, call.heard) == (CallEnd.CLOSED, ("closed_now",))
        until(lambda: project.store.counts("shop-missed").done == 1, "the callback is done")
    (back,) = rung(project, CALLER)
    assert back.called_at >= NOON + 21 * HOUR, "Tuesday, 9:00"


def test_voicemail_is_kept_in_the_mailbox(project: Project) -> None:
    with switch(project) as its, worker(project):
        moves = (
            ["hears", "main", "press", "2"],
            ["hears", "leave_message", "speak", 6000],
            ["after", 40_000, "hang_up"],
        )
        recorded(project, call_in(its, *moves))
        box = project.settings.data / "mailboxes" / "office"
        until(lambda: box.is_dir() and list(box.rglob("*.wav")), "the message is in the mailbox")
        (found,) = box.rglob("*.wav")
    assert found.stat().st_size > 8000 * 2 * 4
    assert CALLER.removeprefix("+") in found.name


def test_what_a_service_says_is_heard_and_what_was_entered_is_kept(short_tmp: Path) -> None:
    with http_service(answer(b'{"status": "ready"}')) as service:
        settings = SETTINGS.replace("http://127.0.0.1:9/", service.url)
        with _opened(short_tmp, settings=settings) as project, switch(project) as its, worker(project):
            moves = (["hears", "main", "press", "3"], ["hears", "enter", "press", "1042"])
            call = recorded(project, call_in(its, *moves))
            rows = project.settings.data / "collected" / "asked.csv"
            until(lambda: read_rows(rows), "the row is there")
            (row,) = read_rows(rows)
    assert "status_is" in call.heard
    assert dict(call.values)["card.status"] == "ready"
    assert row["order"] == "1042"
    assert [(seen.path, seen.query) for seen in service.seen] == [("/api/orders", "number=1042")]


def test_calls_that_ended_while_nobody_listened_are_read_up(project: Project) -> None:
    with switch(project) as its:
        call_id = call_in(its, ["after", 3000, "hang_up"])
        until(lambda: its.calls.count == 0, "the call is over")
        with worker(project):
            assert recorded(project, call_id).end is CallEnd.HUNG_UP
            until(lambda: project.store.counts("shop-missed").done == 1, "the callback is done")
    assert len(rung(project, CALLER)) == 1


def test_a_number_that_nobody_claims_is_turned_down_and_not_recorded(project: Project) -> None:
    with switch(project) as its, worker(project):
        other = call_in(its, called="+74960000000")
        mine = recorded(project, call_in(its, ["after", 3000, "hang_up"]))
        assert mine.call_id != other
        assert [row.call.call_id for row in calls(project)] == [mine.call_id]

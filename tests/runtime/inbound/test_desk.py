"""The desk answers what it can, once, in time, and nothing that is asked brings it down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import gevent
import pytest
import structlog

from orchestrator.domain.problem import KnownError
from orchestrator.outside.service import Services
from orchestrator.outside.spec import ServiceSpec
from orchestrator.runtime.inbound.desk import Desk
from orchestrator.runtime.project import Project
from tests.outside.http_service import HttpService, Seen, answer, http_service
from tests.runtime.factories import move_clock
from tests.runtime.inbound.questions import Line, asking, event
from tests.store.calls import SHOP, SHOP_MISSED, missed, standing
from tests.store.factories import request

CARD = '{"status": "sent", "sum": 1042.50, "paid": false, "address": {"city": "Тверь"}}'.encode()
FETCH = {
    "method": "get",
    "service": "crm",
    "path": "orders",
    "send": {"order": "7"},
    "timeout": 3,
    "tries": 2,
}


class Bench:
    """A desk with one switch and one service."""

    def __init__(self, project: Project, service: HttpService | None, **options: object) -> None:
        self.line = Line()
        specs = {}
        if service is not None:
            specs["crm"] = ServiceSpec(name="crm", url=service.url, is_private=True)
        self.desk = Desk(project, {"main": self.line}, services=Services(specs), **options)  # type: ignore[arg-type]

    def ask(self, *questions: dict[str, object]) -> dict[tuple[str, int], dict[str, object]]:
        for question in questions:
            self.desk.asked("main", question)
        self.settle()
        return self.line.answers

    def settle(self) -> None:
        self.desk._pool.join(timeout=10)
        assert not len(self.desk._pool)

    def one(self, what: str, number: int = 1, **body: object) -> dict[str, object]:
        call = str(body.pop("call", "call-1"))
        return self.ask(asking(number, what, call=call, **body))[call, number]


@pytest.fixture
def bench(project: Project) -> Iterator[Bench]:
    made = Bench(project, None)
    made.desk.start()
    yield made
    made.desk.stop()


def fetched(project: Project, act: Callable[[Seen], None], **body: object) -> dict[str, object]:
    with http_service(act) as service:
        return Bench(project, service).one("fetch", **{**FETCH, **body})


# -- fetch


def test_fields_of_the_answer_are_texts(project: Project) -> None:
    fields = ["status", "sum", "paid", "address.city", "gone", "address"]
    assert fetched(project, answer(CARD), fields=fields) == {
        "ok": True,
        "status": 200,
        "fields": {"status": "sent", "sum": "1042.50", "paid": "no", "address.city": "Тверь"},
    }


def test_what_is_sent_reaches_the_service_with_a_key_of_this_question(project: Project) -> None:
    with http_service() as service:
        assert Bench(project, service).one("fetch", **{**FETCH, "method": "post"})["ok"]
        assert (service.seen[0].method, service.seen[0].body) == ("POST", b'{"order":"7"}')
        assert service.seen[0].headers["idempotency-key"] == "call-1-1"


@pytest.mark.parametrize(
    ("act", "found"),
    [
        (answer(b"", status="404 Not Found"), {"ok": False, "status": 404, "why": "refused"}),
        (answer(b"", status="500 Broken"), {"ok": False, "status": 500, "why": "down"}),
        (answer(b"<html>"), {"ok": False, "status": 200, "why": "nonsense"}),
        (answer(b"\xff{}"), {"ok": False, "status": 200, "why": "nonsense"}),
        (answer(b'{"status":' * 99), {"ok": False, "status": 200, "why": "nonsense"}),
        (answer(b"x" * 2_000_000), {"ok": False, "status": 200, "why": "too_big"}),
        (Seen.close, {"ok": False, "status": 0, "why": "down"}),
    ],
)
def test_a_service_that_does_not_answer_as_it_should(
    project: Project, act: Callable[[Seen], None], found: dict[str, object]
) -> None:
    assert fetched(project, act, fields=["status"]) == found


@pytest.mark.parametrize("body", [b"thanks", b"", b"x" * 2_000_000])
def test_whoever_wants_no_fields_may_be_answered_anything(project: Project, body: bytes) -> None:
    assert fetched(project, answer(body), method="post") == {"ok": True, "status": 200, "fields": {}}


def test_whoever_wants_fields_wants_an_answer(project: Project) -> None:
    assert fetched(project, answer(b""), fields=["a"])["why"] == "nonsense"


def test_a_slow_service_is_given_up_in_time(project: Project) -> None:
    began = time.monotonic()
    assert fetched(project, Seen.never_answer, timeout=0.4)["why"] == "slow"
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"service": "http://evil.example"}, "unknown_service"),
        ({"service": None}, "refused"),
        ({"path": "../admin"}, "refused"),
        ({"path": 5}, "refused"),
        ({"method": "delete"}, "refused"),
        ({"method": None}, "refused"),
        ({"send": ["a"]}, "refused"),
        ({"send": {"a": {"b": 1}}}, "refused"),
        ({"send": {str(n): "x" for n in range(500)}}, "refused"),
    ],
)
def test_what_may_not_be_asked_is_refused(project: Project, body: dict[str, object], why: str) -> None:
    with http_service() as service:
        found = Bench(project, service).one("fetch", **{**FETCH, **body})
        assert found == {"ok": False, "status": 0, "why": why}
        assert service.connections == 0


@pytest.mark.parametrize(
    "body",
    [
        {"timeout": -1},
        {"timeout": "long"},
        {"timeout": float("nan")},
        {"timeout": 1e9},
        {"tries": "x"},
        {"tries": 1e9},
        {"fields": "status"},
        {"fields": [None, {}, "x" * 999]},
        {"send": None},
    ],
)
def test_what_makes_no_sense_is_as_if_it_was_not_said(project: Project, body: dict[str, object]) -> None:
    assert fetched(project, answer(CARD), **body)["ok"] is True


def test_a_question_that_was_heard_too_late_is_not_put_to_the_service(project: Project) -> None:
    with http_service() as service:
        bench = Bench(project, service)
        bench.desk._answer(_question(asking(1, "fetch", **FETCH)), time.monotonic() - 3)
        assert bench.line.answers["call-1", 1]["why"] == "slow"
        assert service.connections == 0


def _question(asked: dict[str, object]):  # type: ignore[no-untyped-def]  # short
    from orchestrator.runtime.inbound.questions import question_of

    return question_of("main", asked)


def test_two_hundred_callers_ask_at_once_and_all_are_answered(project: Project) -> None:
    with http_service(answer(CARD)) as service:
        bench = Bench(project, service)
        began = time.monotonic()
        found = bench.ask(
            *(asking(1, "fetch", call=f"call-{n}", **{**FETCH, "fields": ["status"]}) for n in range(200))
        )
        assert len(found) == 200
        assert all(each["fields"] == {"status": "sent"} for each in found.values())
        assert time.monotonic() - began < 10


def test_a_big_answer_still_fits_into_one_command(project: Project) -> None:
    import json

    body = json.dumps({f"f{n}": "ю" * 300 for n in range(100)}).encode()
    with http_service(answer(body)) as service:
        bench = Bench(project, service)
        bench.one("fetch", **{**FETCH, "fields": [f"f{n}" for n in range(100)]})
        assert len(bench.line.commands[0]) < 30_000


# -- once


def test_of_two_workers_one_answers(project: Project) -> None:
    first, second = Bench(project, None), Bench(project, None)
    for bench in (first, second):
        bench.desk.asked("main", asking(1, "queue_join", queue="sales"))
    first.settle()
    second.settle()
    assert len(first.line.commands) + len(second.line.commands) == 1


def test_a_question_that_comes_twice_is_answered_once(bench: Bench) -> None:
    asked = asking(1, "queue_join", queue="sales")
    assert len(bench.ask(asked, asked)) == 1


# -- nothing brings it down


@pytest.mark.parametrize(
    "asked", [{}, event("nonsense"), {"Unique-ID": "x"}, {"Prozvon-Ask": 5}, asking(1, "make_coffee")]
)
def test_what_is_no_question_gets_no_answer(bench: Bench, asked: dict[str, object]) -> None:
    with structlog.testing.capture_logs() as logs:
        assert bench.ask(asked) == {}
    assert [log["event"] for log in logs] == ["question_not_understood"]


def test_a_switch_that_has_gone_or_is_not_ours_costs_nothing_but_a_line(bench: Bench) -> None:
    bench.line.is_up = False
    bench.desk.asked("other", asking(1, "queue_join", queue="sales"))
    with structlog.testing.capture_logs() as logs:
        assert bench.ask(asking(2, "queue_join", queue="sales")) == {}
    assert {log["event"] for log in logs} == {"answer_not_given", "question_failed"}


def test_without_the_store_calls_go_on_without(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> bool:
        raise KnownError("Redis is away")

    monkeypatch.setattr(bench.desk._store, "claim_ask", gone)
    with structlog.testing.capture_logs() as logs:
        assert bench.ask(asking(1, "queue_join", queue="sales")) == {}
    assert [log["event"] for log in logs] == ["store_unreachable"]


def test_more_questions_than_can_be_answered_are_left_to_others(project: Project) -> None:
    with http_service(Seen.wait_for_all_asked) as service, structlog.testing.capture_logs() as logs:
        service.wanted = 99
        bench = Bench(project, service, at_once=2)
        for number in range(1, 6):
            bench.desk.asked("main", asking(number, "fetch", **FETCH))
        while len(service.seen) < 2:
            gevent.sleep(0.001)
        service.all_asked.set()
        bench.settle()
        assert sorted(bench.line.answers) == [("call-1", 1), ("call-1", 2)]
        assert project.store.claim_ask("call-1", 3)
    assert [log["event"] for log in logs] == ["too_many_questions"]


def test_stopping_waits_a_moment_for_answers_and_no_longer(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.runtime.inbound.desk.STOP_S", 0.2)
    with http_service(Seen.never_answer) as service:
        bench = Bench(project, service)
        bench.desk.start()
        bench.desk.asked("main", asking(1, "fetch", **FETCH))
        while not service.seen:
            gevent.sleep(0.001)
        began = time.monotonic()
        bench.desk.stop()
        assert time.monotonic() - began < 1
        assert bench.line.commands == []


# -- queues


def test_callers_are_told_their_places(bench: Bench) -> None:
    for turn in (1, 2, 3):
        found = bench.one("queue_join", call=f"c{turn}", queue="sales")
        assert found == {"ok": True, "position": turn, "wait_s": None}
    assert bench.one("queue_wait", 2, call="c3", queue="sales")["position"] == 3
    bench.desk.asked("main", asking(2, "queue_leave", call="c1", queue="sales", reached=False))
    bench.settle()
    assert bench.one("queue_wait", 3, call="c3", queue="sales")["position"] == 2
    assert bench.one("queue_wait", 4, call="c1", queue="sales") == {"ok": False, "why": "gone"}
    assert ("c1", 2) not in bench.line.answers


def test_a_caller_leaves_the_line_when_a_person_takes_the_call(bench: Bench, project: Project) -> None:
    for turn in range(3):
        bench.one("queue_join", call=f"c{turn}", queue="sales")
    move_clock(project, 60_000)
    for turn in range(3):
        bench.desk.bridged("main", {"Unique-ID": f"c{turn}"})
    _until(lambda: project.store.waiting_room.waiting() == ())
    # 60 s for the first place, 30 s a place for the second, 20 s a place for the third
    assert bench.one("queue_join", call="next", queue="sales") == {"ok": True, "position": 1, "wait_s": 30}


def test_a_caller_who_hangs_up_leaves_the_line(bench: Bench, project: Project) -> None:
    bench.one("queue_join", call="c1", queue="sales")
    for call in ("c1", "never-there", "not an id", ["c1"], None):
        bench.desk.ended("main", {"Unique-ID": call})
    _until(lambda: project.store.waiting_room.waiting() == ())


@pytest.mark.parametrize(
    ("most", "agents", "places"),
    [
        (1, 2, [True, False, False]),
        ({"per_agent": 1}, 2, [True, True, False]),
        ({"per_agent": 1}, ["+7", "+8"], [True, True, False]),
        (None, 2, [True, True, True]),
        ("many", 2, [True, True, True]),
        ({"per_agent": "x"}, 2, [True, True, True]),
        (0, 2, [False, False, False]),
    ],
)
def test_a_queue_is_full_with_so_many(bench: Bench, most: object, agents: object, places: list[bool]) -> None:
    calls = ("a", "b", "c")
    bench.line.live = set(calls)
    found = [bench.one("queue_join", call=c, queue="sales", max_waiting=most, agents=agents) for c in calls]
    assert [each["ok"] for each in found] == places
    assert all(each["why"] == "full" for each in found if not each["ok"])


def test_callers_who_vanished_take_nobodys_place(bench: Bench) -> None:
    bench.one("queue_join", call="gone", queue="sales", max_waiting=1)
    assert bench.one("queue_join", call="here", queue="sales", max_waiting=1)["position"] == 1


def test_callers_who_vanished_are_looked_for(project: Project) -> None:
    bench = Bench(project, None, sweep_s=0.01)
    bench.line.live = {"here"}
    for call in ("gone", "here"):
        bench.one("queue_join", call=call, queue="sales")
    bench.desk.start()
    room = project.store.waiting_room
    _until(lambda: [each.call_id for each in room.waiting()] == ["here"])
    bench.desk.stop()


def test_a_full_queue_does_not_have_the_switch_asked_by_each_caller(bench: Bench) -> None:
    bench.line.live = {"first"}
    for number, call in enumerate(("first", *"abcdef")):
        bench.one("queue_join", number + 1, call=call, queue="sales", max_waiting=1)
    assert bench.line.looks == 1


def test_a_switch_that_does_not_say_which_calls_it_has_loses_nobody_a_place(bench: Bench) -> None:
    bench.one("queue_join", call="c1", queue="sales")
    bench.line.is_mute = True
    assert bench.desk._queues.sweep(bench.desk._clock.now_ms()) == 0


def test_callers_on_a_switch_that_cannot_be_asked_wait_for_an_hour(project: Project, bench: Bench) -> None:
    bench.one("queue_join", call="c1", queue="sales")
    bench.line.is_up = False
    queues, now = bench.desk._queues, project.clock.now_ms
    assert queues.sweep(now()) == 0
    move_clock(project, 3_601_000)
    assert queues.sweep(now()) == 1


def test_a_callback_waits_in_the_line_of_its_scenario(bench: Bench, project: Project) -> None:
    standing(project.store)
    missed(project.store, 1, after=0)
    (back,) = project.store.claim(request(1, campaign_id=SHOP_MISSED)).attempts
    bench.ask(asking(1, "queue_join", call="in", scenario=SHOP, queue="sales"))
    found = bench.ask(asking(1, "queue_join", call=back.attempt_id, scenario="", queue="sales"))
    assert found[back.attempt_id, 1]["position"] == 2


@pytest.mark.parametrize("scenario", ["clinic", ""])
def test_each_scenario_has_a_line_of_its_own(bench: Bench, scenario: str) -> None:
    bench.ask(asking(1, "queue_join", call="in", scenario=SHOP, queue="sales"))
    found = bench.ask(asking(1, "queue_join", call="other", scenario=scenario, queue="sales"))
    assert found["other", 1]["position"] == 1


@pytest.mark.parametrize("queue", [None, 5, "", "a b", "x" * 99, "a:b"])
def test_a_queue_that_has_no_name_is_none(bench: Bench, queue: object) -> None:
    assert bench.one("queue_join", queue=queue) == {"ok": False, "why": "refused"}


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < deadline
        gevent.sleep(0.01)

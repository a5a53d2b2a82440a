"""The estimate of a wait against what callers then really waited, in simulated queues."""

from __future__ import annotations

import heapq
from itertools import count
from random import Random
from typing import NamedTuple

import pytest

from orchestrator.engine.floor.estimate import LEAVES, TAKES, Inflow, Movement
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.news import (
    AgentSays,
    CallerHere,
    CallerJoined,
    CallerLeft,
    Command,
    LegReady,
    News,
    Queues,
    Staff,
    TalkBegan,
    TalkEnded,
    Tick,
)
from orchestrator.engine.floor.orders import Answer, Offer, RingAgent
from tests.engine.floor.factories import T0, Q, a_queue, a_spec


class Line(NamedTuple):
    """load: offered work per agent. patience_s: mean of an exponential time, None for ever. spread: sigma of talks."""

    agents: int
    load: float
    patience_s: float | None = None
    spread: float = 0.8
    talk_s: float = 120.0


def waits_in(line: Line, *, calls: int, seed: int) -> list[tuple[float, float]]:
    """(estimate in s, wait in s) of callers who did not get an agent at once and were patient enough to the end."""
    chance = Random(seed)
    names = [f"a{i}" for i in range(line.agents)]
    floor = Floor((f"leg{i}" for i in count()).__next__, lost_ms=None)
    heap: list[tuple[int, int, News]] = []
    turns = count()
    joined: dict[str, int] = {}
    said: dict[str, float] = {}
    found: list[tuple[float, float]] = []
    mean_s = line.talk_s + 20
    now = T0

    def at(ms: float, news: News) -> None:
        heapq.heappush(heap, (now + int(ms), next(turns), news))

    def feed(news: News) -> None:
        for order in floor.feed(news, now):
            match order:
                case Offer():
                    at(60, TalkBegan(call_id=order.call_id, leg_id=order.leg_id))
                case RingAgent():
                    at(0, LegReady(leg_id=order.leg_id, switch="main", agent_id=order.agent_id))
                case Answer() if not order.is_free and order.wait_s is not None:
                    said.setdefault(order.call_id, order.wait_s)
                case _:
                    pass

    feed(Staff(specs=tuple(a_spec(name, is_standing=True) for name in names)))
    feed(Queues(rules=(a_queue(*names, wrap_up_s=20),)))
    for name in names:
        feed(AgentSays(agent_id=name, command=Command.AVAILABLE))
    arrival_s = 0.0
    patient: set[str] = set()
    for number in range(calls):
        arrival_s += chance.expovariate(line.agents * line.load / mean_s)
        call_id = f"c{number}"
        came_at = T0 + round(arrival_s * 1_000)
        heapq.heappush(
            heap,
            (
                came_at,
                next(turns),
                CallerJoined(call_id=call_id, queue_id=Q, switch="main", joined_at=came_at),
            ),
        )
        if line.patience_s is None or chance.random() < 0.2:
            patient.add(call_id)
        else:
            left_at = came_at + round(1_000 * chance.expovariate(1 / line.patience_s))
            heapq.heappush(heap, (left_at, next(turns), CallerLeft(call_id=call_id)))
    talking: set[str] = set()
    while heap:
        wanted = floor.next_at() or now
        if wanted < heap[0][0]:
            now = max(now, wanted)
            feed(Tick())
            continue
        now, _, news = heapq.heappop(heap)
        match news:
            case CallerJoined():
                joined[news.call_id] = now
            case CallerLeft() if news.call_id in talking:
                continue
            case TalkBegan():
                talking.add(news.call_id)
                talk_s = (
                    chance.lognormvariate(0, line.spread) * line.talk_s / 2.718281828 ** (line.spread**2 / 2)
                )
                at(1_000 * talk_s, TalkEnded(call_id=news.call_id, leg_id=news.leg_id))
                at(1_000 * talk_s + 30, LegReady(leg_id=news.leg_id, switch="main", agent_id=""))
                if news.call_id in said and news.call_id in patient:
                    found.append((said[news.call_id], (now - joined[news.call_id]) / 1_000))
            case _:
                pass
        feed(news)
    return found[len(found) // 5 :]  # the first ones were before it had learned


LINES = {
    "few agents, light": (Line(agents=3, load=0.6), 2_500),
    "some agents, light": (Line(agents=12, load=0.8), 2_500),
    "some agents, heavy": (Line(agents=12, load=0.97), 2_500),
    "many agents, overloaded, people give up": (Line(agents=30, load=1.4, patience_s=120), 3_000),
    "few agents, heavy, people give up": (Line(agents=4, load=1.1, patience_s=180), 3_000),
    "short talks, all alike": (Line(agents=8, load=0.93, talk_s=30, spread=0.2), 2_500),
}


@pytest.mark.parametrize("name", LINES)
def test_the_estimate_is_on_average_what_callers_then_wait(name: str) -> None:
    line, calls = LINES[name]
    found = waits_in(line, calls=calls, seed=11)
    said = sum(each for each, _ in found) / len(found)
    real = sum(each for _, each in found) / len(found)
    assert len(found) > 100
    assert 0.93 <= said / real <= 1.07
    order = sorted(found)
    for part in (order[: len(order) // 3], order[-len(order) // 3 :]):
        bias = sum(said for said, _ in part) / sum(real for _, real in part)
        assert 0.8 <= bias <= 1.25, "neither short nor long waits are told wrong"


def test_before_anything_was_seen_a_usual_call_is_thought_of_and_soon_forgotten() -> None:
    line = Movement(0)
    assert line.wait_ms(1, 0) is None, "nobody is at work"
    assert line.wait_ms(1, 3) == pytest.approx(60_000)
    for minute in range(1, 31):
        line.passed(minute * 60_000, working=3, waiting=5)
        line.taken()
    assert line.wait_ms(3, 3) == pytest.approx(3 * 60_000, rel=0.01)
    assert line.wait_ms(3, 6) == pytest.approx(1.5 * 60_000, rel=0.01), "twice as many are at work"


def test_time_in_which_nobody_waits_tells_nothing() -> None:
    line = Movement(0)
    line.passed(3_600_000, working=3, waiting=0)
    assert line.learned == (0.0, 0.0, 0.0, 0.0)
    line.passed(3_599_000, working=3, waiting=2)
    assert line.learned == (0.0, 0.0, 0.0, 0.0), "nor does a clock that goes back"


def test_what_was_learned_long_ago_counts_less_and_less() -> None:
    line = Movement(0)
    at = 0
    for each_s in (60, 10):
        for _ in range(int(TAKES) * 2):
            at += each_s * 1_000
            line.passed(at, working=1, waiting=1)
            line.taken()
    assert line.wait_ms(1, 1) == pytest.approx(10_000, rel=0.5)
    for _ in range(int(LEAVES) * 3):
        line.left()
    assert line.learned[2] <= LEAVES
    again = Movement(at, line.learned)
    assert again.wait_ms(4, 2) == line.wait_ms(4, 2)
    assert Movement(0, (1.0,)).learned == (0.0, 0.0, 0.0, 0.0), "of another version"


def test_who_waits_again_was_not_taken() -> None:
    line = Movement(0)
    line.returned()
    line.taken()
    line.returned()
    assert line.learned[0] == 0


def test_the_inflow_is_that_of_the_last_quarter_of_an_hour_or_so() -> None:
    inflow = Inflow(0)
    for minute in range(240):
        inflow.came(minute * 60_000)
    assert inflow.per_s(240 * 60_000) == pytest.approx(1 / 60, rel=0.05)
    assert inflow.per_s(300 * 60_000) < 1 / 2_000


def test_a_caller_hears_the_estimate_of_their_place() -> None:
    floor = Floor(lambda: "x", lost_ms=None)
    floor.feed(Staff(specs=(a_spec("anna"),)), T0)
    floor.feed(Queues(rules=(a_queue("anna"),)), T0)
    floor.feed(AgentSays(agent_id="anna", command=Command.AVAILABLE), T0)
    for call_id in ("c1", "c2", "c3"):
        floor.feed(CallerJoined(call_id=call_id, queue_id=Q, switch="main", joined_at=T0), T0)
    answer = floor.feed(CallerHere(call_id="c3"), T0)[-1]
    assert answer == Answer(call_id="c3", position=2, wait_s=360)

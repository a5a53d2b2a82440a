"""What events did not tell is seen on the switches' channels."""

from __future__ import annotations

import time

import pytest

from orchestrator.engine.floor.news import (
    CallerLeft,
    LegEnded,
    LegFailed,
    LegReady,
    News,
    TalkBegan,
    TalkEnded,
)
from orchestrator.runtime.operators import looks as looking
from orchestrator.runtime.operators.book import Book, Caller, Leg
from orchestrator.runtime.operators.looks import Looks
from tests.runtime.operators.lines import Line, row

LEG, STRANGER = "a9e70000-0000-4000-8000-000000000001", "a9e70000-0000-4000-8000-000000000002"


class Bench:
    """is_old: what is known was written by a leader before us."""

    def __init__(self, *, is_old: bool) -> None:
        self.line, self.book, self.heard = Line(), Book(), list[News]()
        at = time.monotonic() - 100 if is_old else time.monotonic() + 1
        self.leg = Leg(leg_id=LEG, switch="main", agent_id="anna", made_at=at)
        self.book.add_leg(self.leg)
        self.book.add_caller(Caller(call_id="c1", switch="main", queue_id="shop:sales", seen_at=at))
        self.looks = Looks({"main": self.line}, self.book, self.heard.append)

    def look(self) -> list[News]:
        self.heard.clear()
        self.looks.look("main")
        return list(self.heard)


def test_what_another_leader_knew_and_is_not_there_is_over_at_once() -> None:
    bench = Bench(is_old=True)
    assert bench.look() == [LegFailed(leg_id=LEG, cause="DESTINATION_OUT_OF_ORDER"), CallerLeft(call_id="c1")]
    bench.leg.is_parked = True
    assert bench.look()[0] == LegEnded(leg_id=LEG)


def test_what_is_new_may_be_in_no_list_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(is_old=False)
    assert bench.look() == bench.look() == []
    monkeypatch.setattr(looking, "YOUNG_S", -10.0)
    assert len(bench.look()) == 2  # missed before, and old enough by now


def test_talks_that_began_or_ended_unheard_are_seen() -> None:
    bench = Bench(is_old=True)
    bench.line.rows = [row("c1"), row(LEG, "CS_EXCHANGE_MEDIA")]
    assert bench.look() == []  # nobody was told to join it: an early look at a consultation, for one
    bench.leg.call_id = "c1"
    assert bench.look() == []  # the answer may be older than what was heard meanwhile
    assert bench.look() == [TalkBegan(call_id="c1", leg_id=LEG)]
    bench.leg.is_joined = True
    assert bench.look() == []
    bench.line.rows = [row("c1"), row(LEG)]
    ready = LegReady(leg_id=LEG, switch="main", agent_id="anna")
    assert bench.look() == []
    assert bench.look() == [TalkEnded(call_id="c1", leg_id=LEG), ready]


def test_talks_that_another_leader_knew_are_seen_over_at_once() -> None:
    bench = Bench(is_old=True)
    bench.leg.call_id, bench.leg.is_joined = "c1", True
    bench.line.rows = [row("c1"), row(LEG)]
    assert [type(each) for each in bench.look()] == [TalkEnded, LegReady]


def test_a_look_that_was_overtaken_by_a_talk_ends_none() -> None:
    bench = Bench(is_old=False)
    bench.leg.call_id, bench.leg.is_joined = "c1", True
    bench.line.rows = [row("c1"), row(LEG)]
    assert bench.look() == []
    bench.line.rows = [row("c1"), row(LEG, "CS_EXCHANGE_MEDIA")]
    assert bench.look() == []
    bench.line.rows = [row("c1"), row(LEG)]
    assert bench.look() == []


def test_looks_that_were_overtaken_by_two_talks_of_a_leg_end_none() -> None:
    bench = Bench(is_old=False)
    bench.line.rows = [row("c1"), row(LEG)]
    bench.look()
    for call_id in ("c1", "c2", "c3"):  # each look came just before its talk was on the list
        bench.leg.is_parked, bench.leg.is_joined, bench.leg.call_id = True, True, call_id
        assert bench.look() == []
    assert bench.look() == [
        TalkEnded(call_id="c3", leg_id=LEG),
        LegReady(leg_id=LEG, switch="main", agent_id="anna"),
    ]


def test_a_leg_that_nobody_knows_is_hung_up_unless_it_talks_or_stands_by() -> None:
    bench = Bench(is_old=True)
    there = [row("c1"), row(LEG)]
    bench.leg.is_parked = True
    bench.line.rows = [*there, row("somebody"), row(STRANGER, "CS_EXCHANGE_MEDIA")]
    bench.line.variables[STRANGER, "prozvon_agent"] = "boris"
    assert bench.look() == []
    assert bench.line.told == []
    bench.line.variables[STRANGER, "prozvon_standing"] = "true"
    bench.line.rows = [*there, row(STRANGER)]
    assert bench.look() == [LegReady(leg_id=STRANGER, switch="main", agent_id="boris")]
    bench.line.variables[STRANGER, "prozvon_standing"] = "false"
    assert bench.look() == []
    assert bench.line.told == [f"uuid_kill {STRANGER} NORMAL_CLEARING"]


def test_who_waits_on_a_switch_that_is_lost_is_offered_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(is_old=False)
    bench.line.is_up = False
    bench.looks.went_down("main")
    assert bench.heard == [CallerLeft(call_id="c1", why="switch_lost")]
    bench.leg.call_id, bench.leg.is_joined = "c1", True
    bench.heard.clear()
    bench.looks.went_down("main")
    assert bench.heard == []  # they talk, and need nobody for it
    assert bench.look() == []
    monkeypatch.setattr(looking, "DEAD_S", -1.0)
    assert bench.look()[0] == LegEnded(leg_id=LEG, cause="DESTINATION_OUT_OF_ORDER")


def test_a_switch_that_cannot_be_read_changes_nothing() -> None:
    bench = Bench(is_old=True)
    bench.line.rows = [{"name": "without an id"}]
    assert bench.look() == []

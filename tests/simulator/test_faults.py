from __future__ import annotations

from dataclasses import fields

import pytest

from orchestrator.simulator.faults import NONE, FaultLine, Faults


def test_without_faults_every_event_arrives_once_and_at_once() -> None:
    line = FaultLine(NONE, 1)
    assert line.is_quiet
    assert [delivery.after_s for _ in range(50) for delivery in line.deliveries()] == [0.0] * 50
    assert not any(line.drops(count) for count in range(1000))


def test_events_are_lost_doubled_and_delayed_by_their_share() -> None:
    line = FaultLine(Faults(lose=0.2, double=0.2, delay=0.5, delay_s=3), 1)
    assert not line.is_quiet
    arrivals = [list(line.deliveries()) for _ in range(2000)]
    counts = [len(each) for each in arrivals]
    assert counts.count(0) == pytest.approx(400, abs=80)
    assert counts.count(2) == pytest.approx(320, abs=80)
    late = [delivery.after_s for each in arrivals for delivery in each if delivery.after_s]
    assert len(late) == pytest.approx(sum(counts) / 2, rel=0.1)
    assert 2.5 < max(late) <= 3


def test_the_same_seed_has_the_same_faults() -> None:
    runs = [[len(list(FaultLine(Faults(lose=0.5), seed).deliveries())) for _ in range(1)] for seed in (3, 3)]
    assert runs[0] == runs[1]
    one, two = FaultLine(Faults(lose=0.5), 3), FaultLine(Faults(lose=0.5), 3)
    assert [len(list(one.deliveries())) for _ in range(99)] == [
        len(list(two.deliveries())) for _ in range(99)
    ]


def test_connections_drop_after_so_many_events() -> None:
    line = FaultLine(Faults(drop_after=3), 1)
    assert [line.drops(count) for count in range(5)] == [False, False, False, True, True]
    assert FaultLine(Faults(drop=1), 1).drops(0)


def test_a_crash_comes_after_so_many_events() -> None:
    line = FaultLine(Faults(crash_after=3), 1)
    assert [line.crashes() for _ in range(4)] == [False, False, True, True]


def test_faults_are_changed_by_command() -> None:
    line = FaultLine(NONE, 1)
    assert line.set("lose 0.5 drop_after 7") == "+OK\n"
    assert line.faults == Faults(lose=0.5, drop_after=7)
    assert line.set("lose 0") == "+OK\n"
    assert line.faults == Faults(drop_after=7)
    assert line.set("none") == "+OK\n"
    assert line.is_quiet


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "-USAGE"),
        ("lose", "-USAGE"),
        ("loose 1", "-ERR no fault is called loose"),
        ("lose x", "-ERR x is not a number"),
    ],
)
def test_a_fault_that_is_not_understood_changes_nothing(words: str, answer: str) -> None:
    line = FaultLine(NONE, 1)
    assert line.set(words).startswith(answer)
    assert line.is_quiet


def test_the_usage_names_every_fault() -> None:
    usage = FaultLine(NONE, 1).set("")
    assert all(field.name in usage for field in fields(Faults))

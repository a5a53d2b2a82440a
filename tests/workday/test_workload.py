from __future__ import annotations

from statistics import fmean

import pytest

from orchestrator.workday import workload
from orchestrator.workday.workload import Customers, Outcome, Streams, Talks


def test_customers_answer_are_busy_or_let_it_ring_as_often_as_stated() -> None:
    streams = Streams(1)
    calls = [streams.call(Customers()) for _ in range(20_000)]
    share = {outcome: sum(c.outcome is outcome for c in calls) / len(calls) for outcome in Outcome}
    assert share[Outcome.PERSON] == pytest.approx(0.30, abs=0.01)
    assert share[Outcome.BUSY] == pytest.approx(0.08, abs=0.01)


def test_times_are_those_stated() -> None:
    streams = Streams(1)
    calls = [streams.call(Customers()) for _ in range(20_000)]
    rings = [c.after_ms for c in calls if c.outcome is Outcome.PERSON]
    busy = [c.after_ms for c in calls if c.outcome is Outcome.BUSY]
    assert fmean(rings) == pytest.approx(12_000, rel=0.02)
    assert 2_000 <= min(rings) <= max(rings) <= 30_000
    assert 2_000 <= min(busy) <= max(busy) <= 5_000
    assert {c.after_ms for c in calls if c.outcome is Outcome.NO_ANSWER} == {30_000}


def test_talks_and_wrap_ups_have_their_means() -> None:
    streams = Streams(1)
    assert fmean(streams.talk_ms(Talks()) for _ in range(40_000)) == pytest.approx(120_000, rel=0.03)
    assert fmean(streams.wrap_ms(Talks()) for _ in range(40_000)) == pytest.approx(20_000, rel=0.03)


def test_each_kind_of_chance_has_a_stream_of_its_own() -> None:
    plain, mixed = Streams("a"), Streams("a")
    talks = [plain.talk_ms(Talks()) for _ in range(5)]
    for _ in range(3):
        mixed.call(Customers())
        mixed.wrap_ms(Talks())
    assert [mixed.talk_ms(Talks()) for _ in range(5)] == talks


def test_another_answer_rate_changes_no_other_customer() -> None:
    few, many = Streams(7), Streams(7)
    pairs = [(few.call(Customers(answer=0.2)), many.call(Customers(answer=0.4))) for _ in range(200)]
    assert all(more == less for less, more in pairs if less.outcome is Outcome.PERSON)


def test_a_draw_of_nothing_is_survived() -> None:
    assert workload._gamma(lambda: 0.0, 4) < 1_000

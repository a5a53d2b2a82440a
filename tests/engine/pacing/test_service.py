from __future__ import annotations

from random import Random

import numpy as np
import pytest

from orchestrator.engine.pacing.ring import NODES_S
from orchestrator.engine.pacing.service import BINS, Lengths, ServiceModel, bins_of

NOBODY = np.zeros(0, dtype=np.int64)


def _taught(talk_s: float, wrap_s: float, count: int = 1_500) -> ServiceModel:
    """Exponential talks and wrap-ups."""
    luck = Random(3)
    model = ServiceModel(2.0)
    for _ in range(count):
        model.talk.ended(int(1_000 * luck.expovariate(1 / talk_s)))
        model.wrap.ended(int(1_000 * luck.expovariate(1 / wrap_s)))
    model.refresh(NOBODY, NOBODY)
    return model


@pytest.mark.parametrize("talk_s", [45.0, 120.0, 300.0])
def test_the_mean_of_talks_is_learned(talk_s: float) -> None:
    assert _taught(talk_s, 20.0).talk.mean_s() == pytest.approx(talk_s, rel=0.12)


def test_nothing_is_known_of_the_mean_before_any_has_ended() -> None:
    assert Lengths(20.0).mean_s() is None


def test_chances_to_become_free_are_those_of_talk_and_wrap_up() -> None:
    model = _taught(100.0, 10.0)
    node = NODES_S.index(20.0)
    y, talk, wrap = 22.0, 1 / 100.0, 1 / 10.0
    both = 1 - (wrap * np.exp(-talk * y) - talk * np.exp(-wrap * y)) / (wrap - talk)
    row = int(bins_of(np.array([60_000]))[0])
    assert model.talk_table[row, node] == pytest.approx(both, abs=0.03)
    row = int(bins_of(np.array([3_000]))[0])
    assert model.wrap_table[row, node] == pytest.approx(1 - np.exp(-wrap * y), abs=0.05)


def test_talks_that_go_on_count_for_as_long_as_they_lasted() -> None:
    model = _taught(20.0, 10.0)
    before = model.talk_table[10, 5]
    model.refresh(np.full(5_000, 60_000), NOBODY)
    assert model.talk_table[10, 5] < 0.5 * before


@pytest.mark.parametrize("length_ms", [-1, 5 * 3_600_000])
def test_a_length_that_a_clock_made_is_not_learned(length_ms: int) -> None:
    lengths = Lengths(20.0)
    lengths.ended(length_ms)
    assert lengths.ends == 0


def test_elapsed_times_beyond_all_bounds_have_a_bin() -> None:
    assert bins_of(np.array([-5_000, 0, 10**12])).tolist() == [0, 0, BINS - 1]


def test_what_was_learned_is_carried_over() -> None:
    model = _taught(200.0, 10.0)
    later = Lengths(20.0)
    later.load(model.talk.dump())
    later.refresh(NOBODY)
    assert later.mean_s() == pytest.approx(model.talk.mean_s(), rel=0.01)


@pytest.mark.parametrize(
    "row", [[1.0], [-1.0] * BINS, [float("inf")] * BINS], ids=["short", "negative", "endless"]
)
def test_a_broken_table_is_refused(row: list[float]) -> None:
    with pytest.raises(ValueError, match="table of lengths"):
        Lengths(20.0).load(Lengths(20.0).dump() | {"exposure": row})

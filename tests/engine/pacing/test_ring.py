from __future__ import annotations

from random import Random

import numpy as np
import pytest

from orchestrator.engine.pacing.ring import NODES_S, STEP_MS, STEPS, RingModel

NONE = np.zeros(STEPS)


def _taught(*, answer: float, calls: int = 4_000, cancel_at: int | None = None) -> RingModel:
    """Answers after 5 to 15 s, no answers after 30 s; some calls are hung up by us."""
    luck = Random(5)
    model = RingModel()
    for n in range(calls):
        answers, after = luck.random() < answer, 5_000 + int(10_000 * luck.random())
        after = after if answers else 30_000
        if cancel_at is not None and n % 2 and after > cancel_at:
            model.leave(cancel_at, is_cancelled=True)
        else:
            model.leave(after, is_answered=answers)
        if n % 100 == 0:
            model.refresh(NONE)
    model.refresh(NONE)
    return model


@pytest.mark.parametrize("answer", [0.05, 0.3, 0.6])
def test_the_answer_rate_is_learned(answer: float) -> None:
    assert _taught(answer=answer).answer_rate == pytest.approx(answer, rel=0.15)


def test_calls_that_we_hang_up_do_not_lower_the_answer_rate() -> None:
    assert _taught(answer=0.3, cancel_at=8_000).answer_rate == pytest.approx(0.3, rel=0.15)


def test_calls_that_ring_now_count_for_as_long_as_they_rang() -> None:
    model = RingModel()
    before = model.answer_rate
    ringing = NONE.copy()
    ringing[28_000 // STEP_MS] = 200
    model.refresh(ringing)
    assert model.answer_rate < 0.5 * before


def test_a_call_that_has_rung_long_is_worth_little() -> None:
    table = _taught(answer=0.3).table
    within_10_s = NODES_S.index(10.0)
    new, old = table[0, within_10_s], table[20_000 // STEP_MS, within_10_s]
    assert new == pytest.approx(0.15, abs=0.03)
    assert table[5_000 // STEP_MS, within_10_s] == pytest.approx(0.3, abs=0.04)
    assert old < 0.01


def test_the_level_follows_a_jump_within_a_minute_or_two() -> None:
    model = _taught(answer=0.3)
    ringing = NONE.copy()
    ringing[: 30_000 // STEP_MS] = 0.5  # a call a second
    for second in range(120):
        for _ in range(2 if second % 3 == 0 else 1):  # far more than the third of a call that is expected
            model.leave(10_000, is_answered=True)
        model.passed(ringing, 1.0)
    assert model.level > 2.0


def test_the_level_keeps_within_its_bounds() -> None:
    model = RingModel()
    model.jump(100.0)
    assert model.level == 3.0
    model.jump(1e-6)
    assert model.level == pytest.approx(1 / 3)


def test_what_was_learned_is_carried_over() -> None:
    model = _taught(answer=0.5)
    model.jump(2.0)
    later = RingModel()
    later.load(model.dump(), is_same_day=True)
    later.refresh(NONE)
    assert later.level == pytest.approx(model.level)
    model.refresh(NONE)
    assert later.answer_rate == pytest.approx(model.answer_rate, rel=0.01)
    assert later.answers == model.answers


def test_the_level_of_another_day_is_not() -> None:
    model = _taught(answer=0.5)
    model.jump(2.0)
    later = RingModel()
    later.load(model.dump(), is_same_day=False)
    assert later.level == 1.0


@pytest.mark.parametrize(
    "row", [[1.0] * 3, [-1.0] * STEPS, [float("nan")] * STEPS], ids=["short", "negative", "not a number"]
)
def test_a_broken_table_is_refused(row: list[float]) -> None:
    with pytest.raises(ValueError, match="life table"):
        RingModel().load(RingModel().dump() | {"failed": row}, is_same_day=True)

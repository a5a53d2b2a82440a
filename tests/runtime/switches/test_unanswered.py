"""A switch that does not keep up with what it is told to call is given no more until it does."""

from __future__ import annotations

from orchestrator.runtime.switches.unanswered import BEHIND_S, Unanswered


class _Watch:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_switch_is_behind_while_its_oldest_answer_is_late() -> None:
    watch = _Watch()
    unanswered = Unanswered(watch)
    assert not unanswered.is_behind
    unanswered.written(["a", "b"])
    watch.now += BEHIND_S / 2
    unanswered.written(["c"])
    watch.now += BEHIND_S / 2
    assert not unanswered.is_behind
    watch.now += 0.1
    assert unanswered.is_behind
    unanswered.answered("a")
    assert unanswered.is_behind
    unanswered.answered("b")
    assert not unanswered.is_behind
    unanswered.answered("c")
    unanswered.answered("of another worker")
    watch.now += 10 * BEHIND_S
    assert not unanswered.is_behind

"""A trial that is answered is told to the store once, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterable

import gevent
import pytest

from orchestrator.domain.call_event import CallEvent, CallEventKind
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.trials import Trials

K = CallEventKind


def _told(kinds: Iterable[CallEventKind], attempt_id: str = "a1") -> list[str]:
    told: list[str] = []
    trials = Trials(told.extend)
    trials.add(["a1"])
    for kind in kinds:
        trials.hear(CallEvent(kind=kind, attempt_id=attempt_id))
    gevent.idle()
    return told


@pytest.mark.parametrize("kinds", [[K.ANSWERED], [K.JOB_OK], [K.ANSWERED, K.JOB_OK, K.ANSWERED, K.ENDED]])
def test_an_answer_is_told_once(kinds: list[CallEventKind]) -> None:
    assert _told(kinds) == ["a1"]


@pytest.mark.parametrize("kinds", [[K.ENDED], [K.JOB_FAILED], [K.ENDED, K.ANSWERED]])
def test_an_end_is_told_by_the_ending(kinds: list[CallEventKind]) -> None:
    assert _told(kinds) == []


def test_a_failed_job_may_be_followed_by_an_answer_that_was_late() -> None:
    assert _told([K.JOB_FAILED, K.ANSWERED]) == ["a1"]


def test_calls_that_try_nothing_are_not_told_of() -> None:
    assert _told([K.ANSWERED], attempt_id="a2") == []


def test_what_has_ended_is_forgotten() -> None:
    told: list[str] = []
    trials = Trials(told.extend)
    trials.add(["a1", "a2"])
    trials.forget(["a1", "never-was"])
    for attempt_id in ("a1", "a2"):
        trials.hear(CallEvent(kind=K.ANSWERED, attempt_id=attempt_id))
    gevent.idle()
    assert told == ["a2"]


def test_a_store_that_is_away_is_no_bug() -> None:
    """The ending says the same, when it is back."""

    def away(_: Iterable[str]) -> None:
        raise KnownError("Redis cannot be reached")

    trials = Trials(away)
    trials.add(["a1"])
    trials.hear(CallEvent(kind=K.ANSWERED, attempt_id="a1"))
    gevent.idle()

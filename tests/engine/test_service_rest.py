"""A service that fails is left alone, one call tries it, and what comes of that decides."""

from __future__ import annotations

from orchestrator.domain.trunk import RestRule
from orchestrator.engine.service_rest import (
    WELL,
    ServiceHealth,
    asked,
    failed,
    may_ask,
    said_nothing,
    worked,
)

RULE = RestRule(after=3, for_ms=10_000, most_ms=50_000)


def _broken(now: int = 0) -> ServiceHealth:
    health = WELL
    for _ in range(3):
        health = failed(health, RULE, now)
    return health


def test_it_is_asked_until_it_has_failed_so_often_in_a_row() -> None:
    health = failed(failed(WELL, RULE, 0), RULE, 0)
    assert may_ask(health, 0)
    assert may_ask(failed(failed(worked(health), RULE, 0), RULE, 0), 0)
    assert not may_ask(failed(health, RULE, 0), 9_999)


def test_after_the_rest_one_call_tries_it() -> None:
    health = _broken()
    assert may_ask(health, 10_000)
    trying = asked(health)
    assert not may_ask(trying, 10_000)
    assert may_ask(worked(trying), 10_000)
    assert may_ask(said_nothing(trying), 10_000)


def test_each_trial_that_fails_doubles_the_rest_up_to_the_longest() -> None:
    health, now, rests = _broken(), 0, []
    for _ in range(5):
        assert health.until is not None
        rests.append(health.until - now)
        now = health.until
        health = failed(asked(health), RULE, now)
    assert rests == [10_000, 20_000, 40_000, 50_000, 50_000]


def test_a_rest_of_many_failures_is_still_a_number() -> None:
    health = ServiceHealth(fails=10_000, until=0, is_tried=True)
    assert failed(health, RULE, 0).until == 50_000


def test_what_was_under_way_when_the_rest_began_does_not_prolong_it() -> None:
    health = _broken()
    assert failed(health, RULE, 5_000) == health


def test_asking_one_that_is_well_leaves_it_open_to_all() -> None:
    assert asked(WELL) == WELL

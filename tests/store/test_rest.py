"""The breaker: a gateway rests after failures in a row, one call tries it, and everybody learns of it at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, WaitReason
from orchestrator.domain.trunk import RestRule, TrunkSign, TrunkWord
from orchestrator.store import Failure, GatewayBudget, RestRow, Store
from orchestrator.store.claiming import TRIAL_MS
from orchestrator.store.requests import HEARD_MS
from tests.store.factories import (
    DAY,
    MINUTE,
    NOW,
    SECOND,
    WORKER,
    contact,
    ending,
    gateway,
    launch,
    number,
    request,
    retry,
)
from tests.store.test_why import ask

S = TrunkSign
REST = RestRule(after=3, for_ms=30_000, most_ms=100_000)
SHORT = RestRule(after=1, for_ms=1_000, most_ms=30_000)
WHY = "NORMAL_TEMPORARY_FAILURE, sip 503"
MAIN, SPARE = gateway("main"), gateway("spare")


def calls(
    store: Store, wanted: int, now: int, *gateways: GatewayBudget, worker: str = WORKER
) -> list[Attempt]:
    return list(store.claim(request(wanted, now=now, gateways=gateways or (MAIN,), worker=worker)).attempts)


def end(store: Store, attempt: Attempt, sign: TrunkSign, now: int, *, at: int | None = None) -> None:
    """End it: its lead is due again tomorrow, its trunk hears the word."""
    rest = SHORT if sign is S.REFUSED else REST
    word = (
        None if sign is S.NOTHING else TrunkWord(sign=sign, at=now if at is None else at, why=WHY, rest=rest)
    )
    decision = replace(retry(attempt, now + DAY, uncount=True), trunk=word)
    assert store.finish(attempt, ending(attempt, Disposition.CONGESTION, at=now), decision, now)


def break_down(store: Store, now: int = NOW) -> None:
    """Three calls by `main` fail."""
    for attempt in calls(store, 3, now):
        end(store, attempt, S.FAILS, now)


@pytest.fixture(autouse=True)
def leads(store: Store) -> None:
    launch(store, [contact(i) for i in range(200)])


def test_after_so_many_failures_in_a_row_a_gateway_rests(store: Store) -> None:
    first, second, third = calls(store, 3, NOW)
    end(store, first, S.FAILS, NOW)
    end(store, second, S.FAILS, NOW)
    [row] = store.rests()
    assert (row.fails, row.until) == (2, None)
    assert len(calls(store, 1, NOW)) == 1
    end(store, third, S.FAILS, NOW)
    reply = store.claim(request(1, now=NOW, gateways=(MAIN,)))
    assert (reply.attempts, reply.reason, reply.wait_until) == (
        (),
        WaitReason.GATEWAY_REST,
        NOW + 30 * SECOND,
    )
    assert store.rests() == (
        RestRow(
            switch="sw",
            gateway="main",
            fails=3,
            until=NOW + 30 * SECOND,
            trial=None,
            failures=(Failure(at=NOW, why=WHY),) * 3,
        ),
    )


def test_a_call_that_works_in_between_begins_the_count_anew(store: Store) -> None:
    for sign in (S.FAILS, S.FAILS, S.WORKS, S.FAILS, S.FAILS):
        end(store, calls(store, 1, NOW)[0], sign, NOW)
    assert len(calls(store, 1, NOW)) == 1
    assert store.rests()[0].fails == 2


def test_what_worked_before_the_last_failure_does_not_undo_it(store: Store) -> None:
    """A conversation that began while the trunk was well ends while it is not."""
    end(store, calls(store, 1, NOW)[0], S.FAILS, NOW)
    end(store, calls(store, 1, NOW)[0], S.WORKS, NOW, at=NOW - 1)
    assert store.rests()[0].fails == 1
    end(store, calls(store, 1, NOW)[0], S.WORKS, NOW, at=NOW)
    assert store.rests() == ()


def test_an_ending_that_says_nothing_changes_nothing(store: Store) -> None:
    end(store, calls(store, 1, NOW)[0], S.FAILS, NOW)
    end(store, calls(store, 1, NOW)[0], S.NOTHING, NOW)
    assert store.rests()[0].fails == 1


def test_what_failed_long_ago_says_nothing_of_the_trunk_now(store: Store) -> None:
    """Attempts of a dead worker are settled from CDRs an hour later."""
    for attempt in calls(store, 5, NOW):
        end(store, attempt, S.FAILS, NOW, at=NOW - 11 * MINUTE)
    assert store.rests() == ()


def test_the_last_failures_are_kept(store: Store) -> None:
    times = [NOW + turn * 10 * MINUTE for turn in range(5)]
    for now in times:
        end(store, calls(store, 1, now)[0], S.FAILS, now)
    [row] = store.rests()
    assert [failure.at for failure in row.failures] == times[:1:-1]


def test_the_others_take_over_in_order(store: Store) -> None:
    break_down(store)
    assert [a.gateway for a in calls(store, 3, NOW, MAIN, SPARE)] == ["spare"] * 3


def test_the_others_take_over_by_weight(store: Store) -> None:
    break_down(store)
    three = (gateway("main", weight=8), gateway("spare", weight=2), gateway("third", weight=1))
    taken = [a.gateway for a in calls(store, 30, NOW, *three)]
    assert {name: taken.count(name) for name in set(taken)} == {"spare": 20, "third": 10}


def test_one_gateway_on_two_switches_is_two_trunks(store: Store) -> None:
    break_down(store)
    there = replace(MAIN, switch="sw2", switch_uuid="core-2")
    assert [a.switch for a in calls(store, 2, NOW, MAIN, there)] == ["sw2", "sw2"]


def test_after_its_rest_exactly_one_call_tries_it_over_all_workers(store: Store) -> None:
    break_down(store)
    then = NOW + 30 * SECOND
    assert calls(store, 5, then - 1) == []
    reply = store.claim(request(5, now=then, gateways=(MAIN,), worker="w1"))
    assert len(reply.attempts) == 1
    assert reply.trials == {reply.attempts[0].attempt_id}
    assert (reply.reason, reply.wait_until) == (WaitReason.GATEWAY_REST, then + TRIAL_MS)
    for worker in ("w1", "w2"):
        assert calls(store, 5, then + 50, worker=worker) == []
    assert store.rests()[0].trial == reply.attempts[0].attempt_id


def test_a_trial_that_works_ends_the_rest(store: Store) -> None:
    break_down(store)
    then = NOW + 30 * SECOND
    [trial] = calls(store, 5, then)
    end(store, trial, S.WORKS, then + SECOND)
    assert store.rests() == ()
    assert len(calls(store, 5, then + SECOND)) == 5


def test_a_trial_that_fails_doubles_the_rest_up_to_the_most(store: Store) -> None:
    break_down(store)
    now, lengths = NOW + 30 * SECOND, []
    for _ in range(3):
        [trial] = calls(store, 5, now)
        end(store, trial, S.FAILS, now)
        until = store.rests()[0].until
        assert until is not None
        lengths.append(until - now)
        assert calls(store, 1, until - 1) == []
        now = until
    assert lengths == [60 * SECOND, 100 * SECOND, 100 * SECOND]
    assert store.rests()[0].fails == 6


def test_a_trial_that_says_nothing_leaves_its_place_to_another(store: Store) -> None:
    """Cancelled, lost, undone, or never made because its worker died: all of them end it."""
    break_down(store)
    then = NOW + 30 * SECOND
    [trial] = calls(store, 1, then)
    end(store, trial, S.NOTHING, then)
    [trial] = calls(store, 1, then)
    assert store.release(trial, then)
    [trial] = calls(store, 1, then)
    assert calls(store, 1, then) == []


def test_a_trial_that_does_not_end_blocks_the_gateway_for_no_longer_than_two_minutes(store: Store) -> None:
    break_down(store)
    then = NOW + 30 * SECOND
    [first] = calls(store, 5, then)
    assert calls(store, 5, then + TRIAL_MS - 1) == []
    [second] = calls(store, 5, then + TRIAL_MS)
    assert calls(store, 5, then + TRIAL_MS) == []
    end(store, first, S.WORKS, then + TRIAL_MS)  # the first one says as much as the second
    assert store.rests() == ()
    end(store, second, S.FAILS, then + TRIAL_MS)
    assert store.rests()[0].fails == 1


def test_calls_from_before_the_rest_have_no_say_any_more(store: Store) -> None:
    before = calls(store, 2, NOW)
    break_down(store)
    for attempt, sign in zip(before, (S.WORKS, S.FAILS), strict=True):
        end(store, attempt, sign, NOW + SECOND)
    [row] = store.rests()
    assert (row.fails, row.until) == (3, NOW + 30 * SECOND)


def test_a_trial_that_is_answered_ends_the_rest_at_once(store: Store) -> None:
    before = calls(store, 1, NOW)
    break_down(store)
    then = NOW + 30 * SECOND
    [trial] = calls(store, 5, then)
    store.answered([before[0].attempt_id, "never-was"], then + SECOND)
    assert store.rests() != ()
    store.answered([trial.attempt_id], then + SECOND)
    assert store.rests() == ()
    assert len(calls(store, 5, then + SECOND)) == 5


def test_a_clock_that_was_set_back_lets_the_gateway_be_tried_at_once(store: Store) -> None:
    break_down(store, NOW + DAY)
    [trial] = calls(store, 5, NOW)
    assert calls(store, 5, NOW) == []
    end(store, trial, S.WORKS, NOW)
    assert store.rests() == ()


def test_a_trial_from_before_the_clock_was_set_back_blocks_nothing(store: Store) -> None:
    break_down(store, NOW + DAY)
    assert len(calls(store, 5, NOW + DAY + MINUTE)) == 1
    assert len(calls(store, 5, NOW)) == 1


# -- why ------------------------------------------------------------------------------------------------------


def test_why_says_until_when_all_gateways_rest(store: Store) -> None:
    break_down(store)
    later = {WaitReason.RETRY: (3, NOW + DAY)}
    assert ask(store, gateways=(MAIN,)) == later | {WaitReason.GATEWAY_REST: (197, NOW + 30 * SECOND)}
    assert ask(store, gateways=(MAIN, SPARE)) == later | {WaitReason.NEXT: (197, NOW)}
    assert ask(store, gateways=(MAIN,), now=NOW + 30 * SECOND)[WaitReason.NEXT] == (197, NOW + 30 * SECOND)


def test_a_limit_of_a_gateway_that_does_not_rest_comes_first(store: Store) -> None:
    break_down(store)
    assert store.claim(request(9, now=NOW, gateways=(MAIN, gateway("spare", channels=1)))).reason is (
        WaitReason.GATEWAY_CHANNELS
    )
    slow = store.claim(request(9, now=NOW, gateways=(MAIN, gateway("third", cps=1))))
    assert (slow.reason, slow.wait_until) == (WaitReason.GATEWAY_CPS, NOW + SECOND)


def test_of_two_that_rest_the_one_that_opens_first_is_named(store: Store) -> None:
    break_down(store)
    end(store, calls(store, 1, NOW, replace(SPARE, switch="sw2"))[0], S.REFUSED, NOW)
    reply = store.claim(request(1, now=NOW, gateways=(MAIN, replace(SPARE, switch="sw2"))))
    assert (reply.reason, reply.wait_until) == (WaitReason.SWITCH_REFUSES, NOW + SECOND)


# -- a switch that turns calls down ---------------------------------------------------------------------------


def test_a_switch_that_turns_calls_down_rests_with_all_its_gateways(store: Store) -> None:
    end(store, calls(store, 1, NOW)[0], S.REFUSED, NOW)
    elsewhere = replace(MAIN, switch="sw2")
    reply = store.claim(request(5, now=NOW, gateways=(MAIN, SPARE)))
    assert (reply.attempts, reply.reason, reply.wait_until) == ((), WaitReason.SWITCH_REFUSES, NOW + SECOND)
    assert [a.switch for a in calls(store, 1, NOW, MAIN, SPARE, elsewhere)] == ["sw2"]
    assert [(row.switch, row.gateway) for row in store.rests()] == [("sw", "")]


def test_it_is_tried_by_one_call_over_all_its_gateways(store: Store) -> None:
    end(store, calls(store, 1, NOW)[0], S.REFUSED, NOW)
    then = NOW + SECOND
    [trial] = calls(store, 5, then, MAIN, SPARE)
    assert calls(store, 5, then, MAIN, SPARE) == []
    end(store, trial, S.REFUSED, then)
    assert store.rests()[0].until == then + 2 * SECOND


def test_a_call_that_was_not_turned_down_in_time_was_let_through(store: Store) -> None:
    """Nobody waits for the end of a conversation to know that the switch takes calls."""
    end(store, calls(store, 1, NOW)[0], S.REFUSED, NOW)
    then = NOW + SECOND
    [trial] = calls(store, 5, then)
    assert calls(store, 5, then + HEARD_MS - 1) == []
    assert len(calls(store, 5, then + HEARD_MS)) == 5
    assert store.rests() == ()
    end(store, trial, S.REFUSED, then + HEARD_MS)
    assert store.rests()[0].until == then + HEARD_MS + SECOND


@pytest.mark.parametrize("sign", [S.WORKS, S.FAILS])
def test_a_trial_that_got_as_far_as_the_trunk_was_let_through(store: Store, sign: TrunkSign) -> None:
    end(store, calls(store, 1, NOW)[0], S.REFUSED, NOW)
    end(store, calls(store, 5, NOW + SECOND)[0], sign, NOW + SECOND)
    assert [row.gateway for row in store.rests()] == ([] if sign is S.WORKS else ["main"])
    assert len(calls(store, 5, NOW + SECOND)) == 5


def test_a_call_the_switch_turned_down_says_nothing_of_the_trunk_it_was_to_try(store: Store) -> None:
    break_down(store)
    then = NOW + 30 * SECOND
    end(store, calls(store, 5, then)[0], S.REFUSED, then)
    assert [(row.gateway, row.fails) for row in store.rests()] == [("", 1), ("main", 3)]
    [trial] = calls(store, 5, then + SECOND)  # of both
    end(store, trial, S.WORKS, then + SECOND)
    assert store.rests() == ()


# -- by hand --------------------------------------------------------------------------------------------------


def test_a_person_lets_a_gateway_rest_and_wakes_it(store: Store) -> None:
    store.rest_gateway("sw", "main", now=NOW, for_ms=10 * MINUTE)
    reply = store.claim(request(1, now=NOW, gateways=(MAIN,)))
    assert (reply.reason, reply.wait_until) == (WaitReason.GATEWAY_REST, NOW + 10 * MINUTE)
    assert store.wake_gateway("sw", "main")
    assert not store.wake_gateway("sw", "main")
    assert len(calls(store, 5, NOW)) == 5


def test_a_gateway_put_to_rest_is_tried_by_one_call_too(store: Store) -> None:
    break_down(store)
    store.rest_gateway("sw", "main", now=NOW, for_ms=10 * MINUTE)
    assert calls(store, 5, NOW + 10 * MINUTE - 1) == []
    [trial] = calls(store, 5, NOW + 10 * MINUTE)
    end(store, trial, S.FAILS, NOW + 10 * MINUTE)
    assert store.rests()[0].until == NOW + 10 * MINUTE + REST.most_ms
    assert len(store.rests()[0].failures) == 3


def test_a_switch_that_rests_is_woken_by_its_own_name(store: Store) -> None:
    end(store, calls(store, 1, NOW)[0], S.REFUSED, NOW)
    assert store.wake_gateway("sw", "")
    assert len(calls(store, 5, NOW)) == 5
    assert store.lead_of_number("parcel-1", number(0)) is not None

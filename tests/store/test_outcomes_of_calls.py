"""What agents say of calls that came in; callbacks that keep a place; what the next agent is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
import redis

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallbackFate
from orchestrator.domain.lead import Phase, WaitReason
from orchestrator.domain.outcome import NextAction, Outcome, OutcomeFate
from orchestrator.store import Caller, Store
from orchestrator.store.keys import prefix
from tests.store.calls import SHOP, SHOP_MISSED, ask, call, callback, missed, row_of, standing
from tests.store.factories import DAY, HOUR, NOW, done, ending, number, retry
from tests.store.test_outcomes import after_a_talk, by_rules, on_the_line, said, say, told

# -- calls that came in -------------------------------------------------------------------------------------


def say_of_call(store: Store, outcome: Outcome, caller: int | None = 1, *, now: int = NOW) -> OutcomeFate:
    wanted = None if caller is None else ask(call(caller), is_promised=True).callback
    if wanted is not None:
        wanted = replace(wanted, due_at=outcome.call_back_at or NOW)
    party = Caller(
        scenario=SHOP,
        number="" if caller is None else number(caller),
        told={"outcome": outcome.outcome, "note": outcome.note},
        callback=wanted,
    )
    return store.outcomes.say(outcome, decide=by_rules, caller=party, now=now)


@pytest.mark.parametrize("is_recorded_first", [True, False])
def test_an_outcome_belongs_to_its_call_whenever_it_is_said(store: Store, *, is_recorded_first: bool) -> None:
    made = call(1, reached="anna")
    outcome = said(made.call_id, "sold", note="красный")
    if is_recorded_first:
        store.note_call(made, (), None, NOW)
    for _ in range(2):
        assert say_of_call(store, outcome) is OutcomeFate.APPLIED
    if not is_recorded_first:
        store.note_call(made, (), None, NOW)
    assert row_of(store, made).outcome == outcome
    found = store.call(made.call_id, made.began_at)
    assert found is not None
    assert found.outcome == outcome
    assert store.outcomes.of(made.call_id, now=NOW) == outcome
    [entry] = told(store)
    assert (entry.campaign_id, entry.attempt_id, entry.body["note"]) == (SHOP, made.call_id, "красный")


def test_a_correction_replaces_what_was_said_of_a_call(store: Store) -> None:
    made = call(1)
    say_of_call(store, said(made.call_id, "sold"))
    say_of_call(store, said(made.call_id, "refused", outcome_id="o2"), now=NOW + DAY)
    found = store.outcomes.of(made.call_id, now=NOW)
    assert found is not None
    assert (found.outcome, len(told(store))) == ("refused", 2)
    say_of_call(store, said(made.call_id, "sold"))  # the first one once more, late
    assert store.outcomes.of(made.call_id, now=NOW) == found


def test_a_caller_who_wants_no_calls_is_listed(store: Store) -> None:
    say_of_call(store, said("c1", "", NextAction.DO_NOT_CALL))
    assert store.dnc_contains(number(1))
    assert say_of_call(store, said("c2", "", NextAction.DO_NOT_CALL), None) is OutcomeFate.APPLIED


def test_a_caller_is_called_back_at_the_time_agreed_on_though_the_agent_has_reached_them(
    store: Store,
) -> None:
    standing(store)
    made = call(1, reached="anna", at=NOW + 1000)
    say_of_call(store, said(made.call_id, "", NextAction.CALL_BACK, at=NOW + 3 * HOUR))
    store.note_call(made, (), None, NOW + 1000)
    store.caller_reached(number(1), made.began_at, NOW + 1000)
    row = callback(store)
    assert (row.lead.phase, row.lead.due_at, row.is_promised) == (Phase.WAITING, NOW + 3 * HOUR, True)


def test_without_a_standing_campaign_nobody_is_called_back_and_the_outbox_hears_of_it(store: Store) -> None:
    say_of_call(store, said("c1", "", NextAction.CALL_BACK, at=NOW + HOUR))
    assert len(told(store)) == 1
    assert store.campaigns() == ()


def test_what_is_said_of_calls_is_forgotten_with_them(
    store: Store, server: redis.Redis, project: str
) -> None:
    made = call(1)
    say_of_call(store, said(made.call_id, "sold"))
    assert store.forget_calls(NOW + 2 * DAY) == 1
    assert store.outcomes.of(made.call_id, now=NOW) is None
    assert server.keys(f"{prefix(project)}outcome:*") == []


def test_nothing_was_said_of_what_is_no_call(store: Store) -> None:
    assert store.outcomes.of("a b") is None
    assert store.outcomes.of("c1", now=NOW) is None


# -- callbacks that keep a place ----------------------------------------------------------------------------


def keep_place(store: Store, caller: int = 1, *, at: int = NOW) -> int:
    """A caller left the queue and keeps their place: the lead."""
    made = call(caller, at=at)
    decision = ask(made, after=0, is_promised=True)
    assert decision.callback is not None
    kept = replace(decision, callback=replace(decision.callback, needs_agent=True))
    assert store.note_call(made, (), kept, at)
    found = store.call(made.call_id, made.began_at)
    assert found is not None
    assert found.lead_id is not None
    return found.lead_id


def test_a_place_that_is_kept_waits_for_an_agent(store: Store) -> None:
    standing(store)
    lead_id = keep_place(store)
    row = callback(store, lead_id).lead
    assert (row.phase, row.reason, row.due_at) == (Phase.WAITING, WaitReason.AGENT, NOW)
    assert store.due_for_agent(SHOP_MISSED, NOW) == (lead_id,)
    missed(store, 1, at=NOW + 1000)  # one more missed call of theirs changes nothing
    assert callback(store, lead_id).lead == row


def test_a_callback_that_waits_becomes_one_that_keeps_a_place(store: Store) -> None:
    standing(store)
    first = missed(store, 1)
    assert first.fate is CallbackFate.ADDED
    assert keep_place(store, 1, at=NOW + 1000) == first.lead_id
    row = callback(store).lead
    assert (row.reason, row.due_at, row.state.needs_agent) == (WaitReason.AGENT, NOW + 1000, True)


# -- what the next agent is shown ---------------------------------------------------------------------------


def test_the_latest_calls_with_a_number_are_known(store: Store) -> None:
    attempt = after_a_talk(store)
    say(store, said(attempt.attempt_id, "thinks", note="n" * 400))
    made = call(1, at=NOW + HOUR, reached="boris", result="asked")
    say_of_call(store, said(made.call_id, "sold"), now=NOW + HOUR)
    store.note_call(made, (), None, NOW + HOUR)
    latest, first = store.outcomes.past(number(1))
    assert (latest.call_id, latest.is_inbound, latest.campaign_id, latest.result, latest.outcome) == (
        made.call_id,
        True,
        SHOP,
        "asked",
        "sold",
    )
    assert (first.call_id, first.is_inbound, first.agent, first.outcome, first.note) == (
        attempt.attempt_id,
        False,
        "anna",
        "thinks",
        "n" * 300,
    )
    assert store.outcomes.past(number(2)) == ()
    assert store.outcomes.past("") == ()


def test_few_of_them_are_kept_and_calls_that_nobody_answered_are_not_among_them(store: Store) -> None:
    for hour in range(8):
        store.note_call(call(1, at=NOW + hour * HOUR), (), None, NOW)
    attempt = on_the_line(store)
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    kept = store.outcomes.past(number(1))
    assert [each.at for each in kept] == [NOW + hour * HOUR - 10_000 for hour in (7, 6, 5, 4, 3)]


def test_who_was_abandoned_is_shown_as_that(store: Store) -> None:
    attempt = on_the_line(store)
    gone = replace(ending(attempt, Disposition.ABANDONED), was_abandoned=True, result="x")
    store.finish(attempt, gone, retry(attempt, NOW + DAY), NOW)
    assert [each.result for each in store.outcomes.past(number(1))] == ["abandoned"]

"""What agents say of calls: applied once, with all that follows from it, whenever they say it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import redis

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import (
    Attempt,
    CampaignState,
    Decision,
    Ending,
    LeadState,
    Next,
    NextKind,
    Phase,
    WaitReason,
)
from orchestrator.domain.outcome import NextAction, Outcome, OutcomeFate
from orchestrator.domain.plan import Rule
from orchestrator.domain.problem import KnownError
from orchestrator.engine.rules import decide, decide_outcome
from orchestrator.store import LeadRow, OutboxRow, Store
from orchestrator.store.keys import prefix
from tests.engine.factories import a_plan
from tests.engine.factories import retry as retried
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    NOW,
    claim_one,
    contact,
    done,
    ending,
    launch,
    number,
    retry,
)

PLAN = a_plan(thinks=retried(HOUR // 1000), sold=Rule(status="client"), answered=Rule(status="talked"))


def said(
    call_id: str,
    outcome: str = "",
    following: NextAction = NextAction.NONE,
    *,
    outcome_id: str = "o1",
    note: str = "",
    at: int | None = None,
) -> Outcome:
    return Outcome(
        outcome_id=outcome_id,
        call_id=call_id,
        agent_id="anna",
        outcome=outcome,
        note=note,
        next=following,
        call_back_at=at,
        said_at=NOW,
    )


def by_rules(attempt: Attempt, ended: Ending, outcome: Outcome, state: LeadState) -> Decision:
    return decide_outcome(PLAN, attempt, ended, outcome, state, next_day_at=lambda _zone, at: at)


def at_end(attempt: Attempt, ended: Ending, outcome: Outcome | None = None) -> Decision:
    return decide(PLAN, attempt, ended, next_day_at=lambda _zone, at: at, outcome=outcome)


def say(store: Store, outcome: Outcome, now: int = NOW) -> OutcomeFate:
    return store.outcomes.say(outcome, decide=by_rules, caller=None, now=now)


def talked(attempt: Attempt) -> Ending:
    return replace(ending(attempt, Disposition.ANSWERED), reached="anna")


def finish(store: Store, attempt: Attempt, *, is_decided_by_agent: bool = True) -> None:
    ended = talked(attempt)
    decider = at_end if is_decided_by_agent else None
    assert store.finish_many([(attempt, ended, at_end(attempt, ended))], NOW, decide=decider) == [True]


def on_the_line(store: Store, *numbers: int) -> Attempt:
    launch(store, [contact(*(numbers or (1,)))])
    return claim_one(store)


def after_a_talk(store: Store, *numbers: int) -> Attempt:
    attempt = on_the_line(store, *numbers)
    finish(store, attempt)
    return attempt


def lead(store: Store, lead_id: int = 1) -> LeadRow:
    found = store.lead(CAMPAIGN, lead_id)
    assert found is not None
    return found


def told(store: Store, kind: str = "outcome") -> list[OutboxRow]:
    return [row for row in store.outbox() if row.kind == kind]


# -- while the call is on -----------------------------------------------------------------------------------


def test_what_is_said_during_a_call_is_applied_in_the_step_that_ends_it(store: Store) -> None:
    attempt = on_the_line(store)
    assert say(store, said(attempt.attempt_id, "thinks", note="красный")) is OutcomeFate.PENDING
    assert (lead(store).phase, told(store)) == (Phase.DIALING, [])
    assert store.counts(CAMPAIGN).by_outcome == {}
    finish(store, attempt)
    row = lead(store)
    assert (row.phase, row.due_at, row.reason) == (Phase.WAITING, NOW + HOUR, WaitReason.RETRY)
    [entry] = told(store)
    assert (entry.attempt_id, entry.body["outcome"], entry.body["note"]) == (
        attempt.attempt_id,
        "thinks",
        "красный",
    )
    assert store.counts(CAMPAIGN).by_outcome == {"thinks": 1}
    [logged] = store.history(CAMPAIGN)
    assert (logged.rule, logged.outcome) == ("thinks", said(attempt.attempt_id, "thinks", note="красный"))
    assert (logged.ending.reached, logged.attempt) == ("anna", attempt)


def test_said_again_it_is_the_same(store: Store) -> None:
    attempt = on_the_line(store)
    for _ in range(2):
        assert say(store, said(attempt.attempt_id, "sold")) is OutcomeFate.PENDING
    finish(store, attempt)
    for _ in range(2):
        assert say(store, said(attempt.attempt_id, "sold")) is OutcomeFate.APPLIED
    assert len(told(store)) == 1
    assert store.counts(CAMPAIGN).by_outcome == {"sold": 1}


def test_what_was_said_last_during_the_call_holds(store: Store) -> None:
    attempt = on_the_line(store)
    say(store, said(attempt.attempt_id, "thinks"))
    say(store, said(attempt.attempt_id, "sold", outcome_id="o2"))
    assert (
        say(store, said(attempt.attempt_id, "thinks")) is OutcomeFate.PENDING
    )  # the first one once more, late
    finish(store, attempt)
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "client")
    assert store.counts(CAMPAIGN).by_outcome == {"sold": 1}


def test_an_ending_that_knows_nothing_of_what_was_said_is_not_applied(store: Store) -> None:
    attempt = on_the_line(store)
    say(store, said(attempt.attempt_id, "sold"))
    with pytest.raises(ValueError, match="does not know"):
        finish(store, attempt, is_decided_by_agent=False)
    assert lead(store).phase is Phase.DIALING


def test_the_others_of_a_batch_end_by_their_own_decisions(store: Store) -> None:
    launch(store, [contact(1), contact(2), contact(3)])
    attempts = [claim_one(store) for _ in range(3)]
    say(store, said(attempts[1].attempt_id, "sold"))
    items = [(each, talked(each), done(each, "flow")) for each in attempts]
    assert store.finish_many(items, NOW, decide=at_end) == [True, True, True]
    assert store.finish_many(items, NOW, decide=at_end) == [False, False, False]
    assert [row.state.status for row in store.leads(CAMPAIGN)] == ["flow", "client", "flow"]


def test_an_agent_who_changes_their_mind_all_the_time_holds_up_nobody(store: Store) -> None:
    attempt = on_the_line(store)
    say(store, said(attempt.attempt_id, "sold"))
    minds = iter(range(100))

    def decided_meanwhile(made: Attempt, ended: Ending, outcome: Outcome) -> Decision:
        say(store, said(attempt.attempt_id, "sold", outcome_id=f"again-{next(minds)}"))
        return at_end(made, ended, outcome)

    ended = talked(attempt)
    with pytest.raises(KnownError, match="one thing after the other"):
        store.finish_many([(attempt, ended, at_end(attempt, ended))], NOW, decide=decided_meanwhile)
    assert next(minds) < 10
    finish(store, attempt)
    assert lead(store).phase is Phase.DONE


# -- after the call -----------------------------------------------------------------------------------------


def test_an_outcome_after_the_call_moves_the_lead_by_the_rules(store: Store) -> None:
    attempt = after_a_talk(store)
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "talked")
    assert store.finish_if_done(CAMPAIGN, NOW)
    assert say(store, said(attempt.attempt_id, "thinks")) is OutcomeFate.APPLIED
    row = lead(store)
    assert (row.phase, row.due_at, row.state.status, row.state.tries) == (Phase.WAITING, NOW + HOUR, "new", 1)
    found = store.campaign(CAMPAIGN)
    assert found is not None
    assert found.state is CampaignState.RUNNING  # the campaign goes on for it
    assert [entry.body["outcome"] for entry in told(store)] == ["thinks"]
    assert len(claim_one(store, now=NOW + HOUR).attempt_id) > 0


def test_an_outcome_may_be_corrected_while_the_lead_is_where_it_put_it(store: Store) -> None:
    attempt = after_a_talk(store)
    say(store, said(attempt.attempt_id, "thinks"))
    assert say(store, said(attempt.attempt_id, "sold", outcome_id="o2")) is OutcomeFate.APPLIED
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "client")
    assert store.counts(CAMPAIGN).by_outcome == {"sold": 1}
    assert (
        say(store, said(attempt.attempt_id, "thinks")) is OutcomeFate.APPLIED
    )  # the first one once more, late
    [logged] = store.history(CAMPAIGN)
    assert logged.outcome is not None
    assert (logged.outcome.outcome, len(told(store))) == ("sold", 2)
    for index in range(30):
        say(store, said(attempt.attempt_id, "thinks", outcome_id=f"again-{index}"))
    assert lead(store).phase is Phase.WAITING


def test_a_lead_that_was_called_again_meanwhile_stays_as_it_is(store: Store) -> None:
    attempt = after_a_talk(store)
    say(store, said(attempt.attempt_id, "thinks"))
    second = claim_one(store, now=NOW + HOUR)
    correction = said(attempt.attempt_id, "", NextAction.DO_NOT_CALL, outcome_id="o2")
    assert say(store, correction, NOW + HOUR) is OutcomeFate.KEPT
    assert lead(store).phase is Phase.DIALING
    assert store.dnc_contains(number(1))  # but what it says of the number holds
    assert [entry.kind for entry in store.outbox()][-1] == "outcome"
    store.finish(second, talked(second), at_end(second, talked(second)), NOW + HOUR)
    assert say(store, replace(correction, outcome_id="o3", outcome="sold")) is OutcomeFate.KEPT
    assert lead(store).state.status == "talked"
    assert say(store, correction, NOW + HOUR) is OutcomeFate.KEPT


def test_a_note_alone_leaves_the_lead_where_it_is(store: Store) -> None:
    attempt = after_a_talk(store)
    assert say(store, said(attempt.attempt_id, note="n")) is OutcomeFate.APPLIED
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "talked")
    assert store.counts(CAMPAIGN).by_outcome == {}
    [entry] = told(store)
    assert (entry.body["note"], entry.body["status"]) == ("n", "talked")


def test_do_not_call_lists_the_contacts_numbers_in_the_same_step(store: Store) -> None:
    attempt = after_a_talk(store, 1, 2)
    say(store, said(attempt.attempt_id, "", NextAction.DO_NOT_CALL))
    assert [row.number for row in store.dnc_list()] == [number(1), number(2)]
    [first, _] = store.dnc_list()
    assert (first.added_at, attempt.attempt_id in first.note) == (NOW, True)
    assert lead(store).state.status == "do_not_call"


def test_do_not_call_during_the_call_lists_the_number_with_its_end(store: Store) -> None:
    attempt = on_the_line(store)
    say(store, said(attempt.attempt_id, "", NextAction.DO_NOT_CALL))
    assert not store.dnc_contains(number(1))
    finish(store, attempt)
    assert store.dnc_contains(number(1))


def test_a_wrong_person_is_not_called_again_and_the_next_number_is(store: Store) -> None:
    attempt = after_a_talk(store, 1, 2)
    say(store, said(attempt.attempt_id, "", NextAction.WRONG_PERSON))
    assert lead(store).state.given_up == (0,)
    assert claim_one(store).number == number(2)


def test_a_call_back_waits_for_its_time(store: Store) -> None:
    attempt = after_a_talk(store)
    say(store, said(attempt.attempt_id, "", NextAction.CALL_BACK, at=NOW + 5 * HOUR))
    assert (lead(store).phase, lead(store).due_at) == (Phase.WAITING, NOW + 5 * HOUR)
    say(store, said(attempt.attempt_id, "", NextAction.CALL_BACK, at=NOW - HOUR, outcome_id="o2"))
    assert lead(store).phase is Phase.READY


def test_a_rule_may_hold_the_lead_for_a_person(store: Store) -> None:
    attempt = after_a_talk(store)

    def held(made: Attempt, ended: Ending, outcome: Outcome, state: LeadState) -> Decision:
        following = Next(kind=NextKind.HELD, reason=WaitReason.LOST)
        return replace(by_rules(made, ended, outcome, state), next=following)

    store.outcomes.say(said(attempt.attempt_id, "odd"), decide=held, caller=None, now=NOW)
    assert (lead(store).phase, lead(store).reason) == (Phase.HELD, WaitReason.LOST)


def test_a_lead_that_moves_while_it_is_decided_is_decided_again(store: Store) -> None:
    attempt = on_the_line(store)
    lost = ending(attempt, Disposition.LOST)
    assert store.finish(attempt, lost, at_end(attempt, lost), NOW)
    seen: list[str] = []

    def a_person_is_quicker(made: Attempt, ended: Ending, outcome: Outcome, state: LeadState) -> Decision:
        seen.append(state.status)
        if len(seen) == 1:
            assert store.close_lead(CAMPAIGN, 1, "closed", NOW)
        return by_rules(made, ended, outcome, state)

    fate = store.outcomes.say(
        said(attempt.attempt_id, "sold"), decide=a_person_is_quicker, caller=None, now=NOW
    )
    assert (fate, seen, lead(store).state.status) == (OutcomeFate.APPLIED, ["new", "closed"], "client")


def test_of_a_call_that_nobody_knows_any_more_nothing_is_said(
    store: Store, server: redis.Redis, project: str
) -> None:
    assert say(store, said("nothing", "sold")) is OutcomeFate.UNKNOWN
    attempt = after_a_talk(store)
    key = f"{prefix(project)}ended:{attempt.attempt_id}"
    assert 0 < server.ttl(key) <= 2 * 86_400
    server.delete(key)  # two days later
    assert say(store, said(attempt.attempt_id, "sold")) is OutcomeFate.UNKNOWN
    assert told(store) == []


def test_an_attempt_that_no_agent_had_takes_no_outcome(store: Store) -> None:
    attempt = on_the_line(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + DAY), NOW)
    assert say(store, said(attempt.attempt_id, "sold")) is OutcomeFate.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"outcome_id": ""}, "outcome id"),
        ({"call_id": "a b"}, "call id"),
        ({"agent_id": "a:b"}, "agent id"),
        ({"note": "n" * 4001}, "4000 characters"),
        ({"next": NextAction.CALL_BACK}, "time to call back"),
        ({"call_back_at": NOW}, "time to call back"),
    ],
)
def test_what_cannot_be_an_outcome_is_refused(store: Store, changes: dict[str, object], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        say(store, replace(said("a1", "sold"), **changes))  # type: ignore[arg-type]  # fields of Outcome

"""What agents say of calls: applied once, in one step with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import orjson

from orchestrator.domain.inbound import Callback
from orchestrator.domain.lead import Attempt, Decision, Ending, LeadState, OutboxEntry
from orchestrator.domain.outcome import NextAction, Outcome, OutcomeFate
from orchestrator.store.calls import DAY_MS, day_of, pack_callback
from orchestrator.store.campaigns import read as read_campaign
from orchestrator.store.db import Db
from orchestrator.store.finishing import dnc_value
from orchestrator.store.history import one_attempt
from orchestrator.store.leads import one_lead
from orchestrator.store.records import check_id, digits, is_id, is_number, pack_state
from orchestrator.store.said import key_word, outcomes_of, pack_entries, pack_outcome, past_call
from orchestrator.store.terms import TermsBook

NOTE_CHARS = 4_000

Decide = Callable[[Attempt, Ending, Outcome, LeadState], Decision]
"""(attempt, its ending, what was said, the lead's state now) -> what the lead becomes (engine.rules.decide_outcome)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom a call that came in was with. number: E.164, "" when withheld. told: what the outbox hears
    (engine.call_outbox.outcome_of). callback: the lead that CALL_BACK makes, in
    the scenario's standing campaign; None: it has none, and the outbox alone hears of it.
    """

    scenario: str
    number: str
    told: Mapping[str, object]
    callback: Callback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """A call that somebody answered, or that came in, as the next agent is shown it. campaign_id: of one that came in,
    its scenario. agent: who talked, "" for nobody.
    """

    at: int
    call_id: str
    campaign_id: str
    is_inbound: bool
    result: str
    agent: str
    outcome: str
    note: str


class OutcomeBook:
    """A door of the store."""

    def __init__(self, db: Db, terms: TermsBook) -> None:
        self._db = db
        self._terms = terms

    def say(self, outcome: Outcome, *, decide: Decide, caller: Caller | None, now: int) -> OutcomeFate:
        """Apply it to lead, rules, do-not-call list and outbox at once; while the attempt is on the line, with its end.

        decide: called for an attempt that has ended. caller: of a call that came in; None for an attempt. ValueError:
        it cannot be an outcome.
        """
        _check(outcome)
        if caller is not None:
            self._say_of_call(outcome, caller, now)
            return OutcomeFate.APPLIED
        request: dict[str, object] = {
            "id": outcome.call_id,
            "oid": outcome.outcome_id,
            "key": key_word(outcome),
            "now": now,
        }
        body = pack_outcome(outcome)
        while True:
            fate, *place = self._db.run("say_outcome", request, body)
            if not place:
                return OutcomeFate(fate.decode())
            request["decided"] = self._decided(outcome, decide, *place)

    def _decided(
        self, outcome: Outcome, decide: Decide, campaign: bytes, lead_id: int, entry: bytes
    ) -> dict[str, object]:
        """What the rules make of it, and what they have gone by."""
        campaign_id = campaign.decode()
        row = one_attempt(self._db, self._terms, campaign_id, entry.decode())
        lead = one_lead(self._db, self._terms, campaign_id, lead_id)
        if lead is None:
            raise LookupError(f"no lead {lead_id} in {campaign_id}")
        attempt = row.attempt
        if (
            attempt.contact.numbers != lead.contact.numbers
        ):  # it was changed since: the state counts its numbers
            attempt = replace(attempt, contact=lead.contact)
        decision = decide(attempt, row.ending, outcome, lead.state)
        return {
            "expected": pack_state(lead.state),
            "tries": row.attempt.state.tries + 1,
            "left": not outcome.key,
            "kind": decision.next.kind.value,
            "at": decision.next.at,
            "reason": decision.next.reason.value,
            "state": pack_state(decision.state),
            "outbox": pack_entries(decision.outbox),
            "dnc": [digits(number) for number in decision.do_not_call],
            "dnc_note": dnc_value(outcome.said_at, outcome.call_id),
            "digits": digits(row.attempt.number),
            "past": past_call(
                at=row.attempt.claimed_at,
                call_id=outcome.call_id,
                campaign_id=campaign_id,
                is_inbound=False,
                outcome=outcome,
            ),
        }

    def _say_of_call(self, outcome: Outcome, caller: Caller, now: int) -> None:
        is_known = is_number(caller.number)
        request: dict[str, object] = {
            "id": outcome.call_id,
            "oid": outcome.outcome_id,
            "key": key_word(outcome),
            "now": now,
            "day": day_of(now),
            "days": [day_of(now + step * DAY_MS) for step in (-1, 0, 1)],
            "scenario": check_id(caller.scenario, "scenario"),
            "caller": digits(caller.number) if is_known else "",
            "ended": outcome.said_at,
            "dnc": [digits(caller.number)] if is_known and outcome.next is NextAction.DO_NOT_CALL else [],
            "dnc_note": dnc_value(outcome.said_at, outcome.call_id),
            "outbox": pack_entries([OutboxEntry(kind="outcome", body=caller.told)]),
            "past": past_call(
                at=outcome.said_at,
                call_id=outcome.call_id,
                campaign_id=caller.scenario,
                is_inbound=True,
                outcome=outcome,
            ),
        }
        callback = caller.callback if is_known and outcome.next is NextAction.CALL_BACK else None
        if callback is not None and read_campaign(self._db, callback.campaign_id) is not None:
            request["callback"] = pack_callback(self._terms, callback, caller.number)
        self._db.run("say_of_call", request, pack_outcome(outcome))

    def of(self, call_id: str, campaign_id: str = "", *, now: int = 0) -> Outcome | None:
        """What was said last of an attempt of this campaign; or (campaign "") of a call that came in at about `now`
        (epoch ms, two days more or less). None: nothing.
        """
        if not is_id(call_id):
            return None
        keys = [f"campaign:{campaign_id}:outcomes"]
        if not campaign_id:
            keys = [f"outcome:{day_of(now + step * DAY_MS)}" for step in (0, 1, -1, 2, -2)]
        found = (outcomes_of(self._db, self._db.key(key), [call_id]).get(call_id) for key in keys)
        return next((outcome for outcome in found if outcome is not None), None)

    def past(self, number: str) -> tuple[PastCall, ...]:
        """The latest calls with a number that somebody answered, or that came in: a few, the newest first."""
        if not is_number(number):
            return ()
        text = digits(number)
        found = self._db.read(lambda client: client.hget(self._db.key(f"past:{text[-4:]}"), text[:-4]))
        return tuple(_past(entry) for entry in orjson.loads(found or b"[]"))


def _check(outcome: Outcome) -> None:
    check_id(outcome.outcome_id, "outcome id")
    check_id(outcome.call_id, "call id")
    check_id(outcome.agent_id, "agent id")
    if len(outcome.note) > NOTE_CHARS:
        raise ValueError(f"a note has {NOTE_CHARS} characters at most, not {len(outcome.note)}")
    if (outcome.call_back_at is None) is (outcome.next is NextAction.CALL_BACK):
        raise ValueError("a time to call back at goes with calling back, and with nothing else")


def _past(entry: dict[str, object]) -> PastCall:
    return PastCall(
        at=int(str(entry["at"])),
        call_id=str(entry["id"]),
        campaign_id=str(entry["campaign"]),
        is_inbound=entry["inbound"] is True,
        result=str(entry.get("result", "")),
        agent=str(entry.get("agent", "")),
        outcome=str(entry.get("outcome", "")),
        note=str(entry.get("note", "")),
    )

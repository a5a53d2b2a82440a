"""Ending attempts: what the rules decided is applied at once, and once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Decision, Ending
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.problem import KnownError
from orchestrator.domain.trunk import TrunkSign, TrunkWord
from orchestrator.store.consents import pack_withdrawal
from orchestrator.store.db import Db
from orchestrator.store.history import pack_entry, route_of
from orchestrator.store.quarters import QUARTER_MS
from orchestrator.store.records import digits, pack_state, word
from orchestrator.store.said import pack_entries, past_call, unpack_outcome
from orchestrator.store.terms import TermsBook

BATCH = 100  # endings per script: about 3 ms of Redis's time
AGAIN = 5  # times that an agent may change their mind between two looks

Item = tuple[Attempt, Ending, Decision]
Decide = Callable[[Attempt, Ending, Outcome], Decision]
"""(attempt, how it ended, what an agent has said of it while it was on) -> the decision."""


def finish_many(
    db: Db, terms: TermsBook, items: Sequence[Item], now: int, decide: Decide | None = None
) -> list[bool]:
    """True for each attempt that ended by this call. ValueError: an agent spoke of one, and there is no `decide`.

    KnownError: an agent changes their mind faster than it can be stored; what was not stored is to be tried again.
    """
    done: list[bool] = []
    for begin in range(0, len(items), BATCH):
        done += _finish(db, terms, items[begin : begin + BATCH], now, decide, AGAIN)
    return done


def _finish(
    db: Db, terms: TermsBook, batch: Sequence[Item], now: int, decide: Decide | None, again: int
) -> list[bool]:
    request: dict[str, object] = {"now": now, "items": [_item(*item) for item in batch]}
    reply = db.run("finish_attempts", request, *_log_entries(terms, batch))
    done = [said == 1 for said in reply]
    spoken = {index: unpack_outcome(said) for index, said in enumerate(reply) if isinstance(said, bytes)}
    if not spoken:
        return done
    if decide is None:
        raise ValueError("an agent has said something of an attempt that its decision does not know")
    if not again:
        raise KnownError(
            "an agent says one thing after the other of a call that has ended: tried again later"
        )
    anew = [(batch[i][0], batch[i][1], decide(batch[i][0], batch[i][1], said)) for i, said in spoken.items()]
    for index, is_done in zip(spoken, _finish(db, terms, anew, now, decide, again - 1), strict=True):
        done[index] = is_done
    return done


def _log_entries(terms: TermsBook, batch: Sequence[Item]) -> list[bytes]:
    routes: dict[str, set[str]] = {}
    for attempt, _, _ in batch:
        routes.setdefault(attempt.campaign_id, set()).add(route_of(attempt))
    known = {campaign_id: terms.with_routes(campaign_id, texts) for campaign_id, texts in routes.items()}
    return [pack_entry(*item, known[item[0].campaign_id]) for item in batch]


def _item(attempt: Attempt, ending: Ending, decision: Decision) -> dict[str, object]:
    item: dict[str, object] = {
        "id": attempt.attempt_id,
        "disposition": ending.disposition.value,
        "answered": ending.answered_at is not None,
        "kind": decision.next.kind.value,
        "at": decision.next.at,
        "reason": decision.next.reason.value,
        "state": pack_state(decision.state),
        "uncount": decision.uncount_number,
        "outbox": pack_entries(decision.outbox),
    }
    if ending.answered_at is not None:
        item["answered_at"] = ending.answered_at
    if ending.result is not None:
        item["result"] = word(ending.result)
    if decision.trunk is not None:
        item |= _trunk(decision.trunk)
    if decision.withdrawals:
        item["back"] = [pack_withdrawal(said) for said in decision.withdrawals]
    return item | _of_people(attempt, ending, decision) | _counted(attempt, ending)


def _of_people(attempt: Attempt, ending: Ending, decision: Decision) -> dict[str, object]:
    """What follows from somebody having talked, or not."""
    item: dict[str, object] = {}
    if ending.was_abandoned:
        item["abandoned"] = True
    if decision.outcome_id:
        item["outcome"] = decision.outcome_id
    if decision.do_not_call:
        item["dnc"] = [digits(number) for number in decision.do_not_call]
        item["dnc_note"] = dnc_value(ending.ended_at, attempt.attempt_id)
    if ending.reached or ending.disposition is Disposition.LOST or decision.state.needs_agent:
        item["open"] = True
    if ending.disposition in (Disposition.ANSWERED, Disposition.ABANDONED):
        result = ending.result if ending.disposition is Disposition.ANSWERED else ending.disposition.value
        item["past"] = past_call(
            at=attempt.claimed_at,
            call_id=attempt.attempt_id,
            campaign_id=attempt.campaign_id,
            is_inbound=False,
            result=result or "",
            agent=ending.reached,
        )
    return item


def dnc_value(at: int, call_id: str) -> str:
    """What the do-not-call list says of a number that an agent put there."""
    return f"{at} said in call {call_id}"


def _counted(attempt: Attempt, ending: Ending) -> dict[str, object]:
    """For the history; the usual ending says little."""
    item: dict[str, object] = {"quarter": attempt.claimed_at // QUARTER_MS}
    if ending.answered_at is not None:
        item["talk_ms"] = ending.ended_at - ending.answered_at
    if ending.rang_at is not None:
        item["ring_ms"] = (ending.answered_at or ending.ended_at) - ending.rang_at
    return item


def _trunk(said: TrunkWord) -> dict[str, object]:
    """The usual word is a short one."""
    if said.sign is TrunkSign.WORKS:
        return {"works": said.at}
    return {
        "fails": {
            "is_refused": said.sign is TrunkSign.REFUSED,
            "at": said.at,
            "why": " ".join(said.why.split()),
            "after": said.rest.after,
            "for_ms": said.rest.for_ms,
            "most_ms": said.rest.most_ms,
        }
    }

"""From the facts of a call to the `Ending` of its attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.domain.call_event import CallFacts, FlowEnd
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Ending
from orchestrator.engine.breaker import sign_of
from orchestrator.engine.classify import classify

_BY_PEOPLE = (Disposition.ANSWERED, Disposition.ABANDONED)
_BYE = "200"  # the final SIP status of a leg whose far end hung up


def ending_of(
    attempt: Attempt, facts: CallFacts, *, now: int, overrides: Mapping[str, Disposition], detail: str = ""
) -> Ending:
    """How `attempt` ended, by `facts`. `overrides`: what the gateway's settings say of causes.

    A person who answered and whom nobody reached within the limit was abandoned; one whom somebody reached later was
    not, but counts as such. Whoever talked with somebody was answered, however the flow ended.

    The switch's clock may be off: no time is before the claim or after `now` (epoch ms).
    """
    ended_at = _within(attempt.claimed_at, facts.ended_at or now, now)
    disposition = classify(
        facts.cause,
        answered=facts.answered_at is not None,
        party=facts.party,
        sip_status=facts.sip_status,
        overrides=overrides,
    )
    trunk = sign_of(facts, disposition, overrides, lasted_ms=ended_at - attempt.claimed_at)
    if disposition is Disposition.ANSWERED and not facts.reached:
        if facts.is_abandoned:
            disposition = Disposition.ABANDONED
        elif _is_broken_off(facts):
            disposition = Disposition.FAILED
    said = (detail, f"sip {facts.sip_status}" if facts.sip_status else "", _how_it_stopped(facts))
    return Ending(
        attempt_id=attempt.attempt_id,
        disposition=disposition,
        cause=facts.cause,
        result=facts.result,
        path=facts.path,
        heard=facts.heard,
        values=facts.values,
        notes=facts.notes,
        reached=facts.reached,
        was_abandoned=facts.is_abandoned and disposition in _BY_PEOPLE,
        met=facts.met,
        rang_at=_within_or_none(attempt.claimed_at, facts.rang_at, ended_at),
        answered_at=_within_or_none(attempt.claimed_at, facts.answered_at, ended_at),
        ended_at=ended_at,
        detail="; ".join(part for part in said if part),
        trunk=trunk,
    )


def _is_broken_off(facts: CallFacts) -> bool:
    """A person answered, and it was we who failed: the script broke or never ran, or the switch cut the call. Such
    a lead is not done: nobody was told anything that counts. What the person did before that stands.
    """
    if facts.result is not None or facts.flow is FlowEnd.ENDED:
        return False
    return facts.flow is FlowEnd.ERROR or not _has_hung_up(facts)


def _has_hung_up(facts: CallFacts) -> bool:
    """Whether it was the called person who hung up. An endpoint without SIP tells it by the flow and the cause."""
    return facts.sip_status == _BYE or (facts.flow is FlowEnd.LEFT and facts.cause == "NORMAL_CLEARING")


def _how_it_stopped(facts: CallFacts) -> str:
    if facts.answered_at is None:
        return ""
    match facts.flow:
        case FlowEnd.ERROR:
            return "the flow broke off"
        case FlowEnd.LEFT:
            return "hung up first" if _has_hung_up(facts) else "cut off"
        case FlowEnd.UNKNOWN:
            return "hung up at once" if _has_hung_up(facts) else "the flow did not run"
        case _:
            return ""


def answered_by(facts: CallFacts, at: int | None) -> CallFacts:
    """`facts`, answered at `at` at the latest: a final event that says nothing does not undo an answer. One that
    misses the answer may miss the flow's end as well: by what it does not say nobody is called again.
    """
    if facts.answered_at is not None or at is None:
        return facts
    flow = FlowEnd.ENDED if facts.flow is FlowEnd.UNKNOWN else facts.flow
    return replace(facts, answered_at=at, flow=flow)


def _within(earliest: int, at: int, latest: int) -> int:
    return max(earliest, min(at, latest))


def _within_or_none(earliest: int, at: int | None, latest: int) -> int | None:
    return None if at is None else _within(earliest, at, latest)

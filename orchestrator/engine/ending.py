"""From the facts of a call to the `Ending` of its attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.domain.call_event import CallFacts, FlowEnd
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Ending
from orchestrator.engine.classify import classify

_FLOW = {FlowEnd.LEFT: "hung up first", FlowEnd.ERROR: "the flow broke off"}


def ending_of(
    attempt: Attempt, facts: CallFacts, *, now: int, overrides: Mapping[str, Disposition], detail: str = ""
) -> Ending:
    """How `attempt` ended, by `facts`. `overrides`: what the gateway's settings say of causes.

    The switch's clock may be off: no time is before the claim or after `now` (epoch ms).
    """
    ended_at = _within(attempt.claimed_at, facts.ended_at or now, now)
    said = (detail, f"sip {facts.sip_status}" if facts.sip_status else "", _FLOW.get(facts.flow, ""))
    return Ending(
        attempt_id=attempt.attempt_id,
        disposition=classify(
            facts.cause,
            answered=facts.answered_at is not None,
            party=facts.party,
            sip_status=facts.sip_status,
            overrides=overrides,
        ),
        cause=facts.cause,
        result=facts.result,
        path=facts.path,
        heard=facts.heard,
        values=facts.values,
        rang_at=_within_or_none(attempt.claimed_at, facts.rang_at, ended_at),
        answered_at=_within_or_none(attempt.claimed_at, facts.answered_at, ended_at),
        ended_at=ended_at,
        detail="; ".join(part for part in said if part),
    )


def answered_by(facts: CallFacts, at: int | None) -> CallFacts:
    """`facts`, answered at `at` at the latest: a final event that says nothing does not undo an answer."""
    return facts if facts.answered_at is not None or at is None else replace(facts, answered_at=at)


def _within(earliest: int, at: int, latest: int) -> int:
    return max(earliest, min(at, latest))


def _within_or_none(earliest: int, at: int | None, latest: int) -> int | None:
    return None if at is None else _within(earliest, at, latest)

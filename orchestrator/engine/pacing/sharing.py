"""Several campaigns for the same agents: each knows of the others' ringing calls, and they take turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.engine.pacing.pacer import Look, Pacer
from orchestrator.engine.pacing.ring import NODES_S
from orchestrator.engine.pacing.view import Decision, PoolView, Why

_LAST = len(NODES_S) - 1  # the mean at the last node: how many answers are to come in all
# Answers by which one campaign may be ahead of another that wants calls and cannot place them, before it waits for it;
# and by which a campaign that could not call for long is ahead of the others afterwards
_AHEAD, _CATCH_UP = 4.0, 8.0
_PATIENT = frozenset(
    {Why.PREDICTED, Why.LEARNING, Why.CAP}
)  # the others take what is free, and wait for nobody
_DEBTOR_RISK = (
    0.003  # of a campaign at its cap: beside others it would get no free agent to pay its debt with
)
_PROBES = 5  # calls at once of a campaign that learns beside others


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A campaign at the table. agents: the ids of its pool; with one seat they do not matter.

    weight: share of answered calls beside the others', while they want the same agents.
    """

    pacer: Pacer
    view: PoolView
    agents: frozenset[str] = frozenset()
    weight: float = 1.0


def decide_together(seats: Sequence[Seat], now: int) -> tuple[Decision, ...]:
    """A decision for each seat, in the same order. Campaigns without a common agent do not see each other."""
    if not seats:
        return ()
    if len(seats) == 1:
        return (seats[0].pacer.decide(seats[0].view, now),)
    looks = [seat.pacer.look(seat.view, now) for seat in seats]
    overlaps = [[_overlap(seat, other) for other in seats] for seat in seats]
    wanted = _wanted(seats, looks, overlaps)
    return tuple(
        seat.pacer.decision(look, calls, now) for seat, look, calls in zip(seats, looks, wanted, strict=True)
    )


def _overlap(seat: Seat, other: Seat) -> float:
    """What part of the other's answered calls comes to agents of this seat."""
    if seat is other or not other.agents:
        return 0.0
    return len(seat.agents & other.agents) / len(other.agents)


def _wanted(seats: Sequence[Seat], looks: Sequence[Look], overlaps: Sequence[Sequence[float]]) -> list[int]:
    """Calls for each, one at a time to whoever has had least of the agents for its weight."""
    everyone = range(len(seats))
    for i in everyone:
        for j in everyone:
            if overlaps[i][j]:
                looks[i].outlook.add(looks[j].load.tolist(), overlaps[i][j])
    ahead = max(seat.pacer.memory.turn for seat in seats) - _CATCH_UP
    for seat in seats:
        seat.pacer.memory.turn = max(seat.pacer.memory.turn, ahead)
    calls = [0 for _ in seats]
    hungry = set(everyone)
    held_up: dict[int, float] = {}  # seat -> its turn
    while hungry:
        i = min(hungry, key=lambda each: (seats[each].pacer.memory.turn, each))
        turn = seats[i].pacer.memory.turn
        if any(overlaps[i][j] and turn > held + _AHEAD for j, held in held_up.items()):
            hungry.discard(i)
            continue
        if not _has_room(i, looks, overlaps, calls):
            hungry.discard(i)
            if looks[i].why in _PATIENT and calls[i] < looks[i].most:
                held_up[i] = turn
            continue
        calls[i] += 1
        new = looks[i].new.tolist()
        for j in everyone:
            if j == i or overlaps[j][i]:
                looks[j].outlook.add(new, 1.0 if j == i else overlaps[j][i])
        seats[i].pacer.memory.turn += new[_LAST] / max(seats[i].weight, 1e-6)
    return calls


def _has_room(
    i: int, looks: Sequence[Look], overlaps: Sequence[Sequence[float]], calls: Sequence[int]
) -> bool:
    """Whether this seat wants one call more, after all that were given out."""
    look = looks[i]
    if calls[i] >= look.most:
        return False
    if look.wanted is None:
        return look.outlook.risk(0) < look.limit
    others = sum(
        share
        * (other.lines + had if other.wanted is not None else other.load[_LAST] + had * other.new[_LAST])
        for share, other, had in zip(overlaps[i], looks, calls, strict=True)
    )
    if calls[i] + others < look.wanted:
        return True
    # Beside campaigns that look ahead an agent is hardly ever free: who learns would never learn, who owes never pay
    if not others:
        return False
    if look.why is Why.LEARNING and look.lines + calls[i] < _PROBES:
        return look.outlook.risk(0) < look.limit
    return look.why is Why.CAP and look.outlook.risk(0) < _DEBTOR_RISK

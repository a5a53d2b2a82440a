"""Holds a campaign's export against what the callees of a simulated switch saw, and against the promises."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import LeadState, Phase
from orchestrator.domain.plan import DialPlan
from orchestrator.engine import hours
from orchestrator.runtime.figures import Figures
from orchestrator.runtime.settings import PerNumber
from orchestrator.simulator.callee_log import CalleeCall
from orchestrator.store import DncRow

SLACK_MS = 60_000  # business time between the claim and the moment the callee sees the call, on a fast clock
SILENT = frozenset({Disposition.CONGESTION, Disposition.CANCELLED})
REACHED = frozenset({Disposition.ANSWERED, Disposition.MACHINE})

Row = Mapping[str, object]


def problems(
    plan: DialPlan,
    figures: Figures,
    rows: Sequence[Row],
    seen: Sequence[CalleeCall],
    *,
    limits: PerNumber,
    listed: Iterable[DncRow],
) -> list[str]:
    """Everything that disagrees, one line each; empty when every promise was kept.

    limits: the project's caps. listed: the do-not-call list as it is now.
    """
    attempts = [row for row in rows if row["attempt_id"]]
    return [
        *_figures_agree(figures, rows, attempts),
        *_each_once(attempts, seen),
        *_never_two_at_once(seen),
        *_within_caps(plan, attempts),
        *_within_hours(plan, attempts, seen),
        *_not_too_often(plan, limits, attempts, seen),
        *_not_listed(listed, seen),
        *_endings_agree(attempts, seen),
    ]


def told_problems(rows: Sequence[Row], status_of: Callable[[int], str]) -> list[str]:
    """Where the order system outside was told something else than the export says, or nothing. status_of: what a lead
    has come to, as it knows it.
    """
    leads = {int(str(row["lead"])): str(row["status"]) for row in rows}
    changed = ((lead, status) for lead, status in leads.items() if status != LeadState().status)
    return [
        f"lead {lead} is {status}; outside it is {told or 'not known'}"
        for lead, status in changed
        if (told := status_of(lead)) != status
    ]


def _figures_agree(figures: Figures, rows: Sequence[Row], attempts: Sequence[Row]) -> Iterator[str]:
    counts = figures.counts
    leads = {row["lead"]: row for row in rows}
    phases = Counter(row["phase"] for row in leads.values())
    checks: list[tuple[str, object, object]] = [
        ("leads", counts.leads, len(leads)),
        ("done", counts.done, phases[Phase.DONE.value]),
        ("held", counts.held, phases[Phase.HELD.value]),
        ("attempts", counts.attempts, len(attempts)),
        ("dispositions", _nonzero(counts.by_disposition), _count(attempts, "disposition")),
        ("results", _nonzero(counts.by_result), _count((r for r in attempts if r["result"]), "result")),
        ("statuses", _nonzero(counts.by_status), _count(leads.values(), "status")),
        ("answered", counts.answered, sum(row["answered_at"] is not None for row in attempts)),
    ]
    for name, figure, export in checks:
        if figure != export:
            yield f"{name}: the figures say {figure}, the export says {export}"


def _nonzero(values: Mapping[str, int]) -> dict[str, int]:
    return {key: number for key, number in values.items() if number}


def _count(rows: Iterable[Row], column: str) -> dict[str, int]:
    return dict(Counter(str(row[column]) for row in rows))


def _each_once(attempts: Sequence[Row], seen: Sequence[CalleeCall]) -> Iterator[str]:
    for attempt_id, times in Counter(row["attempt_id"] for row in attempts).items():
        if times > 1:
            yield f"attempt {attempt_id} was settled {times} times"
    for attempt_id, times in Counter(call.call for call in seen).items():
        if times > 1:
            yield f"attempt {attempt_id} rang {times} times"
    numbers = {row["attempt_id"]: row["number"] for row in attempts}
    for call in seen:
        if call.call not in numbers:
            yield f"{call.number} was rung by {call.call}, which the export does not know"
        elif numbers[call.call] != call.number:
            yield f"{call.call} rang {call.number}, the export says {numbers[call.call]}"


def _never_two_at_once(seen: Sequence[CalleeCall]) -> Iterator[str]:
    by_number: defaultdict[str, list[CalleeCall]] = defaultdict(list)
    for call in seen:
        by_number[call.number].append(call)
    for number, calls in by_number.items():
        calls.sort(key=lambda call: call.called_at)
        for one, two in pairwise(calls):
            if one.ended_at is not None and two.called_at < one.ended_at:
                yield f"{number} was rung by {one.call} and {two.call} at once"


def _within_caps(plan: DialPlan, attempts: Sequence[Row]) -> Iterator[str]:
    per_lead = Counter(row["lead"] for row in attempts if _counts(plan, row))
    yield from (
        f"lead {lead} had {n} attempts of {plan.attempts}"
        for lead, n in per_lead.items()
        if n > plan.attempts
    )


def _counts(plan: DialPlan, row: Row) -> bool:
    """Whether the attempt used one up: as its result's rule says when a person gave one, else its disposition's."""
    is_told = row["disposition"] == Disposition.ANSWERED and row["result"] is not None
    rule = plan.rules.get(str(row["result"] if is_told else row["disposition"]))
    return rule is None or rule.counts


def _within_hours(plan: DialPlan, attempts: Sequence[Row], seen: Sequence[CalleeCall]) -> Iterator[str]:
    """No telephone rang outside calling hours."""
    zones = _zones(attempts)
    for call in seen:
        zone = zones.get(call.call)
        if zone is None:
            continue
        if not (
            hours.is_open(plan.hours, zone, call.called_at)
            or hours.is_open(plan.hours, zone, call.called_at - SLACK_MS)
        ):
            yield f"{call.number} was rung at {call.called_at}, outside hours in {zone}"


def _zones(attempts: Sequence[Row]) -> dict[object, str]:
    return {row["attempt_id"]: str(row["zone"]) for row in attempts}


def _not_too_often(
    plan: DialPlan, limits: PerNumber, attempts: Sequence[Row], seen: Sequence[CalleeCall]
) -> Iterator[str]:
    """No telephone rang more often on one day, or ever, than the scenario and the project allow. A call that the
    trunk turned down rang nobody: it may come again on the same day.
    """
    silent = {str(row["attempt_id"]) for row in attempts if row["disposition"] in SILENT}
    zones = _zones(attempts)
    per_day: Counter[tuple[str, str]] = Counter()
    for call in seen:
        if call.call in zones and not (call.call in silent and call.answered_at is None):
            per_day[call.number, f"{hours.local_day(zones[call.call], call.called_at)[0]}"] += 1
    caps = [cap for cap in (plan.per_day, limits.day) if cap is not None]
    for (number, day), times in per_day.items():
        if caps and times > min(caps):
            yield f"{number} was rung {times} times on {day}"
    ever: Counter[str] = Counter()
    for (number, _), times in per_day.items():
        ever[number] += times
    for number, times in ever.items():
        if limits.ever is not None and times > limits.ever:
            yield f"{number} was rung {times} times, {limits.ever} is all it may ever be"


def _not_listed(listed: Iterable[DncRow], seen: Sequence[CalleeCall]) -> Iterator[str]:
    """No telephone rang that was on the do-not-call list by then."""
    since = {row.number: row.added_at for row in listed}
    for call in seen:
        if call.number in since and call.called_at >= since[call.number] + SLACK_MS:
            yield f"{call.number} was rung at {call.called_at}, on the do-not-call list since {since[call.number]}"


def _endings_agree(attempts: Sequence[Row], seen: Sequence[CalleeCall]) -> Iterator[str]:
    calls = {call.call: call for call in seen}
    for row in attempts:
        call = calls.get(str(row["attempt_id"]))
        disposition = Disposition(str(row["disposition"]))
        if disposition is Disposition.LOST:
            continue
        if disposition in REACHED and (call is None or call.answered_at is None):
            yield f"attempt {row['attempt_id']} is {disposition}, but its callee answered nothing"
        broke_off = disposition is Disposition.FAILED and row["answered_at"] is not None
        if disposition not in REACHED and not broke_off and call is not None and call.answered_at is not None:
            yield f"attempt {row['attempt_id']} is {disposition}, but its callee answered"
        if disposition is Disposition.CANCELLED and call is not None:
            yield f"attempt {row['attempt_id']} is {disposition}, but its callee's telephone rang"
